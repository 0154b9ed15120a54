// trainer.json of a checkpoint: where a run stands, besides its weights and its optimizer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "moebel/analysis/routing_stats.h"
#include "moebel/base/result.h"

namespace moebel {

/// Sums since the last logging step: what the routers did and the loss of each language. Saved with a checkpoint, so that a
/// resumed run logs what an undisturbed one would.
struct TrainingWindow {
    RoutingStats routing;
    std::vector<double> languageLoss;    ///< nats, by language
    std::vector<double> languageTokens;  ///< tokens, by language

    bool operator==(const TrainingWindow&) const = default;
};

struct TrainerState {
    std::int64_t stage = 0;      ///< index into Experiment::stages; -1 = pretraining of the base
    std::int64_t stageStep = 0;  ///< steps of the stage that are done
    std::int64_t step = 0;       ///< steps of the run that are done; none in the pretraining
    bool evaluationDue = false;  ///< the evaluation of this step is not yet in the record
    std::uint64_t nextSample = 0;  ///< global sample index of the stage's stream
    std::int64_t microBatch = 0;   ///< sequences, where the memory was too full for those of the stage; else 0
    std::uint64_t seed = 0;
    int threads = 0;
    double seconds = 0;  ///< wall time of the run so far
    std::string experimentHash;
    std::string dataHash;  ///< of all shards and the tokenizer
    std::string program;
    std::string libtorch;
    std::string base;  ///< of a pretraining: the key of the base that is being made; empty otherwise
    TrainingWindow window;

    bool operator==(const TrainerState&) const = default;
};

std::string toJson(const TrainerState& state);
/// `where`: the file, for the message.
Result<TrainerState> parseTrainerState(const std::string& text, const std::string& where);

}  // namespace moebel
