// The experts of a model: how many, why, who passes them by.
#include <algorithm>

#include "tables.h"
#include "text.h"

namespace moebel
{

namespace
{

Cell words(std::string text) { return {std::move(text), std::nan(""), {}}; }
Cell whole(std::int64_t value) { return {grouped(value), double(value), {}}; }

std::vector<std::int64_t> classifierLayers(const RunData& run)
{
    return run.allocation ? run.allocation->choice.classifierLayers : std::vector<std::int64_t>();
}

std::string trainedSentence(const RunData& run)
{
    std::string trained, frozen;
    for (const ExpertOrigin origin :
         {ExpertOrigin::Original, ExpertOrigin::Earlier, ExpertOrigin::Copy, ExpertOrigin::Random}) {
        const auto isOne = [&](const ExpertRecord& expert) { return expert.origin == origin; };
        if (std::none_of(run.experts.begin(), run.experts.end(), isOne)) continue;
        std::string& list = isTrained(run.experiment.stages, origin) ? trained : frozen;
        list += (list.empty() ? "" : ", ") + std::string(name(origin));
    }
    return "Trained: " + (trained.empty() ? "none" : trained) + "; frozen: " + (frozen.empty() ? "none" : frozen) + ".";
}

Row layerRow(const RunData& run, std::int32_t layer)
{
    const auto inRound = [&](std::int64_t round) {
        return std::count_if(run.experts.begin(), run.experts.end(), [&](const ExpertRecord& expert) {
            return expert.id.layer.index == layer && (round < 0 || expert.round == round);
        });
    };
    Row row{{words(std::to_string(layer)), whole(inRound(-1))}, false, {}};
    for (std::int64_t round = 0; round <= run.rounds(); ++round) row.cells.push_back(whole(inRound(round)));
    const auto classifiers = classifierLayers(run);
    row.cells.push_back(words(std::count(classifiers.begin(), classifiers.end(), layer) > 0 ? "yes" : ""));
    if (std::size_t(layer) >= run.similarity.size()) return row;
    const LayerSimilarity& similarity = run.similarity[std::size_t(layer)];
    for (const double value : {similarity.newNew, similarity.newOriginal, similarity.mean})
        row.cells.push_back({fixed(value, 4), value, {}});
    return row;
}

/// After each stage, of each language and layer with a classifier: the share of tokens past the router, or what `valueOf` makes
/// of it.
Table classifierTable(const RunData& run, auto valueOf)
{
    Table table;
    const auto layers = classifierLayers(run);
    table.columns = {"After", "Language", "Role"};
    for (const std::int64_t layer : layers) table.columns.push_back("layer " + std::to_string(layer));
    table.numbers.assign(table.columns.size(), true);
    std::fill_n(table.numbers.begin(), 3, false);
    for (const StageRouting& routing : run.routing) {
        for (std::size_t i = 0; i < run.languages.size() && std::int64_t(i) < routing.stats.languages(); ++i) {
            const Language& language = run.languages[i];
            Row row{{words(checkpointTitle(run, std::string(name(routing.stage.kind)))), words(language.code),
                     words(run.word(run.cohort(language)))},
                    false,
                    language.code};
            for (const std::int64_t layer : layers) {
                const double share = valueOf(
                    bypassShare(routing.stats, LanguageId{std::int32_t(i)}, LayerId{std::int32_t(layer)}), language.role);
                row.cells.push_back({percent(share), share, {}});
            }
            if (!layers.empty() && routing.stage.kind != StageKind::PostPretraining) table.rows.push_back(std::move(row));
        }
    }
    return table;
}

}  // namespace

Table expertTable(const RunData& run)
{
    Table table;
    table.title = "Experts of each layer";
    if (run.experts.empty()) return table;
    if (run.allocation) table.note = "Experts by layer: " + run.allocation->choice.reason + ". ";
    if (run.experimentKnown) table.note += trainedSentence(run);
    table.columns = {"Layer", "experts", "of the base"};
    for (std::int64_t round = 1; round <= run.rounds(); ++round) table.columns.push_back("of round " + std::to_string(round));
    table.columns.push_back("classifier");
    table.numbers.assign(table.columns.size(), true);
    table.numbers.front() = table.numbers.back() = false;
    if (!run.similarity.empty())
        for (const char* column : {"similarity, new\u2013new", "new\u2013original", "mean"}) {
            table.columns.push_back(column);
            table.numbers.push_back(true);
        }
    for (std::int32_t layer = 0; layer <= run.experts.back().id.layer.index; ++layer)
        table.rows.push_back(layerRow(run, layer));
    return table;
}

Table bypassTable(const RunData& run)
{
    Table table = classifierTable(run, [](double share, LanguageRole) { return share; });
    table.title = "Tokens that the language classifiers send past the router";
    table.note = "They pass through expert 0 alone; on held-out text.";
    return table;
}

Table accuracyTable(const RunData& run)
{
    Table table = classifierTable(
        run, [](double share, LanguageRole role) { return role == LanguageRole::Original ? share : 1 - share; });
    table.title = "Accuracy of the language classifiers";
    table.note =
        "Share of held-out tokens that are judged rightly: those of original languages go past the router, all others do not.";
    return table;
}

Table parameterTable(const RunData& run)
{
    Table table;
    table.title = "Parameters";
    table.columns = {"Part", "parameters", "share"};
    table.numbers = {false, true, true};
    if (!run.model) return table;
    const ParameterCount count = countParameters(run.model->shape, run.model->allocation);
    const auto add = [&](const char* part, std::int64_t parameters, bool isSum) {
        if (parameters == 0) return;
        const double share = double(parameters) / double(count.total);
        table.rows.push_back({{words(part), whole(parameters), {percent(share), share, {}}}, isSum, {}});
    };
    add("embedding", count.embedding, false);
    add("attention", count.attention, false);
    add("norms", count.norm, false);
    add("original experts", count.originalExperts, false);
    add("experts of earlier rounds", count.earlierExperts, false);
    add("new experts", count.newExperts, false);
    add("routers", count.router, false);
    add("language classifiers", count.classifier, false);
    add("output head", count.head, false);
    add("all", count.total, true);
    add("that a token passes through", count.active, true);
    return table;
}

std::string causalitySentence(const RunData& run)
{
    if (!run.experimentKnown) return {};
    std::string note = causalityNote(classifierLayers(run), run.experiment.expansion.classifierScope);
    return note.empty() ? note : "Note: " + note + ".";
}

}  // namespace moebel
