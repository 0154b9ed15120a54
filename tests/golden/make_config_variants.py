#!/usr/bin/env python3
"""What transformers makes of each family's config.json when one or a few settings are changed or missing.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0
    venv/bin/python tests/golden/make_config_variants.py

For every folder of tests/golden/models and both of its spellings, config.json and config.old.json. The result, for
tests/engine/config_variants_test.cpp, is config_variants.json: {family: {spelling: [{"set": {...}} or {"drop": key}, "logits":
...}]}}. "logits": "same" as without the change (1e-6 of their range), "fails" where transformers refuses it, or the last position's
logits of the tokens 0, 8, 16, ... after ids.2 of golden.safetensors.
"""
import json
import pathlib
import tempfile
import warnings

import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

FOLDER = pathlib.Path(__file__).parent / "models"
LINEAR, DEFAULT = {"rope_type": "linear", "factor": 3.0}, {"rope_type": "default"}
ROPES = [LINEAR, {"type": "linear", "factor": 3.0}, {"type": "dynamic", "factor": 3.0}, {"rope_type": "yarn", "factor": 2.0}, DEFAULT,
         {"type": "default"}, {"factor": 2.0}, {"rope_type": "linear", "factor": 3.0, "rope_theta": 70.0}, {},
         {"rope_type": "longrope", "short_factor": [1] * 4, "long_factor": [1] * 4},
         {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16}]
PARAMETERS = [LINEAR, {"rope_theta": 55.0, "rope_type": "default"}, {"rope_theta": 55.0},
              {"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.5}]
# Each is set alone.
VALUES = {
    "rope_theta": [777.0], "rope_scaling": ROPES, "rope_parameters": PARAMETERS, "partial_rotary_factor": [0.5, 1.0],
    "attention_bias": [True, False], "mlp_bias": [True, None], "qkv_bias": [True, False], "head_dim": [None],
    "hidden_act": ["gelu", "gelu_pytorch_tanh", "silu"], "hidden_activation": ["gelu", "gelu_pytorch_tanh", "silu", None],
    "activation_function": ["relu", "gelu", "gelu_new"], "rms_norm_eps": [0.05], "layer_norm_epsilon": [0.05], "layer_norm_eps": [0.05],
    "tie_word_embeddings": [True, False, None], "num_key_value_heads": [None], "max_position_embeddings": [8], "n_positions": [None],
    "n_inner": [None], "seq_length": [16], "sliding_window": [4, None, 0], "max_window_layers": [0, 1],
    "attn_logit_softcapping": [5.0, None], "final_logit_softcapping": [5.0, None], "query_pre_attn_scalar": [50],
    "use_bidirectional_attention": [True], "norm_topk_prob": [True, False], "num_experts_per_tok": [1, 3], "num_local_experts": [2],
    "decoder_sparse_step": [2], "mlp_only_layers": [[0], None], "shared_expert_intermediate_size": [0], "router_jitter_noise": [0.5],
    "clip_qkv": [0.3], "layer_types": [None], "sliding_window_pattern": [2], "rope_local_base_freq": [100.0],
    "apply_residual_connection_post_layernorm": [True], "slow_but_exact": [True], "pretraining_tp": [2], "scale_attn_weights": [False],
    "scale_attn_by_inverse_layer_idx": [True], "reorder_and_upcast_attn": [True], "add_cross_attention": [False],
    "attention_multiplier": [2.0], "embedding_multiplier": [2.0], "residual_multiplier": [2.0], "logits_scaling": [2.0],
    "logit_scale": [2.0], "attention_dropout": [0.5], "hidden_dropout": [0.5], "use_cache": [False], "initializer_range": [1.0],
    "torch_dtype": ["bfloat16"], "quantization_config": [{"quant_method": "x"}], "bos_token_id": [None], "n_ctx": [16],
}
# These act together.
TOGETHER = [
    {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1, "layer_types": None},
    {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 0, "layer_types": None},
    {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 2, "layer_types": None},
    {"use_sliding_window": True, "sliding_window": None, "max_window_layers": 0, "layer_types": None},
    {"use_sliding_window": False, "sliding_window": 4, "max_window_layers": 0, "layer_types": None},
    {"use_sliding_window": True, "sliding_window": 4, "layer_types": "first"},
    {"use_sliding_window": False, "sliding_window": 4, "layer_types": "first"},
    {"sliding_window": None, "layer_types": "first"},
    {"sliding_window": 4, "layer_types": None},
    {"pretraining_tp": 2, "slow_but_exact": True},
    {"rope_parameters": DEFAULT, "rope_scaling": LINEAR, "rope_theta": 300.0},
    {"rope_parameters": LINEAR, "rope_scaling": DEFAULT, "rope_theta": 300.0},
    {"rope_parameters": {"rope_theta": 50.0, **LINEAR}, "rope_scaling": {}, "rope_theta": 300.0},
    {"rope_parameters": None, "rope_scaling": None},
]


def variants(config: dict):
    layers = config.get("num_hidden_layers", config.get("n_layer"))
    for key, values in VALUES.items():
        for value in values:
            if config.get(key, "absent") != value:
                yield {"set": {key: value}}
    for change in TOGETHER:
        concerns = any(key in config or key.startswith("rope_") for key in change)
        if concerns and ("use_sliding_window" not in change or "use_sliding_window" in config):
            first = ["sliding_attention"] + ["full_attention"] * (layers - 1)
            yield {"set": {key: first if value == "first" else value for key, value in change.items()}}
    for key in config:
        if key not in ("transformers_version", "architectures", "model_type"):
            yield {"drop": key}


def changed(config: dict, variant: dict) -> dict:
    result = {key: value for key, value in config.items() if key != variant.get("drop")}
    return {**result, **variant.get("set", {})}


def logits(folder: pathlib.Path, config: dict, ids: torch.Tensor):
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        for file in folder.glob("model*"):
            (place / file.name).symlink_to(file.resolve())
        (place / "config.json").write_text(json.dumps(config))
        try:
            model = AutoModelForCausalLM.from_pretrained(place, dtype=torch.float32, attn_implementation="eager").eval()
            with torch.no_grad():
                return model(ids[None], use_cache=False).logits[0, -1].float()
        except Exception:
            return None


def result(found, base):
    if found is None or not torch.isfinite(found).all():
        return "fails"
    if found.shape == base.shape and (found - base).abs().max() <= 1e-6 * (base.max() - base.min()):
        return "same"
    return [float(f"{value:.7g}") for value in found[::8].tolist()]


def main() -> None:
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    lines = []
    for folder in sorted(FOLDER.iterdir()):
        ids = load_file(folder / "golden.safetensors")["ids.2"]
        spellings = []
        for spelling in ("config.json", "config.old.json"):
            config = json.loads((folder / spelling).read_text())
            base = logits(folder, config, ids)
            rows = [json.dumps({**variant, "logits": result(logits(folder, changed(config, variant), ids), base)})
                    for variant in variants(config)]
            spellings.append(f"{json.dumps(spelling)}: [\n" + ",\n".join(rows) + "]")
            print(folder.name, spelling, len(rows), flush=True)
        lines.append(f"{json.dumps(folder.name)}: {{" + ",\n".join(spellings) + "}")
    (FOLDER.parent / "config_variants.json").write_text("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
