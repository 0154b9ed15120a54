// A run that takes a second: two families of made-up languages, a model of two layers, and a sink that remembers.
#pragma once

#include <QByteArray>
#include <QTemporaryDir>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/runner/run_worker.h"
#include "moebel/base/hash.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/experiment/plan.h"
#include "moebel/store/base_run.h"
#include "moebel/store/run_store.h"

namespace moebel::test {

inline Experiment tinyExperiment()
{
    Experiment experiment;
    experiment.title = "tiny";
    experiment.seed = Seed{7};
    experiment.languages = {{"aa", LanguageRole::Original}, {"ab", LanguageRole::Original},
                            {"ba", LanguageRole::Expanded}, {"bb", LanguageRole::Expanded}};
    experiment.data.source = TextSource::Synthetic;
    experiment.data.syntheticDocuments = 120;
    experiment.tokenizer.vocabulary = 512;
    experiment.tokenizer.trainBytesPerLanguage = 40'000;
    experiment.base.shape = ModelShape{2, 32, 2, 2, 16, 64, 512, 32};
    experiment.base.tokens = 40 * 4 * 32;
    experiment.base.batchSequences = 4;
    experiment.base.sequenceLength = 32;
    StageSpec post;
    post.tokens = 45 * 4 * 32;
    post.sequenceLength = 32;
    post.balanceWeight = 0.01;
    StageSpec review = post;
    review.kind = StageKind::Review;
    review.tokens = 33 * 4 * 32;
    review.learningRate = 1e-2;
    review.balanceWeight = 0;
    review.priorWeight = 0.3;
    review.replayRatio = 1;
    review.trainable = TrainableSet::Routers;
    experiment.stages = {post, review};
    experiment.evaluation.everySteps = 15;
    experiment.evaluation.heldoutBytes = 4'000;
    experiment.evaluation.heldoutBytesDuring = 1'000;
    experiment.checkpoint.everySteps = 10;
    return experiment;
}

/// Remembers every event, calls `onEvent` on each.
class RecordingSink : public RunSink {
public:
    void receive(const RunEvent& event) override
    {
        events.push_back(event);
        if (onEvent) {
            onEvent(event);
        }
    }
    template <typename Event>
    std::vector<Event> all() const
    {
        std::vector<Event> found;
        for (const RunEvent& event : events) {
            if (const auto* match = std::get_if<Event>(&event)) {
                found.push_back(*match);
            }
        }
        return found;
    }

    Status flush() override { return onFlush ? onFlush() : Status(Done{}); }

    std::vector<RunEvent> events;
    std::function<void(const RunEvent&)> onEvent;
    std::function<Status()> onFlush;
};

/// A run folder and its worker in this process, with the record beside the remembering sink.
class TinyRun {
public:
    explicit TinyRun(const std::filesystem::path& runs, const Experiment& experiment = tinyExperiment())
    {
        RunRecord record;
        record.device.threads = 1;  // as the first start has them
        if (experiment.base.kind == BaseKind::Run) {
            auto base = findBaseRun(experiment, runs.parent_path());
            if (base) record.base = std::move(*base);
        }
        auto created = createRun(runs, experiment, toJson(makePlan(experiment)), experiment.title, record);
        if (created) {
            run = *created;
        } else {
            created_error = created.error().message;
        }
    }

    /// Starts or goes on. `onEvent` may set wishes of `control`.
    Status work(bool resume, std::function<void(const RunEvent&)> onEvent = {})
    {
        control.stop = control.pause = control.save = false;
        sink.onEvent = std::move(onEvent);
        const auto step = resume ? resumeStep(run) : Result<std::int64_t>(-1);
        if (!step) {
            return step.error();
        }
        auto writer = RunWriter::open(run, *step);
        if (!writer) {
            return writer.error();
        }
        WorkerOptions options;
        options.threads = threads > 0 ? threads : resume ? 0 : 1;
        options.largestShard = largestShard;
        options.device = device;
        options.resume = resume;
        options.cpuFeatures = cpuFeatures;
        return runWorker(run, options, control, {writer->get(), &sink});
    }
    /// Stops as soon as a step is done.
    Status workUntil(bool resume, std::int64_t step) { return stopAfter(resume, step, false); }
    /// The same of a step of the base's pretraining.
    Status pretrainUntil(bool resume, std::int64_t step) { return stopAfter(resume, step, true); }

    std::string weightsHash(std::int64_t step) const
    {
        char folder[32];
        std::snprintf(folder, sizeof folder, "step-%06lld", static_cast<long long>(step));
        const auto hash = sha256OfFile(run.checkpoints() / folder / "model.safetensors");
        return hash ? *hash : "none: " + hash.error().message;
    }
    /// Every value of a metric in the record.
    std::vector<MetricPoint> points(const std::string& metric, const std::string& language = {}) const
    {
        const auto reader = RunReader::open(run);
        const auto series = reader ? reader->series(metric, language) : Result<MetricSeries>(reader.error());
        return series ? series->points : std::vector<MetricPoint>{};
    }

    int threads = 0;  ///< 0 = 1, on resume the run's own
    torch::Device device = torch::kCPU;
    std::uint64_t largestShard = std::uint64_t(4) << 30;
    std::string cpuFeatures = "avx512_bf16";  ///< what the worker believes to run on: LibTorch computes in bf16 without it, slowly
    RunFolder run;
    RunControl control;
    RecordingSink sink;
    std::string created_error;

private:
    Status stopAfter(bool resume, std::int64_t step, bool ofBase)
    {
        return work(resume, [this, step, ofBase](const RunEvent& event) {
            const auto* finished = std::get_if<StepFinished>(&event);
            if (finished && finished->step == step && (finished->stage < 0) == ofBase) control.stop = true;
        });
    }
};

/// A cache folder of the test's own, so that it neither sees nor leaves anything; the one before holds again afterwards.
class OwnCache {
public:
    OwnCache() : m_before(qgetenv("XDG_CACHE_HOME")) { qputenv("XDG_CACHE_HOME", m_folder.path().toUtf8()); }
    ~OwnCache() { qputenv("XDG_CACHE_HOME", m_before); }

private:
    QByteArray m_before;
    QTemporaryDir m_folder;
};

}  // namespace moebel::test
