// Everything a report says about one run, read once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "moebel/analysis/routing_stats.h"
#include "moebel/analysis/score.h"
#include "moebel/experiment/model_config.h"
#include "moebel/store/run_store.h"

namespace moebel {

/// Routing on the held-out text at the newest evaluation of a stage.
struct StageRouting {
    StageRecord stage;
    RoutingCapture capture;
    RoutingStats stats;
};

struct RunData {
    RunFolder folder;
    RunRecord record;
    RunInputs inputs;
    RunStatus status;
    Experiment experiment;         ///< from experiment.toml
    bool experimentKnown = false;  ///< that file could be read, and names the languages of the record
    std::string experimentText;    ///< the file itself
    std::vector<Language> languages;
    std::vector<StageRecord> stages;  ///< without the base's pretraining
    std::vector<Score> scores;
    std::vector<ExpertZeroScore> expertZero;
    std::vector<MetricSeries> losses;          ///< of all languages together: "loss", "balance-loss", ...
    std::vector<MetricSeries> baseLosses;      ///< of the base's pretraining in this run: all languages, then each; by its own steps
    std::vector<MetricSeries> languageLosses;  ///< language model loss, one a language that was trained on
    std::vector<MetricSeries> bitsPerByte;     ///< one a language that was measured during training
    std::vector<StageRouting> routing;
    std::vector<EventRecord> warnings;
    std::vector<ExpertRecord> experts;           ///< of the expanded model
    std::optional<ExpertsAllocated> allocation;  ///< how the layers got them
    std::vector<LayerSimilarity> similarity;     ///< behind that, by layer; empty where none was measured
    std::optional<DeviationMeasured> deviation;  ///< what the probe measured; none without one
    std::optional<GroupsFormed> groups;          ///< of languages that have an expert each; none without them
    std::vector<MetricSeries> bitsByGroup;       ///< bits per byte through the expert of the group, one a language that has one
    std::optional<ModelConfig> model;            ///< of the newest checkpoint that is there
    double seconds = 0;  ///< between the first and the last event; 0 = unknown
    ForgettingReport forgetting;

    /// "base" and the words of the stages, in their order, as far as there are scores.
    std::vector<std::string> checkpoints() const;
    /// The score of a metric; null when it was not measured.
    const Score* score(const std::string& metric, const std::string& language, const std::string& checkpoint) const;
    LanguageCohort cohort(const Language& language) const;
    /// As tables write it: "original", "expanded"; in a later round "original", "earlier", "new".
    std::string word(LanguageCohort cohort) const;
    /// Mean over the languages of a cohort; NaN when one is missing.
    double mean(const std::string& metric, LanguageCohort cohort, const std::string& checkpoint) const;
    std::vector<Language> ofCohort(LanguageCohort cohort) const;
    /// Rounds of expansion that the model went through, this run's included.
    std::int64_t rounds() const { return record.base ? record.base->rounds + 1 : 1; }
};

Result<RunData> readRunData(const RunFolder& folder);

/// "Base", "Stage 1: post-pretraining", "Stage 2: review" for the words of a checkpoint.
std::string checkpointTitle(const RunData& run, const std::string& checkpoint);

}  // namespace moebel
