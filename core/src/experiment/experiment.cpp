#include "moebel/experiment/experiment.h"

#include <algorithm>

namespace moebel
{

std::int64_t StageSpec::steps() const
{
    const std::int64_t perStep = batchSequences * sequenceLength;
    return std::max<std::int64_t>(1, (tokens + perStep - 1) / perStep);
}

ExpertAllocation allocation(const Experiment& experiment)
{
    ExpertAllocation result;
    result.topK = experiment.expansion.topK;
    result.renormaliseTopOne = experiment.expansion.renormaliseTopOne;
    result.experts = experiment.expansion.experts;
    if (result.experts.size() == 1) result.experts.assign(std::size_t(experiment.base.shape.layers), result.experts.front());
    return result;
}

std::vector<LanguageId> languagesOf(const Experiment& experiment, LanguageRole role)
{
    std::vector<LanguageId> ids;
    for (std::size_t i = 0; i < experiment.languages.size(); ++i)
        if (experiment.languages[i].role == role) ids.push_back(LanguageId{std::int32_t(i)});
    return ids;
}

ParameterCount countParameters(const ModelShape& shape, const ExpertAllocation& allocation)
{
    ParameterCount count;
    const std::int64_t queryWidth = shape.heads * shape.headSize;
    const std::int64_t keyWidth = shape.keyValueHeads * shape.headSize;
    const std::int64_t expert = 3 * shape.width * shape.feedForwardWidth;
    std::int64_t idle = 0;
    for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
        count.attention += shape.width * (2 * queryWidth + 2 * keyWidth) + (shape.qkvBias ? queryWidth + 2 * keyWidth : 0) +
                           (shape.outputBias ? shape.width : 0);
        count.norm += 2 * shape.width + (shape.queryKeyNorm ? 2 * shape.headSize : 0);
        count.originalExperts += expert;
        if (!allocation.isMoe(layer)) continue;
        const std::int64_t experts = allocation.experts[std::size_t(layer)];
        count.newExperts += (experts - 1) * expert;
        count.router += experts * shape.width;
        idle += (experts - std::min(experts, allocation.topK)) * expert;
    }
    count.norm += shape.width;
    count.embedding = shape.vocabulary * shape.width;
    count.head = shape.tiedHead ? 0 : shape.vocabulary * shape.width;
    count.total =
        count.embedding + count.attention + count.norm + count.originalExperts + count.newExperts + count.router + count.head;
    count.active = count.total - idle;
    return count;
}

}  // namespace moebel
