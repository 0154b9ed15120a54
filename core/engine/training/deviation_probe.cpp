#include "engine/training/deviation_probe.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/training/deviation_batch.h"
#include "engine/training/deviation_change.h"
#include "engine/training/deviation_spool.h"
#include "engine/training/master_weights.h"
#include "engine/training/optimizer.h"

namespace moebel
{
namespace
{

constexpr double kBeta1 = 0.9, kBeta2 = 0.999;
constexpr double kNearlyAll = 0.9;

Status checkBase(const Decoder& base)
{
    for (std::size_t layer = 0; layer < base.layers().size(); ++layer)
        if (base.layers()[layer].feedForward.isMoe())
            return invalidInput("base-not-dense", "the deviation probe needs a dense model, and layer " +
                                                      std::to_string(layer) +
                                                      " has several experts; name the model that they were made from");
    return Done{};
}

Error notFinite(const std::string& language, std::int64_t step)
{
    return failed("not-finite", "deviation probe of '" + language + "': the loss or its gradient was not finite at step " +
                                    std::to_string(step + 1) + "; lower deviation.learning_rate");
}

/// The weights while the probe trains them; they are the base's again when it is gone.
class ProbedWeights
{
public:
    ProbedWeights(Decoder& decoder, Precision precision, Precision weights)
        : m_decoder(decoder), m_rounds(weights == Precision::BFloat16), m_weights(decoder, TrainableSet::All, precision)
    {
        for (const NamedParameter& parameter : masters()) {
            m_base.push_back(parameter.tensor.detach().clone());
            m_start.push_back(m_rounds ? rounded(m_base.back()) : m_base.back());
        }
    }
    ~ProbedWeights()
    {
        copyFrom(m_base);
        for (NamedParameter& parameter : m_decoder.parameters()) {
            parameter.tensor.mutable_grad() = torch::Tensor();
            parameter.tensor.requires_grad_(false);
        }
    }
    ProbedWeights(const ProbedWeights&) = delete;
    ProbedWeights& operator=(const ProbedWeights&) = delete;

    const std::vector<NamedParameter>& masters() const { return m_weights.masters(); }
    const std::vector<torch::Tensor>& start() const { return m_start; }
    void toStart() { copyFrom(m_start); }
    void collectGradients() { m_weights.collectGradients(); }
    /// What was collected, by the names of the weights; nothing is left behind.
    std::vector<NamedParameter> takeGradients()
    {
        std::vector<NamedParameter> gradients;
        for (const NamedParameter& parameter : masters()) {
            torch::Tensor tensor = parameter.tensor;
            if (tensor.grad().defined()) gradients.push_back({parameter.name, parameter.group, tensor.grad()});
            tensor.mutable_grad() = torch::Tensor();
        }
        return gradients;
    }
    void afterStep()
    {
        const torch::NoGradGuard noGradient;
        for (const NamedParameter& parameter : masters())
            if (m_rounds) torch::Tensor(parameter.tensor).copy_(rounded(parameter.tensor));
        m_weights.refreshCopies();
    }

private:
    static torch::Tensor rounded(const torch::Tensor& tensor)
    {
        return tensor.detach().to(torch::kBFloat16).to(torch::kFloat32);
    }
    void copyFrom(const std::vector<torch::Tensor>& source)
    {
        const torch::NoGradGuard noGradient;
        for (std::size_t i = 0; i < source.size(); ++i) torch::Tensor(masters()[i].tensor).copy_(source[i]);
        m_weights.refreshCopies();
    }

    Decoder& m_decoder;
    bool m_rounds;
    MasterWeights m_weights;
    std::vector<torch::Tensor> m_base;   ///< as it came
    std::vector<torch::Tensor> m_start;  ///< what every language starts from: the base, rounded where the steps are
};

Status tell(const ProbeListener& goOn, const std::string& language, double fraction)
{
    if (!goOn || goOn(language, fraction)) return Done{};
    return Error{ErrorKind::Stopped, "stopped", "the deviation probe was stopped as requested", {}};
}

/// Trains the languages one after the other on the same weights.
class Probe
{
public:
    Probe(Decoder& base, const DeviationSettings& settings, Seed seed, Precision precision, const ProbeListener& goOn)
        : m_decoder(base),
          m_settings(settings),
          m_seed(seed),
          m_goOn(goOn),
          m_weights(base, precision, settings.weights),
          m_optimizer(m_weights.masters(), kBeta1, kBeta2, /*weightDecay=*/0.0)
    {
    }

    Result<DeviationChange> train(const DeviationText& text, double before, double share)
    {
        m_weights.toStart();
        m_optimizer.reset();
        const DeviationBatches batches(text, m_settings, m_seed);
        for (std::int64_t step = 0; step < m_settings.steps; ++step) {
            if (Status done = trainStep(batches, text.language, step); !done) return done.error();
            if (Status told = tell(text.language, before + share * double(step + 1) / double(m_settings.steps)); !told)
                return told.error();
        }
        return measureChange(m_weights.masters(), m_weights.start(), m_decoder.shape().layers, m_settings);
    }

    Status tell(const std::string& language, double fraction) const { return moebel::tell(m_goOn, language, fraction); }

private:
    Status trainStep(const DeviationBatches& batches, const std::string& language, std::int64_t step)
    {
        m_optimizer.zeroGradients();
        const double loss = backwardOfStep(m_decoder, batches.ofStep(step), [this] { m_weights.collectGradients(); });
        if (!std::isfinite(loss) || !std::isfinite(gradientNorm(m_optimizer.parameters())))
            return notFinite(language, step);
        m_optimizer.step(m_settings.learningRate * double(m_settings.steps - step) / double(m_settings.steps));
        m_weights.afterStep();
        return Done{};
    }

    Decoder& m_decoder;
    const DeviationSettings& m_settings;
    Seed m_seed;
    const ProbeListener& m_goOn;
    ProbedWeights m_weights;
    AdamW m_optimizer;
};

ParameterDeviation summed(const std::vector<DeviationText>& texts, const std::vector<DeviationChange>& changes,
                          const DeviationSettings& settings, std::int64_t layers)
{
    ParameterDeviation deviation;
    double changed = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        deviation.languages.push_back(texts[i].language);
        deviation.feedForward.push_back(changes[i].feedForward);
        deviation.attention.push_back(changes[i].attention);
        changed += changes[i].changedShare / double(texts.size());
    }
    deviation.steps = settings.steps;
    deviation.similarityLayers = std::min(settings.similarityLayers, layers);
    deviation.withGate = settings.withGate;
    deviation.changedShare = changed;
    deviation.similarity = cosines(deviation.languages, changes);
    return deviation;
}

}  // namespace

Result<ParameterDeviation> measureDeviation(Decoder& base, const std::vector<DeviationText>& texts,
                                            const DeviationSettings& settings, Seed seed, const std::filesystem::path& folder,
                                            const ProbeListener& goOn, Precision precision)
{
    if (Status dense = checkBase(base); !dense) return dense.error();
    if (Status enough = checkTexts(texts, settings); !enough) return enough.error();
    DeviationSpool spool(folder, base, settings, seed, precision);
    std::vector<DeviationChange> changes;
    {
        Probe probe(base, settings, seed, precision, goOn);
        const double share = 1.0 / double(texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (auto kept = spool.find(texts[i])) {
                changes.push_back(std::move(*kept));
                if (Status told = probe.tell(texts[i].language, double(i + 1) * share); !told) return told.error();
                continue;
            }
            auto change = probe.train(texts[i], double(i) * share, share);
            if (!change) return change.error();
            if (Status kept = spool.keep(texts[i], *change); !kept) return kept.error();
            changes.push_back(std::move(*change));
        }
    }
    ParameterDeviation deviation = summed(texts, changes, settings, base.shape().layers);
    spool.remove();
    return deviation;
}

Result<LanguageMatrix> measureGradients(Decoder& base, const std::vector<DeviationText>& texts, const DeviationSettings& settings,
                                        Seed seed, const ProbeListener& goOn, Precision precision)
{
    if (Status dense = checkBase(base); !dense) return dense.error();
    if (Status enough = checkTexts(texts, settings); !enough) return enough.error();
    ProbedWeights weights(base, precision, Precision::Float32);
    const double steps = double(texts.size()) * double(settings.steps);
    std::vector<std::string> languages;
    std::vector<DeviationChange> gradients;
    for (const DeviationText& text : texts) {
        const DeviationBatches batches(text, settings, seed);
        for (std::int64_t step = 0; step < settings.steps; ++step) {
            const double loss = backwardOfStep(base, batches.ofStep(step), [&] { weights.collectGradients(); });
            if (!std::isfinite(loss)) return notFinite(text.language, step);
            const double done = double(languages.size()) * double(settings.steps) + double(step + 1);
            if (Status told = tell(goOn, text.language, done / steps); !told) return told.error();
        }
        const std::vector<NamedParameter> sums = weights.takeGradients();
        const std::vector<torch::Tensor> nothing(sums.size(), torch::zeros({}));
        gradients.push_back(measureChange(sums, nothing, base.shape().layers, settings));
        languages.push_back(text.language);
    }
    return cosines(languages, gradients);
}

std::vector<std::string> warningsOf(const ParameterDeviation& deviation, const DeviationSettings& settings)
{
    std::vector<std::string> warnings;
    const double share = deviation.changedShare.value_or(1.0);
    char percent[16];
    std::snprintf(percent, sizeof percent, "%.3g %%", 100 * share);
    if (settings.weights == Precision::BFloat16)
        warnings.push_back(std::string("the probe rounded its weights to bfloat16 after every step, so that only ") + percent +
                           " of them changed at all; set deviation.weights to \"float32\" for numbers to choose by");
    else if (share < kNearlyAll)
        warnings.push_back(std::string("only ") + percent +
                           " of the weights changed in the probe; raise deviation.learning_rate or deviation.steps");
    if (deviation.similarityLayers < settings.similarityLayers)
        warnings.push_back("the model has " + std::to_string(deviation.similarityLayers) +
                           " layers, fewer than deviation.similarity_layers = " + std::to_string(settings.similarityLayers) +
                           ": all of them make the similarity");
    return warnings;
}

}  // namespace moebel
