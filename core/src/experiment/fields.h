// Every key of an experiment file, once: reading, writing TOML and writing JSON all walk these lists.
#pragma once

#include <array>
#include <concepts>
#include <limits>
#include <type_traits>

#include "moebel/experiment/experiment.h"

namespace moebel::fields {

/// Allowed values of a number, both ends included.
struct Range {
    double low = std::numeric_limits<double>::lowest();
    double high = std::numeric_limits<double>::max();
};
inline constexpr Range kCount{1, 1e15};       ///< at least one
inline constexpr Range kCountOrZero{0, 1e15};  ///< 0 has a meaning of its own
inline constexpr Range kWeight{0, 1e6};
inline constexpr Range kShare{0, 1};
inline constexpr Range kRate{1e-12, 100};
inline constexpr Range kFactor{0, 0.999999};


template <typename S, typename T>
concept Of = std::same_as<std::remove_const_t<S>, T>;

template <typename V, Of<DataSpec> S>
void visit(V& visitor, S& data)
{
    visitor("source", data.source);
    visitor("files", data.files);
    visitor.heldout("heldout", data.heldoutEvery);
    visitor("max_bytes_per_language", data.maxBytesPerLanguage, kCountOrZero);
    visitor("temperature", data.temperature, kShare);
    visitor.weights("weights", data.weights, Range{1e-6, 1e6});
    visitor("synthetic_documents", data.syntheticDocuments, Range{20, 1e6});
    visitor("synthetic_families", data.syntheticFamilies, Range{1, 100});
    visitor("synthetic_mixing", data.syntheticMixing, kShare);
}

template <typename V, Of<TokenizerSpec> S>
void visit(V& visitor, S& tokenizer)
{
    visitor("vocabulary", tokenizer.vocabulary, Range{300, 262'144});
    visitor("path", tokenizer.path);
    visitor("train_bytes_per_language", tokenizer.trainBytesPerLanguage, Range{1000, 1e9});
}

template <typename V, Of<ScheduleSpec> S>
void visit(V& visitor, S& schedule)
{
    visitor("warmup_fraction", schedule.warmupFraction, kShare);
    visitor("final_fraction", schedule.finalFraction, kShare);
}

template <typename V, Of<BaseSpec> S>
void visit(V& visitor, S& base)
{
    visitor("kind", base.kind);
    visitor("path", base.path);
    visitor("layers", base.shape.layers, Range{1, 1024});
    visitor("width", base.shape.width, Range{2, 262'144});
    visitor("heads", base.shape.heads, Range{1, 4096});
    visitor("key_value_heads", base.shape.keyValueHeads, Range{1, 4096});
    visitor("feed_forward_width", base.shape.feedForwardWidth, Range{1, 1'048'576});
    visitor("context_length", base.shape.contextLength, Range{2, 1 << 20});
    visitor("rope_theta", base.shape.ropeTheta, Range{1, 1e9});
    visitor("tied_head", base.shape.tiedHead);
    visitor("tokens", base.tokens, kCount);
    visitor("batch_sequences", base.batchSequences, Range{1, 65'536});
    visitor("sequence_length", base.sequenceLength, Range{2, 1 << 20});
    visitor("learning_rate", base.learningRate, kRate);
    visit(visitor, base.schedule);
    visitor("expanded_share", base.expandedShare, kFactor);
    visitor("embedding_std", base.embeddingStd, kRate);
    visitor("linear_std", base.linearStd, kRate);
}

template <typename V, Of<DeviationSpec> S>
void visit(V& visitor, S& deviation)
{
    visitor("steps", deviation.steps, Range{1, 1e6});
    visitor("batch_sequences", deviation.batchSequences, Range{1, 65'536});
    visitor("micro_batch_sequences", deviation.microBatchSequences, Range{0, 65'536});
    visitor("sequence_length", deviation.sequenceLength, Range{2, 1 << 20});
    visitor("learning_rate", deviation.learningRate, kRate);
    visitor("similarity_layers", deviation.similarityLayers, Range{1, 1024});
    visitor("with_gate", deviation.withGate);
    visitor("packing", deviation.packing);
    visitor("weights", deviation.weights);
}

template <typename V, Of<GroupsSpec> S>
void visit(V& visitor, S& groups)
{
    visitor("count", groups.count, Range{0, 4096});
    visitor("algorithm", groups.algorithm);
    visitor("members", groups.members);
    visitor("source", groups.source);
    visitor("layer", groups.layer, Range{-1, 1023});
    visitor("map", groups.map);
}

template <typename V, Of<ExpansionSpec> S>
void visit(V& visitor, S& expansion)
{
    visitor.numberOrList("experts", expansion.experts, Range{1, 4096});
    visitor("rule", expansion.rule);
    visitor("total", expansion.total, kCountOrZero);
    visitor("delta", expansion.delta, Range{0, 1e6});
    visitor("similarity_tokens", expansion.similarityTokens, Range{100, 1e8});
    visitor("similarity_floor", expansion.similarityFloor, kShare);
    visitor("deviation_threshold", expansion.deviationThreshold, kShare);
    visitor.numberOrList("layers", expansion.layers, Range{0, 1023});
    visitor("classifier_count", expansion.classifierCount, Range{0, 1024});
    visitor("classifier_choice", expansion.classifierChoice);
    visitor.numberOrList("classifier_layers", expansion.classifierLayers, Range{0, 1023});
    visitor("classifier_scope", expansion.classifierScope);
    visitor("top_k", expansion.topK, Range{1, 4096});
    visitor("new_experts", expansion.newExperts);
    visitor("renormalise_top_one", expansion.renormaliseTopOne);
    visitor("router_init", expansion.routerInit);
}

template <typename V, Of<StageSpec> S>
void visit(V& visitor, S& stage)
{
    visitor("kind", stage.kind);
    visitor("tokens", stage.tokens, kCount);
    visitor("batch_sequences", stage.batchSequences, Range{1, 65'536});
    visitor("micro_batch_sequences", stage.microBatchSequences, Range{0, 65'536});
    visitor("sequence_length", stage.sequenceLength, Range{2, 1 << 20});
    visitor("learning_rate", stage.learningRate, kRate);
    visit(visitor, stage.schedule);
    visitor("balance_weight", stage.balanceWeight, kWeight);
    visitor("balance_form", stage.balanceForm);
    visitor("prior_weight", stage.priorWeight, kWeight);
    visitor("prior_form", stage.priorForm);
    visitor("classifier_weight", stage.classifierWeight, kWeight);
    visitor("router_weight", stage.routerWeight, kWeight);
    visitor("replay_ratio", stage.replayRatio, Range{0, 1000});
    visitor("trainable", stage.trainable);
    visitor("weight_decay", stage.weightDecay, kShare);
    visitor("clip_norm", stage.clipNorm, kWeight);
    visitor("beta1", stage.beta1, kFactor);
    visitor("beta2", stage.beta2, kFactor);
}

template <typename V, Of<EvaluationSpec> S>
void visit(V& visitor, S& evaluation)
{
    visitor("every_steps", evaluation.everySteps, kCountOrZero);
    visitor("tasks", evaluation.tasks);
    visitor("heldout_bytes", evaluation.heldoutBytes, kCountOrZero);
    visitor("heldout_bytes_during", evaluation.heldoutBytesDuring, kCountOrZero);
}

template <typename V, Of<CheckpointSpec> S>
void visit(V& visitor, S& checkpoint)
{
    visitor("every_steps", checkpoint.everySteps, kCountOrZero);
    visitor("keep", checkpoint.keep, Range{2, 1000});
}

template <typename V, Of<ComputeSpec> S>
void visit(V& visitor, S& compute)
{
    visitor("precision", compute.precision);
}

/// The top-level keys and sections in the order of the file. `visitor.section(name, spec)` and `visitor.stages(list)` go deeper.
template <typename V, Of<Experiment> S>
void visit(V& visitor, S& experiment)
{
    visitor("title", experiment.title);
    visitor("seed", experiment.seed.value, Range{0, 9e15});
    visitor("preset", experiment.preset);
    visitor.languages("languages", experiment.languages);
    visitor.section("data", experiment.data);
    visitor.section("tokenizer", experiment.tokenizer);
    visitor.section("base", experiment.base);
    visitor.section("deviation", experiment.deviation);
    visitor.section("groups", experiment.groups);
    visitor.section("expansion", experiment.expansion);
    visitor.stages("stage", experiment.stages);
    visitor.section("evaluation", experiment.evaluation);
    visitor.section("checkpoint", experiment.checkpoint);
    visitor.section("compute", experiment.compute);
}

/// All values of a kind; the words come from name().
template <typename E>
inline constexpr std::array<E, 0> kValues{};
template <>
inline constexpr std::array kValues<TextSource> = {TextSource::LibreOfficeHelp, TextSource::GnomeHelp, TextSource::TextFiles,
                                                   TextSource::JsonLines, TextSource::Synthetic};
template <>
inline constexpr std::array kValues<BaseKind> = {BaseKind::Pretrain, BaseKind::Checkpoint, BaseKind::Run};
template <>
inline constexpr std::array kValues<ExpertOrigin> = {ExpertOrigin::Copy, ExpertOrigin::Random};
template <>
inline constexpr std::array kValues<AllocationRule> = {AllocationRule::Manual, AllocationRule::BySimilarity,
                                                       AllocationRule::LargestRemainder, AllocationRule::ReverseSimilarity,
                                                       AllocationRule::Schedule, AllocationRule::ByDeviation,
                                                       AllocationRule::Layers, AllocationRule::Uniform,
                                                       AllocationRule::NearestExpert};
template <>
inline constexpr std::array kValues<GroupingAlgorithm> = {GroupingAlgorithm::Exact,  GroupingAlgorithm::Growth,
                                                          GroupingAlgorithm::Random, GroupingAlgorithm::Family,
                                                          GroupingAlgorithm::Script, GroupingAlgorithm::Manual};
template <>
inline constexpr std::array kValues<GroupingSource> = {GroupingSource::Deviation, GroupingSource::HiddenStates,
                                                       GroupingSource::Gradients, GroupingSource::TokenizerOverlap};
template <>
inline constexpr std::array kValues<RouterInit> = {RouterInit::Xavier, RouterInit::Normal};
template <>
inline constexpr std::array kValues<ClassifierChoice> = {ClassifierChoice::ByNewOriginal, ClassifierChoice::ByMean};
template <>
inline constexpr std::array kValues<ClassifierScope> = {ClassifierScope::Sequence, ClassifierScope::Prefix,
                                                        ClassifierScope::Token};
template <>
inline constexpr std::array kValues<StageKind> = {StageKind::PostPretraining, StageKind::Review, StageKind::GroupWarmup,
                                                  StageKind::Joint, StageKind::Adaptation};
template <>
inline constexpr std::array kValues<TrainableSet> = {TrainableSet::NewExpertsAndRouters, TrainableSet::Routers,
                                                     TrainableSet::All};
template <>
inline constexpr std::array kValues<PriorForm> = {PriorForm::Paper, PriorForm::Official};
template <>
inline constexpr std::array kValues<BalanceForm> = {BalanceForm::Paper, BalanceForm::Official, BalanceForm::Constant};
template <>
inline constexpr std::array kValues<Precision> = {Precision::Float32, Precision::BFloat16};

}  // namespace moebel::fields
