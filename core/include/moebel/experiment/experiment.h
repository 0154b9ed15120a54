// The whole description of an experiment, a value with defaults. Everything else is built from it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/ids.h"
#include "moebel/experiment/language.h"
#include "moebel/experiment/model_shape.h"

namespace moebel {

enum class TextSource { LibreOfficeHelp, GnomeHelp, TextFiles, JsonLines, Synthetic };

/// [data] Where the text comes from.
struct DataSpec {
    TextSource source = TextSource::LibreOfficeHelp;
    std::map<std::string, std::string> files;  ///< code -> path, for TextFiles and JsonLines; relative to the experiment file
    std::int64_t heldoutEvery = 10;            ///< every n-th document (page) is held out, the same in every language
    std::int64_t maxBytesPerLanguage = 0;      ///< training text is cut here; 0 = all
    double temperature = 1.0;                  ///< language share ~ weight * size^temperature inside a role; 0 = by weights alone
    std::map<std::string, double> weights;     ///< code -> weight; 1 where there is none
    // Synthetic only (see engine/text/synthetic_languages.h)
    std::int64_t syntheticDocuments = 400;
    std::int64_t syntheticFamilies = 2;
    double syntheticMixing = 0.1;

    bool operator==(const DataSpec&) const = default;
};

/// [tokenizer]
struct TokenizerSpec {
    std::int64_t vocabulary = 4096;
    std::string path;                       ///< an existing SentencePiece .model instead of training one
    std::int64_t trainBytesPerLanguage = 600'000;  ///< equal bytes of each language, original and expanded

    bool operator==(const TokenizerSpec&) const = default;
};

/// Learning rate over the steps of a stage.
struct ScheduleSpec {
    double warmupFraction = 0.05;
    double finalFraction = 0.05;  ///< cosine from 1 down to this share of the learning rate

    bool operator==(const ScheduleSpec&) const = default;
};

enum class BaseKind { Pretrain, Checkpoint, Run };

/// [base] The model everything starts from: a dense one, or the end of an earlier run (lifelong expansion, methods.md 2.6).
struct BaseSpec {
    BaseKind kind = BaseKind::Pretrain;
    std::string path;  ///< for Checkpoint: model folder or .gguf file; for Run: run folder
    ExpertAllocation allocation;  ///< of a Run, as its model has it; filled in by withBaseShape()
    ModelShape shape;  ///< for Pretrain; vocabulary is filled in from the tokenizer
    bool isShapeRead = false;  ///< `shape` is that of the model at `path`, by withBaseShape()
    std::int64_t tokens = 614'400;
    std::int64_t batchSequences = 4;
    std::int64_t sequenceLength = 128;
    double learningRate = 3e-3;
    ScheduleSpec schedule;
    double expandedShare = 0;    ///< of the samples: expanded languages in a pretrained base; 0 = it never sees them
    double embeddingStd = 0.08;  ///< methods.md section 8: initialisation matters
    double linearStd = 0.06;

    bool operator==(const BaseSpec&) const = default;
    bool isShapeKnown() const { return kind == BaseKind::Pretrain || isShapeRead; }
};

enum class Precision { Float32, BFloat16 };

/// [deviation] DMoE's probe (methods.md 3.2): a few steps of AdamW on each language alone, from the same base.
struct DeviationSpec {
    std::int64_t steps = 10;
    std::int64_t batchSequences = 8;       ///< sequences of one step, all micro-batches together
    std::int64_t microBatchSequences = 0;  ///< 0 = the whole batch at once
    std::int64_t sequenceLength = 128;
    double learningRate = 3e-4;         ///< of the first step; it falls linearly to 0
    std::int64_t similarityLayers = 3;  ///< the last so many layers make the similarity; all of a model that has fewer
    bool withGate = true;               ///< the gate's weights are part of the feed-forward network
    bool packing = true;                ///< false: one document a sequence, cut or padded, the padding out of the loss
    Precision weights = Precision::Float32;  ///< BFloat16: rounded after every step, so that most of the change is lost

    bool operator==(const DeviationSpec&) const = default;
};

/// How groups of languages come about. Exact and Growth make groups of one size by similarity, Random without it; Family and
/// Script follow what is known of the languages; Manual ones were given.
enum class GroupingAlgorithm { Exact, Growth, Random, Family, Script, Manual };

/// What makes languages alike for Exact and Growth. Deviation: the cosines of the probe's changes. HiddenStates: the cosines of
/// LayerMoE's probe in one layer, or their mean over all. Gradients: the cosines of the base's gradients on the text that the
/// deviation probe would read (GradSim). TokenizerOverlap: the tokens that two texts share (Jaccard).
enum class GroupingSource { Deviation, HiddenStates, Gradients, TokenizerOverlap };

/// [groups] DMoE: the expanded languages in groups, one expert each (methods.md 3.5).
struct GroupsSpec {
    std::int64_t count = 0;  ///< for Exact, Growth and Random
    GroupingAlgorithm algorithm = GroupingAlgorithm::Exact;
    std::vector<std::string> members;  ///< for Manual: the codes of one group each, with spaces between them
    GroupingSource source = GroupingSource::Deviation;
    std::int64_t layer = -1;  ///< for HiddenStates; -1: the mean over all layers
    std::string map = {};     ///< for Manual, instead of members: a file of an expert map, relative to the experiment file

    bool operator==(const GroupsSpec&) const = default;
};

/// Where a new expert's weights come from.
enum class ExpertOrigin { Original, Copy, Random, Earlier };

/// How the layers get their numbers of experts (methods.md 2.3).
enum class AllocationRule {
    Manual,             ///< as `experts` says
    BySimilarity,       ///< LayerMoE: N = ceil(share of 1/similarity * delta)
    LargestRemainder,   ///< the same shares, rounded so that the total is always hit
    ReverseSimilarity,  ///< a control: shares of the similarity itself
    Schedule,           ///< `experts` from the bottom to the top in equal parts of the depth: 2, 4, 6, 8 as in MoLA
    ByDeviation,        ///< DMoE: an expert for each group of languages in the layers that the probe changes most
    Layers,             ///< an expert for each group of languages in the layers that are listed
    Uniform,            ///< `experts` in each layer, or a total spread evenly over the depth
    NearestExpert       ///< DMoE's adaptation: an expert for each group of new languages, a copy of the one that knows it best
};
/// The first weights of new routers.
enum class RouterInit { Xavier, Normal };
/// Which layers get a language classifier in front of the router (methods.md 2.4).
enum class ClassifierChoice { ByNewOriginal, ByMean };

/// [expansion]
struct ExpansionSpec {
    /// One number for all layers, or one a layer; original included. Of a base that is a run: the original one and those that are added.
    std::vector<std::int64_t> experts = {3};
    AllocationRule rule = AllocationRule::Manual;
    std::int64_t total = 0;           ///< experts of all layers for Uniform and the rules by similarity; 0 = `experts` in each layer, or delta
    double delta = 0;                 ///< for BySimilarity, instead of a total
    std::int64_t similarityTokens = 20'000;  ///< of each language, for the probe
    double deviationThreshold = 0.6;         ///< for ByDeviation: least normalised deviation of a layer that becomes MoE
    std::vector<std::int64_t> layers;        ///< for Layers
    double similarityFloor = 0;       ///< lower similarities are raised to it; 0 = one that is not above zero is refused
    std::int64_t topK = 2;
    ExpertOrigin newExperts = ExpertOrigin::Copy;  ///< Copy or Random ("w/o EC")
    bool renormaliseTopOne = true;
    RouterInit routerInit = RouterInit::Xavier;
    std::int64_t classifierCount = 0;  ///< language classifiers in so many layers, chosen by similarity
    ClassifierChoice classifierChoice = ClassifierChoice::ByNewOriginal;
    std::vector<std::int64_t> classifierLayers;  ///< in these layers, instead of a count
    ClassifierScope classifierScope = ClassifierScope::Sequence;

    bool operator==(const ExpansionSpec&) const = default;
};

/// GroupWarmup: every micro-batch is of one group of languages and goes through its expert alone; Joint: by the routers. Adaptation:
/// as GroupWarmup, the languages that are new to the base alone.
enum class StageKind { Pretraining, PostPretraining, Review, GroupWarmup, Joint, Adaptation };
/// Whether every micro-batch goes through the expert of its group.
bool isHardRouted(StageKind kind);

/// Which parameters learn in a stage. Everything else is frozen: no gradient, no optimizer state.
enum class TrainableSet { NewExpertsAndRouters, Routers, All };

/// Language-prior loss: -log G_0 (paper) or the released code's double softmax (official); methods.md 1.4.
enum class PriorForm { Paper, Official };
/// Load-balance loss: with 1/K (paper) or without (official), methods.md 1.3; or what DMoE's code computes for BLOOM and Gemma, a
/// number without a gradient (constant), methods.md 3.7.
enum class BalanceForm { Paper, Official, Constant };

/// [[stage]]
struct StageSpec {
    StageKind kind = StageKind::PostPretraining;
    std::int64_t tokens = 300'000;
    std::int64_t batchSequences = 4;  ///< sequences of one optimizer step, all micro-batches together
    std::int64_t microBatchSequences = 0;  ///< 0 = the whole batch at once
    std::int64_t sequenceLength = 128;
    double learningRate = 3e-3;
    ScheduleSpec schedule;
    double balanceWeight = 0.0;
    BalanceForm balanceForm = BalanceForm::Paper;
    double priorWeight = 0.0;
    PriorForm priorForm = PriorForm::Paper;
    double classifierWeight = 0.0;  ///< above 0 the classifiers are there and learn in this stage
    double routerWeight = 0.0;      ///< DMoE: of the loss that teaches the routers the group of every token
    double replayRatio = 0.0;  ///< original : expanded tokens; 0 = expanded languages only
    TrainableSet trainable = TrainableSet::NewExpertsAndRouters;
    double weightDecay = 0.0;
    double clipNorm = 1.0;
    double beta1 = 0.9;
    double beta2 = 0.95;

    bool operator==(const StageSpec&) const = default;
    std::int64_t steps() const;  ///< tokens / (batchSequences * sequenceLength), rounded up, at least 1
};

/// [evaluation]
struct EvaluationSpec {
    std::int64_t everySteps = 100;  ///< 0 = only between the stages
    std::vector<std::string> tasks = {"bits-per-byte"};
    std::int64_t heldoutBytes = 60'000;       ///< per language, at base and at the end of each stage
    std::int64_t heldoutBytesDuring = 12'000;  ///< per language, at every n steps

    bool operator==(const EvaluationSpec&) const = default;
};

/// [checkpoint]
struct CheckpointSpec {
    std::int64_t everySteps = 200;  ///< besides the end of each stage; 0 = stage ends only
    std::int64_t keep = 2;          ///< never below 2

    bool operator==(const CheckpointSpec&) const = default;
};

/// [compute]
struct ComputeSpec {
    Precision precision = Precision::Float32;
    bool operator==(const ComputeSpec&) const = default;
};

/// The whole description.
struct Experiment {
    std::string title;
    Seed seed;
    std::string preset;
    std::vector<Language> languages;  ///< original ones first
    DataSpec data;
    TokenizerSpec tokenizer;
    BaseSpec base;
    DeviationSpec deviation;
    GroupsSpec groups;
    ExpansionSpec expansion;
    std::vector<StageSpec> stages;
    EvaluationSpec evaluation;
    CheckpointSpec checkpoint;
    ComputeSpec compute;

    bool operator==(const Experiment&) const = default;
};

/// Experts per layer for a base of this many layers; for a rule by similarity, which the probe decides, its total spread evenly.
/// Precondition: the description was checked.
ExpertAllocation allocation(const Experiment& experiment);
/// One round after another: `round` counts the original expert and those that it adds, the result all of them.
ExpertAllocation added(const ExpertAllocation& present, ExpertAllocation round);
bool isBySimilarity(AllocationRule rule);
/// Whether the experts are those of groups of languages.
bool usesGroups(const ExpansionSpec& expansion);
/// Whether the groups are made from similarities of this source.
bool groupsBy(const Experiment& experiment, GroupingSource source);
/// Whether DMoE's probe decides the groups or the layers.
bool needsDeviation(const Experiment& experiment);
/// Whether the text of the probe is read: by itself, or for the gradients.
bool readsProbeText(const Experiment& experiment);
/// The groups of `members`, as they are written.
std::vector<std::vector<std::string>> writtenGroups(const GroupsSpec& groups);
/// For NearestExpert: the groups of languages that get an expert each: as `members` says, else one of all expanded languages that
/// stand in no group of `present`, the base's experts.
std::vector<std::vector<std::string>> groupsToAdd(const Experiment& experiment, const ExpertAllocation& present);
/// Whether the similarity of the languages has to be measured before the model is expanded.
bool needsSimilarity(const ExpansionSpec& expansion);
/// Experts of all layers that a rule is asked for; 0 where delta decides.
std::int64_t wantedTotal(const ExpansionSpec& expansion, std::int64_t layers);
/// Whether some stage trains the experts of an origin; the others stay what they were, bit for bit.
bool isTrained(const std::vector<StageSpec>& stages, ExpertOrigin origin);
/// One total in all layers alike; what cannot be shared alike is spread over the depth. Precondition: at least one layer.
std::vector<std::int64_t> expertsEvenly(std::int64_t total, std::int64_t layers);
/// Equal parts of the depth get these counts from bottom to top. Precondition: 1 to `layers` counts.
std::vector<std::int64_t> expertsBySchedule(const std::vector<std::int64_t>& counts, std::int64_t layers);
std::vector<LanguageId> languagesOf(const Experiment& experiment, LanguageRole role);

/// The words of the experiment file: "libreoffice-help", "post-pretraining", "routers", "paper", ...
std::string_view name(TextSource source);
std::string_view name(BaseKind kind);
std::string_view name(ExpertOrigin origin);
std::string_view name(AllocationRule rule);
std::string_view name(GroupingAlgorithm algorithm);
std::string_view name(GroupingSource source);
std::string_view name(RouterInit init);
std::string_view name(ClassifierChoice choice);
std::string_view name(StageKind kind);
std::string_view name(TrainableSet set);
std::string_view name(PriorForm form);
std::string_view name(BalanceForm form);
std::string_view name(Precision precision);

}  // namespace moebel
