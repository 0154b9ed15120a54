// What every part of a run needs: the description, the folder, who listens, and what is wished from outside.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/torch.h"
#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"
#include "moebel/store/base_run.h"
#include "moebel/store/run_event.h"
#include "moebel/store/run_folder.h"
#include "moebel/worker/control.h"

namespace moebel {

class Session {
public:
    /// What a run computes with.
    struct Machine {
        int threads = 1;
        torch::Device device = torch::kCPU;  ///< of the model, its batches, the optimizer and all probes
    };

    Session(RunFolder run, Experiment experiment, const Machine& machine, std::filesystem::path experimentFolder,
            RunControl& control, const std::vector<RunSink*>& sinks);

    const RunFolder& run() const { return m_run; }
    const Experiment& experiment() const { return m_experiment; }
    /// The identity of the description, which checkpoints carry: the record's, or what another version of this program would give.
    const std::string& experimentHash() const { return m_experimentHash; }
    void setExperimentHash(std::string hash) { m_experimentHash = std::move(hash); }
    int threads() const { return m_machine.threads; }
    const torch::Device& device() const { return m_machine.device; }
    /// The model that base.path names; of a base that is a run, its last checkpoint.
    std::filesystem::path baseModel() const;
    /// Of a base that is a run; none otherwise.
    const std::optional<BaseRun>& baseRun() const { return m_baseRun; }
    void setBaseRun(BaseRun base) { m_baseRun = std::move(base); }
    /// Whether this round expands to a language.
    bool isNew(const Language& language) const;
    /// A path of the description; relative ones start at the folder of the experiment file.
    std::filesystem::path resolve(const std::string& path) const;

    /// Wall time of the run so far, that of earlier starts too.
    double seconds() const;
    void setSecondsBefore(double seconds) { m_secondsBefore = seconds; }

    /// Gives an event to every sink.
    void tell(const RunEvent& event);
    /// Steps of the run that are done, as told.
    std::int64_t step() const { return m_step; }
    /// Waits until every sink has made safe what it received.
    Status flush() const;

    /// True when the run is to end.
    bool stopWished() const { return m_control.stop; }
    /// Does what is wished from outside, between two steps: saves, waits through a pause, saves and gives the Error of kind
    /// Stopped. `save` may be empty (nothing to save yet).
    Status heed(std::int64_t step, const std::function<Status()>& save);
    /// The Error that ends a stopped run.
    static Error stopped(std::int64_t step);

    /// A seed for one purpose of this run; parts do not share draws.
    Seed seed(std::uint64_t purpose) const;

private:
    RunFolder m_run;
    Experiment m_experiment;
    std::string m_experimentHash;
    Machine m_machine;
    std::filesystem::path m_experimentFolder;
    std::optional<BaseRun> m_baseRun;
    RunControl& m_control;
    std::vector<RunSink*> m_sinks;
    std::int64_t m_step = 0;
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
    double m_secondsBefore = 0;
};

/// Purposes of Session::seed; append-only.
inline constexpr std::uint64_t kSeedBaseWeights = 1;
inline constexpr std::uint64_t kSeedBaseData = 2;
inline constexpr std::uint64_t kSeedUpcycle = 3;
inline constexpr std::uint64_t kSeedLogitCheck = 4;
inline constexpr std::uint64_t kSeedSimilarity = 5;
inline constexpr std::uint64_t kSeedClassifiers = 6;
inline constexpr std::uint64_t kSeedDeviation = 20;
inline constexpr std::uint64_t kSeedGroups = 21;
inline constexpr std::uint64_t kSeedStageData = 1000;  ///< plus the stage's index

}  // namespace moebel
