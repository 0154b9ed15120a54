#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "base_run_json.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/store/run_folder.h"
#include "schema.h"

namespace moebel {

namespace {

constexpr std::size_t kLongestSlug = 40;
constexpr int kBusyMilliseconds = 10'000;
constexpr int kMostSameNames = 10'000;
constexpr std::string_view kUnfinished = ".new-";

double unixNow()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Lower-case ASCII letters and digits, the rest as single hyphens.
std::string slugOf(const std::string& title)
{
    std::string slug;
    for (char c : title) {
        const bool upper = c >= 'A' && c <= 'Z';
        const bool kept = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (kept)
            slug += upper ? char(c - 'A' + 'a') : c;
        else if (!slug.empty() && slug.back() != '-')
            slug += '-';
        if (slug.size() == kLongestSlug) break;
    }
    while (!slug.empty() && slug.back() == '-') slug.pop_back();
    return slug.empty() ? "run" : slug;
}

std::string stampOf(double unixSeconds)
{
    const std::time_t seconds = std::time_t(unixSeconds);
    std::tm utc = {};
    ::gmtime_r(&seconds, &utc);
    char text[32];
    std::strftime(text, sizeof(text), "%Y%m%d-%H%M%S", &utc);
    return text;
}

Status insertRun(Database& database, const RunRecord& record)
{
    Result<Statement> insert = database.prepare(
        "INSERT INTO run (id, title, method, experiment, experiment_hash, seed, program_version, parent_run, created_at, device, cpu, "
        "features, cores, memory_bytes, precision, threads, libtorch, base_run) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)");
    if (!insert) return insert.error();
    const DeviceProfile& device = record.device;
    return insert
        ->with(record.id, record.title, record.method, record.experimentJson, record.experimentHash, std::int64_t(record.seed),
               record.programVersion, record.parentRun, record.createdAt, device.device, device.cpu, device.features, device.cores,
               device.memoryBytes, device.precision, device.threads, device.libtorch, toJson(record.base))
        .run();
}

Status insertLanguages(Database& database, const std::vector<Language>& languages)
{
    Result<Statement> insert = database.prepare("INSERT INTO language (language, code, role) VALUES (?1, ?2, ?3)");
    if (!insert) return insert.error();
    std::int64_t index = 0;
    for (const Language& language : languages)
        if (Status done = insert->with(index++, language.code, name(language.role)).run(); !done) return done;
    return Done();
}

Status makeDatabase(const RunFolder& run, const Experiment& experiment, const RunRecord& record)
{
    Result<Database> database = Database::open(run.database(), Database::Mode::Create, kBusyMilliseconds);
    if (!database) return database.error();
    if (Status made = createSchema(*database, runSchema()); !made) return made;
    if (Status begun = database->execute("BEGIN IMMEDIATE"); !begun) return begun;
    if (Status written = insertRun(*database, record); !written) return written;
    if (Status written = insertLanguages(*database, experiment.languages); !written) return written;
    return database->commit();
}

Status fill(const RunFolder& run, const Experiment& experiment, const std::string& planJson, const RunRecord& record)
{
    if (::mkdir(run.path.c_str(), 0700) != 0)
        return failed("write-failed", run.path.string() + " can't be made: " + std::strerror(errno) + "; choose another folder for runs",
                      run.path.string());
    if (Status made = makeDirectories(run.checkpoints()); !made) return made;
    if (Status written = writeFileAtomically(run.experimentFile(), toToml(experiment)); !written) return written;
    if (Status written = writeFileAtomically(run.planFile(), planJson); !written) return written;
    if (Status made = makeDatabase(run, experiment, record); !made) return made;
    return syncDirectory(run.path);
}

// Folders that a killed process did not finish.
void removeUnfinished(const std::filesystem::path& runs)
{
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(runs, error)) {
        const std::string file = entry.path().filename().string();
        if (!file.starts_with(kUnfinished)) continue;
        const std::int64_t pid = std::strtoll(file.c_str() + kUnfinished.size(), nullptr, 10);
        if (pid > 0 && ::kill(pid_t(pid), 0) != 0 && errno == ESRCH) std::filesystem::remove_all(entry.path(), error);
    }
}

void complete(RunRecord& record, const Experiment& experiment, const std::string& name)
{
    record.createdAt = unixNow();
    record.title = name.empty() ? experiment.title : name;
    record.method = experiment.preset.empty() ? "custom" : experiment.preset;
    record.experimentJson = toCanonicalJson(experiment);
    record.experimentHash = experimentHash(experiment);
    record.seed = experiment.seed.value;
}

Result<RunFolder> createIn(const std::filesystem::path& runs, const Experiment& experiment, const std::string& planJson,
                           RunRecord& record)
{
    const std::string base = stampOf(record.createdAt) + "-" + slugOf(record.title);
    const RunFolder unfinished{runs / (std::string(kUnfinished) + std::to_string(::getpid()) + "-" + base)};
    for (int number = 1; number <= kMostSameNames; ++number) {
        record.id = number == 1 ? base : base + "-" + std::to_string(number);
        const RunFolder run{runs / record.id};
        std::error_code error;
        if (std::filesystem::exists(run.path, error)) continue;
        Status made = fill(unfinished, experiment, planJson, record);
        if (made) made = renameDurably(unfinished.path, run.path);
        if (made) return run;
        std::filesystem::remove_all(unfinished.path, error);
        if (!std::filesystem::exists(run.path, error)) return made.error();  // else another process took the name just now
    }
    return failed("too-many-runs", runs.string() + " already has every name that begins with " + base + "; choose another title",
                  runs.string());
}

}  // namespace

Result<RunFolder> createRun(const std::filesystem::path& runs, const Experiment& experiment, const std::string& planJson,
                            const std::string& name, RunRecord& record)
{
    std::error_code error;
    const bool existed = std::filesystem::exists(runs, error);
    if (Status made = makeDirectories(runs); !made) return made.error();
    removeUnfinished(runs);
    complete(record, experiment, name);
    Result<RunFolder> run = createIn(runs, experiment, planJson, record);
    if (!run && !existed) std::filesystem::remove(runs, error);  // only when empty
    return run;
}

}  // namespace moebel
