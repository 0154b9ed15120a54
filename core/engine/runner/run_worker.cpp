#include "engine/runner/run_worker.h"

#include <malloc.h>

#include <cstdlib>
#include <new>
#include <optional>
#include <utility>

#include "engine/model/precision.h"
#include "engine/runner/allocation.h"
#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/expand.h"
#include "engine/runner/group_similarity.h"
#include "engine/runner/mixture.h"
#include "engine/runner/resume_check.h"
#include "engine/runner/run_text.h"
#include "engine/runner/session.h"
#include "engine/runner/space_check.h"
#include "engine/runner/stage_run.h"
#include "moebel/base/file.h"
#include "moebel/base/file_system.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/experiment/experiment_compare.h"
#include "moebel/store/checkpoint_folder.h"
#include "moebel/store/run_store.h"

namespace moebel
{
namespace
{

/// Freed buffers stay with the process: on virtual machines the first touch of fresh memory costs more than the arithmetic.
void keepFreedMemory()
{
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    // oneDNN makes a kernel for every shape of a product in bf16, and the rows of an expert differ from step to step.
    ::setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64", /*overwrite=*/0);
}

std::int64_t totalSteps(const Experiment& experiment)
{
    std::int64_t steps = 0;
    for (const StageSpec& stage : experiment.stages) {
        steps += stage.steps();
    }
    return steps;
}

Result<Experiment> readDescription(const RunFolder& run, const WorkerOptions& options)
{
    auto read = readExperimentFile(run.experimentFile());
    if (!read) {
        return read.error();
    }
    if (!read->problems.empty()) {
        return asError(read->problems, run.experimentFile().string());
    }
    const Status possible = checkPrecision(read->experiment.compute.precision, options.cpuFeatures);
    if (options.device.is_cpu() && !possible) {
        return possible.error();
    }
    return std::move(read->experiment);
}

int chooseThreads(const RunFolder& run, const WorkerOptions& options, const std::optional<LoadedCheckpoint>& loaded)
{
    if (options.threads > 0) {
        return options.threads;
    }
    if (loaded) {
        return loaded->state.threads;
    }
    if (options.resume) {
        const auto reader = RunReader::open(run);
        const auto record = reader ? reader->record() : Result<RunRecord>(reader.error());
        if (record && record->device.threads > 0) {
            return record->device.threads;
        }
    }
    return std::max(1, thisMachine().cores);
}

/// What the checkpoints of this run carry as the identity of its description: a version of this program that did not know all of
/// today's keys has given it.
std::string identityOf(const RunFolder& run, const Experiment& experiment)
{
    const auto reader = RunReader::open(run);
    const auto record = reader ? reader->record() : Result<RunRecord>(reader.error());
    return record && isSameDescription(record->experimentJson, experiment) ? record->experimentHash : experimentHash(experiment);
}

/// Trains the stages from where the checkpoint stands, or all of them.
Status trainStages(Session& session, const PreparedText& text, Decoder& decoder, CheckpointKeeper& keeper,
                   std::optional<LoadedCheckpoint> loaded)
{
    StageStart start;
    const std::vector<StageSpec>& stages = session.experiment().stages;
    for (; start.stage < stages.size(); ++start.stage) {
        const bool isBefore = loaded && std::int64_t(start.stage) < loaded->state.stage;
        const bool isHere = loaded && std::int64_t(start.stage) == loaded->state.stage;
        const bool isDone = isHere && loaded->state.stageStep == stages[start.stage].steps() && !loaded->state.evaluationDue;
        if (!isBefore && !isDone) {
            start.state = isHere ? std::optional(loaded->state) : std::nullopt;
            start.optimizer = isHere ? std::move(loaded->optimizer) : std::map<std::string, torch::Tensor>{};
            const auto stream = stageStream(session, text, start.stage, decoder.allocation().groups);
            if (!stream) {
                return stream.error();
            }
            if (Status ready = provideClassifiers(session, stages[start.stage], decoder); !ready) {
                return ready;
            }
            if (Status done = StageRun(session, text, decoder, *stream, keeper, start).execute(); !done) {
                return done;
            }
        }
        start.firstStep += stages[start.stage].steps();
    }
    return Done{};
}

void tellText(Session& session, const PreparedText& text)
{
    TextReady ready{text.tokenizer->hash(), text.hash, {}};
    for (const LanguageText& language : text.languages) {
        ready.languages.push_back({language.language.code, language.trainingDocuments, language.trainingBytes,
                                   std::int64_t(language.training.tokens().size()), language.heldoutDocuments});
    }
    session.tell(ready);
}

/// Where a worker starts.
struct WorkStart {
    std::filesystem::path experimentFolder;
    FoundCheckpoint found;
    std::optional<LoadedCheckpoint> loaded;  ///< the newest of `found`
    bool resume = false;
    std::uint64_t largestShard = 0;
};

Status work(Session& session, WorkStart start)
{
    std::optional<LoadedCheckpoint>& loaded = start.loaded;
    session.setSecondsBefore(loaded ? loaded->state.seconds : 0);
    session.tell(RunStarted{session.run().id(), start.resume, loaded ? loaded->state.step : 0, totalSteps(session.experiment()),
                            session.threads()});
    if (const std::string warning = networkFileSystemWarning(session.run().path); !warning.empty()) {
        session.tell(Warned{session.step(), warning});
    }
    if (session.baseRun()) {
        if (const std::string warning = leftOutWarning(session.experiment(), *session.baseRun()); !warning.empty()) {
            session.tell(Warned{session.step(), warning});
        }
    }
    tellReconciled(session, start.found);
    auto text = readRunText(session, start.experimentFolder, start.found.newest);
    if (!text) {
        return text.error();
    }
    tellText(session, *text);
    if (Status wishes = session.heed(session.step(), {}); !wishes) {
        return wishes;
    }
    const Status possible = loaded ? checkContinuity(session, *text, loaded->state, start.found.newest->folder) : checkSpace(session, *text);
    if (!possible) {
        return possible;
    }
    if (!loaded && readsProbeText(session.experiment())) {  // rather now than after the base was trained
        if (Status enough = checkProbeText(session, *text); !enough) {
            return enough;
        }
    }
    CheckpointKeeper keeper(session, *text->tokenizer, start.found, start.largestShard);
    const bool inStages = loaded && loaded->state.stage >= 0;
    auto decoder = inStages ? Result<std::unique_ptr<Decoder>>(std::move(loaded->decoder))
                            : makeExpandedModel(session, *text, keeper, std::exchange(loaded, std::nullopt));
    if (!decoder) {
        return decoder.error();
    }
    (*decoder)->moveTo(session.device());
    if (Status done = trainStages(session, *text, **decoder, keeper, std::move(loaded)); !done) {
        return done;
    }
    session.tell(RunFinished{totalSteps(session.experiment()), session.seconds()});
    return Done{};
}

/// No exception of a library leaves the worker.
Status guarded(const std::function<Status()>& job)
{
    try {
        return job();
    } catch (const c10::OutOfMemoryError&) {
        return failed("out-of-memory", "the device's memory is full even for micro-batches of one sequence; shorten sequence_length, or "
                                       "take a smaller model or a larger GPU");
    } catch (const c10::AcceleratorError& error) {
        return Error{ErrorKind::DeviceLost, "device-lost",
                     std::string("the GPU failed and nothing was saved after that (") + error.what_without_backtrace() +
                         "); a fresh process goes on from the newest checkpoint", {}};
    } catch (const c10::Error& error) {
        return failed("engine", std::string("LibTorch: ") + error.what_without_backtrace());
    } catch (const std::bad_alloc&) {
        return failed("out-of-memory",
                      "the memory is full; lower batch_sequences or set micro_batch_sequences, or close programs");
    } catch (const std::exception& error) {
        return failed("engine", error.what());
    }
}

RunEvent endOf(const Error& error, std::int64_t step)
{
    return error.kind == ErrorKind::Stopped ? RunEvent(RunStopped{step}) : RunEvent(RunFailed{step, error});
}

/// A failure before there is a session.
Status failEarly(const Error& error, const std::vector<RunSink*>& sinks)
{
    for (RunSink* sink : sinks) {
        sink->receive(RunFailed{0, error});
        (void)sink->flush().ok();
    }
    return error;
}

}  // namespace

Result<std::int64_t> resumeStep(const RunFolder& run)
{
    const FoundCheckpoint found = findCheckpoint(run);
    const bool inStages = found.newest && found.newest->series == CheckpointSeries::Stages;
    return inStages ? found.newest->step : 0;
}

Status runWorker(const RunFolder& run, const WorkerOptions& options, RunControl& control, const std::vector<RunSink*>& sinks)
{
    keepFreedMemory();
    auto experiment = readDescription(run, options);
    if (!experiment) {
        return failEarly(experiment.error(), sinks);
    }
    WorkStart start{{}, findCheckpoint(run), {}, options.resume, options.largestShard};
    if (!options.resume && start.found.newest) {
        return failEarly(
            invalidInput("already-started", run.path.string() + ": the run has checkpoints already; use `moebel resume`"),
            sinks);
    }
    if (start.found.newest) {
        auto checkpoint = loadCheckpoint(run, *start.found.newest);
        if (!checkpoint) {
            return failEarly(checkpoint.error(), sinks);
        }
        start.loaded = std::move(*checkpoint);
    }
    const int threads = chooseThreads(run, options, start.loaded);
    at::set_num_threads(threads);
    const std::filesystem::path folder =
        options.experimentFolder.empty() ? run.path.parent_path().parent_path() : options.experimentFolder;
    Session session(run, std::move(*experiment), {threads, options.device}, folder, control, sinks);
    session.setExperimentHash(identityOf(run, session.experiment()));
    if (session.experiment().base.kind == BaseKind::Run) {
        auto base = recordedBaseRun(run, session.experiment(), folder);
        if (!base) {
            return failEarly(base.error(), sinks);
        }
        const bool isExpanded = start.loaded && start.loaded->state.stage >= 0;  // the base's weights are in the checkpoint
        if (const Status whole = isExpanded ? Status(Done{}) : verifyBaseRun(*base); !whole) {
            return failEarly(whole.error(), sinks);
        }
        session.setBaseRun(std::move(*base));
    }
    start.experimentFolder = folder;
    const Status status = guarded([&] { return work(session, std::move(start)); });
    if (!status) {
        session.tell(endOf(status.error(), session.step()));
    }
    const Status safe = session.flush();
    return status ? safe : status;
}

}  // namespace moebel
