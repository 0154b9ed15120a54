// MoeLayer = Router, TokenDispatch, ExpertBank, combine. Expert 0 is the original feed-forward network.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/torch.h"
#include "moebel/experiment/model_shape.h"

namespace moebel
{

/// One feed-forward network: down(act(gate x) * up x), or down(act(up x)) where the kind has no gate.
struct Expert {
    torch::Tensor gate_FD, up_FD, down_DF;
    torch::Tensor upBias_F = {}, downBias_D = {};  ///< undefined without biases
    FeedForwardKind kind = FeedForwardKind::SwiGlu;

    /// Those that are there, with the name of each in a checkpoint: {"gate_proj.weight", gate_FD}.
    std::vector<std::pair<std::string, torch::Tensor>> tensors() const;
    torch::Tensor forward(const torch::Tensor& x_TD) const;
};

/// The sequences that the tokens of a layer's input belong to: T = B * S, padded on the right.
struct SequenceLayout {
    std::int64_t sequences = 1;
    torch::Tensor lengths_B = {};  ///< int64; undefined: none is padded
    torch::Tensor expert_B = {};   ///< int64, hard routing (see ForwardOptions); undefined: by the router
};

/// LayerMoE's old/new classifier in front of a router (methods.md 2.4): a linear map without bias. Class 0: an original language,
/// the token passes through expert 0 alone; class 1: it goes to the router.
struct LanguageClassifier {
    torch::Tensor weight_2D;  ///< undefined: the layer has none
    ClassifierScope scope = ClassifierScope::Sequence;
    /// One row a sequence for ClassifierScope::Sequence, else one a token; fp32, in the graph. Padding counts for nothing.
    torch::Tensor logits(const torch::Tensor& x_TD, const SequenceLayout& layout) const;
};

/// For one batch and layer. Softmax over all experts in fp32 first, then top-K, then division by the kept sum.
struct RoutingDecision {
    torch::Tensor logits_TE;      ///< fp32, in the graph
    torch::Tensor scores_TE;      ///< fp32 softmax over all experts, in the graph
    torch::Tensor weights_TK;     ///< kept scores, divided by their sum unless ExpertAllocation says otherwise
    torch::Tensor expert_ids_TK;  ///< int64, highest score first; ties go to the lower index
    torch::Tensor classifier_X2 = {};  ///< logits of the layer's language classifier, by sequence or token; undefined: it has none
    torch::Tensor bypass_T = {};       ///< bool: past the router to expert 0 with weight one, whatever the rest says; or undefined
    torch::Tensor hard_T = {};         ///< int64: the expert that hard routing gave the token to, -1: none; or undefined
    /// int64: the expert that takes the token with weight one, whatever the rest says; -1: none. Undefined: there is no such token.
    torch::Tensor forced() const;
    bool defined() const { return scores_TE.defined(); }
};

struct Router {
    torch::Tensor weight_ED;  ///< bias-free
    std::int64_t topK = 2;
    bool renormaliseTopOne = true;
    bool renormalise = true;
    RoutingDecision route(const torch::Tensor& x_TD) const;
};

/// The experts of a layer as separate tensors, so that a frozen expert has no gradient and no optimizer state.
struct ExpertBank {
    std::vector<Expert> experts;
};

/// A network that every token passes through, times the sigmoid of its gate. Qwen2-MoE.
struct SharedExpert {
    Expert expert;
    torch::Tensor gate_1D;  ///< undefined: there is none
    torch::Tensor forward(const torch::Tensor& x_TD) const;
};

struct MoeLayer {
    ExpertBank bank;
    Router router;  ///< weight undefined for a dense layer
    SharedExpert shared = {};
    LanguageClassifier classifier = {};
    bool isMoe() const { return bank.experts.size() > 1; }
    /// y_TD without the residual, both in fp32. `decision` is filled for MoE layers.
    torch::Tensor forward(const torch::Tensor& x_TD, RoutingDecision* decision, const SequenceLayout& layout = {}) const;

private:
    torch::Tensor routedForward(const torch::Tensor& x_TD, const RoutingDecision& decision) const;
};

/// Every expert on every token with masked weights: the slow truth that dispatch is tested against.
torch::Tensor denseReference(const MoeLayer& layer, const torch::Tensor& x_TD, const RoutingDecision& decision);

}  // namespace moebel
