// One stage of a run: train, log, evaluate, save, do what is wished from outside; then the whole evaluation and the last save.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/evaluation_round.h"
#include "engine/runner/session.h"
#include "engine/runner/step_log.h"
#include "engine/training/stage_trainer.h"

namespace moebel {

/// Where a stage starts or goes on.
struct StageStart {
    std::size_t stage = 0;
    std::int64_t firstStep = 0;  ///< of the run
    std::optional<TrainerState> state;               ///< of the checkpoint, when the stage goes on
    std::map<std::string, torch::Tensor> optimizer;  ///< of the checkpoint
};

class StageRun {
public:
    StageRun(Session& session, const PreparedText& text, Decoder& decoder, const SampleStream& stream,
             CheckpointKeeper& keeper, const StageStart& start);

    /// Until the end of the stage. Errors: Stopped (saved), not-finite (the weights are as they were before the step), NoSpace.
    Status execute();

private:
    Status restore();
    Status trainToEnd();
    Status oneStep();
    void tellStep(const StepResult& result, double seconds);
    void tellReducedMicroBatch(const StepResult& result);
    Status evaluateDuring();
    Status evaluateAtEnd();
    static Status stillDue(const Error& error);
    void tellScores(const EvaluationRound& round, bool boundary);
    void tellRouting(const EvaluationRound& round, bool boundary);  ///< at a boundary with its single documents
    Status finish();
    Status save();
    TrainerState state();
    std::int64_t step() const { return m_start.firstStep + m_stageStep; }

    Session& m_session;
    const PreparedText& m_text;
    Decoder& m_decoder;
    CheckpointKeeper& m_keeper;
    const StageStart& m_start;
    const StageSpec& m_spec;
    const SampleStream& m_stream;
    StageTrainer m_trainer;
    StepLog m_log;
    std::int64_t m_stageStep = 0;
    std::int64_t m_reducedMicroBatch = 0;  ///< since the memory was full; else 0
    bool m_evaluationDue = false;  ///< at this step, before the next one
};

}  // namespace moebel
