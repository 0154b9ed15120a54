#include "engine/runner/mixture.h"

namespace moebel {
namespace {

Result<SampleStream> makeStream(Session& session, const PreparedText& text, double replayRatio, bool originalOnly,
                                bool newOnly, std::int64_t length, Seed seed)
{
    std::vector<std::int64_t> tokens;
    for (const LanguageText& language : text.languages) {
        const bool isEarlier = language.language.role == LanguageRole::Expanded && !session.isNew(language.language);
        tokens.push_back(newOnly && isEarlier ? 0 : std::int64_t(language.training.tokens().size()));
    }
    const Experiment& experiment = session.experiment();
    const std::vector<double> weights = mixtureWeights(experiment.languages, tokens, replayRatio, originalOnly,
                                                       experiment.data.temperature, experiment.data.weights);
    std::vector<MixturePart> parts;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] > 0) {
            parts.push_back({&text.languages[i].training, LanguageId{std::int32_t(i)}, weights[i]});
        }
    }
    return SampleStream::make(std::move(parts), length, seed);
}

}  // namespace

Result<SampleStream> baseStream(Session& session, const PreparedText& text)
{
    return makeStream(session, text, 0, true, false, session.experiment().base.sequenceLength, session.seed(kSeedBaseData));
}

Result<SampleStream> stageStream(Session& session, const PreparedText& text, std::size_t stage)
{
    const StageSpec& spec = session.experiment().stages[stage];
    return makeStream(session, text, spec.replayRatio, spec.kind == StageKind::Pretraining,
                      spec.kind == StageKind::PostPretraining, spec.sequenceLength,
                      session.seed(kSeedStageData + stage));
}

}  // namespace moebel
