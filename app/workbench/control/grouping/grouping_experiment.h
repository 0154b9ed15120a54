// Groups, chosen layers and new languages as descriptions that can be run, and as lines for a shell.
#pragma once

#include <QString>
#include <utility>
#include <vector>

#include "app/workbench/control/grouping/grouping_design.h"
#include "moebel/experiment/plan.h"

namespace moebel
{

/// A DMoE experiment with these groups: the run's own description where it is one, else the preset with the run's languages,
/// text and base. Experts stand in the layers that deviate by `epsilon` or more; none: as the description says.
Experiment experimentOf(const GroupingEvidence& evidence, const Grouping& grouping, const std::optional<double>& epsilon = {});
/// The same as changes of the experiment that is being written: path and TOML value.
std::vector<std::pair<QString, QString>> fieldsOf(const Grouping& grouping);
/// Parameters, memory and the like with an expert for each group in these layers; none without a run or without layers.
std::optional<Plan> planOf(const GroupingEvidence& evidence, const Grouping& grouping, const std::vector<std::int64_t>& layers);

/// New languages in groups: "gl fi, be" are two. Error, one sentence: none; a word that is no code; one that the run knows in a
/// group, or that is named twice.
Result<std::vector<std::vector<std::string>>> parseNewLanguages(const QString& text, const GroupingEvidence& evidence);
/// The adaptation of the evidence's run to these groups. Precondition: it has a run.
Experiment adaptationOf(const GroupingEvidence& evidence, const std::vector<std::vector<std::string>>& added);

/// `moebel group ...` for groups by a rule, `moebel run ... --set ...` for those made by hand.
QString groupCommand(const GroupingDesign& design);
/// `moebel select-layers ...`
QString layersCommand(const GroupingEvidence& evidence, double epsilon);

}  // namespace moebel
