#include "group_rules.h"

#include <algorithm>
#include <map>

namespace moebel
{
namespace
{

using Problems = std::vector<Problem>;

void add(Problems& problems, std::string code, std::string path, std::string message)
{
    problems.push_back({std::move(code), std::move(path), 0, 0, std::move(message)});
}

std::vector<std::string> expandedCodes(const Experiment& experiment)
{
    std::vector<std::string> codes;
    for (const LanguageId id : languagesOf(experiment, LanguageRole::Expanded))
        codes.push_back(experiment.languages[std::size_t(id.index)].code);
    return codes;
}

bool adapts(const Experiment& experiment) { return experiment.expansion.rule == AllocationRule::NearestExpert; }

/// Languages that get a group: all expanded ones, in an adaptation those that stand in no group of the base.
std::vector<std::string> codesToGroup(const Experiment& experiment)
{
    std::vector<std::string> codes = expandedCodes(experiment);
    if (adapts(experiment))
        std::erase_if(codes, [&](const std::string& code) { return experiment.base.allocation.groupOf(code) >= 0; });
    return codes;
}

void checkMembers(const Experiment& experiment, Problems& problems)
{
    const auto groups = writtenGroups(experiment.groups);
    const std::vector<std::string> codes = codesToGroup(experiment);
    std::map<std::string, int> seen;
    for (const auto& group : groups) {
        if (group.empty())
            add(problems, "bad-groups", "groups.members",
                "a group has no language; write one text a group, such as \"es pt ca\"");
        for (const std::string& code : group) {
            if (++seen[code] == 2)
                add(problems, "bad-groups", "groups.members", "'" + code + "' stands in two groups; leave one of them");
            const std::int64_t present = experiment.base.allocation.groupOf(code);
            if (present >= 0)
                add(problems, "bad-groups", "groups.members",
                    "'" + code + "' has an expert in the base already, that of group " + std::to_string(present) + "; remove it");
            else if (std::count(codes.begin(), codes.end(), code) == 0)
                add(problems, "bad-groups", "groups.members",
                    "'" + code + "' is not an expanded language; list it in languages.expanded or remove it");
        }
    }
    for (const std::string& code : codes)
        if (!seen.contains(code))
            add(problems, "bad-groups", "groups.members", "language '" + code + "' is in no group; add it to one");
    if (groups.size() < 2 && !adapts(experiment))
        add(problems, "bad-groups", "groups.members",
            "members lists " + std::to_string(groups.size()) + " groups; two at least need experts of their own");
}

/// What the similarities come from, for the algorithms that read some.
void checkSource(const Experiment& experiment, Problems& problems)
{
    const GroupsSpec& groups = experiment.groups;
    const bool reads = groups.algorithm == GroupingAlgorithm::Exact || groups.algorithm == GroupingAlgorithm::Growth;
    if (!reads && groups.source != GroupsSpec().source)
        add(problems, "bad-groups", "groups.source",
            "the algorithm \"" + std::string(name(groups.algorithm)) +
                "\" reads no similarity; remove source, or set algorithm to \"exact\" or \"growth\"");
    if (groups.layer >= 0 && !groupsBy(experiment, GroupingSource::HiddenStates))
        add(problems, "bad-groups", "groups.layer",
            "layer is " + std::to_string(groups.layer) +
                ", which only source = \"hidden-states\" reads; remove it (deviation.similarity_layers chooses for the other "
                "sources)");
    else if (experiment.base.isShapeKnown() && groups.layer >= experiment.base.shape.layers)
        add(problems, "bad-groups", "groups.layer",
            "layer is " + std::to_string(groups.layer) + ", the base has layers 0 to " +
                std::to_string(experiment.base.shape.layers - 1));
}

/// A file that lists the groups, instead of members.
void checkMap(const GroupsSpec& groups, Problems& problems)
{
    if (groups.algorithm != GroupingAlgorithm::Manual)
        add(problems, "bad-groups", "groups.map",
            "the algorithm \"" + std::string(name(groups.algorithm)) +
                "\" makes the groups; remove map, or set algorithm to \"manual\"");
    else if (!groups.members.empty())
        add(problems, "bad-groups", "groups.map", "the groups stand in members and in map; leave one of them");
}

void checkCount(const Experiment& experiment, Problems& problems)
{
    const GroupsSpec& groups = experiment.groups;
    const std::string algorithm = "the algorithm \"" + std::string(name(groups.algorithm)) + "\"";
    const bool isManual = groups.algorithm == GroupingAlgorithm::Manual;
    const bool isCounted =
        !isManual && groups.algorithm != GroupingAlgorithm::Family && groups.algorithm != GroupingAlgorithm::Script;
    const auto languages = std::int64_t(expandedCodes(experiment).size());
    if (isCounted && (groups.count < 2 || groups.count > languages))
        add(problems, "bad-groups", "groups.count",
            "count is " + std::to_string(groups.count) + "; " + algorithm + " makes from 2 to " + std::to_string(languages) +
                " groups of " + std::to_string(languages) + " expanded languages");
    if (!isCounted && groups.count > 0)
        add(problems, "bad-groups", "groups.count", algorithm + " decides itself how many groups there are; remove count");
    checkSource(experiment, problems);
    if (!groups.map.empty()) return checkMap(groups, problems);
    if (isManual) return checkMembers(experiment, problems);
    if (!groups.members.empty())
        add(problems, "bad-groups", "groups.members",
            algorithm + " makes the groups; remove members, or set algorithm to \"manual\"");
}

void checkLayers(const Experiment& experiment, Problems& problems)
{
    const ExpansionSpec& expansion = experiment.expansion;
    const bool lists = expansion.rule == AllocationRule::Layers;
    if (lists == expansion.layers.empty())
        add(problems, "bad-layers", "expansion.layers",
            lists ? "rule = \"layers\" needs the layers that get an expert for each group; list them"
                  : "layers are listed, which rule = \"" + std::string(name(expansion.rule)) +
                        "\" does not read; set rule to \"layers\" or remove them");
    const bool known = experiment.base.kind == BaseKind::Pretrain || experiment.base.shape != ModelShape();
    for (std::size_t i = 0; i < expansion.layers.size(); ++i) {
        const std::int64_t layer = expansion.layers[i];
        if (i > 0 && layer <= expansion.layers[i - 1])
            add(problems, "bad-layers", "expansion.layers",
                "layer " + std::to_string(layer) + " stands after layer " + std::to_string(expansion.layers[i - 1]) +
                    "; list each layer once, from the lowest up");
        if (known && layer >= experiment.base.shape.layers)
            add(problems, "bad-layers", "expansion.layers",
                "layers names layer " + std::to_string(layer) + ", the base has layers 0 to " +
                    std::to_string(experiment.base.shape.layers - 1));
    }
}

void checkExpertsOfGroups(const ExpansionSpec& expansion, Problems& problems)
{
    if (expansion.newExperts != ExpertOrigin::Copy)
        add(problems, "bad-allocation", "expansion.new_experts",
            "the experts of groups begin as copies; set new_experts to \"copy\"");
    if (expansion.classifierCount > 0 || !expansion.classifierLayers.empty())
        add(problems, "bad-classifiers", "expansion.classifier_count",
            "a language classifier sends original languages to the original expert, which "
            "experts of groups do not keep; remove the classifiers");
}

void checkExpansionOfGroups(const Experiment& experiment, Problems& problems)
{
    const ExpansionSpec& expansion = experiment.expansion;
    const auto groups = std::int64_t(allocation(experiment).groups.size());
    if (groups >= 2 && expansion.topK > groups)
        add(problems, "top-k-too-large", "expansion.top_k",
            "top_k is " + std::to_string(expansion.topK) + ", but there are " + std::to_string(groups) +
                " groups with an expert each; lower top_k");
    checkExpertsOfGroups(expansion, problems);
    if (experiment.base.kind == BaseKind::Run)
        add(problems, "bad-base", "base.kind",
            "experts of groups are made from a dense model, and base.kind is \"run\"; name a dense model with kind "
            "\"checkpoint\"");
}

/// DMoE's adaptation: experts for languages that are new to a run with groups.
void checkAdaptation(const Experiment& experiment, Problems& problems)
{
    const GroupsSpec& groups = experiment.groups;
    const ExpertAllocation& present = experiment.base.allocation;
    if (experiment.base.kind != BaseKind::Run)
        return add(problems, "bad-base", "base.kind",
                   "rule = \"nearest-expert\" adds experts to a finished run with language groups, but base.kind is \"" +
                       std::string(name(experiment.base.kind)) + "\"; set it to \"run\" and base.path to the run");
    if (!present.experts.empty() && present.groups.empty())
        add(problems, "bad-base", "base.path",
            "the experts of the base belong to no language groups, so none is nearest to a language; name a run of the preset "
            "\"dmoe\", or choose another rule");
    const bool isManual = groups.algorithm == GroupingAlgorithm::Manual;
    if (groups.count > 0 || (!isManual && groups.algorithm != GroupsSpec().algorithm))
        add(problems, "bad-groups", groups.count > 0 ? "groups.count" : "groups.algorithm",
            "the new languages make one group, or those that you list; remove it, or set algorithm to \"manual\" and list members");
    checkSource(experiment, problems);
    if (!groups.map.empty()) checkMap(groups, problems);
    else if (isManual && !present.experts.empty()) checkMembers(experiment, problems);
    checkExpertsOfGroups(experiment.expansion, problems);
}

/// The kinds of stages that go with the rule, as a sentence wants them.
std::string_view stagesOf(const Experiment& experiment)
{
    if (adapts(experiment)) return "\"adaptation\"";
    return usesGroups(experiment.expansion) ? "\"group-warmup\" and \"joint\"" : "\"post-pretraining\" and \"review\"";
}

void checkKindOfStage(const Experiment& experiment, const StageSpec& stage, const std::string& path, Problems& problems)
{
    const bool isOfGroups = stage.kind == StageKind::GroupWarmup || stage.kind == StageKind::Joint;
    const bool grouped = usesGroups(experiment.expansion) && !adapts(experiment);
    if (isOfGroups == grouped && (stage.kind == StageKind::Adaptation) == adapts(experiment)) return;
    std::string why = "trains the languages that an adaptation adds to groups";
    if (isOfGroups) why = "needs groups of languages; set rule to \"by-deviation\" or \"layers\" in [expansion] and add [groups]";
    else if (stage.kind != StageKind::Adaptation) why = "needs the original expert, which experts of groups do not keep";
    else if (!usesGroups(experiment.expansion)) why += "; set rule to \"nearest-expert\" in [expansion]";
    add(problems, "bad-stage", path + ".kind",
        "kind = \"" + std::string(name(stage.kind)) + "\" " + why + "; with rule = \"" +
            std::string(name(experiment.expansion.rule)) + "\" use " + std::string(stagesOf(experiment)));
}

void checkStageOfGroups(const Experiment& experiment, const StageSpec& stage, const std::string& path, Problems& problems)
{
    const bool grouped = usesGroups(experiment.expansion);
    checkKindOfStage(experiment, stage, path, problems);
    if (!grouped && stage.routerWeight > 0)
        add(problems, "bad-stage", path + ".router_weight",
            "the router loss teaches the groups of languages, and there are none; remove router_weight");
    if (!grouped) return;
    if (stage.priorWeight > 0 || stage.classifierWeight > 0)
        add(problems, "bad-stage", path + ".prior_weight",
            "prior and classifier losses lead to the original expert, which experts of groups do not "
            "keep; remove prior_weight and classifier_weight");
    if (!isHardRouted(stage.kind)) return;
    if (stage.replayRatio > 0)
        add(problems, "bad-stage", path + ".replay_ratio",
            "original languages belong to no group, so hard routing by groups cannot read them; remove replay_ratio");
    if (stage.balanceWeight > 0)
        add(problems, "bad-stage", path + ".balance_weight",
            "the groups decide where tokens go, so there is nothing to balance; remove balance_weight");
    if (stage.kind == StageKind::Adaptation && stage.trainable == TrainableSet::All)
        add(problems, "bad-stage", path + ".trainable",
            "an adaptation leaves the experts of finished groups as they are; set trainable to \"new-experts-and-routers\"");
}

}  // namespace

void checkGroups(const Experiment& experiment, Problems& problems)
{
    const bool grouped = usesGroups(experiment.expansion);
    if (!grouped && experiment.groups != GroupsSpec())
        add(problems, "needless-groups", "groups",
            "[groups] is given, but rule = \"" + std::string(name(experiment.expansion.rule)) +
                "\" makes no experts for groups; set rule to \"by-deviation\" or \"layers\", or remove [groups]");
    if (!readsProbeText(experiment) && experiment.deviation != DeviationSpec())
        add(problems, "needless-deviation", "deviation",
            "[deviation] is given, but neither the groups nor the layers are chosen by the probe; remove it");
    if (!experiment.base.allocation.groups.empty() && !adapts(experiment))
        add(problems, "bad-base", "base.path",
            "the base has experts of language groups, to which only rule = \"nearest-expert\" adds (preset \"dmoe-adaptation\"); set "
            "it, or name another base");
    const std::size_t before = problems.size();
    if (adapts(experiment)) checkAdaptation(experiment, problems);
    else if (grouped) checkCount(experiment, problems);
    if (grouped || !experiment.expansion.layers.empty()) checkLayers(experiment, problems);
    if (grouped && !adapts(experiment) && problems.size() == before) checkExpansionOfGroups(experiment, problems);
    for (std::size_t i = 0; i < experiment.stages.size(); ++i)
        checkStageOfGroups(experiment, experiment.stages[i], "stage." + std::to_string(i), problems);
}

}  // namespace moebel
