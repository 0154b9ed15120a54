// The sequences of one step of DMoE's probe: packed blocks of a stream, or single documents with padding.
#pragma once

#include "engine/training/deviation_probe.h"

namespace moebel
{

/// ids_BS and the tokens that are predicted in it; padding stands on the right and counts for nothing.
struct DeviationBatch {
    torch::Tensor ids_BS;     ///< int64
    torch::Tensor rows_X;     ///< int64: places of the flattened batch whose next token counts
    torch::Tensor targets_X;  ///< int64: that token
};

/// Done where every language has text for all steps. Error: names the first that has not.
Status checkTexts(const std::vector<DeviationText>& texts, const DeviationSettings& settings);

/// Batches of one language: a pure function of (text, settings, seed, step).
class DeviationBatches
{
public:
    /// `text` must outlive it. Precondition: it was checked.
    DeviationBatches(const DeviationText& text, const DeviationSettings& settings, Seed seed);
    /// In micro-batches.
    std::vector<DeviationBatch> ofStep(std::int64_t step) const;

private:
    std::vector<std::span<const std::int32_t>> sequences(std::int64_t first, std::int64_t count) const;

    const DeviationText& m_text;
    DeviationSettings m_settings;
    std::vector<std::span<const std::int32_t>> m_documents;  ///< without packing, in the order drawn
};

/// Adds the gradient of the mean loss of a step's counted tokens, micro-batch by micro-batch; `collect` is called after each.
/// Returns the loss in nats a token.
double backwardOfStep(const Decoder& decoder, const std::vector<DeviationBatch>& parts, const std::function<void()>& collect = {});

}  // namespace moebel
