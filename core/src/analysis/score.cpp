#include "moebel/analysis/score.h"

#include <limits>

#include "moebel/experiment/experiment.h"

namespace moebel {
namespace {

struct Mean {
    double sum = 0;
    int count = 0;
    bool known() const { return count > 0; }
    double value() const { return known() ? sum / count : 0; }
};

Mean meanBitsPerByte(const std::vector<Score>& scores, LanguageRole role, std::string_view checkpoint)
{
    Mean mean;
    for (const Score& score : scores) {
        if (score.metric != "bits-per-byte" || score.role != role || score.checkpoint != checkpoint) continue;
        mean.sum += score.value;
        ++mean.count;
    }
    return mean;
}

double share(double part, double whole) { return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN(); }

}  // namespace

ForgettingReport forgettingReport(const std::vector<Score>& scores)
{
    const auto at = [&](LanguageRole role, std::string_view checkpoint) { return meanBitsPerByte(scores, role, checkpoint); };
    const std::string_view expansion = name(StageKind::PostPretraining);
    const std::string_view review = name(StageKind::Review);
    const Mean original[] = {at(LanguageRole::Original, "base"), at(LanguageRole::Original, expansion),
                             at(LanguageRole::Original, review)};
    const Mean expanded[] = {at(LanguageRole::Expanded, "base"), at(LanguageRole::Expanded, expansion),
                             at(LanguageRole::Expanded, review)};
    ForgettingReport report{original[0].value(), original[1].value(), original[2].value(),
                            expanded[0].value(), expanded[1].value(), expanded[2].value(), 0, 0, false};
    report.complete = true;
    for (int i = 0; i < 3; ++i) report.complete = report.complete && original[i].known() && expanded[i].known();
    if (!report.complete) return report;
    report.restored = share(report.originalAfterExpansion - report.originalAfterReview,
                            report.originalAfterExpansion - report.originalBase);
    report.kept = share(report.expandedBase - report.expandedAfterReview, report.expandedBase - report.expandedAfterExpansion);
    return report;
}

}  // namespace moebel
