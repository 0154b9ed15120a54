// A project: a folder with runs/. project.sqlite is only an index over the run folders and can be rebuilt at any time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/run_folder.h"

namespace moebel {

/// One line of the list of runs; a damaged run is listed with its reason and never hides the others.
struct RunSummary {
    RunFolder folder;
    std::string id;
    std::string title;
    std::string method;
    RunStatus status;
    double createdAt = 0;
    double loss = 0;                 ///< the newest language model loss; NaN = none
    double originalBitsPerByte = 0;  ///< mean over original languages at the newest boundary; NaN = none
    double expandedBitsPerByte = 0;
    double restored = 0;  ///< shares as in ForgettingReport; NaN = the run has no scores of base, expansion and review
    double kept = 0;
    std::vector<std::string> originalLanguages;  ///< codes, in the order of the experiment
    std::vector<std::string> expandedLanguages;
    RunNotes notes;
};

class Project {
public:
    /// A folder with project.toml, an experiment.toml, or runs/, or one that holds run folders itself. Error
    /// "not-a-project" otherwise.
    static Result<Project> open(const std::filesystem::path& folder);
    /// Opens the folder, which is made a project when it is none: folders as needed, and project.toml with this title (none: the
    /// folder's name counts). Errors: "not-a-project" of a run's folder, or the folder or the file can't be made.
    static Result<Project> make(const std::filesystem::path& folder, const std::string& title);
    /// The folder to open for a run: the one with runs/ it lies in, else the one that holds the run (`moebel run --runs DIR`).
    static std::filesystem::path folderOf(const RunFolder& run);

    const std::filesystem::path& folder() const { return m_folder; }
    std::filesystem::path runsFolder() const { return m_runs; }
    /// That of project.toml, else the folder's name.
    std::string title() const { return m_title; }

    /// Scans the run folders, newest first; uses the index for runs that did not change and rewrites it.
    std::vector<RunSummary> runs() const { return runs({}); }
    /// Where many runs are not in the index yet, `partly` is told those that are known so far, ever more of them and the newest
    /// first: soon, then after twice the time, and so on.
    std::vector<RunSummary> runs(const std::function<void(const std::vector<RunSummary>&)>& partly) const;

    /// Base models that the user added, in his order; absolute, whether they are still there or not.
    std::vector<std::filesystem::path> models() const;
    /// Replaces `models` in project.toml; everything else in it stays as its author wrote it. What lies below the project is
    /// written relative to it. Errors: "not-toml", "not-a-list"; the file is whole or as it was before.
    Status setModels(const std::vector<std::filesystem::path>& models) const;

private:
    Project(std::filesystem::path folder, std::filesystem::path runs, std::string title);
    std::filesystem::path m_folder;
    std::filesystem::path m_runs;
    std::string m_title;
};

}  // namespace moebel
