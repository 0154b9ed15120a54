#include "tables.h"

#include <algorithm>

#include "text.h"

namespace moebel {

namespace {

Cell number(double value, int digits) { return {fixed(value, digits), value, {}}; }
Cell words(std::string text) { return {std::move(text), std::nan(""), {}}; }

std::string languageTitle(const std::string& code)
{
    const LanguageFacts facts = languageFacts(code);
    return facts.englishName.empty() || facts.englishName == code ? code : facts.englishName + " (" + code + ")";
}

std::string signedFixed(double value, int digits) { return (value > 0 ? "+" : "") + fixed(value, digits); }

std::vector<bool> numbersAfter(std::size_t words, std::size_t columns)
{
    std::vector<bool> numbers(columns, true);
    std::fill_n(numbers.begin(), std::min(words, columns), false);
    return numbers;
}

}  // namespace

Table scoreTable(const RunData& run, const std::string& metric)
{
    const bool bits = metric == "bits-per-byte";
    const int digits = bits ? 4 : 2;
    const std::vector<std::string> checkpoints = run.checkpoints();
    Table table;
    table.title = bits ? "Bits per byte on held-out documents" : "Token perplexity on held-out documents";
    table.note =
        bits ? "Lower is better. Behind each stage the change against the base; \u00b1 is the standard error over documents."
             : "Per token of this run's tokenizer: comparable between checkpoints of one language, not between languages.";
    table.columns = {"Language", "Role"};
    for (const std::string& checkpoint : checkpoints) {
        table.columns.push_back(checkpointTitle(run, checkpoint));
        if (bits && checkpoint != "base") table.columns.push_back("change");
    }
    if (bits) table.columns.push_back("\u00b1");
    table.columns.push_back("documents");
    table.numbers = numbersAfter(2, table.columns.size());
    for (const LanguageCohort cohort : kCohorts) {
        const auto addRow = [&](Row row, auto valueAt, const Score* sample) {
            const double base = valueAt("base");
            for (const std::string& checkpoint : checkpoints) {
                const double value = valueAt(checkpoint);
                row.cells.push_back(number(value, digits));
                if (bits && checkpoint != "base") row.cells.push_back({signedFixed(value - base, 4), value - base, {}});
            }
            if (bits) row.cells.push_back(sample ? number(sample->standardError, 4) : words(""));
            row.cells.push_back(sample ? words(grouped(sample->samples)) : words(""));
            table.rows.push_back(std::move(row));
        };
        for (const Language& language : run.ofCohort(cohort)) {
            const auto valueAt = [&](const std::string& checkpoint) {
                const Score* s = run.score(metric, language.code, checkpoint);
                return s ? s->value : std::nan("");
            };
            const Score* newest = checkpoints.empty() ? nullptr : run.score(metric, language.code, checkpoints.back());
            addRow({{words(languageTitle(language.code)), words(run.word(cohort))}, false, language.code}, valueAt,
                   newest);
        }
        if (!bits || run.ofCohort(cohort).empty()) continue;
        addRow(
            {{words("Mean"), words(run.word(cohort))}, true, {}},
            [&](const std::string& checkpoint) { return run.mean(metric, cohort, checkpoint); }, nullptr);
    }
    return table;
}

Table expertZeroTable(const RunData& run)
{
    Table table;
    table.title = "Mean score of expert 0, the original one";
    table.note = "Router score before top-K, averaged over the tokens of the held-out text, by layer.";
    std::int64_t layers = 0;
    for (const ExpertZeroScore& s : run.expertZero) layers = std::max(layers, s.layer + 1);
    table.columns = {"After", "Language", "Role"};
    for (std::int64_t layer = 0; layer < layers; ++layer) table.columns.push_back("layer " + std::to_string(layer));
    table.numbers = numbersAfter(3, table.columns.size());
    for (const std::string& checkpoint : run.checkpoints())
        for (const Language& language : run.languages) {
            Row row{{words(checkpointTitle(run, checkpoint)), words(languageTitle(language.code)),
                     words(run.word(run.cohort(language)))},
                    false,
                    language.code};
            row.cells.resize(std::size_t(3 + layers), words("\u2013"));
            bool any = false;
            for (const ExpertZeroScore& s : run.expertZero)
                if (s.checkpoint == checkpoint && s.language == language.code) {
                    row.cells[std::size_t(3 + s.layer)] = number(s.meanScore, 4);
                    any = true;
                }
            if (any) table.rows.push_back(std::move(row));
        }
    return table;
}

Table comparisonTable(const std::vector<RunData>& runs)
{
    Table table;
    table.title = "Runs side by side";
    table.note = "Bits per byte, averaged over the languages of a role; lower is better.";
    std::vector<LanguageCohort> cohorts;
    for (const LanguageCohort cohort : kCohorts)
        if (std::any_of(runs.begin(), runs.end(), [&](const RunData& run) { return !run.ofCohort(cohort).empty(); })) cohorts.push_back(cohort);
    table.columns = {"Run", "Method"};
    for (const LanguageCohort cohort : cohorts)
        for (const char* when : {", base", ", last"}) table.columns.push_back(std::string(name(cohort, cohorts.size() > 2)) + when);
    table.columns.insert(table.columns.end(), {"restored", "kept"});
    table.numbers = numbersAfter(2, table.columns.size());
    for (const RunData& run : runs) {
        const std::vector<std::string> checkpoints = run.checkpoints();
        const std::string last = checkpoints.empty() ? "base" : checkpoints.back();
        Row row{{words(run.record.title + " (" + run.record.id + ")"), words(run.record.method)}, false, {}};
        for (const LanguageCohort cohort : cohorts)
            for (const std::string& checkpoint : {std::string("base"), last})
                row.cells.push_back(number(run.mean("bits-per-byte", cohort, checkpoint), 4));
        const bool complete = run.forgetting.complete;
        row.cells.push_back({complete ? percent(run.forgetting.restored) : "\u2013", run.forgetting.restored, {}});
        row.cells.push_back({complete ? percent(run.forgetting.kept) : "\u2013", run.forgetting.kept, {}});
        table.rows.push_back(std::move(row));
    }
    return table;
}

std::vector<Table> allTables(const RunData& run)
{
    std::vector<Table> tables = {scoreTable(run, "bits-per-byte")};
    if (std::any_of(run.scores.begin(), run.scores.end(), [](const Score& s) { return s.metric == "token-perplexity"; }))
        tables.push_back(scoreTable(run, "token-perplexity"));
    for (Table table : {groupScoreTable(run), groupTable(run), adaptationTable(run), deviationTable(run), expertTable(run), bypassTable(run), accuracyTable(run), expertZeroTable(run), languageTable(run), stageTable(run),
                        parameterTable(run), descriptionTable(run)})
        if (!table.rows.empty()) tables.push_back(std::move(table));
    return tables;
}

std::string forgettingSentence(const RunData& run)
{
    const ForgettingReport& f = run.forgetting;
    const auto& stages = run.experiment.stages;
    const bool reviews = std::any_of(stages.begin(), stages.end(), [](const StageSpec& s) { return s.kind == StageKind::Review; });
    if (run.experimentKnown && !reviews)
        return "This run has no review: there are no shares of what one restored and kept.";
    if (!f.complete)
        return "Restored and kept shares need scores of the base, after post-pretraining and after review; this run does not "
               "have all three yet.";
    const auto lossText = [](const std::string& languages, const CohortScores& scores, double restored) {
        const double lost = scores.afterExpansion - scores.base;
        return lost > 0 ? "made the " + languages + " languages worse by " + fixed(lost, 4) + " bits per byte, and the review brought " +
                              percent(restored) + " of that back; "
                        : "made the " + languages + " languages better by " + fixed(-lost, 4) + " bits per byte; ";
    };
    const double gained = f.expanded.base - f.expanded.afterExpansion;
    std::string text = "Post-pretraining " + lossText("original", f.original, f.restored);
    if (f.hasEarlier) text += "it " + lossText("earlier", f.earlier, f.earlierRestored);
    return text + "it made the " + run.word(LanguageCohort::New) + " languages " +
           (gained > 0 ? "better by " + fixed(gained, 4) + ", and the review kept " + percent(f.kept) + " of that."
                       : "worse by " + fixed(-gained, 4) + ".");
}

}  // namespace moebel
