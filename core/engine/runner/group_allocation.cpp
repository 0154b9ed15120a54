#include "engine/runner/group_allocation.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/runner/allocation.h"
#include "engine/runner/group_similarity.h"
#include "engine/training/deviation_probe.h"
#include "moebel/analysis/language_groups.h"
#include "moebel/base/file.h"

namespace moebel
{
namespace
{

Result<LanguageGroups> formGroups(Session& session, const LanguageMatrix& similarity)
{
    const GroupsSpec& spec = session.experiment().groups;
    switch (spec.algorithm) {
        case GroupingAlgorithm::Exact:
            return groupExactly(similarity, spec.count);
        case GroupingAlgorithm::Growth:
            return groupByGrowth(similarity, spec.count);
        case GroupingAlgorithm::Random:
            return groupRandomly(expandedCodes(session), spec.count, session.seed(kSeedGroups));
        case GroupingAlgorithm::Family:
            return groupByFamily(expandedCodes(session));
        case GroupingAlgorithm::Script:
            return groupByScript(expandedCodes(session));
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
    const GroupsSpec& spec = session.experiment().groups;
    const std::vector<std::int64_t> layers = layersWithExperts(choice);
    session.tell(GroupsFormed{groups, spec.algorithm, spec.source, layers});
    const nlohmann::ordered_json value = {{"groups", groups.groups},
                                          {"smallest_similarity", numbers(groups.smallestSimilarity)},
                                          {"mean_similarity", numbers(groups.meanSimilarity)},
                                          {"algorithm", name(spec.algorithm)},
                                          {"source", name(spec.source)},
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
        session.tell(DeviationMeasured{deviation});
        for (const std::string& warning : warningsOf(deviation, session.experiment().deviation))
            session.tell(Warned{0, warning});
        if (Status written = writeFileAtomically(session.run().path / "deviation.json", toJson(deviation) + "\n"); !written)
            return written.error();
    }
    const auto similarity = groupSimilarity(session, base, baseIdentity, text, deviation);
    if (!similarity) return similarity.error();
    if (similarity->size() > 0)
        if (Status written = writeFileAtomically(session.run().path / "similarity.csv", toCsv(*similarity)); !written)
            return written.error();
    auto groups = formGroups(session, *similarity);
    if (!groups) return groups.error();
    *groups = withSimilarities(std::move(*groups), *similarity);
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
