#include "layer_norm_kind.h"

#include <nlohmann/json.hpp>

namespace moebel
{
namespace
{

ModelShape biasedKind()
{
    ModelShape shape;
    shape.qkvBias = shape.outputBias = shape.feedForwardBias = true;
    shape.norm = NormKind::Layer;
    shape.feedForward = FeedForwardKind::Gelu;
    return shape;
}

/// `kind` with the sizes of `shape`.
ModelShape sized(ModelShape kind, const ModelShape& shape)
{
    kind.layers = shape.layers;
    kind.width = shape.width;
    kind.heads = kind.keyValueHeads = shape.heads;
    kind.headSize = shape.width / shape.heads;
    kind.feedForwardWidth = shape.feedForwardWidth;
    kind.vocabulary = shape.vocabulary;
    kind.contextLength = shape.contextLength;
    kind.normEpsilon = shape.normEpsilon;
    kind.tiedHead = shape.tiedHead;
    return kind;
}

}  // namespace

ModelShape gpt2Kind()
{
    ModelShape shape = biasedKind();
    shape.positions = PositionKind::Learned;
    return shape;
}

ModelShape bloomKind()
{
    ModelShape shape = biasedKind();
    shape.positions = PositionKind::Alibi;
    shape.embeddingNorm = true;
    return shape;
}

TensorNaming layerNormFamily(const ModelShape& shape)
{
    if (shape.width % shape.heads != 0) return TensorNaming::Llama;
    if (shape == sized(gpt2Kind(), shape)) return TensorNaming::Gpt2;
    const bool isBloom = shape == sized(bloomKind(), shape) && shape.feedForwardWidth == 4 * shape.width;
    return isBloom ? TensorNaming::Bloom : TensorNaming::Llama;
}

nlohmann::ordered_json layerNormConfig(const ModelShape& shape, TensorNaming family)
{
    const bool isGpt2 = family == TensorNaming::Gpt2;
    nlohmann::ordered_json config = {{"architectures", {isGpt2 ? "GPT2LMHeadModel" : "BloomForCausalLM"}},
                                     {"model_type", isGpt2 ? "gpt2" : "bloom"},
                                     {"n_layer", shape.layers},
                                     {"n_head", shape.heads},
                                     {isGpt2 ? "n_embd" : "hidden_size", shape.width},
                                     {isGpt2 ? "n_positions" : "seq_length", shape.contextLength},
                                     {"vocab_size", shape.vocabulary},
                                     {"layer_norm_epsilon", shape.normEpsilon},
                                     {"tie_word_embeddings", shape.tiedHead},
                                     {"torch_dtype", "float32"}};
    if (isGpt2) {
        config["activation_function"] = "gelu_new";
        config["n_inner"] = shape.feedForwardWidth;
    }
    return config;
}

}  // namespace moebel
