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
    double temperature = 1.0;                  ///< language share ~ size^temperature inside a role; 0 = equal shares
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

enum class BaseKind { Pretrain, Checkpoint };

/// [base] The dense model everything starts from.
struct BaseSpec {
    BaseKind kind = BaseKind::Pretrain;
    std::string path;  ///< for Checkpoint
    ModelShape shape;  ///< for Pretrain; vocabulary is filled in from the tokenizer
    std::int64_t tokens = 614'400;
    std::int64_t batchSequences = 4;
    std::int64_t sequenceLength = 128;
    double learningRate = 3e-3;
    ScheduleSpec schedule;
    double embeddingStd = 0.08;  ///< methods.md section 8: initialisation matters
    double linearStd = 0.06;

    bool operator==(const BaseSpec&) const = default;
};

/// Where a new expert's weights come from.
enum class ExpertOrigin { Original, Copy, Random };

/// [expansion]
struct ExpansionSpec {
    std::vector<std::int64_t> experts = {3};  ///< one number for all layers, or one a layer; original included
    std::int64_t topK = 2;
    ExpertOrigin newExperts = ExpertOrigin::Copy;  ///< Copy or Random ("w/o EC")
    bool renormaliseTopOne = true;

    bool operator==(const ExpansionSpec&) const = default;
};

enum class StageKind { Pretraining, PostPretraining, Review };

/// Which parameters learn in a stage. Everything else is frozen: no gradient, no optimizer state.
enum class TrainableSet { NewExpertsAndRouters, Routers, All };

/// Language-prior loss: -log G_0 (paper) or the released code's double softmax (official); methods.md 1.4.
enum class PriorForm { Paper, Official };
/// Load-balance loss: with 1/K (paper) or without (official); methods.md 1.3.
enum class BalanceForm { Paper, Official };

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

enum class Precision { Float32, BFloat16 };

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
    ExpansionSpec expansion;
    std::vector<StageSpec> stages;
    EvaluationSpec evaluation;
    CheckpointSpec checkpoint;
    ComputeSpec compute;

    bool operator==(const Experiment&) const = default;
};

/// Experts per layer for a base of this many layers. Precondition: the description was checked.
ExpertAllocation allocation(const Experiment& experiment);
std::vector<LanguageId> languagesOf(const Experiment& experiment, LanguageRole role);

/// The words of the experiment file: "libreoffice-help", "post-pretraining", "routers", "paper", ...
std::string_view name(TextSource source);
std::string_view name(BaseKind kind);
std::string_view name(ExpertOrigin origin);
std::string_view name(StageKind kind);
std::string_view name(TrainableSet set);
std::string_view name(PriorForm form);
std::string_view name(BalanceForm form);
std::string_view name(Precision precision);

}  // namespace moebel
