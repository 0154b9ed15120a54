#include "moebel/store/project.h"

#include <algorithm>
#include <chrono>

#include "moebel/base/file.h"
#include "moebel/experiment/experiment_fields.h"
#include "project_index.h"
#include "run_summary.h"
#include "toml_text.h"

namespace moebel {

namespace {

constexpr std::chrono::milliseconds kFirstPart(20);

bool isRunFolder(const std::filesystem::path& folder)
{
    std::error_code error;
    return !folder.filename().string().starts_with(".") && std::filesystem::exists(folder / "run.sqlite", error);
}

bool holdsRuns(const std::filesystem::path& folder)
{
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (isRunFolder(entry.path())) return true;
    return false;
}

// Names of the folders in runs/; one without a database is damaged, not invisible.
std::vector<std::string> runNames(const std::filesystem::path& runs, const IndexedRuns& known)
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(runs, error)) {
        std::string file = entry.path().filename().string();
        std::error_code ignored;
        if (file.starts_with(".") || !entry.is_directory(ignored)) continue;
        if (known.count(file)) {
            names.push_back(std::move(file));
            continue;
        }
        const bool looksLikeRun = std::filesystem::exists(entry.path() / "run.sqlite", ignored) ||
                                  std::filesystem::exists(entry.path() / "experiment.toml", ignored) ||
                                  std::filesystem::exists(entry.path() / "run.lock", ignored);
        if (looksLikeRun) names.push_back(std::move(file));
    }
    return names;
}

void sortNewestFirst(std::vector<RunSummary>& runs)
{
    std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
        return a.createdAt != b.createdAt ? a.createdAt > b.createdAt : a.id > b.id;
    });
}

/// A run that the index does not know as it is now.
struct Unread {
    RunFolder run;
    std::string signature;
};

// The newest first, which their names begin with; what was read is told and kept in the index at times that double.
void readAll(std::vector<Unread> unread, std::vector<RunSummary>& summaries, std::optional<ProjectIndex>& index,
             const std::function<void(const std::vector<RunSummary>&)>& partly)
{
    using Clock = std::chrono::steady_clock;
    std::sort(unread.begin(), unread.end(), [](const Unread& a, const Unread& b) { return a.run.path > b.run.path; });
    std::chrono::milliseconds pause = kFirstPart;
    Clock::time_point next = Clock::now() + pause;
    IndexedRuns fresh;
    const auto keep = [&] {
        std::vector<std::pair<std::string, const IndexedRun*>> changed;
        for (const auto& [file, run] : fresh) changed.emplace_back(file, &run);
        if (index && !changed.empty()) index->write(changed, {});
        fresh.clear();
    };
    for (const Unread& one : unread) {
        summaries.push_back(summarise(one.run));
        fresh[one.run.path.filename().string()] = {one.signature, summaries.back()};
        if (!partly || Clock::now() < next) continue;
        keep();
        std::vector<RunSummary> sorted = summaries;
        sortNewestFirst(sorted);
        partly(sorted);
        next = Clock::now() + (pause *= 2);
    }
    keep();
}

std::string titleOf(const std::filesystem::path& folder)
{
    if (const auto table = readToml(folder / "project.toml"))
        if (const auto title = (*table)["title"].value<std::string>(); title && !title->empty()) return *title;
    return folder.filename().string();
}

}  // namespace

Project::Project(std::filesystem::path folder, std::filesystem::path runs, std::string title)
    : m_folder(std::move(folder)), m_runs(std::move(runs)), m_title(std::move(title))
{
}

Result<Project> Project::open(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::path full = std::filesystem::canonical(folder, error);
    if (error || !std::filesystem::is_directory(full))
        return invalidInput("not-a-project", folder.string() + " is not a folder, expected one with project.toml, experiment.toml or runs/",
                            folder.string());
    const bool hasRuns = std::filesystem::is_directory(full / "runs", error);
    const bool described = std::filesystem::is_regular_file(full / "project.toml", error) ||
                           std::filesystem::is_regular_file(full / "experiment.toml", error);
    const bool isRun = isRunFolder(full);
    if (!isRun && (hasRuns || described)) return Project(full, full / "runs", titleOf(full));
    if (!isRun && holdsRuns(full)) return Project(full, full, titleOf(full));
    return invalidInput("not-a-project",
                        folder.string() + (isRun ? " is the folder of one run" : " has no project.toml, experiment.toml or runs/") +
                            ", expected the folder of a project; name the folder that holds runs/",
                        folder.string());
}

std::filesystem::path Project::folderOf(const RunFolder& run)
{
    const std::filesystem::path holds = run.path.parent_path();
    return holds.filename() == "runs" ? holds.parent_path() : holds;
}

Result<Project> Project::make(const std::filesystem::path& folder, const std::string& title)
{
    if (auto project = open(folder); project || isRunFolder(folder)) return project;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return failed("cannot-write", folder.string() + " could not be made (" + error.message() + "); choose another folder",
                      folder.string());
    const std::string key = title.empty() ? "" : "title = " + tomlText(title) + "\n";
    if (const Status written = writeFileAtomically(folder / "project.toml", key); !written) return written.error();
    return open(folder);
}

std::vector<RunSummary> Project::runs(const std::function<void(const std::vector<RunSummary>&)>& partly) const
{
    std::optional<ProjectIndex> index = ProjectIndex::open(m_folder / "project.sqlite");
    IndexedRuns known = index ? std::move(index->known()) : IndexedRuns();
    std::vector<RunSummary> summaries;
    std::vector<Unread> unread;
    for (const std::string& file : runNames(m_runs, known)) {
        const RunFolder run{m_runs / file};
        const RunSignature signature = runSignature(run);
        auto old = known.find(file);
        const bool unchanged = old != known.end() && old->second.signature == signature.text && signature.idleLock;
        if (unchanged) {
            summaries.push_back(std::move(old->second.summary));
            summaries.back().folder = run;
        } else {
            unread.push_back({run, signature.text});
        }
        if (old != known.end()) known.erase(old);
    }
    std::vector<std::string> gone;
    for (const auto& [file, run] : known) gone.push_back(file);
    if (index && !gone.empty()) index->write({}, gone);
    readAll(std::move(unread), summaries, index, partly);
    sortNewestFirst(summaries);
    return summaries;
}

}  // namespace moebel
