#include "moebel/experiment/experiment.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <sstream>

namespace moebel
{

std::int64_t StageSpec::steps() const
{
    const std::int64_t perStep = batchSequences * sequenceLength;
    return std::max<std::int64_t>(1, (tokens + perStep - 1) / perStep);
}

namespace
{

/// The base's experts, and one for each new group in the layers that have several.
ExpertAllocation withGroups(ExpertAllocation round, const ExpertAllocation& present, const std::vector<std::vector<std::string>>& added)
{
    round.experts = present.experts;
    for (std::int64_t& experts : round.experts) experts += experts > 1 ? std::int64_t(added.size()) : 0;
    round.groups = present.groups;
    round.groups.insert(round.groups.end(), added.begin(), added.end());
    round.rounds = present.rounds;
    round.rounds.push_back(present.experts);
    return round;
}

/// As written; where the languages decide, as many without members, one a language where their number is not known.
std::vector<std::vector<std::string>> plannedGroups(const Experiment& experiment)
{
    const GroupsSpec& groups = experiment.groups;
    if (groups.algorithm == GroupingAlgorithm::Manual && groups.map.empty()) return writtenGroups(groups);
    const std::size_t most = languagesOf(experiment, LanguageRole::Expanded).size();
    return std::vector<std::vector<std::string>>(groups.count > 0 ? std::size_t(groups.count) : most);
}

}  // namespace

ExpertAllocation allocation(const Experiment& experiment)
{
    ExpertAllocation result;
    result.topK = experiment.expansion.topK;
    result.renormaliseTopOne = experiment.expansion.renormaliseTopOne;
    const ExpansionSpec& expansion = experiment.expansion;
    const std::int64_t layers = experiment.base.shape.layers;
    switch (expansion.rule) {
    case AllocationRule::Manual:
        result.experts = expansion.experts;
        if (result.experts.size() == 1) result.experts.assign(std::size_t(layers), result.experts.front());
        break;
    case AllocationRule::Schedule:
        result.experts = expertsBySchedule(expansion.experts, layers);
        break;
    case AllocationRule::ByDeviation:
    case AllocationRule::Layers:
        result.groups = plannedGroups(experiment);
        result.experts.assign(std::size_t(layers), expansion.rule == AllocationRule::Layers ? 1 : std::int64_t(result.groups.size()));
        for (const std::int64_t layer : expansion.layers)
            if (layer < layers) result.experts[std::size_t(layer)] = std::int64_t(result.groups.size());
        return result;
    case AllocationRule::Uniform:
        result.experts = expertsEvenly(wantedTotal(expansion, layers), layers);
        break;
    case AllocationRule::NearestExpert:
        return withGroups(std::move(result), experiment.base.allocation, groupsToAdd(experiment, experiment.base.allocation));
    case AllocationRule::BySimilarity:
    case AllocationRule::LargestRemainder:
    case AllocationRule::ReverseSimilarity: {
        const std::int64_t wanted = wantedTotal(expansion, layers);
        result.experts = expertsEvenly(wanted > 0 ? wanted : std::int64_t(std::ceil(expansion.delta + double(layers) / 2)), layers);
        break;
    }
    }
    return added(experiment.base.allocation, std::move(result));
}

ExpertAllocation added(const ExpertAllocation& present, ExpertAllocation round)
{
    if (present.experts.empty()) return round;
    for (std::size_t layer = 0; layer < round.experts.size(); ++layer) round.experts[layer] += present.experts[layer] - 1;
    round.rounds = present.rounds;
    round.rounds.push_back(present.experts);
    return round;
}

std::int64_t ExpertAllocation::roundOf(std::int64_t layer, std::int64_t expert) const
{
    if (expert == 0 && groups.empty()) return 0;
    std::int64_t round = 1;
    for (const auto& before : rounds) round += expert >= before[std::size_t(layer)];
    return round;
}

std::int64_t ExpertAllocation::groupOf(const std::string& language) const
{
    for (std::size_t group = 0; group < groups.size(); ++group)
        if (std::count(groups[group].begin(), groups[group].end(), language) > 0) return std::int64_t(group);
    return -1;
}

bool isBySimilarity(AllocationRule rule)
{
    return rule == AllocationRule::BySimilarity || rule == AllocationRule::LargestRemainder || rule == AllocationRule::ReverseSimilarity;
}

bool usesGroups(const ExpansionSpec& expansion)
{
    return expansion.rule == AllocationRule::ByDeviation || expansion.rule == AllocationRule::Layers ||
           expansion.rule == AllocationRule::NearestExpert;
}

bool isHardRouted(StageKind kind) { return kind == StageKind::GroupWarmup || kind == StageKind::Adaptation; }

bool groupsBy(const Experiment& experiment, GroupingSource source)
{
    const GroupingAlgorithm algorithm = experiment.groups.algorithm;
    const AllocationRule rule = experiment.expansion.rule;
    return (rule == AllocationRule::ByDeviation || rule == AllocationRule::Layers) && experiment.groups.source == source &&
           (algorithm == GroupingAlgorithm::Exact || algorithm == GroupingAlgorithm::Growth);
}

bool needsDeviation(const Experiment& experiment)
{
    return experiment.expansion.rule == AllocationRule::ByDeviation || groupsBy(experiment, GroupingSource::Deviation);
}

bool readsProbeText(const Experiment& experiment)
{
    return needsDeviation(experiment) || groupsBy(experiment, GroupingSource::Gradients);
}

std::vector<std::vector<std::string>> writtenGroups(const GroupsSpec& groups)
{
    std::vector<std::vector<std::string>> result;
    for (const std::string& members : groups.members) {
        std::istringstream words(members);
        result.emplace_back(std::istream_iterator<std::string>(words), std::istream_iterator<std::string>());
    }
    return result;
}

std::vector<std::vector<std::string>> groupsToAdd(const Experiment& experiment, const ExpertAllocation& present)
{
    const GroupsSpec& groups = experiment.groups;
    if (groups.algorithm == GroupingAlgorithm::Manual && groups.map.empty()) return writtenGroups(groups);
    std::vector<std::string> codes;
    for (const LanguageId id : languagesOf(experiment, LanguageRole::Expanded)) {
        const std::string& code = experiment.languages[std::size_t(id.index)].code;
        if (present.groupOf(code) < 0) codes.push_back(code);
    }
    return codes.empty() ? std::vector<std::vector<std::string>>() : std::vector<std::vector<std::string>>{std::move(codes)};
}

bool needsSimilarity(const ExpansionSpec& expansion)
{
    return isBySimilarity(expansion.rule) || expansion.classifierCount > 0;
}

std::int64_t wantedTotal(const ExpansionSpec& expansion, std::int64_t layers)
{
    if (expansion.total > 0 || expansion.delta > 0) return expansion.total;
    return expansion.experts.front() * layers;
}

bool isTrained(const std::vector<StageSpec>& stages, ExpertOrigin origin)
{
    const bool isNew = origin == ExpertOrigin::Copy || origin == ExpertOrigin::Random;
    return std::any_of(stages.begin(), stages.end(), [&](const StageSpec& stage) {
        return stage.trainable == TrainableSet::All || (isNew && stage.trainable == TrainableSet::NewExpertsAndRouters);
    });
}

std::vector<std::int64_t> expertsEvenly(std::int64_t total, std::int64_t layers)
{
    std::vector<std::int64_t> experts;
    for (std::int64_t layer = 0; layer < layers; ++layer)
        experts.push_back(std::max<std::int64_t>(1, total * (layer + 1) / layers - total * layer / layers));
    return experts;
}

std::vector<std::int64_t> expertsBySchedule(const std::vector<std::int64_t>& counts, std::int64_t layers)
{
    std::vector<std::int64_t> experts;
    for (std::int64_t layer = 0; layer < layers; ++layer)
        experts.push_back(counts[std::size_t(layer * std::int64_t(counts.size()) / layers)]);
    return experts;
}

std::vector<LanguageId> languagesOf(const Experiment& experiment, LanguageRole role)
{
    std::vector<LanguageId> ids;
    for (std::size_t i = 0; i < experiment.languages.size(); ++i)
        if (experiment.languages[i].role == role) ids.push_back(LanguageId{std::int32_t(i)});
    return ids;
}

std::int64_t longestSequence(const ModelShape& shape)
{
    return shape.positions == PositionKind::Learned ? shape.contextLength : std::numeric_limits<std::int64_t>::max();
}

std::int64_t widthOfExperts(const ModelShape& shape)
{
    return shape.expertWidth > 0 ? shape.expertWidth : shape.feedForwardWidth;
}

ParameterCount countParameters(const ModelShape& shape, const ExpertAllocation& allocation)
{
    ParameterCount count;
    const std::int64_t queryWidth = shape.heads * shape.headSize;
    const std::int64_t keyWidth = shape.keyValueHeads * shape.headSize;
    const auto network = [&shape](std::int64_t hidden) {
        return (shape.feedForward == FeedForwardKind::Gelu ? 2 : 3) * shape.width * hidden +
               (shape.feedForwardBias ? shape.width + hidden : 0);
    };
    const std::int64_t expert = network(widthOfExperts(shape));
    const std::int64_t norm = (shape.norm == NormKind::Layer ? 2 : 1) * shape.width;
    std::int64_t idle = 0;
    for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
        count.attention += shape.width * (2 * queryWidth + 2 * keyWidth) + (shape.qkvBias ? queryWidth + 2 * keyWidth : 0) +
                           (shape.outputBias ? shape.width : 0);
        count.norm += (shape.normPlacement == NormPlacement::Both ? 4 : 2) * norm;
        if (shape.queryKeyNorm == QueryKeyNorm::Head) count.norm += 2 * shape.headSize;
        if (shape.queryKeyNorm == QueryKeyNorm::Whole) count.norm += queryWidth + keyWidth;
        if (!allocation.isMoe(layer)) {
            count.originalExperts += network(shape.feedForwardWidth);
            continue;
        }
        const std::int64_t experts = allocation.experts[std::size_t(layer)], earlier = allocation.earlierExperts(layer);
        const std::int64_t original = allocation.groups.empty() ? 1 : 0;
        count.originalExperts += original * expert;
        count.earlierExperts += (earlier - original) * expert;
        count.newExperts += (experts - earlier) * expert;
        count.router += experts * shape.width;
        if (std::count(allocation.classifierLayers.begin(), allocation.classifierLayers.end(), layer) > 0)
            count.classifier += 2 * shape.width;
        if (shape.sharedExpertWidth > 0) {
            count.originalExperts += network(shape.sharedExpertWidth);
            count.router += shape.width;
        }
        idle += (experts - std::min(experts, allocation.topK)) * expert;
    }
    count.norm += (shape.embeddingNorm ? 2 : 1) * norm;
    count.embedding = (shape.vocabulary + (shape.positions == PositionKind::Learned ? shape.contextLength : 0)) * shape.width;
    count.head = shape.tiedHead ? 0 : shape.vocabulary * shape.width;
    count.total =
        count.embedding + count.attention + count.norm + count.originalExperts + count.earlierExperts + count.newExperts + count.router + count.classifier + count.head;
    count.active = count.total - idle;
    return count;
}

}  // namespace moebel
