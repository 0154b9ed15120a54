"""Configuration of a model that Moebel wrote. What is not in config.json is as in Llama."""
from transformers import PretrainedConfig


class MoebelConfig(PretrainedConfig):
    """A decoder whose layers hold different numbers of experts.

    num_experts_per_layer: experts of each layer, the original one (0) included; 1: the layer is dense; None: all are.
    num_experts_per_tok:   experts that a token passes through, at most as many as the layer has.
    norm_topk_one:         with one expert a token, its weight is 1 (True) or its score (False).
    norm_topk_prob:        kept scores are divided by their sum (True), or stand as they are.
    moe_intermediate_size: width of the experts; 0: intermediate_size, as of dense layers.
    language_classifiers:  1 for each layer whose router has a language classifier in front of it, else 0; None: no layer has one.
    language_classifier_scope: what it decides about: the "sequence", each token by the "prefix" up to it, or the "token" alone.
    shared_expert_intermediate_size: width of a network that every token passes through behind a sigmoid gate; 0: none.
    layer_windows:         tokens that a layer's attention sees, the own one included; 0: all.
    """

    model_type = "moebel"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(self, vocab_size=32000, hidden_size=128, intermediate_size=320, num_hidden_layers=4, num_attention_heads=4,
                 num_key_value_heads=None, head_dim=None, max_position_embeddings=2048, rms_norm_eps=1e-6, rope_theta=10000.0,
                 rope_scaling=None, attention_bias=False, attention_output_bias=False, mlp_bias=False, hidden_act="silu",
                 layer_windows=None, query_key_norm="none", norm="rms_norm", norm_placement="before", norm_plus_one=False,
                 positions="rotary", embedding_norm=False, embedding_scale=1.0, attention_scale=0.0, attention_soft_cap=0.0,
                 head_soft_cap=0.0, num_experts_per_layer=None, num_experts_per_tok=2, norm_topk_one=True,
                 norm_topk_prob=True, moe_intermediate_size=0, shared_expert_intermediate_size=0,
                 language_classifiers=None, language_classifier_scope="sequence",
                 tie_word_embeddings=False, use_cache=True, **kwargs):
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.intermediate_size = intermediate_size
        self.num_hidden_layers = num_hidden_layers
        self.num_attention_heads = num_attention_heads
        self.num_key_value_heads = num_key_value_heads or num_attention_heads
        self.head_dim = head_dim or hidden_size // num_attention_heads
        self.max_position_embeddings = max_position_embeddings
        self.rms_norm_eps = rms_norm_eps
        self.rope_theta = rope_theta
        self.rope_scaling = rope_scaling
        self.attention_bias = attention_bias
        self.attention_output_bias = attention_output_bias
        self.mlp_bias = mlp_bias
        self.hidden_act = hidden_act
        self.layer_windows = layer_windows
        self.query_key_norm = query_key_norm
        self.norm = norm
        self.norm_placement = norm_placement
        self.norm_plus_one = norm_plus_one
        self.positions = positions
        self.embedding_norm = embedding_norm
        self.embedding_scale = embedding_scale
        self.attention_scale = attention_scale
        self.attention_soft_cap = attention_soft_cap
        self.head_soft_cap = head_soft_cap
        self.num_experts_per_layer = num_experts_per_layer
        self.num_experts_per_tok = num_experts_per_tok
        self.norm_topk_one = norm_topk_one
        self.norm_topk_prob = norm_topk_prob
        self.moe_intermediate_size = moe_intermediate_size
        self.shared_expert_intermediate_size = shared_expert_intermediate_size
        self.language_classifiers = language_classifiers
        self.language_classifier_scope = language_classifier_scope
        self.use_cache = use_cache
        super().__init__(tie_word_embeddings=tie_word_embeddings, **kwargs)
