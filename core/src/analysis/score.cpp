#include "moebel/analysis/score.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "moebel/experiment/experiment.h"

namespace moebel {
namespace {

double meanBitsPerByte(const std::vector<Score>& scores, LanguageCohort cohort, std::string_view checkpoint)
{
    double sum = 0;
    int count = 0;
    for (const Score& score : scores) {
        if (score.metric != "bits-per-byte" || score.cohort() != cohort || score.checkpoint != checkpoint) continue;
        sum += score.value;
        ++count;
    }
    return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

CohortScores scoresOf(const std::vector<Score>& scores, LanguageCohort cohort)
{
    const auto at = [&](std::string_view checkpoint) { return meanBitsPerByte(scores, cohort, checkpoint); };
    return {at("base"), at(name(StageKind::PostPretraining)), at(name(StageKind::Review))};
}

bool isComplete(const CohortScores& scores)
{
    return !std::isnan(scores.base) && !std::isnan(scores.afterExpansion) && !std::isnan(scores.afterReview);
}

double share(double part, double whole) { return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN(); }

double restoredOf(const CohortScores& scores)
{
    return share(scores.afterExpansion - scores.afterReview, scores.afterExpansion - scores.base);
}

}  // namespace

ForgettingReport forgettingReport(const std::vector<Score>& scores)
{
    ForgettingReport report;
    report.original = scoresOf(scores, LanguageCohort::Original);
    report.earlier = scoresOf(scores, LanguageCohort::Earlier);
    report.expanded = scoresOf(scores, LanguageCohort::New);
    report.complete = isComplete(report.original) && isComplete(report.expanded);
    report.hasEarlier = report.complete && isComplete(report.earlier);
    if (!report.complete) return report;
    report.restored = restoredOf(report.original);
    report.earlierRestored = restoredOf(report.earlier);
    report.kept = share(report.expanded.base - report.expanded.afterReview, report.expanded.base - report.expanded.afterExpansion);
    return report;
}

bool hasEarlier(const std::vector<Score>& scores)
{
    return std::any_of(scores.begin(), scores.end(), [](const Score& score) { return score.cohort() == LanguageCohort::Earlier; });
}

}  // namespace moebel
