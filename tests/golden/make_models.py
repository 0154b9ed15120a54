#!/usr/bin/env python3
"""Makes tiny random checkpoints of every supported family and what transformers computes with them.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0
    venv/bin/python tests/golden/make_models.py [family ...]

Each folder of tests/golden/models holds config.json (the spelling of transformers 5), config.old.json (the spelling of
transformers 4, where it differs), the weights in the type that the name says, and golden.safetensors: ids.<i> and the fp32
logits.<i> of a few sequences, computed in fp32 from the stored weights; of mixtures also router.<i>.<layer>, the softmax over all
experts, and experts.<i>.<layer>, those that are kept. Norms and biases are random, so that a forgotten one shows.
"""
import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

FOLDER = pathlib.Path(__file__).parent / "models"
SMALL = dict(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2)
LLAMA3 = dict(rope_type="llama3", rope_theta=5000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=16)
LENGTHS = (1, 7, 40)

# name: model type, type of the stored weights, settings, shards
FAMILIES = {
    "llama-2": ("llama", torch.float16, dict(num_key_value_heads=4, rms_norm_eps=1e-5), 1),
    "llama-3": ("llama", torch.bfloat16, dict(rope_parameters=LLAMA3, tie_word_embeddings=True), 1),
    "llama-linear": ("llama", torch.float32, dict(rope_parameters=dict(rope_type="linear", rope_theta=1e4, factor=2.0),
                                                  attention_bias=True, head_dim=16), 3),
    "mistral": ("mistral", torch.float32, dict(sliding_window=6), 1),
    "qwen-2": ("qwen2", torch.bfloat16, dict(rope_parameters=dict(rope_type="default", rope_theta=1e6)), 1),
    "qwen-2-window": ("qwen2", torch.float32, dict(use_sliding_window=True, sliding_window=5, max_window_layers=1,
                                                   tie_word_embeddings=True), 1),
    "qwen-3": ("qwen3", torch.float32, dict(head_dim=16, tie_word_embeddings=True), 1),
    "gemma": ("gemma", torch.bfloat16, dict(head_dim=16), 1),
    "gemma-2": ("gemma2", torch.float32, dict(head_dim=16, query_pre_attn_scalar=24, sliding_window=6,
                                              attn_logit_softcapping=2.0, final_logit_softcapping=3.0), 1),
    "gemma-2-by-head": ("gemma2", torch.bfloat16, dict(head_dim=16, query_pre_attn_scalar=16, sliding_window=5,
                                                       attn_logit_softcapping=3.0, final_logit_softcapping=4.0), 1),
    "olmo-2": ("olmo2", torch.float32, dict(), 1),
    "gpt-2": ("gpt2", torch.float32, dict(n_embd=32, n_head=4, n_layer=2, n_positions=64, vocab_size=96, n_inner=48), 1),
    "mixtral": ("mixtral", torch.bfloat16, dict(num_local_experts=4, num_experts_per_tok=2, head_dim=8), 1),
    "qwen-2-moe": ("qwen2_moe", torch.float32, dict(num_experts=5, num_experts_per_tok=3, moe_intermediate_size=20,
                                                    shared_expert_intermediate_size=24, num_hidden_layers=3,
                                                    mlp_only_layers=[1]), 1),
    "qwen-3-moe": ("qwen3_moe", torch.float32, dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=20, head_dim=16,
                                                    norm_topk_prob=True, decoder_sparse_step=2), 1),
    "olmoe": ("olmoe", torch.float32, dict(num_experts=6, num_experts_per_tok=3), 1),
    "bloom": ("bloom", torch.float16, dict(hidden_size=24, n_head=6, n_layer=2, vocab_size=96, seq_length=64), 1),
}
OLD_NAMES = {"gpt2": {}, "bloom": {"hidden_size": "n_embed"}}


def old_spelling(config: dict) -> dict:
    """As transformers 4 wrote it."""
    if config["model_type"] in OLD_NAMES:
        names = OLD_NAMES[config["model_type"]]
        old = {names.get(key, key): value for key, value in config.items() if key != "dtype"}
        return {**old, "torch_dtype": config.get("dtype", "float32")}
    old = {key: value for key, value in config.items() if key not in ("rope_parameters", "dtype", "layer_types")}
    rope = dict(config.get("rope_parameters") or {})
    old["rope_theta"] = rope.pop("rope_theta", 10000.0)
    kind = rope.pop("rope_type", "default")
    old["rope_scaling"] = None if kind == "default" else {"type" if kind == "linear" else "rope_type": kind, **rope}
    old["torch_dtype"] = config.get("dtype", "float32")
    return old


def randomise(model: torch.nn.Module, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if name.endswith("bias"):
                value = 0.3 * noise
            elif "norm" in name or ".ln_" in name:
                value = 1 + 0.3 * noise
            else:
                value = noise * (1.5 / parameter.shape[-1] ** 0.5)
            parameter.copy_(value.to(dtype).float())


def routers(model: torch.nn.Module) -> dict[int, torch.nn.Module]:
    """The router of each layer that has one."""
    found = {}
    for layer, block in enumerate(getattr(getattr(model, "model", None), "layers", [])):
        mixture = getattr(block, "block_sparse_moe", None) or block.mlp
        if hasattr(mixture, "gate") and hasattr(mixture, "experts"):
            found[layer] = mixture.gate
    return found


def watch(model: torch.nn.Module, top_k: int, seen: dict) -> None:
    """Writes what each router makes of its input into `seen`: softmax over all experts, and the kept ones."""
    def hook(layer):
        def keep(gate, inputs):
            scores = torch.softmax(inputs[0].reshape(-1, inputs[0].shape[-1]) @ gate.weight.T, dim=-1)
            seen[layer] = (scores.contiguous(), scores.topk(top_k, dim=-1).indices.contiguous())
        return keep
    for layer, gate in routers(model).items():
        gate.register_forward_pre_hook(hook(layer))


def make(name: str) -> None:
    model_type, dtype, settings, shards = FAMILIES[name]
    small = SMALL if model_type not in OLD_NAMES else dict(bos_token_id=1, eos_token_id=2)
    config = AutoConfig.for_model(model_type, **{**small, **settings})
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config).float().eval()
    randomise(model, dtype)
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    golden, seen = {}, {}
    watch(model, getattr(config, "num_experts_per_tok", 0), seen)
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for i, length in enumerate(LENGTHS):
            ids = torch.randint(0, config.vocab_size, (1, length), generator=generator)
            golden[f"ids.{i}"] = ids[0].clone()
            golden[f"logits.{i}"] = model(ids).logits[0].float().contiguous()
            for layer, (scores, experts) in seen.items():
                golden[f"router.{i}.{layer}"], golden[f"experts.{i}.{layer}"] = scores, experts
    save_file(golden, folder / "golden.safetensors")
    model.to(dtype).save_pretrained(folder, max_shard_size="50KB" if shards > 1 else "1GB")
    (folder / "generation_config.json").unlink(missing_ok=True)
    written = json.loads((folder / "config.json").read_text())
    (folder / "config.old.json").write_text(json.dumps(old_spelling(written), indent=2) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)
    print(name, sum(f.stat().st_size for f in folder.iterdir()), "bytes")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or FAMILIES:
        make(wanted)
