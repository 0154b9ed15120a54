// A comparison for a person and for a program.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "output.h"
#include "run_comparison.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

std::string signedText(double value, int decimals) { return (value > 0 ? "+" : "") + numberText(value, decimals); }

std::string pText(double p)
{
    if (std::isnan(p)) return "-";
    return p < 0.001 ? "<0.001" : numberText(p, 3);
}

Json descriptionJson(const RunComparison& comparison)
{
    Json rows = Json::array();
    for (const DescriptionRow& row : comparison.description) rows.push_back({{"key", row.key}, {"values", row.values}});
    return rows;
}

Json scoreJson(const RunComparison& comparison, const ComparedScore& score)
{
    return {{"run", comparison.cost[score.run].id},
            {"metric", "bits-per-byte"},
            {"language", score.language},
            {"role", name(score.role)},
            {"earlier", score.isEarlier},
            {"checkpoint", score.checkpoint},
            {"baseline", number(score.baseline)},
            {"value", number(score.value)},
            {"difference", number(score.value - score.baseline)},
            {"paired",
             {{"n", score.paired.items},
              {"difference", number(score.paired.difference)},
              {"low", number(score.paired.low)},
              {"high", number(score.paired.high)},
              {"p", number(score.paired.pValue)}}}};
}

std::string descriptionText(const RunComparison& comparison)
{
    if (comparison.description.empty()) return "The descriptions are the same.\n";
    Rows rows = {{"what differs"}};
    for (const RunCost& run : comparison.cost) rows.front().push_back(run.title);
    for (const DescriptionRow& row : comparison.description) {
        rows.push_back({row.key});
        rows.back().insert(rows.back().end(), row.values.begin(), row.values.end());
    }
    return formatTable(rows, rows.front().size());
}

std::string scoreText(const RunComparison& comparison)
{
    if (comparison.scores.empty()) return "No language was measured at the same checkpoint in both.\n";
    const bool anyEarlier = std::any_of(comparison.scores.begin(), comparison.scores.end(), [](const auto& score) { return score.isEarlier; });
    Rows rows = {{"bits per byte", "after", "language", "role", "baseline", "run", "difference", "95 %", "", "p", "documents"}};
    for (const ComparedScore& score : comparison.scores)
        rows.push_back({comparison.cost[score.run].title, score.checkpoint, score.language,
                        std::string(name(cohortOf(score.role, score.isEarlier), anyEarlier)), numberText(score.baseline, 3),
                        numberText(score.value, 3), signedText(score.value - score.baseline, 3),
                        signedText(score.paired.low, 3), signedText(score.paired.high, 3), pText(score.paired.pValue),
                        std::to_string(score.paired.items)});
    return formatTable(rows, 4) + "95 % and p: paired bootstrap over the documents that both runs were measured on.\n";
}

std::string expertZeroText(const RunComparison& comparison)
{
    if (comparison.expertZero.empty()) return {};
    Rows rows = {{"expert 0", "after", "language", "baseline", "run", "difference"}};
    for (const ComparedExpertZero& score : comparison.expertZero)
        rows.push_back({comparison.cost[score.run].title, score.checkpoint, score.language, numberText(score.baseline, 3),
                        numberText(score.value, 3), signedText(score.value - score.baseline, 3)});
    return "\n" + formatTable(rows, 3);
}

std::string costText(const RunComparison& comparison)
{
    Rows rows = {{"cost", "id", "steps", "trained", "checkpoint", "time"}};
    for (const RunCost& run : comparison.cost)
        rows.push_back({run.title, run.id, std::to_string(run.steps), std::to_string(run.trainedParameters),
                        sizeText(double(run.checkpointBytes)), durationText(run.seconds)});
    return "\n" + formatTable(rows, 2);
}

}  // namespace

Json toJson(const RunComparison& comparison)
{
    Json json = {{"baseline", comparison.cost.front().id}, {"runs", Json::array()}};
    for (const RunCost& run : comparison.cost)
        json["runs"].push_back({{"run", run.id},
                                {"title", run.title},
                                {"steps", run.steps},
                                {"trained_parameters", run.trainedParameters},
                                {"checkpoint_bytes", run.checkpointBytes},
                                {"seconds", run.seconds},
                                {"causal", run.causality.empty()}});
    json["description"] = descriptionJson(comparison);
    json["scores"] = Json::array();
    for (const ComparedScore& score : comparison.scores) json["scores"].push_back(scoreJson(comparison, score));
    json["expert0"] = Json::array();
    for (const ComparedExpertZero& score : comparison.expertZero)
        json["expert0"].push_back({{"run", comparison.cost[score.run].id},
                                   {"checkpoint", score.checkpoint},
                                   {"language", score.language},
                                   {"baseline", number(score.baseline)},
                                   {"value", number(score.value)}});
    return json;
}

std::string toText(const RunComparison& comparison)
{
    std::string notes;
    for (const RunCost& run : comparison.cost)
        if (!run.causality.empty()) notes += "\nNote on " + run.title + ": " + run.causality + ".\n";
    return descriptionText(comparison) + "\n" + scoreText(comparison) + notes + expertZeroText(comparison) + costText(comparison);
}

}  // namespace moebel
