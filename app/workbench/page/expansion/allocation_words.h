// What the designer says and draws of candidates: values in, values out.
#pragma once

#include <QString>

#include "app/workbench/control/expansion/allocation_candidate.h"
#include "widgets/plot/allocation_bars.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

QString ruleTitle(DesignRule rule);
/// What it does, in one sentence.
QString ruleHelp(DesignRule rule);
/// Where the similarities come from: the run or the file, its layers and languages.
QString evidenceText(const AllocationEvidence& evidence);
/// Where the ceiling rule of the paper lands for the candidate's sum, and the sums next to it.
QString ceilingText(const AllocationCandidate& candidate, const AllocationEvidence& evidence);

/// The means of pairs, and those of `pairs` ("el hu"), which are index pairs of the similarity's languages.
QList<LayerCurve> similarityCurves(const AllocationEvidence& evidence, const std::vector<std::pair<int, int>>& pairs);
AllocationPicture pictureOf(const AllocationCandidate& candidate, const AllocationEvidence& evidence,
                            const std::vector<std::pair<int, int>>& pairs);
/// The candidates side by side: experts, parameters, memory, checkpoint, a column each.
ComparisonTable candidateTable(const std::vector<AllocationCandidate>& candidates, const AllocationEvidence& evidence);

/// "moebel similarity ... > similarity.json" for the languages and files that are known; words to be filled in stand for the
/// rest.
QString similarityCommand(const AllocationEvidence& evidence);

}  // namespace moebel
