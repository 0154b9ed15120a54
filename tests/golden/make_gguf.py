#!/usr/bin/env python3
"""Makes small GGUF files and what the package gguf reads from them.

    venv/bin/pip install gguf==0.19.0 safetensors==0.8.0 numpy torch==2.15.0
    venv/bin/python tests/golden/make_gguf.py

blocks.gguf holds a tensor of every storage type with random blocks, blocks.safetensors their weights in fp32. llama.gguf and
qwen3.gguf are the checkpoints llama-2 and qwen-3 of tests/golden/models in float16 and float32, with the heads of llama turned as
llama.cpp's converter does it, and a byte-level vocabulary.
"""
import pathlib

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


def model(folder, architecture, heads, key_heads, head_size, pre, epsilon):
    writer = gguf.GGUFWriter(HERE / f"gguf/{architecture}.gguf", architecture)
    writer.add_block_count(2)
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(48)
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_heads)
    writer.add_key_length(head_size)
    writer.add_layer_norm_rms_eps(epsilon)
    writer.add_rope_freq_base(10000.0)
    characters = [chr(c) for c in list(range(33, 126)) + [0x120]] + ["ab", "<|end|>"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(characters)
    writer.add_token_types([1] * 95 + [3])
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(95)
    for name, tensor in load_file(HERE / "models" / folder / "model.safetensors").items():
        stem, ending = name.rsplit(".", 1)
        layer = ""
        if stem.startswith("model.layers."):
            _, _, number, stem = stem.split(".", 3)
            layer = f"blk.{number}."
        data = tensor.numpy()
        if architecture == "llama" and "q_proj" in stem:
            data = turned(data, heads)
        if architecture == "llama" and "k_proj" in stem:
            data = turned(data, key_heads)
        writer.add_tensor(layer + NAMES[stem] + "." + ending, np.ascontiguousarray(data))
    finish(writer)


if __name__ == "__main__":
    blocks()
    model("llama-2", "llama", 4, 4, 8, "smollm", 1e-5)
    model("qwen-3", "qwen3", 4, 2, 16, "qwen2", 1e-6)
