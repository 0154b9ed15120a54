#include "engine/training/stage_trainer.h"

#include <algorithm>
#include <cmath>

namespace moebel {
namespace {

std::vector<std::int64_t> expertsOf(const Decoder& decoder)
{
    std::vector<std::int64_t> experts;
    for (const DecoderLayer& layer : decoder.layers()) experts.push_back(std::int64_t(layer.feedForward.bank.experts.size()));
    return experts;
}

torch::Tensor groupsOf(const Decoder& decoder, const std::vector<Language>& languages)
{
    if (decoder.allocation().groups.empty()) return {};
    std::vector<std::int64_t> groups;
    for (const Language& language : languages) groups.push_back(decoder.allocation().groupOf(language.code));
    return torch::tensor(groups, torch::kInt64);
}

void addLanguageLoss(const torch::Tensor& tokenLoss_T, const Batch& batch, StepResult& result)
{
    const std::int64_t length = batch.ids_BS.size(1);
    const torch::Tensor ofHost_T = tokenLoss_T.cpu();
    const float* loss = ofHost_T.const_data_ptr<float>();
    const std::int64_t* languages = batch.language_B.const_data_ptr<std::int64_t>();
    for (std::int64_t b = 0; b < batch.ids_BS.size(0); ++b) {
        double sum = 0;
        for (std::int64_t s = 0; s < length; ++s) sum += double(loss[b * length + s]);
        result.languageLoss[std::size_t(languages[b])] += sum;
        result.languageTokens[std::size_t(languages[b])] += double(length);
    }
}

}  // namespace

StageTrainer::StageTrainer(Decoder& decoder, StageSpec stage, std::vector<Language> languages, const SampleStream& stream,
                           Precision precision)
    : m_decoder(decoder), m_stage(std::move(stage)), m_languages(std::move(languages)), m_stream(stream),
      m_weights(decoder, m_stage.trainable, precision),
      m_optimizer(std::make_unique<AdamW>(m_weights.masters(), m_stage.beta1, m_stage.beta2, m_stage.weightDecay)),
      m_routing(expertsOf(decoder), std::int64_t(m_languages.size())), m_stepRouting(m_routing),
      m_microBatch(m_stage.microBatchSequences > 0 ? std::min(m_stage.microBatchSequences, m_stage.batchSequences)
                                                   : m_stage.batchSequences),
      m_group_L(groupsOf(decoder, m_languages))
{
}

ForwardOptions StageTrainer::optionsOf(const Batch& batch) const
{
    ForwardOptions options;
    if (isHardRouted(m_stage.kind)) options.expert_B = m_group_L.index_select(0, batch.language_B);
    return options;
}

torch::Tensor StageTrainer::microBatchLoss(const Batch& batch, const StepShares& shares, StepResult& result)
{
    const DecoderOutput output = m_decoder.forward(batch.ids_BS, optionsOf(batch));
    countRouting(output.routing, batch.language_B, batch.ids_BS.size(1), m_stepRouting);

    torch::Tensor tokenLoss_T;
    const torch::Tensor languageModel =
        languageModelLossSum(output.hidden_TD, m_decoder.head(), batch.targets_BS.reshape({-1}), 512, &tokenLoss_T) /
        double(shares.tokens);
    addLanguageLoss(tokenLoss_T, batch, result);
    result.languageModelLoss += languageModel.item<double>();

    torch::Tensor loss = languageModel;
    if (m_stage.balanceWeight > 0) {
        const double share = double(batch.ids_BS.numel()) / double(shares.tokens);
        const torch::Tensor balance =
            (shares.counts.empty() ? loadBalanceLoss(output.routing, m_stage.balanceForm)
                                   : loadBalanceLoss(output.routing, m_stage.balanceForm, shares.counts)) * share;
        result.balanceLoss += balance.item<double>();
        loss = loss + balance * m_stage.balanceWeight;
    }
    if (m_stage.priorWeight > 0) {
        const torch::Tensor isOriginal_T = batch.isOriginal_B.repeat_interleave(batch.ids_BS.size(1));
        const double original = double(batch.isOriginal_B.sum().item<std::int64_t>() * batch.ids_BS.size(1));
        const double share = shares.originalTokens > 0 ? original / double(shares.originalTokens) : 0.0;
        const torch::Tensor prior = languagePriorLoss(output.routing, isOriginal_T, m_stage.priorForm, share);
        result.priorLoss += prior.item<double>();
        loss = loss + prior * m_stage.priorWeight;
    }
    if (m_stage.classifierWeight > 0) {
        const double share = double(batch.ids_BS.numel()) / double(shares.tokens);
        const torch::Tensor classifier = classifierLoss(output.routing, batch.isOriginal_B, share);
        result.classifierLoss += classifier.item<double>();
        loss = loss + classifier * m_stage.classifierWeight;
    }
    if (m_stage.routerWeight > 0) {
        const double share = double(batch.ids_BS.numel()) / double(shares.tokens);
        double accuracy = 0;
        const torch::Tensor group_T = m_group_L.index_select(0, batch.language_B).repeat_interleave(batch.ids_BS.size(1));
        const torch::Tensor router = groupRouterLoss(output.routing, group_T, share, &accuracy);
        result.routerLoss += router.item<double>();
        result.routerAccuracy += accuracy * share;
        loss = loss + router * m_stage.routerWeight;
    }
    result.loss += loss.item<double>();
    return loss;
}

std::vector<torch::Tensor> StageTrainer::countsOfStep(const Batch& whole) const
{
    if (m_stage.balanceWeight <= 0 || m_microBatch >= m_stage.batchSequences) return {};
    const torch::NoGradGuard noGradient;
    std::vector<torch::Tensor> sums;
    for (std::int64_t begin = 0; begin < m_stage.batchSequences; begin += m_microBatch) {
        const Batch part = whole.slice(begin, std::min(begin + m_microBatch, m_stage.batchSequences));
        const std::vector<torch::Tensor> counts = expertCounts(m_decoder.forward(part.ids_BS, optionsOf(part)).routing);
        if (sums.empty()) sums = counts;
        else
            for (std::size_t layer = 0; layer < sums.size(); ++layer)
                if (sums[layer].defined()) sums[layer] += counts[layer];
    }
    return sums;
}

StepResult StageTrainer::gradientsOfStep(const Batch& whole)
{
    StepResult result;
    result.languageLoss.assign(m_languages.size(), 0.0);
    result.languageTokens.assign(m_languages.size(), 0.0);
    m_optimizer->zeroGradients();
    m_weights.dropGradients();
    m_stepRouting.clear();
    const StepShares shares{whole.ids_BS.numel(), whole.isOriginal_B.sum().item<std::int64_t>() * whole.ids_BS.size(1),
                            countsOfStep(whole)};
    for (std::int64_t begin = 0; begin < m_stage.batchSequences; begin += m_microBatch) {
        const Batch part = whole.slice(begin, std::min(begin + m_microBatch, m_stage.batchSequences));
        const torch::Tensor loss = microBatchLoss(part, shares, result);
        if (loss.requires_grad()) loss.backward();
        m_weights.collectGradients();
    }
    result.gradientNorm = gradientNorm(m_optimizer->parameters());
    return result;
}

StepResult StageTrainer::gradientsThatFit(const Batch& whole)
{
    for (std::int64_t reducedTo = 0;;) {
        try {
            StepResult result = gradientsOfStep(whole);
            result.reducedTo = reducedTo;
            return result;
        } catch (const c10::OutOfMemoryError&) {
            if (m_microBatch == 1) throw;
        }
        m_microBatch = (m_microBatch + 1) / 2;
        reducedTo = m_microBatch;
    }
}

StepResult StageTrainer::trainStep(std::int64_t step)
{
    const std::uint64_t firstSample = std::uint64_t(step) * std::uint64_t(m_stage.batchSequences);
    StepResult result = gradientsThatFit(makeBatch(m_stream, firstSample, m_stage.batchSequences, m_languages));
    result.learningRate = scheduledLearningRate(m_stage.schedule, m_stage.learningRate, step, m_stage.steps());
    result.finite = std::isfinite(result.loss) && std::isfinite(result.gradientNorm);
    if (!result.finite) return result;
    if (m_stage.clipNorm > 0 && result.gradientNorm > m_stage.clipNorm)
        scaleGradients(m_optimizer->parameters(), m_stage.clipNorm / result.gradientNorm);
    m_optimizer->step(result.learningRate);
    m_weights.refreshCopies();
    m_routing.add(m_stepRouting);
    return result;
}

}  // namespace moebel
