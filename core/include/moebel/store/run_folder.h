// A run on disk: its folder, its state, its lock, how it ended, what the user noted. See core/doc/formats/run_folder.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel {

/// NotResponding is told by liveStatus() alone: the disk cannot know it.
enum class RunState { Queued, Running, Paused, Stopped, Finished, Failed, Interrupted, Damaged, NotResponding };
std::string_view name(RunState state);
/// A worker holds the run.
inline bool isLive(RunState state)
{
    return state == RunState::Running || state == RunState::Paused || state == RunState::NotResponding;
}

/// Names inside a run folder.
struct RunFolder {
    std::filesystem::path path;

    std::filesystem::path experimentFile() const { return path / "experiment.toml"; }
    std::filesystem::path planFile() const { return path / "plan.json"; }
    std::filesystem::path database() const { return path / "run.sqlite"; }
    std::filesystem::path logFile() const { return path / "log.txt"; }
    std::filesystem::path checkpoints() const { return path / "checkpoints"; }
    std::filesystem::path lockFile() const { return path / "run.lock"; }
    std::filesystem::path exitFile() const { return path / "exit.json"; }
    std::filesystem::path notesFile() const { return path / "notes.toml"; }
    std::string id() const { return path.filename().string(); }

    bool operator==(const RunFolder&) const = default;
};

/// The machine of a run, stored with it and used again on resume so that bits stay the same.
struct DeviceProfile {
    std::string device = "cpu";
    std::string cpu;       ///< model name
    std::string features;  ///< "avx2 avx512f avx512_bf16"
    int cores = 0;
    std::int64_t memoryBytes = 0;
    std::string precision = "float32";
    int threads = 0;
    std::string libtorch;

    bool operator==(const DeviceProfile&) const = default;
};
/// CPU, cores and memory of this machine; threads, precision and libtorch are left to the caller.
DeviceProfile thisMachine();
/// The most memory that this process has held at once, in bytes.
std::int64_t peakMemoryBytes();

/// A finished run as the base of another one (lifelong expansion, methods.md 2.6), as it was when that one was made.
struct BaseRun {
    RunFolder run;
    std::string checkpoint;           ///< its last one: "checkpoints/step-000400"
    std::string hash;                 ///< SHA-256 of that one's MANIFEST.json
    std::int64_t rounds = 1;          ///< of expansion that its model went through
    std::vector<Language> languages;  ///< that it knows, in the roles that they have there

    bool operator==(const BaseRun&) const = default;
    std::filesystem::path model() const { return run.path / checkpoint; }
    bool knows(const std::string& language) const;
    /// Expanded to, and known already: in an earlier round.
    bool isEarlier(const Language& language) const { return language.role == LanguageRole::Expanded && knows(language.code); }
};

/// The row of table `run`.
struct RunRecord {
    std::string id;
    std::string title;
    std::string method;  ///< preset name, or "custom"
    std::string experimentJson;
    std::string experimentHash;
    std::uint64_t seed = 0;
    std::string programVersion;
    std::string parentRun;  ///< id of the run that this one continues
    double createdAt = 0;  ///< unix seconds
    DeviceProfile device;
    std::optional<BaseRun> base = {};  ///< that run as it was; none where there is none, or in records of versions below 3

    bool operator==(const RunRecord&) const = default;
};

/// Makes `<runs>/<id>` with experiment.toml, plan.json and run.sqlite; id is "<yyyymmdd-hhmmss>-<slug of the title>",
/// made unique. Nothing is left behind on failure.
Result<RunFolder> createRun(const std::filesystem::path& runs, const Experiment& experiment, const std::string& planJson,
                            const std::string& name, RunRecord& record);

/// Opens a run by folder, or by id (or unique beginning of one) in `runs`, in the current folder's runs/, or beside it.
/// Errors: not a run folder; schema from a newer version; damaged.
Result<RunFolder> findRun(const std::string& folderOrId, const std::filesystem::path& runs = {});

/// Held by the one worker of a run: pid + start time + boot id, plus an advisory lock (of the open file description) that
/// dies with the process. A copied run folder is not locked by the original's worker.
class RunLock {
public:
    /// Error "run-locked": a live worker holds it (its pid is named). A stale lock is taken over.
    static Result<RunLock> acquire(const RunFolder& run);
    RunLock(RunLock&&) noexcept;
    RunLock& operator=(RunLock&&) noexcept;
    ~RunLock();

private:
    explicit RunLock(int descriptor, std::filesystem::path file);
    int m_descriptor = -1;
    std::filesystem::path m_file;
};
/// The pid of the live worker of a run, if there is one.
std::optional<std::int64_t> liveWorker(const RunFolder& run);

/// exit.json, written by the supervisor.
struct ExitRecord {
    std::string state;  ///< "finished", "stopped", "failed", "interrupted"
    int exitCode = 0;
    int signal = 0;
    std::string message;
    double endedAt = 0;
    bool operator==(const ExitRecord&) const = default;
};
Status writeExitRecord(const RunFolder& run, const ExitRecord& record);
std::optional<ExitRecord> readExitRecord(const RunFolder& run);
Status removeExitRecord(const RunFolder& run);  ///< when a run is resumed

/// The state as the disk tells it: lock, exit record, and the last event of the record.
struct RunStatus {
    RunState state = RunState::Interrupted;
    std::string reason;  ///< one sentence for Failed, Interrupted, Damaged, NotResponding; why for Paused, where it is known
    std::int64_t step = 0;
    std::int64_t totalSteps = 0;
    std::int64_t baseStep = 0;   ///< of the base's pretraining in this run
    std::int64_t baseSteps = 0;  ///< all of it; 0 when the base was not trained in this run
    bool ending = false;  ///< Interrupted for the moment only: the record ends in order, exit.json is about to be written

    /// The run stands inside the pretraining of its base.
    bool pretraining() const { return step == 0 && baseStep < baseSteps; }
};
RunStatus runStatus(const RunFolder& run);

/// notes.toml: what the user made.
struct RunNotes {
    std::vector<std::string> tags;
    std::string notes;
    bool starred = false;
    std::string colour;
    bool operator==(const RunNotes&) const = default;
};
RunNotes readNotes(const RunFolder& run);
Status writeNotes(const RunFolder& run, const RunNotes& notes);

/// Where the live socket of a run is (in a runtime directory that is mode 0700).
std::filesystem::path socketPath(const RunFolder& run);

}  // namespace moebel
