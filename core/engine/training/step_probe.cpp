#include "engine/training/step_probe.h"

#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <chrono>

#include "engine/training/losses.h"

namespace moebel {
namespace {

Decoder randomModel(ModelShape shape, ExpertAllocation allocation, std::int64_t layers, const torch::Device& device)
{
    const torch::NoGradGuard noGradient;
    shape.layers = layers;
    if (std::int64_t(allocation.experts.size()) > layers) allocation.experts.resize(std::size_t(layers));
    Decoder decoder(shape, std::move(allocation));
    for (const NamedParameter& parameter : decoder.parameters()) {
        if (parameter.group == ParameterGroup::Norm)
            parameter.tensor.fill_(1.0);
        else
            parameter.tensor.uniform_(-0.05, 0.05);
    }
    decoder.moveTo(device);
    return decoder;
}

}  // namespace

ProbeSize probeSize(const ModelShape& shape, const StageSpec& stage, double flopsPerToken, double flopsLimit)
{
    ProbeSize size{shape.layers, stage.microBatchSequences > 0 ? stage.microBatchSequences : stage.batchSequences,
                   stage.sequenceLength};
    const auto tooLong = [&] {
        return flopsPerToken * double(size.tokens()) * double(size.layers) / double(shape.layers) > flopsLimit;
    };
    if (tooLong()) size.layers = std::min<std::int64_t>(shape.layers, 2);
    while (tooLong() && size.sequences > 1) size.sequences /= 2;
    return size;
}

StepProbe::StepProbe(const ModelShape& shape, const ExpertAllocation& allocation, const StageSpec& stage, const ProbeSize& size,
                     Precision precision, const torch::Device& device)
    : m_decoder(randomModel(shape, allocation, size.layers, device)), m_weights(m_decoder, stage.trainable, precision),
      m_optimizer(m_weights.masters(), stage.beta1, stage.beta2, stage.weightDecay),
      m_ids_BS(torch::randint(shape.vocabulary, {size.sequences, size.sequenceLength}, torch::kInt64)),
      m_targets_T(torch::randint(shape.vocabulary, {size.tokens()}, torch::kInt64))
{
}

double StepProbe::secondsOfStep()
{
    const auto start = std::chrono::steady_clock::now();
    m_optimizer.zeroGradients();
    const DecoderOutput output = m_decoder.forward(m_ids_BS);
    const torch::Tensor loss =
        languageModelLossSum(output.hidden_TD, m_decoder.head(), m_targets_T) / double(m_targets_T.numel());
    if (loss.requires_grad()) loss.backward();
    m_weights.collectGradients();
    m_optimizer.step(1e-5);
    m_weights.refreshCopies();
    const torch::Device device = m_decoder.device();
    if (!device.is_cpu()) c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace moebel
