// What a run would do: shapes, parameters, memory, disk, time; made before anything is created.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "moebel/experiment/experiment.h"
#include "moebel/experiment/step_cost.h"

namespace moebel {

struct StagePlan {
    StageKind kind = StageKind::PostPretraining;
    std::int64_t steps = 0;
    std::int64_t tokens = 0;
    std::int64_t trainedParameters = 0;
    std::int64_t frozenParameters = 0;
    StepCost step;                ///< operations and bytes of one step
    double flopsPerToken = 0;     ///< forward + backward, frozen weights without weight gradients
    double estimatedSeconds = 0;  ///< 0 = unknown

    bool operator==(const StagePlan&) const = default;
};

struct Plan {
    ModelShape shape;
    ExpertAllocation allocation;
    ParameterCount dense;
    ParameterCount expanded;
    std::vector<StagePlan> stages;  ///< pretraining of the base first where there is one
    /// What the worker holds at most: the program, weights, gradients, optimizer, what a step or an evaluation needs of the largest stage,
    /// the text's tokens. Within a tenth of what is measured (tests/app/plan_memory_test.cpp).
    std::int64_t memoryBytes = 0;
    std::int64_t checkpointBytes = 0;  ///< the largest one: weights, and the optimizer's two moments
    std::int64_t diskBytes = 0;     ///< checkpoints kept + record
    double estimatedSeconds = 0;
    std::vector<std::string> notes;  ///< "float32 trains 9000 tokens/s, bfloat16 12000: ..."

    bool operator==(const Plan&) const = default;
};

/// `gflopPerSecond`: measured rate of this machine; 0 = unknown, times stay 0. `textBytes`: of all languages; 0 = unknown.
Plan makePlan(const Experiment& experiment, double gflopPerSecond = 0, std::int64_t textBytes = 0);
std::string toJson(const Plan& plan);
/// The table that `moebel plan` prints.
std::string toText(const Plan& plan);

}  // namespace moebel
