// Trains the dense base of a run: log, save, do what is wished from outside. Steps count from 1 inside it and are told as stage -1.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/session.h"
#include "engine/runner/step_log.h"
#include "engine/text/prepared_text.h"
#include "engine/training/stage_trainer.h"

namespace moebel {

/// The stage that the base's part of a description describes.
StageSpec pretrainingStage(const BaseSpec& base);

class Pretraining {
public:
    /// `key`: of the base that is made. The decoder, the text and the stream outlive it.
    Pretraining(Session& session, const PreparedText& text, const SampleStream& stream, CheckpointKeeper& keeper, Decoder& decoder,
                std::string key);

    /// Goes on where a checkpoint of this pretraining stands, with its weights in the decoder.
    Status restore(const LoadedCheckpoint& checkpoint);
    /// To its end. Errors: Stopped (saved), not-finite (the weights are as they were before the step), NoSpace.
    Status execute();
    Status save();
    /// The trained weights in fp32: all of them.
    const std::vector<NamedParameter>& masters() { return m_trainer.optimizer().parameters(); }

private:
    Status oneStep();
    TrainerState state();

    Session& m_session;
    const PreparedText& m_text;
    const SampleStream& m_stream;
    CheckpointKeeper& m_keeper;
    Decoder& m_decoder;
    std::string m_key;
    StageSpec m_stage;
    StageTrainer m_trainer;
    StepLog m_log;
    std::int64_t m_step = 0;  ///< done
    std::int64_t m_reducedMicroBatch = 0;  ///< since the memory was full; else 0
};

}  // namespace moebel
