#include "tests/bench/routing_store.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "moebel/experiment/experiment_file.h"
#include "moebel/store/run_store.h"
#include "tests/bench/pairs.h"

namespace moebel::bench {
namespace {

constexpr int kCaptures = 250, kLanguages = 6, kKinds = 4, kPeerCaptures = 10;

[[noreturn]] void stop(const std::string& why)
{
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}

RoutingStats sums()
{
    RoutingStats stats({3, 3, 3, 3}, kLanguages);
    for (int language = 0; language < kLanguages; ++language) {
        stats.tokens(LanguageId{language}) = 500;
        for (const RoutingKind kind : kRoutingKinds)
            if (kind != RoutingKind::Bypass)
                std::fill_n(stats.row(kind, LanguageId{language}), stats.rowSize(), 250.5);
    }
    return stats;
}

RunFolder makeRun(const std::filesystem::path& runs)
{
    const std::string text = "[languages]\noriginal = [\"en\", \"es\", \"zh-CN\"]\nexpanded = [\"el\", \"hu\", \"tr\"]\n";
    RunRecord record;
    auto run = createRun(runs, readExperiment(text, "bench").experiment, "{}", "", record);
    if (!run) stop(run.error().message);
    return *run;
}

void store(RunWriter& writer, const RoutingStats& stats, std::int64_t& step)
{
    for (int capture = 0; capture < kCaptures; ++capture) writer.receive(RoutingSampled{0, ++step, RoutingSplit::Training, stats});
    if (const Status safe = writer.flush(); !safe) stop(safe.error().message);
}

/// The same rows with the same settings of SQLite, each in a transaction of its own.
class RowByRow {
public:
    explicit RowByRow(const std::filesystem::path& file)
    {
        if (sqlite3_open(file.c_str(), &m_database) != SQLITE_OK) stop("the database of the peer could not be made");
        run("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; CREATE TABLE capture (step INTEGER, language INTEGER, kind INTEGER, "
            "tokens REAL, sums BLOB, UNIQUE (step, language, kind))");
        sqlite3_prepare_v2(m_database, "INSERT INTO capture VALUES (?1, ?2, ?3, 500.0, zeroblob(96))", -1, &m_insert, nullptr);
    }
    ~RowByRow()
    {
        sqlite3_finalize(m_insert);
        sqlite3_close(m_database);
    }
    void store(int captures)
    {
        for (int i = 0; i < captures * kLanguages * kKinds; ++i) {
            sqlite3_bind_int(m_insert, 1, m_step + i / (kLanguages * kKinds));
            sqlite3_bind_int(m_insert, 2, i / kKinds % kLanguages);
            sqlite3_bind_int(m_insert, 3, i % kKinds);
            if (sqlite3_step(m_insert) != SQLITE_DONE) stop(sqlite3_errmsg(m_database));
            sqlite3_reset(m_insert);
        }
        m_step += captures;
    }

private:
    void run(const char* sql)
    {
        if (sqlite3_exec(m_database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) stop(sqlite3_errmsg(m_database));
    }

    sqlite3* m_database = nullptr;
    sqlite3_stmt* m_insert = nullptr;
    int m_step = 0;
};

}  // namespace

void measureRoutingStore()
{
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("moebel-bench-store-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    {
        const RunFolder run = makeRun(folder);
        const auto lock = RunLock::acquire(run);
        auto writer = RunWriter::open(run);
        if (!lock || !writer) stop("the record of the run could not be opened");
        RowByRow peer(folder / "peer.sqlite");
        const RoutingStats stats = sums();
        std::int64_t step = 0;
        const Pairs pairs = alternate(
            7, [&] { store(**writer, stats, step); }, [&] { peer.store(kPeerCaptures); });
        const double ours = kCaptures * kLanguages * kKinds / pairs.first, theirs = kPeerCaptures * kLanguages * kKinds / pairs.second;
        const double scale = double(kCaptures) / kPeerCaptures;
        std::printf("store: %.0f rows/s, one commit a row %.0f rows/s: %.0f times (%.0f to %.0f), in %s\n", ours, theirs,
                    pairs.ratio * scale, pairs.lowest * scale, pairs.highest * scale, folder.c_str());
    }
    std::filesystem::remove_all(folder);
}

}  // namespace moebel::bench
