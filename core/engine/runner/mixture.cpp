#include "engine/runner/mixture.h"

#include <algorithm>

namespace moebel {
namespace {

std::vector<MixturePart> makeParts(Session& session, const PreparedText& text, double replayRatio, bool originalOnly,
                                bool newOnly)
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
    return parts;
}

/// The parts of the languages of each group that has some.
std::vector<std::vector<MixturePart>> byGroup(const std::vector<MixturePart>& parts, const std::vector<Language>& languages,
                                              const std::vector<std::vector<std::string>>& groups)
{
    std::vector<std::vector<MixturePart>> result;
    for (const std::vector<std::string>& codes : groups) {
        result.emplace_back();
        for (const MixturePart& part : parts)
            if (std::count(codes.begin(), codes.end(), languages[std::size_t(part.language.index)].code) > 0) result.back().push_back(part);
    }
    std::erase_if(result, [](const std::vector<MixturePart>& group) { return group.empty(); });
    return result;
}

}  // namespace

Result<SampleStream> baseStream(Session& session, const PreparedText& text)
{
    const BaseSpec& base = session.experiment().base;
    const bool originalOnly = base.expandedShare <= 0;
    const double ratio = originalOnly ? 0 : (1 - base.expandedShare) / base.expandedShare;
    return SampleStream::make(makeParts(session, text, ratio, originalOnly, false), base.sequenceLength, session.seed(kSeedBaseData));
}

Result<SampleStream> stageStream(Session& session, const PreparedText& text, std::size_t stage,
                                 const std::vector<std::vector<std::string>>& groups)
{
    const StageSpec& spec = session.experiment().stages[stage];
    const Seed seed = session.seed(kSeedStageData + stage);
    const bool newOnly = spec.kind == StageKind::PostPretraining || spec.kind == StageKind::Adaptation;
    auto parts = makeParts(session, text, spec.replayRatio, spec.kind == StageKind::Pretraining, newOnly);
    if (!isHardRouted(spec.kind)) return SampleStream::make(std::move(parts), spec.sequenceLength, seed);
    const std::int64_t run = spec.microBatchSequences > 0 ? spec.microBatchSequences : spec.batchSequences;
    return SampleStream::makeGrouped(byGroup(parts, session.experiment().languages, groups), spec.sequenceLength, run, seed);
}

}  // namespace moebel
