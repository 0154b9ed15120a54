// DMoE: groups of languages with an expert each.
#include <algorithm>
#include <set>

#include "tables.h"
#include "text.h"

namespace moebel
{

namespace
{

Cell words(std::string text) { return {std::move(text), std::nan(""), {}}; }
Cell number(double value, int digits) { return {fixed(value, digits), value, {}}; }
Cell whole(std::int64_t value) { return {grouped(value), double(value), {}}; }

std::string joined(const std::vector<std::string>& languages)
{
    std::string text;
    for (const std::string& language : languages) text += (text.empty() ? "" : " ") + language;
    return text;
}

std::string listed(const std::vector<std::int64_t>& numbers)
{
    std::string text;
    for (const std::int64_t value : numbers) text += (text.empty() ? "" : ", ") + std::to_string(value);
    return text;
}

Table tableOf(std::string title, std::string note, std::vector<std::string> columns, std::size_t firstNumber)
{
    Table table{std::move(title), std::move(note), std::move(columns), {}, {}};
    for (std::size_t column = 0; column < table.columns.size(); ++column) table.numbers.push_back(column >= firstNumber);
    return table;
}

/// How the groups came about.
std::string originOf(const GroupsFormed& formed)
{
    if (!formed.added.empty()) return "New groups stand behind those of the base run.";
    const std::string algorithm = "By the algorithm \"" + std::string(name(formed.algorithm)) + "\"";
    const bool reads = formed.algorithm == GroupingAlgorithm::Exact || formed.algorithm == GroupingAlgorithm::Growth;
    return algorithm + (reads ? " on the similarity \"" + std::string(name(formed.source)) + "\"." : ".");
}

/// Steps at which the languages were scored by group.
std::set<std::int64_t> stepsOf(const RunData& run)
{
    std::set<std::int64_t> steps;
    for (const MetricSeries& series : run.bitsByGroup)
        for (const MetricPoint& point : series.points) steps.insert(point.step);
    return steps;
}

std::string titleOf(const RunData& run, std::int64_t step)
{
    for (const StageRecord& stage : run.stages)
        if (step > 0 && stage.firstStep + stage.steps == step) return checkpointTitle(run, std::string(name(stage.kind)));
    return step == 0 ? "Before" : "step " + grouped(step);
}

double valueAt(const MetricSeries& series, std::int64_t step)
{
    const auto at = [&](const MetricPoint& point) { return point.step == step; };
    const auto found = std::find_if(series.points.begin(), series.points.end(), at);
    return found == series.points.end() ? std::nan("") : found->value;
}

}  // namespace

Table groupTable(const RunData& run)
{
    if (!run.groups) return {};
    const GroupsFormed& formed = *run.groups;
    Table table =
        tableOf("Groups of languages", originOf(formed) + " Each has an expert in the layers " + listed(formed.layers) + ".",
                {"Group", "Languages", "expert", "smallest similarity", "mean"}, 2);
    for (std::size_t group = 0; group < formed.groups.groups.size(); ++group) {
        const auto similarity = [&](const std::vector<double>& values) {
            return number(group < values.size() ? values[group] : std::nan(""), 3);
        };
        table.rows.push_back(
            {{words("G" + std::to_string(group)), words(joined(formed.groups.groups[group])), whole(std::int64_t(group)),
              similarity(formed.groups.smallestSimilarity), similarity(formed.groups.meanSimilarity)},
             false,
             {}});
    }
    return table;
}

Table groupScoreTable(const RunData& run)
{
    if (!run.groups || run.bitsByGroup.empty()) return {};
    Table table =
        tableOf("Bits per byte by group", "On held-out documents, every token through the expert of its language's group.",
                {"Group", "Language"}, 2);
    const std::set<std::int64_t> steps = stepsOf(run);
    for (const std::int64_t step : steps) {
        table.columns.push_back(titleOf(run, step));
        table.numbers.push_back(true);
    }
    for (std::size_t group = 0; group < run.groups->groups.groups.size(); ++group)
        for (const std::string& language : run.groups->groups.groups[group])
            for (const MetricSeries& series : run.bitsByGroup) {
                if (series.metric.language != language) continue;
                Row row{{words("G" + std::to_string(group)), words(language)}, false, language};
                for (const std::int64_t step : steps) row.cells.push_back(number(valueAt(series, step), 4));
                table.rows.push_back(std::move(row));
            }
    return table;
}

Table adaptationTable(const RunData& run)
{
    if (!run.groups || run.groups->added.empty()) return {};
    Table table =
        tableOf("What the experts of the base run know of the new languages",
                "Training text, all tokens through one expert; the best one is copied.",
                {"New languages", "Expert", "its languages", "copied", "token perplexity", "bits per byte", "tokens"}, 4);
    const auto& groups = run.groups->groups.groups;
    for (const NearestExpert& added : run.groups->added)
        for (std::size_t expert = 0; expert < added.fits.size(); ++expert) {
            const ExpertFit& fit = added.fits[expert];
            table.rows.push_back({{words(joined(added.languages)), words(std::to_string(expert)),
                                   words(expert < groups.size() ? joined(groups[expert]) : ""),
                                   words(std::int64_t(expert) == added.expert ? "yes" : ""), number(fit.tokenPerplexity(), 2),
                                   number(fit.bitsPerByte(), 4), whole(fit.tokens)},
                                  false,
                                  {}});
        }
    return table;
}

Table deviationTable(const RunData& run)
{
    if (!run.deviation || run.deviation->deviation.feedForward.empty()) return {};
    const LayerChoice choice = chooseLayers(run.deviation->deviation, 0);
    Table table = tableOf(
        "What the languages change in the base, by layer",
        "Norm of the change of the feed-forward network, averaged over the languages, and from least (0) to most (1) over "
        "the layers.",
        {"Layer", "experts of groups", "mean norm", "normalised"}, 2);
    for (std::size_t layer = 0; layer < choice.mean.size(); ++layer) {
        const auto& chosen = run.groups ? run.groups->layers : std::vector<std::int64_t>();
        const bool has = std::count(chosen.begin(), chosen.end(), std::int64_t(layer)) > 0;
        table.rows.push_back({{words(std::to_string(layer)), words(has ? "yes" : ""), number(choice.mean[layer], 5),
                               number(choice.normalised[layer], 3)},
                              false,
                              {}});
    }
    return table;
}

}  // namespace moebel
