#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>

#include "moebel/store/run_store.h"
#include "run_rows.h"
#include "schema.h"

namespace moebel {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kCommitEvery = std::chrono::seconds(1);
constexpr std::size_t kQueueBytes = 64 << 20;
constexpr int kBusyMilliseconds = 10'000;

double unixNow()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// About what an event holds in memory: the queue is bounded by it.
std::size_t sizeOf(const RunEvent& event)
{
    std::size_t size = sizeof(RunEvent);
    if (const auto* routing = std::get_if<RoutingSampled>(&event)) {
        size += std::size_t(routing->stats.rowSize() * routing->stats.languages()) * std::size(kRoutingKinds) * sizeof(double);
        for (const auto& sequences : routing->profiles.languages)
            size += sequences.size() * (sizeof(SequenceProfile) + std::size_t(routing->stats.rowSize()) * sizeof(float));
    }
    if (const auto* step = std::get_if<StepFinished>(&event)) size += step->metrics.size() * sizeof(MetricValue);
    if (const auto* evaluation = std::get_if<EvaluationFinished>(&event)) size += evaluation->scores.size() * sizeof(Score);
    return size;
}

// States and checkpoints are committed at once.
bool isUrgent(const RunEvent& event)
{
    const bool canWait = std::holds_alternative<StepFinished>(event) || std::holds_alternative<RoutingSampled>(event) ||
                         std::holds_alternative<EvaluationFinished>(event) || std::holds_alternative<Warned>(event) ||
                         std::holds_alternative<Progress>(event) || std::holds_alternative<TextReady>(event) ||
                         std::holds_alternative<BaseReady>(event) || std::holds_alternative<ModelExpanded>(event);
    return !canWait;
}

// A new attempt; what earlier attempts wrote after `resumeStep` is superseded.
Result<std::int64_t> beginAttempt(Database& database, std::int64_t resumeStep)
{
    if (Status begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun.error();
    const auto insert = [&]() -> Result<std::int64_t> {
        Result<Statement> supersede = database.prepare("UPDATE attempt SET valid_until = min(valid_until, ?1)");
        if (!supersede) return supersede.error();
        if (Status done = supersede->with(resumeStep).run(); !done) return done.error();
        Result<Statement> attempt = database.prepare(
            "INSERT INTO attempt (resume_step, opened_at, total_steps, threads, last_step, valid_until) "
            "VALUES (?1, ?2, 0, 0, ?1, ?3)");
        if (!attempt) return attempt.error();
        if (Status done = attempt->with(resumeStep, unixNow(), std::numeric_limits<std::int64_t>::max()).run(); !done)
            return done.error();
        if (Status done = database.commit(); !done) return done.error();
        return database.number("SELECT max(attempt) FROM attempt");
    };
    Result<std::int64_t> attempt = insert();
    if (!attempt) database.rollback();
    return attempt;
}

}  // namespace

struct RunWriter::State {
    struct Item {
        RunEvent event;
        double time;
    };

    State(Database opened, RunRows prepared) : database(std::move(opened)), rows(std::move(prepared)) {}

    void work();
    bool waitForWork(std::unique_lock<std::mutex>& lock);
    Status commitBatch();
    Status writeBatch();

    Database database;
    RunRows rows;
    std::vector<Item> batch;  // of the writer's thread: taken from the queue, not yet committed

    std::mutex mutex;
    std::condition_variable wake;       // the writer has something to do
    std::condition_variable committedOne;  // a commit was made or failed
    std::vector<Item> queue;
    std::size_t queueBytes = 0;
    Clock::time_point oldest;
    std::uint64_t received = 0;
    std::uint64_t committed = 0;
    std::uint64_t failures = 0;
    bool urgent = false;
    bool stopping = false;
    std::optional<Error> fault;
    std::thread thread;
};

// False: nothing is left and the writer is to end.
bool RunWriter::State::waitForWork(std::unique_lock<std::mutex>& lock)
{
    const auto hurry = [this] { return urgent || stopping; };
    if (batch.empty()) {
        wake.wait(lock, [this] { return !queue.empty() || stopping; });
        if (queue.empty()) return false;
        wake.wait_until(lock, oldest + kCommitEvery, hurry);
    } else {  // the last commit failed
        wake.wait_for(lock, kCommitEvery, [this] { return urgent || stopping; });
    }
    urgent = false;
    return true;
}

void RunWriter::State::work()
{
    std::unique_lock lock(mutex);
    while (waitForWork(lock)) {
        std::move(queue.begin(), queue.end(), std::back_inserter(batch));
        queue.clear();
        const bool last = stopping;
        lock.unlock();
        const Status done = commitBatch();
        lock.lock();
        if (done) {
            committed += batch.size();
            batch.clear();
            queueBytes = 0;
            for (const Item& item : queue) queueBytes += sizeOf(item.event);
            fault.reset();
        } else {
            fault = done.error();
            ++failures;
        }
        committedOne.notify_all();
        if (!done && last) return;
    }
}

Status RunWriter::State::commitBatch()
{
    Status done = writeBatch();
    while (done) {
        done = database.commit();
        if (done || done.error().code != "database-busy") break;
        std::unique_lock lock(mutex);  // a reader is in the way: the transaction stays open and is tried again
        fault = done.error();
        ++failures;
        committedOne.notify_all();
        if (stopping) break;
        done = Done();
    }
    if (!done) {
        database.rollback();
        rows.forget();
    }
    return done;
}

Status RunWriter::State::writeBatch()
{
    if (Status begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
    for (const Item& item : batch)
        if (Status written = rows.write(item.event, item.time); !written) return written;
    return rows.writeLastStep();
}

Result<std::unique_ptr<RunWriter>> RunWriter::open(const RunFolder& run, std::int64_t resumeStep)
{
    Result<Database> database = Database::open(run.database(), Database::Mode::ReadWrite, kBusyMilliseconds);
    if (!database) return database.error();
    const Result<CheckedSchema> schema = checkSchema(*database, runSchema());
    if (!schema) return schema.error();
    if (schema->fit == SchemaFit::Newer) return newerSchemaError(*database, runSchema());
    const std::filesystem::path copy = run.path / ("run-version-" + std::to_string(schema->version) + ".sqlite");
    if (Status migrated = migrateSchema(*database, runSchema(), copy); !migrated) return migrated.error();
    const Result<std::int64_t> attempt = beginAttempt(*database, resumeStep);
    if (!attempt) return attempt.error();
    Result<RunRows> rows = RunRows::prepare(*database, *attempt);
    if (!rows) return rows.error();

    auto state = std::make_unique<State>(*std::move(database), *std::move(rows));
    State* working = state.get();
    state->thread = std::thread([working] { working->work(); });
    return std::unique_ptr<RunWriter>(new RunWriter(std::move(state)));
}

RunWriter::RunWriter(std::unique_ptr<State> state) : m_state(std::move(state)) {}

RunWriter::~RunWriter()
{
    {
        std::lock_guard lock(m_state->mutex);
        m_state->stopping = true;
    }
    m_state->wake.notify_all();
    m_state->thread.join();
}

void RunWriter::receive(const RunEvent& event)
{
    const double now = unixNow();
    const std::size_t size = sizeOf(event);
    std::unique_lock lock(m_state->mutex);
    const auto hasRoom = [&] { return m_state->queueBytes == 0 || m_state->queueBytes + size <= kQueueBytes; };
    if (!hasRoom()) {
        m_state->urgent = true;
        m_state->wake.notify_all();
        m_state->committedOne.wait(lock, hasRoom);
    }
    if (m_state->queue.empty()) m_state->oldest = Clock::now();
    m_state->queue.push_back({event, now});
    m_state->queueBytes += size;
    ++m_state->received;
    if (isUrgent(event)) m_state->urgent = true;
    if (m_state->queue.size() == 1 || m_state->urgent) m_state->wake.notify_all();
}

Status RunWriter::flush()
{
    std::unique_lock lock(m_state->mutex);
    const std::uint64_t target = m_state->received;
    if (m_state->committed >= target) return Done();
    const std::uint64_t failuresBefore = m_state->failures;
    m_state->urgent = true;
    m_state->wake.notify_all();
    m_state->committedOne.wait(
        lock, [&] { return m_state->committed >= target || (m_state->failures != failuresBefore && m_state->fault); });
    if (m_state->committed >= target) return Done();
    return *m_state->fault;
}

std::optional<Error> RunWriter::fault() const
{
    std::lock_guard lock(m_state->mutex);
    return m_state->fault;
}

}  // namespace moebel
