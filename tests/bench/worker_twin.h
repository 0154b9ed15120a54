// What a worker is to a window: the lock, the record, the socket; and threads that calculate as a training would.
#pragma once

#include <atomic>
#include <optional>
#include <thread>

#include "moebel/worker/control.h"
#include "tests/support/made_up_run.h"

namespace moebel::bench
{

/// Tells `stepsPerSecond` steps a second from a thread of its own, each with `languages` metrics, and routing once a second.
class WorkerTwin
{
public:
    WorkerTwin(const RunFolder& run, const Experiment& experiment, std::int64_t stepsBefore, int stepsPerSecond)
        : m_experiment(experiment), m_perSecond(stepsPerSecond)
    {
        auto lock = RunLock::acquire(run);
        auto writer = RunWriter::open(run);
        if (!lock || !writer) std::abort();
        m_lock = std::move(lock).value();
        m_writer = std::move(writer).value();
        tell(RunStarted{run.id(), false, 0, 10'000'000, 2});
        tell(StageStarted{0, StageKind::PostPretraining, 0, 10'000'000, {3, 3, 1, 3}, 2, 987'654});
        for (; m_step < stepsBefore;) step();
        if (!m_writer->flush()) std::abort();
        auto server = EventServer::start(run, m_control);
        if (!server) std::abort();
        m_server = std::move(server).value();
        m_thread = std::thread([this] { work(); });
    }
    ~WorkerTwin()
    {
        m_end = true;
        m_thread.join();
    }

private:
    void tell(const RunEvent& event)
    {
        m_writer->receive(event);
        if (m_server) m_server->receive(event);
    }
    void step()
    {
        ++m_step;
        StepFinished finished{0, m_step, {}};
        const double value = 5 + std::sin(0.01 * double(m_step));
        for (const char* name : {"loss", "language-model-loss", "balance-loss", "gradient-norm", "tokens-per-second"})
            finished.metrics.push_back({name, "", "", value});
        for (const Language& language : m_experiment.languages)
            finished.metrics.push_back({"language-model-loss", "nats/token", language.code, value});
        tell(finished);
    }
    void work()
    {
        while (!m_end) {
            step();
            if (m_step % m_perSecond == 0)
                tell(RoutingSampled{0, m_step, RoutingSplit::Training, test::madeUpRouting(m_experiment, {3, 3, 1, 3}, 1)});
            if (m_step % (5 * m_perSecond) == 0)
                tell(EvaluationFinished{0, m_step, false, test::madeUpScores(m_experiment, 1, m_step)});
            std::this_thread::sleep_for(std::chrono::microseconds(1'000'000 / m_perSecond));
        }
    }

    Experiment m_experiment;
    int m_perSecond;
    RunControl m_control;
    std::optional<RunLock> m_lock;
    std::unique_ptr<RunWriter> m_writer;
    std::unique_ptr<EventServer> m_server;
    std::int64_t m_step = 0;
    std::atomic<bool> m_end{false};
    std::thread m_thread;
};

/// Keeps so many threads busy, at the priority of a worker.
class Busy
{
public:
    explicit Busy(unsigned threads)
    {
        for (unsigned i = 0; i < threads; ++i)
            m_threads.emplace_back([this] {
                double sum = 1;
                while (!m_end)
                    for (int k = 1; k < 4096; ++k) sum = sum * 0.999 + 1.0 / k;
                m_result = sum;
            });
    }
    ~Busy()
    {
        m_end = true;
        for (std::thread& thread : m_threads) thread.join();
    }

private:
    std::atomic<bool> m_end{false};
    std::atomic<double> m_result{0};
    std::vector<std::thread> m_threads;
};

}  // namespace moebel::bench
