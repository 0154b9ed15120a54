// project.sqlite: what was last seen of each run folder. It can be lost at any time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "database.h"
#include "moebel/store/project.h"

namespace moebel {

/// A summary and the signature (times and sizes of the run's files) it was made from.
struct IndexedRun {
    std::string signature;
    RunSummary summary;
};

/// By name of the run folder.
using IndexedRuns = std::unordered_map<std::string, IndexedRun>;

class ProjectIndex {
public:
    /// Opens and reads it; makes it anew when it is missing or broken. None when it can't be had (read-only folder, another
    /// program's file).
    static std::optional<ProjectIndex> open(const std::filesystem::path& file);
    /// What was read; the caller may take from it.
    IndexedRuns& known() { return m_known; }
    /// Replaces the rows of `changed` and drops those of `gone`, in one transaction; gives up silently when it is busy.
    void write(const std::vector<std::pair<std::string, const IndexedRun*>>& changed, const std::vector<std::string>& gone);

private:
    ProjectIndex(Database database, IndexedRuns known) : m_database(std::move(database)), m_known(std::move(known)) {}
    static Result<ProjectIndex> tryOpen(const std::filesystem::path& file);
    Database m_database;
    IndexedRuns m_known;
};

}  // namespace moebel
