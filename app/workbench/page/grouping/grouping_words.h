// What the grouping laboratory shows, made from groups and similarities: values in, values out.
#pragma once

#include <QString>
#include <vector>

#include "app/workbench/control/grouping/grouping_design.h"
#include "moebel/analysis/language_map.h"
#include "widgets/edit/group_board.h"
#include "widgets/plot/language_scatter.h"
#include "widgets/plot/similarity_map.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

enum class ColourBy { Family, Script, Group };

/// Rules that can be chosen; Manual is what moving a language makes of any.
inline constexpr GroupingAlgorithm kGroupingRules[] = {GroupingAlgorithm::Exact,  GroupingAlgorithm::Growth,
                                                       GroupingAlgorithm::Random, GroupingAlgorithm::Family,
                                                       GroupingAlgorithm::Script, GroupingAlgorithm::Manual};
QString ruleTitle(GroupingAlgorithm algorithm);
QString ruleHelp(GroupingAlgorithm algorithm);
/// Whether it makes a number of groups that is asked for.
bool isCounted(GroupingAlgorithm algorithm);

/// Tree, order and places of the languages of a matrix.
struct LanguageTree {
    LanguageMatrix matrix;
    std::vector<Merge> tree;
    std::vector<std::size_t> order;
    LanguageMap map;
};
/// Any thread; empty without a pair of languages, or with one that is unknown.
LanguageTree treeOf(const LanguageMatrix& matrix);

SimilarityPicture similarityPicture(const LanguageTree& tree, const GroupingDesign& design, ColourBy colour);
ScatterPicture scatterPicture(const LanguageTree& tree, const GroupingDesign& design, ColourBy colour);
std::vector<BoardGroup> boardGroups(const GroupingDesign& design, ColourBy colour);
/// A row a group.
ComparisonTable qualityTable(const GroupingQuality& quality);
/// All groups in one line.
QString qualityText(const GroupingQuality& quality);
/// What became of the grouping that is compared with; empty where there is none.
QString comparisonText(const GroupingDesign& design);
/// "deviation.json \u00b7 18 languages \u00b7 ...".
QString evidenceText(const GroupingEvidence& evidence);

}  // namespace moebel
