// One allocation under design, and what follows from it: values in, values out.
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "app/workbench/control/expansion/allocation_evidence.h"
#include "moebel/analysis/expert_allocation.h"
#include "moebel/experiment/plan.h"

namespace moebel
{

/// How a candidate's experts come about. All but Deviation are rules of [expansion].
enum class DesignRule { Delta, Total, LargestRemainder, Reverse, Uniform, Schedule, Deviation, List };
inline constexpr DesignRule kDesignRules[] = {DesignRule::Delta,     DesignRule::Total,   DesignRule::LargestRemainder,
                                              DesignRule::Reverse,   DesignRule::Uniform, DesignRule::Schedule,
                                              DesignRule::Deviation, DesignRule::List};

struct AllocationCandidate {
    QString name;
    DesignRule rule = DesignRule::Total;
    double delta = 0;        ///< for Delta
    std::int64_t total = 0;  ///< for Total, LargestRemainder and Reverse: of all layers, the original ones counted
    std::int64_t each = 3;   ///< for Uniform, and for the layers that Deviation chooses
    std::vector<std::int64_t> parts = {2, 4};  ///< for Schedule, from the bottom
    double threshold = 0.6;                    ///< for Deviation
    double floor = 0;                          ///< lower similarities are raised to it
    bool locked = false;                       ///< the number of new experts stays, whatever else changes
    bool edited = false;                       ///< by hand, after the rule
    /// This round's counts, the original expert included: 1 adds nothing. As [expansion] experts.
    std::vector<std::int64_t> experts;
    std::vector<std::int64_t> classifierLayers;  ///< ascending

    bool operator==(const AllocationCandidate&) const = default;
    std::int64_t sum() const;
    std::int64_t added() const { return sum() - std::int64_t(experts.size()); }
};

/// The weights that a rule shares a total out by; empty: equal ones. Error: similarities that have no inverse.
Result<std::vector<double>> ruleWeights(const AllocationCandidate& candidate, const AllocationEvidence& evidence);
/// With the experts that its rule gives; a locked one keeps its sum, and largest remainders are rounded up where the rule alone
/// misses it. Error: one sentence.
Result<AllocationCandidate> byRule(AllocationCandidate candidate, const AllocationEvidence& evidence);
/// One layer by hand. A locked one lets the others give way by the weights of its rule.
AllocationCandidate withExperts(AllocationCandidate candidate, std::size_t layer, std::int64_t experts,
                                const AllocationEvidence& evidence);
AllocationCandidate withClassifier(AllocationCandidate candidate, std::int64_t layer, bool on);

/// Where the paper's ceiling rule lands for a sum of experts, and what it gives just below and above.
struct CeilingPlace {
    std::optional<CeilingAllocation> exact, below, above;
};
/// Error as similarityWeights().
Result<CeilingPlace> ceilingAt(std::int64_t sum, const AllocationEvidence& evidence, double floor);

/// The description of a candidate's run: its experts as a list, its classifiers, the title with its name behind it.
Experiment experimentOf(const AllocationCandidate& candidate, const Experiment& experiment);
/// Parameters, memory, checkpoint.
Plan planOf(const AllocationCandidate& candidate, const Experiment& experiment);

/// "5,4,3", as the published scripts take it.
QString listText(const AllocationCandidate& candidate);
QString jsonText(const AllocationCandidate& candidate);
/// The keys of [expansion].
QString tomlText(const AllocationCandidate& candidate);
/// `moebel run FILE --set ...`
QString commandText(const AllocationCandidate& candidate, const QString& experimentFile);
/// Any of these forms, CSV, a JSON array, or an argument of the published scripts. Error: what was found, and what was
/// expected.
Result<std::vector<std::int64_t>> parsePasted(const QString& text, std::size_t layers);

}  // namespace moebel
