#include "engine/runner/checkpoint_keeper.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "engine/model/checkpoint/model_file.h"
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
                    const TrainerState& state, const Tokenizer& tokenizer)
{
    if (Status written = writeModel(decoder, folder, optimizer.parameters()); !written) {
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

}  // namespace

std::int64_t checkpointBytes(std::int64_t parameters, std::int64_t trainedParameters)
{
    constexpr std::int64_t kSmallFiles = std::int64_t(1) << 20;  // tokenizer, configuration, state, manifest
    return 4 * parameters + 8 * trainedParameters + kSmallFiles;
}

std::string checkpointFolder(std::int64_t step)
{
    char folder[64];
    std::snprintf(folder, sizeof folder, "checkpoints/step-%06lld", static_cast<long long>(step));
    return folder;
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

CheckpointKeeper::CheckpointKeeper(Session& session, const Tokenizer& tokenizer, const FoundCheckpoint& found)
    : m_session(session), m_tokenizer(tokenizer), m_last(found.newest)
{
    std::int64_t end = 0;
    for (const StageSpec& stage : session.experiment().stages) {
        end += stage.steps();
        m_spared.push_back(checkpointFolder(end));
    }
}

std::string CheckpointKeeper::lastGood() const { return m_last ? m_last->folder : "none yet"; }

Status CheckpointKeeper::save(const Decoder& decoder, const AdamW& optimizer, const TrainerState& state)
{
    if (m_last && m_last->step == state.step) {
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
        if (Status waited = waitForSpace(saved.error(), state.step); !waited) {
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
    auto written = writeCheckpoint(m_session.run(), state.step, bytes, [&](const std::filesystem::path& folder) {
        return writePayload(folder, decoder, optimizer, state, m_tokenizer);
    });
    if (!written) {
        return written.error();
    }
    m_session.tell(CheckpointWritten{state.stage, state.step, written->folder, written->hash, written->bytes,
                                     m_last ? m_last->folder : std::string()});
    m_last = *written;
    prune();
    return Done{};
}

Status CheckpointKeeper::waitForSpace(const Error& error, std::int64_t step) const
{
    for (int i = 0; i < 100; ++i) {
        if (m_session.stopWished()) {
            return Error{ErrorKind::NoSpace, "no-space",
                         "the run was stopped after step " + std::to_string(step) + " without saving, because " +
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
