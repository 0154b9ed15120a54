// The decoder: embedding, layers of attention and feed-forward (dense or MoE), final norm. The head is applied by the losses.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/model/attention.h"
#include "engine/model/moe_layer.h"
#include "engine/model/norm.h"
#include "engine/model/output_head.h"
#include "engine/model/torch.h"
#include "moebel/base/ids.h"
#include "moebel/experiment/model_shape.h"

namespace moebel
{

/// What a parameter is; freeze plans and parameter counts speak in these.
enum class ParameterGroup { Embedding, Attention, Norm, OriginalExpert, NewExpert, Router, Head, Classifier, EarlierExpert };
std::string_view name(ParameterGroup group);

struct NamedParameter {
    std::string name;  ///< the name in model.safetensors: "model.layers.3.mlp.experts.1.gate_proj.weight"
    ParameterGroup group = ParameterGroup::Attention;
    torch::Tensor tensor;  ///< shares storage with the model
};

struct DecoderLayer {
    NormWeights attentionNorm, attentionPostNorm;  ///< before and after, as the shape's placement says
    AttentionWeights attention;
    NormWeights feedForwardNorm, feedForwardPostNorm;
    MoeLayer feedForward;  ///< one expert and no router: dense
};

struct DecoderOutput {
    torch::Tensor hidden_TD;               ///< after the final norm, in the head's type
    std::vector<RoutingDecision> routing;  ///< one a layer; `defined()` is false for dense layers
};

/// What a forward pass is asked for beside its output.
struct ForwardOptions {
    /// int64: tokens of each sequence before the padding on its right; undefined: none is padded.
    torch::Tensor lengths_B = {};
    /// Sees what the router and the experts of each layer see, after the norm.
    std::function<void(std::int64_t layer, const torch::Tensor& x_TD)> onFeedForwardInput = {};
    /// int64, hard routing: this expert alone, with weight one, takes all tokens of a sequence in every MoE layer; -1: the router
    /// decides. What it would decide is told all the same. Undefined: it decides for all. Every MoE layer must have the expert.
    torch::Tensor expert_B = {};
};

class Decoder
{
public:
    /// All tensors allocated (fp32, uninitialised). `initialiseDecoder` or a checkpoint fills them.
    Decoder(ModelShape shape, ExpertAllocation allocation);

    const ModelShape& shape() const { return m_shape; }
    const ExpertAllocation& allocation() const { return m_allocation; }
    std::vector<DecoderLayer>& layers() { return m_layers; }
    const std::vector<DecoderLayer>& layers() const { return m_layers; }
    torch::Tensor& embedding_VD() { return m_embedding_VD; }
    torch::Tensor& finalNorm_D() { return m_finalNorm.weight_D; }
    /// Of the weights of products: fp32, or bf16 where the model was put into that precision (engine/model/precision.h).
    torch::ScalarType computeType() const;
    /// Where all its tensors lie: the CPU until moveTo.
    torch::Device device() const { return m_embedding_VD.device(); }
    void moveTo(const torch::Device& device);
    /// [V, D]; the embedding when tied.
    torch::Tensor head_VD() const;
    OutputHead head() const { return {head_VD(), m_shape.headSoftCap}; }

    /// ids_BS int64; it and the options may lie on another device. Causal attention inside each sequence; no mask across documents. With learned positions S is at most the
    /// context length.
    DecoderOutput forward(const torch::Tensor& ids_BS, const ForwardOptions& options = {}) const;

    /// Language classifiers, Xavier normal by the seed, in front of the routers of these layers. Precondition: they are MoE.
    void addClassifiers(const std::vector<std::int64_t>& layers, ClassifierScope scope, Seed seed);

    /// Every parameter once, in the order of the checkpoint.
    std::vector<NamedParameter> parameters() const;

private:
    ModelShape m_shape;
    ExpertAllocation m_allocation;
    torch::Tensor embedded(const torch::Tensor& ids_BS) const;

    torch::Tensor m_embedding_VD;
    torch::Tensor m_positions_SD;  ///< undefined without learned positions
    NormWeights m_embeddingNorm;
    std::vector<DecoderLayer> m_layers;
    NormWeights m_finalNorm;
    torch::Tensor m_head_VD;  ///< undefined when tied
    RotaryTable m_rotary;     ///< of the context length, or of its beginning where that is long
};

/// methods.md section 8: embedding and linear std as given, output projections std/sqrt(2L), norms 1. Counter-based by seed.
void initialiseDecoder(Decoder& decoder, double embeddingStd, double linearStd, Seed seed);

/// fp32 logits of some rows of DecoderOutput::hidden_TD, [R, V].
torch::Tensor headLogits(const OutputHead& head, const torch::Tensor& hidden_RD);

/// Logits of all tokens, [T, V]; for short sequences (training never materialises them).
torch::Tensor logits(const Decoder& decoder, const torch::Tensor& ids_BS, std::vector<RoutingDecision>* routing = nullptr);

}  // namespace moebel
