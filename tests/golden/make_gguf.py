#!/usr/bin/env python3
"""Makes small GGUF files and what the package gguf reads from them.

    venv/bin/pip install gguf==0.19.0 safetensors==0.8.0 numpy torch==2.15.0
    venv/bin/python tests/golden/make_gguf.py [file ...]

blocks.gguf holds a tensor of every storage type with random blocks, blocks.safetensors their weights in fp32. The others are
checkpoints of tests/golden/models as llama.cpp's converter writes them: the heads of Llama turned, 1 added to the norms of Gemma,
the angles of Llama 3.1 as divisors in rope_freqs.weight, matrices in the checkpoint's type and the rest in float32. Vocabularies
are byte-level, those of Gemma SentencePiece's byte pairs.
"""
import json
import math
import pathlib
import sys

import gguf
import numpy as np
import torch
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent
TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
NAMES = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output", "input_layernorm": "attn_norm",
         "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
         "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
GEMMA_2_NAMES = {**NAMES, "post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
                 "post_feedforward_layernorm": "post_ffw_norm"}
# file: checkpoint, architecture, what its vocabulary is split by
MODELS = {
    "llama": ("llama-2", "llama", "smollm"),
    "llama-3": ("llama-3", "llama", "llama-bpe"),
    "qwen3": ("qwen-3", "qwen3", "qwen2"),
    "gemma": ("gemma", "gemma", "default"),
    "gemma-2": ("gemma-2-by-head", "gemma2", "default"),
}


def blocks():
    picked = np.random.default_rng(3)
    writer = gguf.GGUFWriter(HERE / "gguf/blocks.gguf", "llama")
    expected = {}
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        weights, size = gguf.GGML_QUANT_SIZES[kind]
        if name in ("F32", "F16"):
            data = picked.standard_normal((2, 256)).astype(np.float32 if name == "F32" else np.float16)
            writer.add_tensor(name, data)
            expected[name] = torch.from_numpy(data.astype(np.float32))
            continue
        count = 2 * 256 // weights
        data = picked.integers(0, 256, (count, size), dtype=np.uint8)
        scale = picked.uniform(0.01, 0.1, (count, 2)).astype(np.float16).view(np.uint8).reshape(count, 4)
        if name == "Q6_K":
            data[:, 208:210] = scale[:, :2]
        elif name == "BF16":
            data[:, 1] = 0x3F
        else:
            used = 4 if name in ("Q4_1", "Q5_1", "Q4_K", "Q5_K") else 2
            data[:, :used] = scale[:, :used]
        data = data.reshape(2, -1)
        writer.add_tensor(name, data, raw_dtype=kind)
        expected[name] = torch.from_numpy(gguf.quants.dequantize(data, kind).reshape(2, 256).astype(np.float32))
    finish(writer)
    save_file(expected, HERE / "gguf/blocks.safetensors")


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def turned(weights, heads):
    """LlamaModel.permute of convert_hf_to_gguf.py."""
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def divisors(rope, head_size):
    """LlamaModel.generate_extra_tensors, in float32 as there."""
    frequencies = 1.0 / (rope["rope_theta"] ** (torch.arange(0, head_size, 2, dtype=torch.float32) / head_size))
    low, high, context = rope["low_freq_factor"], rope["high_freq_factor"], rope["original_max_position_embeddings"]
    found = []
    for frequency in frequencies:
        length = 2 * math.pi / frequency
        if length < context / high:
            found.append(1)
        elif length > context / low:
            found.append(rope["factor"])
        else:
            kept = (context / length - low) / (high - low)
            found.append(1 / ((1 - kept) / rope["factor"] + kept))
    return torch.tensor(found, dtype=torch.float32).numpy()


def sizes(writer, config):
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if not config["model_type"].startswith("gemma"):
        writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    if config["model_type"] == "gemma2":
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
        writer.add_sliding_window(config["sliding_window"])


def vocabulary(writer, pre):
    if pre == "default":
        tokens = ["<pad>", "<eos>", "<bos>", "<unk>", "\u2581", "\u2581a", "ab"] + [chr(c) for c in range(33, 122)]
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre(pre)
        writer.add_token_list(tokens)
        writer.add_token_scores([-1000.0] * 4 + [-float(i) for i in range(92)])
        writer.add_token_types([3, 3, 3, 2] + [1] * 92)
        writer.add_bos_token_id(2)
        writer.add_eos_token_id(1)
        writer.add_unk_token_id(3)
        writer.add_add_space_prefix(False)
        return
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list([chr(c) for c in list(range(33, 126)) + [0x120]] + ["ab", "<|end|>"])
    writer.add_token_types([1] * 95 + [3])
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(95)


def stored(writer, name, tensor):
    """Matrices in their own type, the rest in float32."""
    if tensor.dim() > 1 and tensor.dtype == torch.bfloat16:
        kind = gguf.GGMLQuantizationType.BF16
        writer.add_tensor(name, gguf.quants.quantize(tensor.float().contiguous().numpy(), kind), raw_dtype=kind)
    else:
        kept = tensor if tensor.dim() > 1 else tensor.float()
        writer.add_tensor(name, np.ascontiguousarray(kept.numpy()))


def model(file):
    folder, architecture, pre = MODELS[file]
    config = json.loads((HERE / "models" / folder / "config.json").read_text())
    writer = gguf.GGUFWriter(HERE / f"gguf/{file}.gguf", architecture)
    sizes(writer, config)
    vocabulary(writer, pre)
    names = GEMMA_2_NAMES if architecture == "gemma2" else NAMES
    if config["rope_parameters"]["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", divisors(config["rope_parameters"], config["head_dim"]))
    for name, tensor in load_file(HERE / "models" / folder / "model.safetensors").items():
        stem, ending = name.rsplit(".", 1)
        layer = ""
        if stem.startswith("model.layers."):
            _, _, number, stem = stem.split(".", 3)
            layer = f"blk.{number}."
        if architecture == "llama" and "q_proj" in stem:
            tensor = turned(tensor, config["num_attention_heads"])
        if architecture == "llama" and "k_proj" in stem:
            tensor = turned(tensor, config["num_key_value_heads"])
        if architecture.startswith("gemma") and stem.endswith("norm"):
            tensor = tensor.float() + 1
        stored(writer, layer + names[stem] + "." + ending, tensor)
    finish(writer)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["blocks", *MODELS]:
        blocks() if wanted == "blocks" else model(wanted)
