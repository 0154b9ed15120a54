#include "engine/runner/group_allocation.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/runner/allocation.h"
#include "engine/runner/numerics.h"
#include "engine/training/deviation_probe.h"
#include "moebel/analysis/language_groups.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

std::vector<std::string> codesOf(const Session& session)
{
    std::vector<std::string> codes;
    for (const LanguageId id : languagesOf(session.experiment(), LanguageRole::Expanded))
        codes.push_back(session.experiment().languages[std::size_t(id.index)].code);
    return codes;
}

/// Without its ending; the spool of an unfinished probe lies beside the file of a finished one.
fs::path cachePath(Session& session, const std::string& baseIdentity, const PreparedText& text)
{
    const Experiment& experiment = session.experiment();
    const nlohmann::json key = {{"numerics", numericsIdentity(session.threads(), experiment.compute.precision, session.device())},
                                {"model", baseIdentity},
                                {"text", text.hash},
                                {"languages", codesOf(session)},
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

Result<ParameterDeviation> measure(Session& session, Decoder& base, const PreparedText& text, const fs::path& spool)
{
    const DeviationSpec& settings = session.experiment().deviation;
    const Seed seed = session.seed(kSeedDeviation);
    const auto ids = languagesOf(session.experiment(), LanguageRole::Expanded);
    std::vector<SampleStream> streams;
    std::vector<DeviationText> texts;
    for (const LanguageId id : ids) {
        const LanguageText& language = text.languages[std::size_t(id.index)];
        texts.push_back({language.language.code, nullptr, &language.training});
        if (!settings.packing) continue;
        auto stream = SampleStream::make({{&language.training, id, 1.0}}, settings.sequenceLength, seed);
        if (!stream) return stream.error();
        streams.push_back(std::move(*stream));
    }
    for (std::size_t i = 0; i < streams.size(); ++i) texts[i].stream = &streams[i];
    const auto goOn = [&](const std::string& language, double fraction) {
        session.tell(Progress{"measuring what each language changes: " + language, fraction});
        return !session.stopWished();
    };
    return measureDeviation(base, texts, settings, seed, spool, goOn, session.experiment().compute.precision);
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

Result<LanguageGroups> formGroups(Session& session, const LanguageMatrix& similarity)
{
    const GroupsSpec& spec = session.experiment().groups;
    switch (spec.algorithm) {
        case GroupingAlgorithm::Exact:
            return groupExactly(similarity, spec.count);
        case GroupingAlgorithm::Growth:
            return groupByGrowth(similarity, spec.count);
        case GroupingAlgorithm::Random:
            return groupRandomly(codesOf(session), spec.count, session.seed(kSeedGroups));
        case GroupingAlgorithm::Family:
            return groupByFamily(codesOf(session));
        case GroupingAlgorithm::Script:
            return groupByScript(codesOf(session));
        case GroupingAlgorithm::Manual:
            return LanguageGroups{writtenGroups(spec), {}, {}};
    }
    return LanguageGroups{};
}

std::string listed(const std::vector<std::int64_t>& layers)
{
    std::string text;
    for (const std::int64_t layer : layers) text += (text.empty() ? "" : ", ") + std::to_string(layer);
    return text;
}

/// One expert a group in the layers of the rule.
Result<AllocationChoice> chooseLayersOf(const Session& session, const ParameterDeviation& deviation, std::int64_t layers,
                                        std::int64_t groups)
{
    const ExpansionSpec& expansion = session.experiment().expansion;
    AllocationChoice choice;
    choice.rule = expansion.rule;
    choice.present.assign(std::size_t(layers), 1);
    choice.experts = choice.present;
    std::vector<std::int64_t> chosen = expansion.layers;
    if (expansion.rule == AllocationRule::ByDeviation) {
        chosen = chooseLayers(deviation, expansion.deviationThreshold).layers;
        if (chosen.empty())
            return invalidInput("no-layer",
                                "all layers deviate the same, so none reaches expansion.deviation_threshold; list the layers "
                                "with rule = \"layers\"",
                                "expansion.deviation_threshold");
    }
    for (const std::int64_t layer : chosen) {
        if (layer >= layers)
            return invalidInput("bad-layers",
                                "expansion.layers names layer " + std::to_string(layer) + ", the base has layers 0 to " +
                                    std::to_string(layers - 1),
                                "expansion.layers");
        choice.experts[std::size_t(layer)] = groups;
    }
    choice.reason =
        std::to_string(groups) + " groups of languages, an expert each in the layers " + listed(chosen) +
        (expansion.rule == AllocationRule::ByDeviation ? ", which the probe changed most" : ", as the description lists them");
    return choice;
}

nlohmann::ordered_json numbers(const std::vector<double>& values)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const double value : values)
        list.push_back(std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json());
    return list;
}

Status record(Session& session, const LanguageGroups& groups, const AllocationChoice& choice)
{
    std::vector<std::int64_t> layers;
    for (std::size_t layer = 0; layer < choice.experts.size(); ++layer)
        if (choice.experts[layer] > 1) layers.push_back(std::int64_t(layer));
    const nlohmann::ordered_json value = {{"groups", groups.groups},
                                          {"smallest_similarity", numbers(groups.smallestSimilarity)},
                                          {"mean_similarity", numbers(groups.meanSimilarity)},
                                          {"algorithm", name(session.experiment().groups.algorithm)},
                                          {"layers", layers},
                                          {"mask", maskOfLayers(layers)}};
    if (Status written = writeFileAtomically(session.run().path / "groups.json", value.dump(1) + "\n"); !written)
        return written;
    return writeFileAtomically(session.run().path / "expert-map.json", toExpertMap(groups) + "\n");
}

}  // namespace

Result<GroupChoice> chooseGroups(Session& session, Decoder& base, const std::string& baseIdentity, const PreparedText& text)
{
    ParameterDeviation deviation;
    if (needsDeviation(session.experiment())) {
        auto measured = provideDeviation(session, base, baseIdentity, text);
        if (!measured) return measured.error();
        deviation = std::move(*measured);
        for (const std::string& warning : warningsOf(deviation, session.experiment().deviation))
            session.tell(Warned{0, warning});
        if (Status written = writeFileAtomically(session.run().path / "deviation.json", toJson(deviation) + "\n"); !written)
            return written.error();
    }
    auto groups = formGroups(session, deviation.similarity);
    if (!groups) return groups.error();
    *groups = withSimilarities(std::move(*groups), deviation.similarity);
    const std::int64_t count = std::int64_t(groups->groups.size());
    if (count < session.experiment().expansion.topK)
        return invalidInput("top-k-too-large",
                            "the languages make " + std::to_string(count) +
                                " groups with an expert each, fewer than "
                                "expansion.top_k = " +
                                std::to_string(session.experiment().expansion.topK) +
                                "; lower top_k or group by another algorithm",
                            "expansion.top_k");
    auto choice = chooseLayersOf(session, deviation, base.shape().layers, count);
    if (!choice) return choice.error();
    if (Status written = record(session, *groups, *choice); !written) return written.error();
    if (Status recorded = recordAllocation(session, {*choice, {}}); !recorded) return recorded.error();
    return GroupChoice{std::move(*choice), std::move(groups->groups)};
}

}  // namespace moebel
