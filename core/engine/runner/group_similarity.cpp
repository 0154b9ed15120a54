#include "engine/runner/group_similarity.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "engine/runner/allocation.h"
#include "engine/runner/numerics.h"
#include "engine/text/tokenizer/tokenizer_report.h"
#include "engine/training/deviation_batch.h"
#include "engine/training/deviation_probe.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

/// Without its ending; the spool of an unfinished probe lies beside the file of a finished one.
fs::path cachePath(const Session& session, const std::string& baseIdentity, const PreparedText& text)
{
    const Experiment& experiment = session.experiment();
    const nlohmann::json key = {{"numerics", numericsIdentity(session.threads(), experiment.compute.precision, session.device())},
                                {"model", baseIdentity},
                                {"text", text.hash},
                                {"languages", expandedCodes(session)},
                                {"settings", identity(experiment.deviation)},
                                {"seed", experiment.seed.value}};
    return userCacheFolder() / "deviations" / sha256Hex(key.dump());
}

std::optional<ParameterDeviation> readCached(const fs::path& file)
{
    const auto text = readFile(file);
    if (!text) return std::nullopt;
    auto deviation = parseDeviationJson(*text, file.string());
    return deviation ? std::optional(std::move(*deviation)) : std::nullopt;
}

struct ProbedTexts {
    std::vector<SampleStream> streams;  ///< with packing
    std::vector<DeviationText> texts;   ///< into `streams` and the shards
};

/// Error: a language without text enough, by name.
Result<ProbedTexts> probedTexts(const Session& session, const PreparedText& text)
{
    const DeviationSettings& settings = session.experiment().deviation;
    ProbedTexts probed;
    for (const LanguageId id : languagesOf(session.experiment(), LanguageRole::Expanded)) {
        const LanguageText& language = text.languages[std::size_t(id.index)];
        probed.texts.push_back({language.language.code, nullptr, &language.training});
        if (!settings.packing) continue;
        auto stream =
            SampleStream::make({{&language.training, id, 1.0}}, settings.sequenceLength, session.seed(kSeedDeviation));
        if (!stream) return stream.error();
        probed.streams.push_back(std::move(*stream));
    }
    for (std::size_t i = 0; i < probed.streams.size(); ++i) probed.texts[i].stream = &probed.streams[i];
    if (Status enough = checkTexts(probed.texts, settings); !enough) return enough.error();
    return probed;
}

/// Tells where the probe is and ends it when the run is to end.
ProbeListener listener(Session& session)
{
    return [&session](const std::string& language, double fraction) {
        session.tell(Progress{"measuring what each language changes: " + language, fraction});
        return !session.stopWished();
    };
}

Result<ParameterDeviation> measure(Session& session, Decoder& base, const PreparedText& text, const fs::path& spool)
{
    const auto probed = probedTexts(session, text);
    if (!probed) return probed.error();
    const Experiment& experiment = session.experiment();
    return measureDeviation(base, probed->texts, experiment.deviation, session.seed(kSeedDeviation), spool, listener(session),
                            experiment.compute.precision);
}

Result<LanguageMatrix> gradientSimilarity(Session& session, Decoder& base, const PreparedText& text)
{
    const auto probed = probedTexts(session, text);
    if (!probed) return probed.error();
    const Experiment& experiment = session.experiment();
    return measureGradients(base, probed->texts, experiment.deviation, session.seed(kSeedDeviation), listener(session),
                            experiment.compute.precision);
}

Result<LanguageMatrix> hiddenStateSimilarity(Session& session, const Decoder& base, const std::string& baseIdentity,
                                             const PreparedText& text)
{
    const auto similarity = provideSimilarity(session, base, baseIdentity, text);
    if (!similarity) return similarity.error();
    const std::int64_t layer = session.experiment().groups.layer;
    if (layer >= base.shape().layers)
        return invalidInput("bad-groups",
                            "groups.layer is " + std::to_string(layer) + ", the base has layers 0 to " +
                                std::to_string(base.shape().layers - 1),
                            "groups.layer");
    return restrictedTo(layer < 0 ? meanOverLayers(*similarity) : layerOf(*similarity, layer), expandedCodes(session));
}

/// Of the first tokens of each language, as many as the similarity probe reads: a longer text would use more of them.
LanguageMatrix tokenizerOverlap(const Session& session, const PreparedText& text)
{
    const auto most = std::size_t(session.experiment().expansion.similarityTokens);
    LanguageMatrix matrix(expandedCodes(session));
    std::vector<TokenizerReport> used;
    for (const LanguageId id : languagesOf(session.experiment(), LanguageRole::Expanded)) {
        const auto tokens = text.languages[std::size_t(id.index)].training.tokens();
        const auto first = tokens.first(std::min(tokens.size(), most));
        used.emplace_back().ids.insert(first.begin(), first.end());
    }
    for (std::size_t a = 0; a < used.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b) matrix.set(a, b, vocabularyOverlap(used[a], used[b]));
    return matrix;
}

}  // namespace

std::vector<std::string> expandedCodes(const Session& session)
{
    std::vector<std::string> codes;
    for (const LanguageId id : languagesOf(session.experiment(), LanguageRole::Expanded))
        codes.push_back(session.experiment().languages[std::size_t(id.index)].code);
    return codes;
}

Status checkProbeText(const Session& session, const PreparedText& text)
{
    const auto probed = probedTexts(session, text);
    return probed ? Status(Done{}) : Status(probed.error());
}

Result<ParameterDeviation> provideDeviation(Session& session, Decoder& base, const std::string& baseIdentity,
                                            const PreparedText& text)
{
    const std::string path = cachePath(session, baseIdentity, text).string();
    if (auto cached = readCached(path + ".json")) return std::move(*cached);
    auto deviation = measure(session, base, text, path);
    if (!deviation) return deviation;
    if (Status made = makeDirectories(fs::path(path).parent_path()); made)  // without a cache it is measured again
        (void)writeFileAtomically(path + ".json", toJson(*deviation) + "\n").ok();
    return deviation;
}

Result<LanguageMatrix> groupSimilarity(Session& session, Decoder& base, const std::string& baseIdentity,
                                       const PreparedText& text, const ParameterDeviation& deviation)
{
    const GroupingSource source = session.experiment().groups.source;
    if (!groupsBy(session.experiment(), source)) return deviation.similarity;
    switch (source) {
        case GroupingSource::Deviation:
            return deviation.similarity;
        case GroupingSource::HiddenStates:
            return hiddenStateSimilarity(session, base, baseIdentity, text);
        case GroupingSource::Gradients:
            return gradientSimilarity(session, base, text);
        case GroupingSource::TokenizerOverlap:
            return tokenizerOverlap(session, text);
    }
    return LanguageMatrix();
}

}  // namespace moebel
