// What may stand on the x axis of a run's curves instead of steps.
#pragma once

#include <memory>
#include <vector>

#include "moebel/analysis/series.h"
#include "moebel/store/run_store.h"

namespace moebel
{

enum class RunAxis { Steps, Tokens, Time };

/// Tokens of one step, by stage, as the run's description says; empty when it cannot be read.
std::vector<std::int64_t> tokensOfSteps(const RunFolder& run);
/// Steps to trained tokens; without knots when a stage's tokens are not known. `baseSteps` of the base's pretraining end at
/// step -1 and come first.
StepScale tokenScale(const std::vector<StageRecord>& stages, const std::vector<std::int64_t>& tokensOfAStep,
                     std::int64_t baseSteps = 0, std::int64_t tokensOfABaseStep = 0);
/// Steps to milliseconds of training, from the speed at the logged steps: without evaluations, checkpoints and pauses. Without
/// knots when there is no speed.
StepScale timeScale(const StepScale& tokens, const SeriesColumn& tokensPerSecond);
/// The same values at other places: `scale` of each step, in whole numbers.
std::shared_ptr<const SeriesColumn> movedTo(const StepScale& scale, const SeriesColumn& column);

}  // namespace moebel
