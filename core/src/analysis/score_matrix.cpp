#include "moebel/analysis/score_matrix.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>

namespace moebel
{
namespace
{

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

using ByLanguage = std::map<std::string, double>;

/// What one run scored, by checkpoint.
struct RunScores {
    std::vector<std::string> checkpoints;  ///< in the order of training
    std::map<std::string, ByLanguage> values;

    double at(const std::string& checkpoint, const std::string& language) const
    {
        const auto found = values.find(checkpoint);
        if (found == values.end()) return kNone;
        const auto value = found->second.find(language);
        return value == found->second.end() ? kNone : value->second;
    }
};

RunScores scoresOf(std::vector<Score> scores, const std::string& metric)
{
    std::stable_sort(scores.begin(), scores.end(), [](const Score& a, const Score& b) { return a.step < b.step; });
    RunScores result;
    for (const Score& score : scores) {
        if (score.metric != metric) continue;
        if (result.values.count(score.checkpoint) == 0) result.checkpoints.push_back(score.checkpoint);
        result.values[score.checkpoint][score.language] = score.value;
    }
    return result;
}

std::vector<std::string> languagesOf(const std::vector<std::vector<Score>>& runs, LanguageRole role, const std::string& metric)
{
    std::vector<std::string> languages;
    for (const auto& scores : runs)
        for (const Score& score : scores)
            if (score.metric == metric && score.role == role &&
                std::find(languages.begin(), languages.end(), score.language) == languages.end())
                languages.push_back(score.language);
    return languages;
}

/// The checkpoint of the baseline that another run's checkpoint is compared with; the untrained base stands in for nothing.
std::string counterpart(const RunScores& baseline, const std::string& checkpoint)
{
    if (baseline.values.count(checkpoint) > 0 || baseline.checkpoints.size() < 2) return checkpoint;
    return baseline.checkpoints.back();
}

}  // namespace

double ScoreMatrix::largestDifference() const
{
    double largest = 0;
    for (const ScoreRow& row : rows)
        for (const ScoreCell& cell : row.cells)
            if (!std::isnan(cell.difference)) largest = std::max(largest, std::abs(cell.difference));
    return largest;
}

ScoreMatrix scoreMatrix(const std::vector<std::vector<Score>>& runs, std::size_t baseline, const std::string& metric)
{
    assert(baseline < runs.size());
    ScoreMatrix matrix;
    std::vector<RunScores> scores;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        scores.push_back(scoresOf(runs[run], metric));
        for (const std::string& checkpoint : scores.back().checkpoints) matrix.columns.push_back({run, checkpoint});
    }
    const auto addRow = [&](const std::string& language, LanguageRole role, const auto& valueAt) {
        ScoreRow row{language, role, {}};
        for (const ScoreColumn& column : matrix.columns) {
            ScoreCell cell{valueAt(scores[column.run], column.checkpoint), kNone};
            if (column.run != baseline)
                cell.difference = cell.value - valueAt(scores[baseline], counterpart(scores[baseline], column.checkpoint));
            row.cells.push_back(cell);
        }
        matrix.rows.push_back(std::move(row));
    };
    for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded}) {
        const std::vector<std::string> languages = languagesOf(runs, role, metric);
        for (const std::string& language : languages)
            addRow(language, role,
                   [&](const RunScores& run, const std::string& checkpoint) { return run.at(checkpoint, language); });
        if (languages.empty()) continue;
        addRow({}, role, [&](const RunScores& run, const std::string& checkpoint) {
            double sum = 0;
            for (const std::string& language : languages) sum += run.at(checkpoint, language);
            return sum / double(languages.size());
        });
    }
    return matrix;
}

}  // namespace moebel
