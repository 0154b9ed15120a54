#include "run_lineage.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "moebel/store/base_run.h"
#include "output.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

std::int64_t roundOf(const RunView& view) { return view.record.base ? view.record.base->rounds + 1 : 1; }

Json baseJson(const BaseRun& base)
{
    Json languages = Json::array();
    for (const Language& language : base.languages)
        languages.push_back({{"code", language.code}, {"role", name(language.role)}});
    return {{"run", base.run.id()},  {"folder", base.run.path.string()}, {"checkpoint", base.checkpoint}, {"hash", base.hash},
            {"rounds", base.rounds}, {"languages", std::move(languages)}};
}

std::string codesOf(const std::vector<Language>& languages)
{
    std::string codes;
    for (const Language& language : languages) codes += (codes.empty() ? "" : ", ") + language.code;
    return codes;
}

std::string baseText(const BaseRun& base)
{
    return "Round " + std::to_string(base.rounds + 1) + ", on " + base.model().string() + ", which knew " +
           codesOf(base.languages) + ".\n";
}

/// A layer: the experts of each round, whether a classifier stands there, and the similarities behind it.
std::vector<std::string> layerRow(const RunView& view, std::int32_t layer, std::int64_t rounds,
                                  const std::vector<LayerSimilarity>& means)
{
    std::vector<std::int64_t> counts(std::size_t(rounds) + 1);
    std::int64_t all = 0;
    for (const ExpertRecord& expert : view.experts) {
        if (expert.id.layer.index != layer) continue;
        ++all;
        if (expert.round >= 0 && expert.round <= rounds) ++counts[std::size_t(expert.round)];
    }
    std::vector<std::string> row = {std::to_string(layer), std::to_string(all)};
    for (const std::int64_t count : counts) row.push_back(std::to_string(count));
    const auto classifiers = view.allocation ? view.allocation->choice.classifierLayers : std::vector<std::int64_t>();
    row.push_back(std::count(classifiers.begin(), classifiers.end(), layer) > 0 ? "yes" : "");
    if (std::size_t(layer) < means.size()) {
        const LayerSimilarity& similarity = means[std::size_t(layer)];
        for (const double value : {similarity.newNew, similarity.newOriginal, similarity.mean})
            row.push_back(numberText(value, 4));
    }
    return row;
}

std::string expertText(const RunView& view)
{
    const std::int64_t rounds = roundOf(view);
    Rows rows = {{"layer", "experts"}};
    for (std::int64_t round = 0; round <= rounds; ++round)
        rows.front().push_back(round == 0 ? "of the base" : "of round " + std::to_string(round));
    rows.front().push_back("classifier");
    std::vector<LayerSimilarity> means;
    if (view.allocation && view.allocation->similarity.layers() > 0)
        if (auto found = groupMeans(view.allocation->similarity, rolesOfRound(view.languages, view.record.base)))
            means = std::move(*found);
    if (!means.empty()) rows.front().insert(rows.front().end(), {"new-new", "new-original", "mean similarity"});
    for (std::int32_t layer = 0; layer <= view.experts.back().id.layer.index; ++layer)
        rows.push_back(layerRow(view, layer, rounds, means));
    std::string text = formatTable(rows, 0);
    if (view.allocation) text += "Experts by layer: " + view.allocation->choice.reason + ".\n";
    return text;
}

/// Of an adaptation: which experts of the base run its own began as; they are the same in every layer that has some.
std::string adaptedText(const RunView& view)
{
    const auto isCopy = [](const ExpertRecord& expert) { return expert.copyOf >= 0; };
    const auto first = std::find_if(view.experts.begin(), view.experts.end(), isCopy);
    std::string copies;
    for (auto expert = first; expert != view.experts.end(); ++expert)
        if (isCopy(*expert) && expert->id.layer == first->id.layer)
            copies += (copies.empty() ? "" : "; ") + ("expert " + std::to_string(expert->id.index) + " is a copy of expert " +
                                                      std::to_string(expert->copyOf) + " of the base run");
    return copies.empty() ? copies : "In the layers with experts " + copies + ".\n";
}

std::string trainedText(const RunView& view)
{
    if (!view.experiment) return {};
    std::string trained, frozen;
    for (const ExpertOrigin origin :
         {ExpertOrigin::Original, ExpertOrigin::Earlier, ExpertOrigin::Copy, ExpertOrigin::Random}) {
        const auto isOne = [&](const ExpertRecord& expert) { return expert.origin == origin; };
        if (std::none_of(view.experts.begin(), view.experts.end(), isOne)) continue;
        std::string& words = isTrained(view.experiment->stages, origin) ? trained : frozen;
        words += (words.empty() ? "" : ", ") + std::string(name(origin));
    }
    return "Trained experts: " + (trained.empty() ? "none" : trained) + "; frozen: " + (frozen.empty() ? "none" : frozen) +
           ".\n";
}

}  // namespace

Json lineageJson(const RunView& view)
{
    Json result = {{"round", roundOf(view)},
                   {"base_run", view.record.base ? baseJson(*view.record.base) : Json()},
                   {"causal", causalityNote(view).empty()}};
    if (view.experts.empty()) return result;
    result["origins"] = Json::array();
    result["experts"] = Json::array();
    for (const ExpertRecord& expert : view.experts) {
        const auto layer = std::size_t(expert.id.layer.index);
        while (result["origins"].size() <= layer) result["origins"].push_back(Json::array());
        result["origins"][layer].push_back(name(expert.origin));
        result["experts"].push_back(
            {{"layer", layer},
             {"expert", expert.id.index},
             {"origin", name(expert.origin)},
             {"copy_of", expert.copyOf < 0 ? Json() : Json(expert.copyOf)},
             {"round", expert.round < 0 ? Json() : Json(expert.round)},
             {"trained", view.experiment ? Json(isTrained(view.experiment->stages, expert.origin)) : Json()}});
    }
    return result;
}

std::string lineageText(const RunView& view)
{
    std::string text = view.record.base ? baseText(*view.record.base) : std::string();
    if (!view.experts.empty()) text += expertText(view) + adaptedText(view) + trainedText(view);
    return text;
}

std::string causalityNote(const RunView& view)
{
    if (!view.allocation || !view.experiment) return {};
    return causalityNote(view.allocation->choice.classifierLayers, view.experiment->expansion.classifierScope);
}

}  // namespace moebel
