// AdamW on LibTorch's fused operator, over the trainable parameters only; schedule; clipping by a fused norm.
#pragma once

#include <string>
#include <vector>

#include "engine/model/checkpoint/safetensors.h"
#include "engine/model/decoder.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

/// requires_grad is set to match; returns the trainable ones. Everything else has no gradient and no optimizer state.
std::vector<NamedParameter> applyFreezePlan(Decoder& decoder, TrainableSet trainable);
bool isTrained(ParameterGroup group, TrainableSet trainable);

/// learningRate * warm-up and cosine factor. step counts from 0 inside the stage.
double scheduledLearningRate(const ScheduleSpec& schedule, double learningRate, std::int64_t step, std::int64_t steps);

/// Global L2 norm of the gradients, one fused call; no synchronisation beyond the one read.
double gradientNorm(const std::vector<NamedParameter>& parameters);
void scaleGradients(const std::vector<NamedParameter>& parameters, double factor);

class AdamW
{
public:
    AdamW(std::vector<NamedParameter> parameters, double beta1, double beta2, double weightDecay);
    void step(double learningRate);
    void zeroGradients();
    /// As when it was made: no step done, no memory of gradients.
    void reset();
    /// "adamw.<parameter>.first", ".second", and "adamw.step": what a checkpoint holds.
    NamedTensors state() const;
    Status restore(const std::map<std::string, torch::Tensor>& state);
    const std::vector<NamedParameter>& parameters() const { return m_parameters; }

private:
    std::vector<NamedParameter> m_parameters;
    std::vector<torch::Tensor> m_first, m_second, m_steps;
    double m_beta1, m_beta2, m_weightDecay;
};

}  // namespace moebel
