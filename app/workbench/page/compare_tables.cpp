#include "app/workbench/page/compare_tables.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <set>

#include "app/workbench/page/live_rows.h"
#include "moebel/analysis/score_matrix.h"
#include "moebel/experiment/experiment_compare.h"

namespace moebel
{

namespace
{

constexpr double kSmallestScale = 0.02;  ///< bits per byte, or score: smaller differences stay pale

QString tr(const char* words) { return QCoreApplication::translate("moebel", words); }

QString number(double value) { return std::isnan(value) ? QStringLiteral("\u2013") : QLocale().toString(value, 'f', 3); }

QString percent(double share)
{
    return std::isnan(share) ? number(share) : QLocale().toString(100 * share, 'f', 1) + QStringLiteral(" %");
}

QString checkpointText(const std::string& checkpoint)
{
    for (const StageKind kind : {StageKind::PostPretraining, StageKind::Review})
        if (checkpoint == name(kind)) return stageText(kind);
    return checkpoint == "base" ? tr("base") : QString::fromStdString(checkpoint);
}

QString roleText(LanguageRole role) { return role == LanguageRole::Original ? tr("original") : tr("expanded"); }

// A share of the forgetting that was undone, or of the gain that was kept, under the last checkpoint of each run.
ComparisonRow shareRow(const QString& title, const ScoreMatrix& matrix, const std::vector<ForgettingReport>& reports,
                       double ForgettingReport::*share)
{
    ComparisonRow row{title, true, {}, Better::Higher};
    for (std::size_t i = 0; i < matrix.columns.size(); ++i) {
        const std::size_t run = matrix.columns[i].run;
        const bool last = i + 1 == matrix.columns.size() || matrix.columns[i + 1].run != run;
        ComparisonCell cell;
        if (last && reports[run].complete) {
            cell.value = reports[run].*share;
            cell.text = percent(cell.value);
        }
        row.cells.push_back(cell);
    }
    return row;
}

// What the documents that both runs scored say about a difference.
void addChance(const std::vector<ComparedRun>& runs, const ScoreColumn& column, const std::string& language,
               ComparisonCell& cell)
{
    const auto found = runs[column.run].paired.find({column.checkpoint, language});
    if (found == runs[column.run].paired.end() || std::isnan(found->second.low)) return;
    const PairedDifference& paired = found->second;
    cell.chance = paired.low <= 0 && paired.high >= 0;
    const QLocale locale;
    const auto bits = [&](double value) { return locale.toString(value, 'f', 4); };
    cell.note = tr("Paired bootstrap over %1 documents: the difference is %2, in 95 of 100 draws between %3 and %4 (p = %5).")
                    .arg(locale.toString(qint64(paired.items)), bits(paired.difference), bits(paired.low), bits(paired.high),
                         locale.toString(paired.pValue, 'g', 2));
    if (cell.chance) cell.note += QLatin1Char(' ') + tr("It may be chance.");
}

using LayerKey = std::pair<std::string, std::int64_t>;

// Mean expert-0 scores of the newest checkpoint that has them.
std::map<LayerKey, double> lastExpertZero(const ComparedRun& run)
{
    std::map<LayerKey, double> last;
    if (run.expertZero.empty()) return last;
    const std::string checkpoint = run.expertZero.back().checkpoint;
    for (const ExpertZeroScore& score : run.expertZero)
        if (score.checkpoint == checkpoint) last[{score.language, score.layer}] = score.meanScore;
    return last;
}

}  // namespace

QStringList runNames(const std::vector<ComparedRun>& runs)
{
    QStringList names;
    for (const ComparedRun& run : runs) {
        const auto same =
            std::count_if(runs.begin(), runs.end(), [&](const ComparedRun& other) { return other.title == run.title; });
        names << (same > 1 ? QStringLiteral("\u2068%1\u2069 (%2)").arg(run.title, QString::fromStdString(run.id).left(15))
                           : run.title);
    }
    return names;
}

Result<ComparisonTable> descriptionTable(const std::vector<ComparedRun>& runs, bool differencesOnly)
{
    std::vector<std::string> descriptions;
    for (const ComparedRun& run : runs) descriptions.push_back(run.record.experimentJson);
    const auto rows = compareDescriptions(descriptions);
    if (!rows) return rows.error();
    ComparisonTable table{tr("Key"), runNames(runs), {}, 1};
    for (const DescriptionRow& row : *rows) {
        if (differencesOnly && !row.differs) continue;
        ComparisonRow shown{QString::fromStdString(row.key), false, {}, Better::Unknown};
        for (const std::string& value : row.values) {
            ComparisonCell cell;
            cell.text = QString::fromStdString(value);
            cell.differs = value != row.values.front();
            shown.cells.push_back(cell);
        }
        table.rows.push_back(std::move(shown));
    }
    return table;
}

ComparisonTable scoreTable(const std::vector<ComparedRun>& runs)
{
    ComparisonTable table{tr("Bits per byte"), {}, {}, 1};
    if (runs.empty()) return table;
    std::vector<std::vector<Score>> scores;
    std::vector<ForgettingReport> reports;
    for (const ComparedRun& run : runs) {
        scores.push_back(run.scores);
        reports.push_back(forgettingReport(run.scores));
    }
    const ScoreMatrix matrix = scoreMatrix(scores, 0);
    table.scale = std::max(matrix.largestDifference(), kSmallestScale);
    const QStringList names = runNames(runs);
    for (const ScoreColumn& column : matrix.columns)
        table.columns << names[qsizetype(column.run)] + QLatin1Char('\n') + checkpointText(column.checkpoint);
    for (const ScoreRow& row : matrix.rows) {
        const bool mean = row.language.empty();
        ComparisonRow shown{
            mean ? tr("%1, mean").arg(roleText(row.role)) : languageText(row.language), mean, {}, Better::Lower};
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            const ScoreCell& cell = row.cells[i];
            shown.cells.push_back({number(cell.value), cell.value, cell.difference});
            addChance(runs, matrix.columns[i], row.language, shown.cells.back());
        }
        table.rows.push_back(std::move(shown));
    }
    if (std::any_of(reports.begin(), reports.end(), [](const ForgettingReport& report) { return report.complete; })) {
        table.rows.push_back(shareRow(tr("restored by the review"), matrix, reports, &ForgettingReport::restored));
        table.rows.push_back(shareRow(tr("kept of the gain"), matrix, reports, &ForgettingReport::kept));
    }
    return table;
}

ComparisonTable expertZeroTable(const std::vector<ComparedRun>& runs)
{
    ComparisonTable table{tr("Mean score of expert 0"), {}, {}, kSmallestScale};
    std::vector<std::map<LayerKey, double>> scores;
    std::vector<LayerKey> keys;
    std::set<LayerKey> seen;
    const QStringList names = runNames(runs);
    for (const ComparedRun& run : runs) {
        scores.push_back(lastExpertZero(run));
        table.columns << names[table.columns.size()] +
                             (run.expertZero.empty() ? QString()
                                                     : QLatin1Char('\n') + checkpointText(run.expertZero.back().checkpoint));
        for (const ExpertZeroScore& score : run.expertZero)
            if (seen.insert({score.language, score.layer}).second) keys.push_back({score.language, score.layer});
    }
    for (const LayerKey& key : keys) {
        ComparisonRow row{tr("%1, layer %2").arg(languageText(key.first)).arg(key.second), false, {}, Better::Unknown};
        for (std::size_t run = 0; run < runs.size(); ++run) {
            const auto at = [&](std::size_t which) {
                const auto found = scores[which].find(key);
                return found == scores[which].end() ? std::nan("") : found->second;
            };
            ComparisonCell cell{number(at(run)), at(run), run == 0 ? std::nan("") : at(run) - at(0)};
            if (!std::isnan(cell.difference)) table.scale = std::max(table.scale, std::abs(cell.difference));
            row.cells.push_back(cell);
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

ColourPair comparedRunColour(std::size_t place)
{
    constexpr ColourPair kColours[] = {{0x3A4048, 0xD5DAE1}, {0x0072B2, 0x56B4E9}, {0xB84A00, 0xE69F00}, {0x00795A, 0x2CC9A0},
                                       {0x9A4A7A, 0xE39CC5}, {0x8A7500, 0xF0E442}, {0x5A3FC0, 0xA68CFF}, {0x7A3B10, 0xD9A27A}};
    return kColours[place % std::size(kColours)];
}

}  // namespace moebel
