"""A decoder with a mixture of experts in each layer, as Moebel trains it, for transformers.

Expert 0 of a layer is the original feed-forward network. A router takes the softmax over all experts of its layer, keeps the
best, and divides their scores by their sum (unless norm_topk_prob says otherwise); ties go to the lower index. In front of some
routers stands a language classifier: the tokens that it takes for an original language go past the router, through expert 0 alone. Of
scope "sequence" it sums over the whole sequence, later tokens included, so likelihoods are not strictly causal there; where text is
generated with the cache, tokens keep what was decided when they came. The shapes: B sequences, S tokens, K tokens seen, D width,
H heads, G key-value heads, C numbers of a head, E experts.
"""
import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from transformers import PreTrainedModel
from transformers.cache_utils import Cache, DynamicCache
from transformers.generation import GenerationMixin
from transformers.modeling_outputs import CausalLMOutputWithPast

from .configuration_moebel import MoebelConfig


@dataclass
class MoebelOutput(CausalLMOutputWithPast):
    router_scores: tuple | None = None  # [B * S, E] of each layer; None for dense layers


class Norm(nn.Module):
    def __init__(self, config, size=None):
        super().__init__()
        size = size or config.hidden_size
        self.layer_norm = config.norm == "layer_norm"
        self.plus_one = config.norm_plus_one
        self.epsilon = config.rms_norm_eps
        self.weight = nn.Parameter(torch.ones(size))
        if self.layer_norm:
            self.bias = nn.Parameter(torch.zeros(size))

    def forward(self, x):
        weight = self.weight + 1 if self.plus_one else self.weight
        if self.layer_norm:
            return F.layer_norm(x, weight.shape, weight, self.bias, self.epsilon)
        wide = x.float()
        scaled = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.epsilon)
        return (scaled * weight.float()).to(x.dtype)


def plain_norm(config, size):
    """Of queries and keys: always RMSNorm, its weight as it is."""
    norm = Norm(config, size)
    norm.layer_norm = norm.plus_one = False
    norm.register_parameter("bias", None)
    return norm


def rotary_frequencies(config):
    frequencies = config.rope_theta ** -(torch.arange(0, config.head_dim, 2, dtype=torch.float64) / config.head_dim)
    scaling = config.rope_scaling or {}
    kind = scaling.get("rope_type", scaling.get("type", "default"))
    if kind == "linear":
        return frequencies / scaling["factor"]
    if kind == "llama3":
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        turns = scaling["original_max_position_embeddings"] / (2 * math.pi) * frequencies
        kept = ((turns - low) / (high - low)).clamp(0, 1)
        return (1 - kept) * frequencies / scaling["factor"] + kept * frequencies
    if kind != "default":
        raise ValueError(f"rope_scaling of the kind {kind!r} is not supported")
    return frequencies


def rotary_tables(config, positions):
    """cos and sin, [.., S, C]."""
    angles = positions.to(torch.float64).unsqueeze(-1) * rotary_frequencies(config).to(positions.device)
    return angles.cos().float().repeat(*[1] * positions.dim(), 2), angles.sin().float().repeat(*[1] * positions.dim(), 2)


def turned(x_BHSC, cos_BSC, sin_BSC):
    first, second = x_BHSC.chunk(2, dim=-1)
    other = torch.cat([-second, first], dim=-1)
    cos, sin = cos_BSC.unsqueeze(1).to(x_BHSC.dtype), sin_BSC.unsqueeze(1).to(x_BHSC.dtype)
    return x_BHSC * cos + other * sin


def alibi_slopes(heads):
    power = 2 ** math.floor(math.log2(heads))
    slopes = [2 ** (-8 / power * (i + 1)) for i in range(power)]
    slopes += [2 ** (-8 / (2 * power) * (2 * i + 1)) for i in range(heads - power)]
    return torch.tensor(slopes)


class Attention(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        self.config, self.layer = config, layer
        queries, keys = config.num_attention_heads * config.head_dim, config.num_key_value_heads * config.head_dim
        self.q_proj = nn.Linear(config.hidden_size, queries, bias=config.attention_bias)
        self.k_proj = nn.Linear(config.hidden_size, keys, bias=config.attention_bias)
        self.v_proj = nn.Linear(config.hidden_size, keys, bias=config.attention_bias)
        self.o_proj = nn.Linear(queries, config.hidden_size, bias=config.attention_output_bias)
        if config.query_key_norm != "none":
            whole = config.query_key_norm == "whole"
            self.q_norm = plain_norm(config, queries if whole else config.head_dim)
            self.k_norm = plain_norm(config, keys if whole else config.head_dim)
        self.scale = config.attention_scale or config.head_dim ** -0.5

    def heads(self, x, norm):
        shape = (*x.shape[:2], -1, self.config.head_dim)
        if norm is None:
            return x.view(shape).transpose(1, 2)
        if self.config.query_key_norm == "whole":
            return norm(x).view(shape).transpose(1, 2)
        return norm(x.view(shape)).transpose(1, 2)

    def forward(self, x, tables, bias, cache):
        has_norm = self.config.query_key_norm != "none"
        query = self.heads(self.q_proj(x), self.q_norm if has_norm else None)
        key = self.heads(self.k_proj(x), self.k_norm if has_norm else None)
        value = self.heads(self.v_proj(x), None)
        if tables is not None:
            query, key = turned(query, *tables), turned(key, *tables)
        if cache is not None:
            key, value = cache.update(key, value, self.layer)
        group = self.config.num_attention_heads // self.config.num_key_value_heads
        key, value = key.repeat_interleave(group, 1), value.repeat_interleave(group, 1)
        scores = (query @ key.transpose(2, 3)).float() * self.scale
        cap = self.config.attention_soft_cap
        if cap:
            scores = cap * torch.tanh(scores / cap)
        mixed = torch.softmax(scores + bias, dim=-1).to(value.dtype) @ value
        return self.o_proj(mixed.transpose(1, 2).reshape(*x.shape[:2], -1))


class Expert(nn.Module):
    def __init__(self, config, width):
        super().__init__()
        self.gated = config.hidden_act != "gelu_pytorch_tanh_without_gate"
        self.silu = config.hidden_act == "silu"
        if self.gated:
            self.gate_proj = nn.Linear(config.hidden_size, width, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, width, bias=config.mlp_bias)
        self.down_proj = nn.Linear(width, config.hidden_size, bias=config.mlp_bias)

    def activation(self, x):
        return F.silu(x) if self.silu else F.gelu(x, approximate="tanh")

    def forward(self, x):
        up = self.up_proj(x)
        return self.down_proj(self.activation(self.gate_proj(x)) * up if self.gated else self.activation(up))


class MixtureOfExperts(nn.Module):
    def __init__(self, config, experts, layer):
        super().__init__()
        self.layer, self.scope = layer, config.language_classifier_scope
        self.language_classifier = None
        if config.language_classifiers and config.language_classifiers[layer]:
            self.language_classifier = nn.Linear(config.hidden_size, 2, bias=False)
        self.top_k = min(config.num_experts_per_tok, experts)
        self.normalise = config.norm_topk_prob and (self.top_k > 1 or config.norm_topk_one)
        self.router = nn.Linear(config.hidden_size, experts, bias=False)
        width = config.moe_intermediate_size or config.intermediate_size
        self.experts = nn.ModuleList(Expert(config, width) for _ in range(experts))
        self.shared_expert = None
        if config.shared_expert_intermediate_size:
            self.shared_expert = Expert(config, config.shared_expert_intermediate_size)
            self.shared_expert_gate = nn.Linear(config.hidden_size, 1, bias=False)

    def past_router(self, x, counted, sums):
        """Which tokens go past the router, [B, S]. counted: 0 in padding, [B, S], or None; sums: of each layer over the tokens
        before these, [B, 2], brought up to date."""
        logits = F.linear(x.float(), self.language_classifier.weight.float())
        if counted is not None:
            logits = logits * counted.unsqueeze(-1)
        if self.scope != "token":
            before = sums.get(self.layer, 0)
            sums[self.layer] = before + logits.sum(1)
            if self.scope == "prefix":
                logits = logits.cumsum(1) + (before.unsqueeze(1) if torch.is_tensor(before) else before)
            else:
                logits = sums[self.layer].unsqueeze(1).expand_as(logits)
        return logits[..., 0] >= logits[..., 1]

    def forward(self, x, counted, sums):
        tokens = x.reshape(-1, x.shape[-1])
        scores = torch.softmax(F.linear(tokens.float(), self.router.weight.float()), dim=-1)
        order = torch.argsort(scores, dim=-1, descending=True, stable=True)[:, : self.top_k]
        weights = scores.gather(1, order)
        if self.normalise:
            weights = weights / weights.sum(-1, keepdim=True)
        if self.language_classifier is not None:
            past = self.past_router(x, counted, sums).reshape(-1, 1)
            alone = F.one_hot(torch.zeros_like(order[:, 0]), order.shape[1]).to(weights.dtype)
            order, weights = order.masked_fill(past, 0), torch.where(past, alone, weights)
        result = torch.zeros_like(tokens)
        for index, expert in enumerate(self.experts):
            token, place = torch.where(order == index)
            if len(token):
                result.index_add_(0, token, (expert(tokens[token]) * weights[token, place, None]).to(result.dtype))
        if self.shared_expert is not None:
            result = result + self.shared_expert(tokens) * torch.sigmoid(self.shared_expert_gate(tokens))
        return result.view_as(x), scores


class Layer(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        before, after = config.norm_placement != "after", config.norm_placement != "before"
        if before:
            self.input_layernorm = Norm(config)
        self.post_attention_layernorm = Norm(config)
        if before and after:
            self.pre_feedforward_layernorm = Norm(config)
        if after:
            self.post_feedforward_layernorm = Norm(config)
        self.before, self.after = before, after
        self.self_attn = Attention(config, layer)
        experts = config.num_experts_per_layer[layer] if config.num_experts_per_layer else 1
        self.mlp = MixtureOfExperts(config, experts, layer) if experts > 1 else Expert(config, config.intermediate_size)

    def forward(self, x, tables, bias, cache, counted, sums):
        mixed = self.self_attn(self.input_layernorm(x) if self.before else x, tables, bias, cache)
        x = x + (self.post_attention_layernorm(mixed) if self.after else mixed)
        if self.before:
            normed = self.pre_feedforward_layernorm(x) if self.after else self.post_attention_layernorm(x)
        else:
            normed = x
        made, scores = self.mlp(normed, counted, sums) if isinstance(self.mlp, MixtureOfExperts) else (self.mlp(normed), None)
        return x + (self.post_feedforward_layernorm(made) if self.after else made), scores


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        if config.positions == "learned":
            self.embed_positions = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        if config.embedding_norm:
            self.embed_norm = Norm(config)
        self.layers = nn.ModuleList(Layer(config, i) for i in range(config.num_hidden_layers))
        self.norm = Norm(config)


class MoebelForCausalLM(PreTrainedModel, GenerationMixin):
    config_class = MoebelConfig
    base_model_prefix = "model"
    _no_split_modules = ["Layer"]
    _tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}

    def __init__(self, config):
        super().__init__(config)
        self.model = Decoder(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.embed_tokens

    def set_input_embeddings(self, value):
        self.model.embed_tokens = value

    def get_output_embeddings(self):
        return self.lm_head

    def set_output_embeddings(self, value):
        self.lm_head = value

    def _reorder_cache(self, past_key_values, beam_idx):
        past_key_values.reorder_cache(beam_idx)
        for layer, sums in getattr(past_key_values, "classifier_sums", {}).items():
            past_key_values.classifier_sums[layer] = sums.index_select(0, beam_idx.to(sums.device))
        return past_key_values

    def attention_bias(self, window, seen, past, attention_mask, device):
        """What is added to the scores, [B or 1, H or 1, S, K]."""
        key, query = torch.arange(seen, device=device), torch.arange(past, seen, device=device).unsqueeze(1)
        visible = key <= query
        if window:
            visible = visible & (key > query - window)
        bias = torch.zeros(1, 1, seen - past, seen, device=device)
        if self.config.positions == "alibi":
            bias = alibi_slopes(self.config.num_attention_heads).to(device).view(1, -1, 1, 1) * (key - query)
        visible = visible[None, None]
        if attention_mask is not None:
            visible = visible & attention_mask[:, None, None, :seen].bool()
        return bias.masked_fill(~visible, torch.finfo(torch.float32).min)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None,
                labels=None, use_cache=None, logits_to_keep=0, cache=None, **kwargs):
        config, model = self.config, self.model
        past_key_values = past_key_values if cache is None else cache  # transformers 5.24 calls it so
        x = model.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        if config.embedding_scale != 1:
            x = x * torch.tensor(config.embedding_scale, dtype=x.dtype)
        use_cache = config.use_cache if use_cache is None else use_cache
        if use_cache and past_key_values is None:
            past_key_values = DynamicCache()
        past = past_key_values.get_seq_length() if isinstance(past_key_values, Cache) else 0
        seen = past + x.shape[1]
        if position_ids is None:
            if attention_mask is not None:
                position_ids = (attention_mask.long().cumsum(-1) - 1).clamp(min=0)[:, past:seen]
            else:
                position_ids = torch.arange(past, seen, device=x.device).unsqueeze(0)
        if config.positions == "learned":
            x = x + model.embed_positions(position_ids)
        if config.embedding_norm:
            x = model.embed_norm(x)
        tables = rotary_tables(config, position_ids) if config.positions == "rotary" else None
        windows = config.layer_windows or [0] * config.num_hidden_layers
        biases = {w: self.attention_bias(w, seen, past, attention_mask, x.device) for w in set(windows)}
        counted = None if attention_mask is None else attention_mask[:, past:seen].float()
        sums = {}
        if past_key_values is not None:
            if past == 0 or not hasattr(past_key_values, "classifier_sums"):
                past_key_values.classifier_sums = {}
            sums = past_key_values.classifier_sums
        router_scores = []
        for layer, window in zip(model.layers, windows):
            x, scores = layer(x, tables, biases[window], past_key_values, counted, sums)
            router_scores.append(scores)
        x = model.norm(x)
        kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) and logits_to_keep else slice(None)
        logits = self.lm_head(x[:, kept])
        if config.head_soft_cap:
            logits = config.head_soft_cap * torch.tanh(logits / config.head_soft_cap)
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits[:, :-1].float().flatten(0, 1), labels[:, 1:].flatten())
        return MoebelOutput(loss=loss, logits=logits, past_key_values=past_key_values, router_scores=tuple(router_scores))
