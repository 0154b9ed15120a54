// How fast a stage trains in a precision: real training steps on random tokens.
#pragma once

#include "engine/model/decoder.h"
#include "engine/training/master_weights.h"
#include "engine/training/optimizer.h"

namespace moebel {

/// What one probe step computes. A part of the model's layers and of the batch where the whole would take too long.
struct ProbeSize {
    std::int64_t layers = 0;
    std::int64_t sequences = 0;
    std::int64_t sequenceLength = 0;
    std::int64_t tokens() const { return sequences * sequenceLength; }
};
/// `flopsPerToken`: of the whole model, `flopsLimit`: of one probe step. At least two layers and one sequence.
ProbeSize probeSize(const ModelShape& shape, const StageSpec& stage, double flopsPerToken, double flopsLimit);

class StepProbe {
public:
    /// A model of these sizes with random weights, frozen as the stage says.
    StepProbe(const ModelShape& shape, const ExpertAllocation& allocation, const StageSpec& stage, const ProbeSize& size,
              Precision precision, const torch::Device& device = torch::kCPU);
    /// Forward, language-model loss, backward, optimizer; wall time until the device has done it.
    double secondsOfStep();

private:
    Decoder m_decoder;
    MasterWeights m_weights;
    AdamW m_optimizer;
    torch::Tensor m_ids_BS, m_targets_T;
};

}  // namespace moebel
