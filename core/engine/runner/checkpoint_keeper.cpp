#include "engine/runner/checkpoint_keeper.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/model/checkpoint/safetensors.h"
#include "moebel/base/file.h"

namespace moebel
{
namespace
{

constexpr const char* kOptimizerFile = "trainer.safetensors";
constexpr const char* kStateFile = "trainer.json";

std::int64_t countParameters(const std::vector<NamedParameter>& parameters)
{
    std::int64_t count = 0;
    for (const NamedParameter& parameter : parameters) {
        count += parameter.tensor.numel();
    }
    return count;
}

Status writePayload(const std::filesystem::path& folder, const Decoder& decoder, const AdamW& optimizer,
                    const TrainerState& state, const Tokenizer& tokenizer, std::uint64_t largestShard)
{
    if (Status written = writeModel(decoder, folder, optimizer.parameters(), largestShard); !written) {
        return written;
    }
    if (Status written = writeSafetensors(folder / kOptimizerFile, optimizer.state()); !written) {
        return written;
    }
    if (Status written = writeFileAtomically(folder / kStateFile, toJson(state)); !written) {
        return written;
    }
    return writeTokenizer(tokenizer, folder);
}

CheckpointSeries seriesOf(const TrainerState& state)
{
    return state.stage < 0 ? CheckpointSeries::Pretraining : CheckpointSeries::Stages;
}

/// The step that a checkpoint counts.
std::int64_t stepOf(const TrainerState& state) { return state.stage < 0 ? state.stageStep : state.step; }

std::string placeOf(const TrainerState& state)
{
    return "step " + std::to_string(stepOf(state)) + (state.stage < 0 ? " of the base's pretraining" : "");
}

}  // namespace

std::int64_t checkpointBytes(std::int64_t parameters, std::int64_t trainedParameters)
{
    constexpr std::int64_t kSmallFiles = std::int64_t(1) << 20;  // tokenizer, configuration, state, manifest
    return 4 * parameters + 8 * trainedParameters + kSmallFiles;
}

FoundCheckpoint findCheckpoint(const RunFolder& run)
{
    ReconciledCheckpoints reconciled = reconcileCheckpoints(run);
    FoundCheckpoint found{std::nullopt, std::move(reconciled.valid), std::move(reconciled.damaged)};
    if (!found.valid.empty()) {
        found.newest = found.valid.back();
    }
    return found;
}

Result<LoadedCheckpoint> loadCheckpoint(const RunFolder& run, const CheckpointInfo& checkpoint)
{
    const std::filesystem::path folder = run.path / checkpoint.folder;
    auto decoder = readModel(folder);
    if (!decoder) {
        return decoder.error();
    }
    auto optimizer = readSafetensors(folder / kOptimizerFile);
    if (!optimizer) {
        return optimizer.error();
    }
    const auto text = readFile(folder / kStateFile);
    if (!text) {
        return text.error();
    }
    auto state = parseTrainerState(*text, (folder / kStateFile).string());
    if (!state) {
        return state.error();
    }
    return LoadedCheckpoint{std::move(*decoder), std::move(optimizer->tensors), std::move(*state)};
}

CheckpointKeeper::CheckpointKeeper(Session& session, const Tokenizer& tokenizer, const FoundCheckpoint& found,
                                   std::uint64_t largestShard)
    : m_session(session), m_tokenizer(tokenizer), m_last(found.newest), m_largestShard(largestShard)
{
    std::int64_t end = 0;
    for (const StageSpec& stage : session.experiment().stages) {
        end += stage.steps();
        m_spared.push_back(checkpointFolder(CheckpointSeries::Stages, end));
    }
}

std::string CheckpointKeeper::lastGood() const { return m_last ? m_last->folder : "none yet"; }

Status CheckpointKeeper::save(const Decoder& decoder, const AdamW& optimizer, const TrainerState& state)
{
    if (m_last && m_last->folder == checkpointFolder(seriesOf(state), stepOf(state))) {
        return Done{};
    }
    bool paused = false;
    for (;;) {
        Status saved = saveOnce(decoder, optimizer, state);
        if (saved || saved.error().kind != ErrorKind::NoSpace) {
            if (saved && paused) {
                m_session.tell(RunResumed{state.step});
            }
            return saved;
        }
        if (!paused) {
            m_session.tell(RunPaused{state.step, "disk full"});
            paused = true;
        }
        if (Status waited = waitForSpace(saved.error(), state); !waited) {
            return waited;
        }
    }
}

Status CheckpointKeeper::saveOnce(const Decoder& decoder, const AdamW& optimizer, const TrainerState& state)
{
    if (Status safe = m_session.flush(); !safe) {
        return safe;
    }
    const std::int64_t bytes = checkpointBytes(countParameters(decoder.parameters()), countParameters(optimizer.parameters()));
    auto written = writeCheckpoint(
        m_session.run(), stepOf(state), bytes,
        [&](const std::filesystem::path& folder) {
            return writePayload(folder, decoder, optimizer, state, m_tokenizer, m_largestShard);
        },
        seriesOf(state));
    if (!written) {
        return written.error();
    }
    m_session.tell(CheckpointWritten{state.stage, stepOf(state), written->folder, written->hash, written->bytes,
                                     m_last ? m_last->folder : std::string()});
    m_last = *written;
    if (m_session.flush()) {  // a row that is not safe yet keeps what is older until the next save
        prune();
    }
    return Done{};
}

void CheckpointKeeper::dropPretraining()
{
    for (const std::string& folder : removePretraining(m_session.run())) {
        m_session.tell(CheckpointRemoved{folder});
    }
    if (m_last && m_last->series == CheckpointSeries::Pretraining) {
        m_last.reset();
    }
}

Status CheckpointKeeper::waitForSpace(const Error& error, const TrainerState& state) const
{
    for (int i = 0; i < 100; ++i) {
        if (m_session.stopWished()) {
            return Error{ErrorKind::NoSpace, "no-space",
                         "the run was stopped after " + placeOf(state) + " without saving, because " +
                             error.message + "; the last good checkpoint is " + lastGood(),
                         error.where};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return Done{};
}

void CheckpointKeeper::prune()
{
    for (const std::string& folder :
         pruneCheckpoints(m_session.run(), std::max<std::int64_t>(m_session.experiment().checkpoint.keep, 2), m_spared)) {
        m_session.tell(CheckpointRemoved{folder});
    }
}

}  // namespace moebel
