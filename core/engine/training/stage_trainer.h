// One training stage: batch -> forward -> losses -> backward -> clip -> step. Knows no store and no sink.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/text/sample_stream.h"
#include "engine/training/losses.h"
#include "engine/training/master_weights.h"
#include "engine/training/optimizer.h"
#include "moebel/analysis/routing_stats.h"

namespace moebel {

struct Batch {
    torch::Tensor ids_BS, targets_BS;      ///< int64
    torch::Tensor language_B;              ///< int64, LanguageId of each sequence
    torch::Tensor isOriginal_B;            ///< bool

    /// Sequences begin..end-1, sharing storage.
    Batch slice(std::int64_t begin, std::int64_t end) const
    {
        return {ids_BS.slice(0, begin, end), targets_BS.slice(0, begin, end), language_B.slice(0, begin, end),
                isOriginal_B.slice(0, begin, end)};
    }
};
/// Samples firstSample .. firstSample + sequences - 1.
Batch makeBatch(const SampleStream& stream, std::uint64_t firstSample, std::int64_t sequences,
                const std::vector<Language>& languages);

struct StepResult {
    double loss = 0;
    double languageModelLoss = 0;  ///< nats/token
    double balanceLoss = 0;
    double priorLoss = 0;  ///< 0 without a token of an original language
    double classifierLoss = 0;
    double routerLoss = 0;      ///< of the groups, nats/token
    double routerAccuracy = 0;  ///< share of tokens whose router prefers their group, mean over MoE layers
    double gradientNorm = 0;
    double learningRate = 0;
    std::vector<double> languageLoss;    ///< sum of nats by language
    std::vector<double> languageTokens;  ///< tokens by language
    bool finite = true;                  ///< false: the weights were not touched
    std::int64_t reducedTo = 0;  ///< sequences of a micro-batch from this step on, when the memory was too full for more; else 0
};

class StageTrainer {
public:
    /// Freezes by the stage's trainable set and makes a fresh optimizer and schedule. As long as the trainer lives the decoder is
    /// in the precision; see MasterWeights.
    StageTrainer(Decoder& decoder, StageSpec stage, std::vector<Language> languages, const SampleStream& stream,
                 Precision precision = Precision::Float32);

    /// Step `step` of the stage (from 0): a pure function of the weights, the optimizer state and the step.
    /// Adds what the routers did to routing(). NaN or infinity in loss or norm: finite = false, nothing changed.
    /// Memory exhausted before the weights change: the step begins again with half the micro-batch and twice as many of them,
    /// which make the same sums, and later steps keep it. Throws c10::OutOfMemoryError where one sequence is too much.
    StepResult trainStep(std::int64_t step);

    RoutingStats& routing() { return m_routing; }
    AdamW& optimizer() { return *m_optimizer; }
    /// Sequences of a micro-batch: the stage's, or fewer where the memory was full.
    std::int64_t microBatch() const { return m_microBatch; }
    void setMicroBatch(std::int64_t sequences) { m_microBatch = sequences; }
    const StageSpec& stage() const { return m_stage; }

private:
    /// Tokens of the whole step: what a micro-batch's sums are divided by.
    struct StepShares {
        std::int64_t tokens = 0;
        std::int64_t originalTokens = 0;
        std::vector<torch::Tensor> counts = {};  ///< choices of the experts by layer; empty when the step is one batch
    };
    /// The balance of a step is that of all its tokens, so its micro-batches are routed once before the first is learned from.
    std::vector<torch::Tensor> countsOfStep(const Batch& whole) const;
    /// Gradients, losses and routing of a step; weights and optimizer stay.
    StepResult gradientsOfStep(const Batch& whole);
    /// The same with a micro-batch that the memory is large enough for.
    StepResult gradientsThatFit(const Batch& whole);
    /// A warm-up by groups sends each sequence to the expert of its group.
    ForwardOptions optionsOf(const Batch& batch) const;
    torch::Tensor microBatchLoss(const Batch& batch, const StepShares& shares, StepResult& result);

    Decoder& m_decoder;
    StageSpec m_stage;
    std::vector<Language> m_languages;
    const SampleStream& m_stream;
    MasterWeights m_weights;
    std::unique_ptr<AdamW> m_optimizer;
    RoutingStats m_routing;
    RoutingStats m_stepRouting;  ///< of the step that is being done
    std::int64_t m_microBatch = 0;
    torch::Tensor m_group_L;  ///< int64: the group of each language, -1: none; undefined without groups
};

/// Adds one batch's decisions to the sums (core/kernels/routing_count).
void countRouting(const std::vector<RoutingDecision>& routing, const torch::Tensor& language_B, std::int64_t sequenceLength,
                  RoutingStats& stats);

}  // namespace moebel
