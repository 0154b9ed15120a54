// A project with many finished runs: one is made through the store, the others are its copies under other names and times.
#pragma once

#include <sqlite3.h>

#include "tests/support/made_up_run.h"

namespace moebel::bench
{

inline void stop(const std::string& why)
{
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}

inline void rename(const RunFolder& run, int number)
{
    sqlite3* database = nullptr;
    const std::string sql = "PRAGMA synchronous = OFF; UPDATE run SET id = '" + run.id() + "', title = 'Run " +
                            std::to_string(number * 7919 % 10'007) + "', created_at = created_at + " + std::to_string(number);
    char* error = nullptr;
    if (sqlite3_open(run.database().c_str(), &database) != SQLITE_OK ||
        sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error) != SQLITE_OK)
        stop(run.database().string() + ": " + (error ? error : "could not be opened"));
    sqlite3_close(database);
}

/// `<project>/runs` with so many runs; the newest is the first one of the list.
inline std::vector<RunFolder> writeManyRuns(const std::filesystem::path& project, int count)
{
    const std::filesystem::path runs = project / "runs";
    const auto first = test::writeMadeUpRun(runs, test::madeUpExperiment());
    if (!first) stop(first.error().message);
    std::vector<RunFolder> all{*first};
    for (int i = 1; i < count; ++i) {
        char name[40];
        std::snprintf(name, sizeof name, "20260101-%06d-made-up", i);
        all.push_back(RunFolder{runs / name});
        std::filesystem::copy(first->path, all.back().path, std::filesystem::copy_options::recursive);
        rename(all.back(), i);
    }
    return all;
}

}  // namespace moebel::bench
