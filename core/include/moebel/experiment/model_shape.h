// The size of a model as numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace moebel
{

enum class RopeScalingKind { None, Linear, Llama3 };

/// How the angles of the rotary embedding are stretched for longer contexts, as in config.json's rope_parameters.
struct RopeScaling {
    RopeScalingKind kind = RopeScalingKind::None;
    double factor = 1;
    double lowFrequencyFactor = 1;     ///< llama3: waves longer than originalContext / this are stretched by `factor`
    double highFrequencyFactor = 4;    ///< llama3: waves shorter than originalContext / this stay; between them it is blended
    std::int64_t originalContext = 0;  ///< llama3: the context that the model was trained with first

    bool operator==(const RopeScaling&) const = default;
};

enum class NormKind { Rms, Layer };                  ///< RMSNorm, or LayerNorm with bias
enum class NormPlacement { Before, After, Both };    ///< of attention and feed-forward, inside the residual branch
enum class FeedForwardKind { SwiGlu, GeGlu, Gelu };  ///< GELU in its tanh form; the last one has no gate
enum class PositionKind { Rotary, Learned, Alibi };
enum class QueryKeyNorm { None, Head, Whole };  ///< RMSNorm of queries and keys: of every head, or of all heads at once

/// A decoder: by default of the Llama kind, with RMSNorm, rotary embedding, grouped-query attention, SwiGLU. What other families
/// do differently is said by values here, not by classes.
struct ModelShape {
    std::int64_t layers = 4;
    std::int64_t width = 128;
    std::int64_t heads = 4;
    std::int64_t keyValueHeads = 4;
    std::int64_t headSize = 32;
    std::int64_t feedForwardWidth = 320;
    std::int64_t vocabulary = 4096;
    std::int64_t contextLength = 128;
    double ropeTheta = 10000.0;
    double normEpsilon = 1e-5;
    bool tiedHead = true;
    bool qkvBias = false;       ///< Qwen1.5/2 style
    bool outputBias = false;    ///< of the attention's output projection: Llama with attention_bias
    QueryKeyNorm queryKeyNorm = QueryKeyNorm::None;  ///< before the rotary embedding: Qwen3 (Head), OLMo 2 (Whole)
    /// Tokens that a layer's attention sees, the own one included; 0: all. Empty: every layer sees all.
    std::vector<std::int64_t> windows{};
    RopeScaling ropeScaling{};
    NormKind norm = NormKind::Rms;
    NormPlacement normPlacement = NormPlacement::Before;
    bool normPlusOne = false;  ///< norms multiply by 1 + weight: Gemma
    FeedForwardKind feedForward = FeedForwardKind::SwiGlu;
    bool feedForwardBias = false;
    PositionKind positions = PositionKind::Rotary;
    bool embeddingNorm = false;   ///< a norm between embedding and first layer: BLOOM
    double embeddingScale = 1;    ///< of the embedding, not of the tied head: Gemma
    double attentionScale = 0;    ///< of products of queries and keys; 0: 1 / sqrt(headSize)
    double attentionSoftCap = 0;  ///< c tanh(score / c); 0: none. Gemma 2
    double headSoftCap = 0;       ///< the same for logits
    std::int64_t expertWidth = 0;  ///< of the feed-forward networks of MoE layers; 0: feedForwardWidth, as of dense layers
    /// Of a network in every MoE layer that all tokens pass through, behind a sigmoid gate; 0: there is none. Qwen2-MoE
    std::int64_t sharedExpertWidth = 0;

    bool operator==(const ModelShape&) const = default;
};

std::int64_t widthOfExperts(const ModelShape& shape);
/// Tokens of the longest sequence that the model can take at once: the context where positions are learned, else none is too long.
std::int64_t longestSequence(const ModelShape& shape);

/// What a language classifier decides about: the whole sequence by the sum of its inputs (as LayerMoE publishes it: it sees
/// later tokens), each token by the sum up to it, or each token by itself (methods.md 2.4).
enum class ClassifierScope { Sequence, Prefix, Token };
std::string_view name(ClassifierScope scope);  ///< "sequence", "prefix", "token"
/// Why likelihoods of a model with language classifiers in these layers are not strictly causal, in one sentence; empty where they are.
std::string causalityNote(const std::vector<std::int64_t>& classifierLayers, ClassifierScope scope);

/// Experts per layer, the original one included (N^i). Empty: a dense model; 1: that layer stays dense.
struct ExpertAllocation {
    std::vector<std::int64_t> experts;
    std::int64_t topK = 2;
    bool renormaliseTopOne = true;  ///< false: MoE-LPR's official behaviour at K = 1 (methods.md 1.2)
    /// Of a lifelong expansion: experts per layer at the end of each earlier round, oldest first. Empty: this is the first round.
    std::vector<std::vector<std::int64_t>> rounds = {};
    std::vector<std::int64_t> classifierLayers = {};  ///< with a language classifier in front of the router, ascending
    ClassifierScope classifierScope = ClassifierScope::Sequence;
    bool renormalise = true;        ///< kept scores are divided by their sum; false: OLMoE and most of Qwen2-MoE
    /// DMoE: the languages of each expert, the same in every MoE layer (methods.md 3.6). All experts are the groups' own then:
    /// expert 0 is that of group 0, no original one is kept. Empty: experts belong to no language.
    std::vector<std::vector<std::string>> groups = {};

    bool operator==(const ExpertAllocation&) const = default;
    /// Experts that were there before the newest round, the original one included: 1 in the first round, none with groups.
    std::int64_t earlierExperts(std::int64_t layer) const
    {
        if (rounds.empty()) return groups.empty() ? 1 : 0;
        return rounds.back()[std::size_t(layer)];
    }
    /// The expert of a language: the group that it stands in; -1: none.
    std::int64_t groupOf(const std::string& language) const;
    /// Round that an expert was added in, from 1; 0: the original feed-forward network.
    std::int64_t roundOf(std::int64_t layer, std::int64_t expert) const;
    bool isMoe(std::int64_t layer) const { return std::size_t(layer) < experts.size() && experts[std::size_t(layer)] > 1; }
};

/// Number of weights by what they are; `active` counts what one token passes through.
struct ParameterCount {
    std::int64_t embedding = 0;
    std::int64_t attention = 0;
    std::int64_t norm = 0;
    std::int64_t originalExperts = 0;  ///< the dense feed-forward networks
    std::int64_t earlierExperts = 0;  ///< of earlier rounds of a lifelong expansion
    std::int64_t newExperts = 0;
    std::int64_t router = 0;
    std::int64_t classifier = 0;
    std::int64_t head = 0;  ///< 0 when tied
    std::int64_t total = 0;
    std::int64_t active = 0;

    bool operator==(const ParameterCount&) const = default;
};

ParameterCount countParameters(const ModelShape& shape, const ExpertAllocation& allocation);

}  // namespace moebel
