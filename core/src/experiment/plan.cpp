#include "moebel/experiment/plan.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "toml_values.h"

namespace moebel {
namespace {

constexpr std::int64_t kFloat = 4;               ///< bytes of a weight
constexpr std::int64_t kProgram = 160'000'000;   ///< LibTorch itself and what a run holds whatever its size
// What the allocator holds for each byte in use, measured (tests/app/plan_memory_test.cpp): weights come once and stay, what lives
// for a part of a step comes and goes in many sizes.
constexpr double kAllocatorOfWeights = 1.03;
constexpr double kAllocatorOfSteps = 1.25;
constexpr double kOfTheSmaller = 0.3;            ///< of training and evaluation: what does not fit into what the larger one has left
constexpr std::int64_t kHeadRows = 512;          ///< rows of logits at once
constexpr std::int64_t kEvaluatedTokens = 2048;  ///< of held-out text, at once
constexpr double kBytesOfTokens = 1.2;           ///< of a byte of text: 4 bytes a token
constexpr std::int64_t kRecord = 20'000'000;     ///< run.sqlite and logs

StagePlan planStage(const ModelShape& shape, const ExpertAllocation& allocation, const StageSpec& stage, Precision precision,
                    double gflopPerSecond)
{
    const ParameterCount count = countParameters(shape, allocation);
    StagePlan plan;
    plan.kind = stage.kind;
    plan.steps = stage.steps();
    plan.tokens = plan.steps * stage.batchSequences * stage.sequenceLength;
    plan.trainedParameters = trainedParameters(count, stage.trainable);
    plan.frozenParameters = count.total - plan.trainedParameters;
    plan.step = stepCost(shape, allocation, stage, precision);
    plan.flopsPerToken = plan.step.flopsPerToken();
    if (gflopPerSecond > 0) plan.estimatedSeconds = double(plan.tokens) * plan.flopsPerToken / (gflopPerSecond * 1e9);
    return plan;
}

/// Numbers that the forward pass of one token leaves for the backward pass in one layer: fp32 ones, and those of the products.
struct KeptNumbers {
    std::int64_t full = 0;
    std::int64_t product = 0;
};

KeptNumbers keptNumbers(const ModelShape& shape, const ExpertAllocation& allocation, std::int64_t layer, TrainableSet trainable)
{
    const bool isMoe = allocation.isMoe(layer);
    const std::int64_t slots = isMoe ? allocation.topK : 1;
    const std::int64_t heads = shape.heads * shape.headSize, joined = heads + 2 * shape.keyValueHeads * shape.headSize;
    const std::int64_t projections = shape.feedForward == FeedForwardKind::Gelu ? 1 : 2;
    KeptNumbers kept;
    kept.full = 2 * shape.width + (isMoe ? shape.width : 0);                              // sums before the norms; the router's input
    kept.product = joined + heads + slots * projections * shape.feedForwardWidth;         // queries, keys, values, mix; gate and up
    if (trainable != TrainableSet::Routers) kept.product += slots * shape.width;          // inputs of the experts
    if (trainable == TrainableSet::All) kept.product += shape.width + heads;              // inputs of the attention's products
    return kept;
}

/// Bytes of what lives for a part of a layer: in the backward pass the gradients of its rows, and in both passes the rows themselves.
/// `wide`, `narrow`: how many numbers of the feed-forward network's and of the model's width a row has.
std::int64_t layerMemory(const ModelShape& shape, const ExpertAllocation& allocation, std::int64_t tokens, std::int64_t wide,
                         std::int64_t narrow, std::int64_t number)
{
    const bool isMoe = std::any_of(allocation.experts.begin(), allocation.experts.end(), [](std::int64_t count) { return count > 1; });
    const std::int64_t rows = tokens * (isMoe ? allocation.topK : 1);
    return rows * number * (wide * shape.feedForwardWidth + narrow * shape.width);
}

/// Bytes that scoring held-out text needs besides the weights: one layer at a time, and some rows of logits.
std::int64_t evaluationMemory(const ModelShape& shape, const ExpertAllocation& allocation, const EvaluationSpec& evaluation, std::int64_t number)
{
    const std::int64_t heads = 2 * (shape.heads + shape.keyValueHeads) * shape.headSize;
    // A token has two bytes or more, and stands in two windows.
    const std::int64_t tokens = evaluation.heldoutBytes > 0 ? std::min(kEvaluatedTokens, evaluation.heldoutBytes) : kEvaluatedTokens;
    return layerMemory(shape, allocation, tokens, 3, 2, number) + tokens * (kFloat * 4 * shape.width + number * 2 * heads) +
           std::min(tokens, kHeadRows) * shape.vocabulary * (number + (number == kFloat ? 0 : kFloat));
}

std::int64_t stageMemory(const ModelShape& shape, const ExpertAllocation& allocation, const StageSpec& stage, const Experiment& experiment)
{
    const ParameterCount count = countParameters(shape, allocation);
    const std::int64_t trained = trainedParameters(count, stage.trainable);
    const std::int64_t sequences = stage.microBatchSequences > 0 ? stage.microBatchSequences : stage.batchSequences;
    const std::int64_t tokens = sequences * stage.sequenceLength;
    const bool isRounded = experiment.compute.precision == Precision::BFloat16;
    const std::int64_t number = isRounded ? 2 : kFloat;  // of what products read and make
    std::int64_t perToken = 0;
    for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
        const KeptNumbers kept = keptNumbers(shape, allocation, layer, stage.trainable);
        perToken += kFloat * kept.full + number * kept.product;
    }
    // Logits become their own gradient; in bf16 there is a rounded one before and behind.
    const std::int64_t head = (isRounded ? 2 * number + kFloat : kFloat) * std::min(tokens, kHeadRows) * shape.vocabulary;
    const bool trainsAll = stage.trainable == TrainableSet::All;
    const std::int64_t headGradient = trainsAll ? kFloat * shape.vocabulary * shape.width : 0;  // before it is scaled
    const std::int64_t wide = stage.trainable == TrainableSet::Routers ? 2 : 3;
    const std::int64_t copies = isRounded ? 3 : 0;  // of a trained weight, besides the copy: fp32 master, bf16 gradient
    const std::int64_t weights = number * count.total + (kFloat * 3 + number * copies) * trained + headGradient;
    const std::int64_t training = tokens * perToken + layerMemory(shape, allocation, tokens, wide, 2, number) + head;
    const std::int64_t evaluating = evaluationMemory(shape, allocation, experiment.evaluation, number);
    const double steps = kAllocatorOfSteps * double(std::max(training, evaluating)) + kOfTheSmaller * double(std::min(training, evaluating));
    return kProgram + std::int64_t(kAllocatorOfWeights * double(weights) + steps);
}

/// As listed, or as many as will be chosen, from the bottom.
std::vector<std::int64_t> plannedClassifiers(const Experiment& experiment)
{
    std::vector<std::int64_t> layers = experiment.expansion.classifierLayers;
    for (std::int64_t layer = 0; layer < experiment.expansion.classifierCount; ++layer) layers.push_back(layer);
    return layers;
}

StageSpec pretrainingStage(const BaseSpec& base)
{
    StageSpec stage;
    stage.kind = StageKind::Pretraining;
    stage.tokens = base.tokens;
    stage.batchSequences = base.batchSequences;
    stage.sequenceLength = base.sequenceLength;
    stage.trainable = TrainableSet::All;
    return stage;
}

std::string grouped(std::int64_t number)
{
    std::string text = std::to_string(number);
    for (std::int64_t i = std::int64_t(text.size()) - 3; i > 0; i -= 3) text.insert(std::size_t(i), " ");
    return text;
}

std::string padded(const std::string& text, int width)
{
    char buffer[128];
    std::snprintf(buffer, sizeof buffer, "%*s", width, text.c_str());
    return buffer;
}

std::string megabytes(std::int64_t bytes) { return grouped((bytes + 999'999) / 1'000'000) + " MB"; }

std::string seconds(double value)
{
    if (value <= 0) return "not measured";
    char buffer[64];
    if (value < 120)
        std::snprintf(buffer, sizeof buffer, "%.0f s", value);
    else
        std::snprintf(buffer, sizeof buffer, "%.1f min", value / 60);
    return buffer;
}

nlohmann::json countJson(const ParameterCount& count)
{
    return {{"embedding", count.embedding}, {"attention", count.attention}, {"norm", count.norm},
            {"original_experts", count.originalExperts}, {"earlier_experts", count.earlierExperts}, {"new_experts", count.newExperts}, {"router", count.router}, {"classifier", count.classifier},
            {"head", count.head}, {"total", count.total}, {"active", count.active}};
}

nlohmann::json stepJson(const StepCost& step)
{
    return {{"tokens", step.tokens},
            {"flops",
             {{"forward", step.flops.forward}, {"input_gradients", step.flops.inputGradients}, {"weight_gradients", step.flops.weightGradients},
              {"attention", step.flops.attention}, {"head", step.flops.head}, {"total", step.flops.total()}}},
            {"bytes",
             {{"weights", step.bytes.weights}, {"gradients", step.bytes.gradients}, {"optimizer", step.bytes.optimizer},
              {"total", step.bytes.total()}}}};
}

/// Operations and bytes of a step of each stage.
std::string stepTable(const Plan& plan)
{
    std::string text = "\nA step             tokens   GFLOP  forward  inputs  weights  attention    head  MB moved  weights  gradients  optimizer\n";
    for (const StagePlan& stage : plan.stages) {
        const StepFlops& flops = stage.step.flops;
        const StepBytes& bytes = stage.step.bytes;
        char line[192];
        std::snprintf(line, sizeof line, "%-17s %7s %7.4g %8.3g %7.3g %8.3g %10.3g %7.3g %9.4g %8.3g %10.3g %10.3g\n",
                      std::string(name(stage.kind)).c_str(), grouped(stage.step.tokens).c_str(), flops.total() / 1e9, flops.forward / 1e9,
                      flops.inputGradients / 1e9, flops.weightGradients / 1e9, flops.attention / 1e9, flops.head / 1e9, bytes.total() / 1e6,
                      bytes.weights / 1e6, bytes.gradients / 1e6, bytes.optimizer / 1e6);
        text += line;
    }
    return text;
}

/// What is decided only when the similarity of the languages is known.
std::string similarityNote(const Experiment& experiment)
{
    const ExpansionSpec& expansion = experiment.expansion;
    std::string what;
    if (isBySimilarity(expansion.rule))
        what = "the experts of each layer follow from the similarity of the languages (rule \"" + std::string(name(expansion.rule)) +
               "\"); here they are spread evenly";
    if (expansion.classifierCount > 0)
        what += std::string(what.empty() ? "" : ", and ") + "the " + std::to_string(expansion.classifierCount) +
                " layers with a classifier are chosen by it";
    return what + (expansion.similarityFloor > 0 ? "; similarities below " + realText(expansion.similarityFloor) + " count as that" : "") +
           "; it is measured on " + grouped(expansion.similarityTokens) + " tokens a language before the expansion";
}

}  // namespace

Plan makePlan(const Experiment& experiment, double gflopPerSecond, std::int64_t textBytes)
{
    Plan plan;
    plan.shape = experiment.base.shape;
    plan.allocation = allocation(experiment);
    plan.allocation.classifierLayers = plannedClassifiers(experiment);
    plan.allocation.classifierScope = experiment.expansion.classifierScope;
    const ExpertAllocation dense = experiment.base.allocation;  // of a run, the experts that are there
    plan.dense = countParameters(plan.shape, dense);
    plan.expanded = countParameters(plan.shape, plan.allocation);
    const Precision precision = experiment.compute.precision;
    if (experiment.base.kind == BaseKind::Pretrain) {
        const StageSpec stage = pretrainingStage(experiment.base);
        plan.stages.push_back(planStage(plan.shape, dense, stage, precision, gflopPerSecond));
        plan.memoryBytes = stageMemory(plan.shape, dense, stage, experiment);
        plan.notes.push_back("the base is trained once and kept in the cache; its time is not spent again");
    }
    if (needsSimilarity(experiment.expansion)) plan.notes.push_back(similarityNote(experiment));
    if (needsDeviation(experiment))
        plan.notes.push_back("a probe of " + std::to_string(experiment.deviation.steps) + " steps on each expanded language decides the " +
                             (experiment.expansion.rule == AllocationRule::ByDeviation
                                  ? std::string("layers with an expert for each group; here all layers have them")
                                  : std::string("groups of languages")));
    std::int64_t largestTrained = 0;
    for (const StageSpec& stage : experiment.stages) {
        plan.stages.push_back(planStage(plan.shape, plan.allocation, stage, precision, gflopPerSecond));
        const std::int64_t memory = stageMemory(plan.shape, plan.allocation, stage, experiment);
        plan.memoryBytes = std::max(plan.memoryBytes, memory);
        largestTrained = std::max(largestTrained, plan.stages.back().trainedParameters);
    }
    plan.memoryBytes += std::int64_t(kBytesOfTokens * double(textBytes));
    const std::int64_t kept = experiment.checkpoint.keep + std::int64_t(experiment.stages.size()) + 1;  // stage ends, and one in the making
    plan.checkpointBytes = kFloat * (plan.expanded.total + 2 * largestTrained);
    plan.diskBytes = kRecord + kept * plan.checkpointBytes;
    for (const StagePlan& stage : plan.stages) plan.estimatedSeconds += stage.estimatedSeconds;
    return plan;
}

std::string toJson(const Plan& plan)
{
    nlohmann::json stages = nlohmann::json::array();
    for (const StagePlan& stage : plan.stages)
        stages.push_back({{"kind", name(stage.kind)}, {"steps", stage.steps}, {"tokens", stage.tokens},
                          {"trained_parameters", stage.trainedParameters}, {"frozen_parameters", stage.frozenParameters},
                          {"flops_per_token", stage.flopsPerToken}, {"step_cost", stepJson(stage.step)}, {"estimated_seconds", stage.estimatedSeconds}});
    const ModelShape& shape = plan.shape;
    return nlohmann::json{{"shape",
                           {{"layers", shape.layers},
                            {"width", shape.width},
                            {"heads", shape.heads},
                            {"key_value_heads", shape.keyValueHeads},
                            {"head_size", shape.headSize},
                            {"feed_forward_width", shape.feedForwardWidth},
                            {"vocabulary", shape.vocabulary},
                            {"context_length", shape.contextLength},
                            {"tied_head", shape.tiedHead}}},
                          {"experts", plan.allocation.experts},
                          {"top_k", plan.allocation.topK},
                          {"dense", countJson(plan.dense)},
                          {"expanded", countJson(plan.expanded)},
                          {"stages", std::move(stages)},
                          {"memory_bytes", plan.memoryBytes},
                          {"checkpoint_bytes", plan.checkpointBytes},
                          {"disk_bytes", plan.diskBytes},
                          {"estimated_seconds", plan.estimatedSeconds},
                          {"notes", plan.notes}}
        .dump();
}

std::string toText(const Plan& plan)
{
    std::string text = "Parameters" + padded("base", 18) + padded("expanded", 18) + "\n";
    const auto row = [&text](const char* label, std::int64_t dense, std::int64_t expanded) {
        char line[32];
        std::snprintf(line, sizeof line, "  %-18s", label);
        text += line + padded(grouped(dense), 8 + 2) + padded(grouped(expanded), 18) + "\n";
    };
    row("embedding", plan.dense.embedding, plan.expanded.embedding);
    row("attention", plan.dense.attention, plan.expanded.attention);
    row("norms", plan.dense.norm, plan.expanded.norm);
    row("original experts", plan.dense.originalExperts, plan.expanded.originalExperts);
    if (plan.expanded.earlierExperts > 0) row("earlier experts", plan.dense.earlierExperts, plan.expanded.earlierExperts);
    row("new experts", plan.dense.newExperts, plan.expanded.newExperts);
    row("routers", plan.dense.router, plan.expanded.router);
    if (plan.expanded.classifier > 0) row("classifiers", plan.dense.classifier, plan.expanded.classifier);
    row("head", plan.dense.head, plan.expanded.head);
    row("total", plan.dense.total, plan.expanded.total);
    row("active per token", plan.dense.active, plan.expanded.active);
    std::string experts;
    for (const std::int64_t count : plan.allocation.experts) experts += (experts.empty() ? "" : " ") + std::to_string(count);
    text += "\nExperts per layer  " + experts + ", top-" + std::to_string(plan.allocation.topK) + "\n\nStage               steps      tokens     trained      frozen        time\n";
    for (const StagePlan& stage : plan.stages) {
        char line[160];
        std::snprintf(line, sizeof line, "%-17s %7s %11s %11s %11s %13s\n", std::string(name(stage.kind)).c_str(), grouped(stage.steps).c_str(),
                      grouped(stage.tokens).c_str(), grouped(stage.trainedParameters).c_str(), grouped(stage.frozenParameters).c_str(),
                      seconds(stage.estimatedSeconds).c_str());
        text += line;
    }
    text += stepTable(plan);
    text += "\nMemory " + megabytes(plan.memoryBytes) + ", disk " + megabytes(plan.diskBytes) + ", time " + seconds(plan.estimatedSeconds) + "\n";
    for (const std::string& note : plan.notes) text += "Note: " + note + "\n";
    return text;
}

}  // namespace moebel
