// What a training step costs, counted before it is done: operations of its matrix products, and bytes of weights that it moves.
#pragma once

#include <cstdint>

#include "moebel/experiment/experiment.h"

namespace moebel
{

/// Floating-point operations of the matrix products of one step; [m, k] times [k, n] is 2 m k n. Norms, softmax, activations
/// and sums are not counted.
struct StepFlops {
    double forward = 0;          ///< products with the layers' weights
    double inputGradients = 0;   ///< the same weights backwards, down to the lowest one that learns
    double weightGradients = 0;  ///< of the layers' weights that learn
    double attention = 0;        ///< scores and mixing of what each token sees, forward and backward
    double head = 0;             ///< logits, the gradient of their inputs, and, where it learns, of the head

    double total() const { return forward + inputGradients + weightGradients + attention + head; }
    bool operator==(const StepFlops&) const = default;
};

/// Bytes of one step between memory and processor, at least: nothing of the weights stays in a cache, activations are not
/// counted.
struct StepBytes {
    double weights = 0;  ///< read forward and, where gradients pass, backward by every micro-batch, in the products' precision
    double gradients = 0;  ///< fp32: written by every micro-batch, read by the optimizer
    double optimizer = 0;  ///< fp32: weight and both moments, read and written

    double total() const { return weights + gradients + optimizer; }
    bool operator==(const StepBytes&) const = default;
};

struct StepCost {
    std::int64_t tokens = 0;
    StepFlops flops;
    StepBytes bytes;

    double flopsPerToken() const { return tokens > 0 ? flops.total() / double(tokens) : 0; }
    bool operator==(const StepCost&) const = default;
};

/// Where the routers choose, tokens are taken to go to all experts of a layer alike, which decides how many rows train an
/// expert. A stage with a balance loss over several micro-batches routes every token once before, which is part of `forward`.
StepCost stepCost(const ModelShape& shape, const ExpertAllocation& allocation, const StageSpec& stage,
                  Precision precision = Precision::Float32);

/// Weights that learn in a stage.
std::int64_t trainedParameters(const ParameterCount& count, TrainableSet trainable);

}  // namespace moebel
