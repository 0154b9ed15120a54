// A training step as the published codes write it, on the weights of a Decoder: a loop over experts with masks, where and
// index_add, fp32 logits of the whole batch, torch::optim::AdamW, and (as their default is) activation checkpointing.
#pragma once

#include <torch/optim/adamw.h>

#include "engine/training/stage_trainer.h"

namespace moebel::bench {

class ReferenceTrainer {
public:
    ReferenceTrainer(Decoder& decoder, const StageSpec& stage, std::vector<Language> languages, const SampleStream& stream,
                     bool checkpointing);
    /// The loss; the same as StageTrainer::trainStep's to rounding.
    double trainStep(std::int64_t step);

private:
    torch::Tensor forward(const torch::Tensor& ids_BS, std::vector<torch::Tensor>& routerLogits) const;
    torch::Tensor auxiliaryLoss(const std::vector<torch::Tensor>& routerLogits, const Batch& batch) const;

    Decoder& m_decoder;
    StageSpec m_stage;
    std::vector<Language> m_languages;
    const SampleStream& m_stream;
    bool m_checkpointing;
    std::vector<torch::Tensor> m_trained;
    std::unique_ptr<torch::optim::AdamW> m_optimizer;
};

}  // namespace moebel::bench
