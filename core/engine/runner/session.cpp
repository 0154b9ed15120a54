#include "engine/runner/session.h"

#include <chrono>
#include <thread>
#include <utility>

#include "moebel/base/random.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel {

Session::Session(RunFolder run, Experiment experiment, const Machine& machine, std::filesystem::path experimentFolder,
                 RunControl& control, const std::vector<RunSink*>& sinks)
    : m_run(std::move(run)),
      m_experiment(std::move(experiment)),
      m_experimentHash(moebel::experimentHash(m_experiment)),
      m_machine(machine),
      m_experimentFolder(std::move(experimentFolder)),
      m_control(control),
      m_sinks(sinks)
{
}

std::filesystem::path Session::resolve(const std::string& path) const
{
    return m_experimentFolder / path;  // an absolute path replaces the folder
}

std::filesystem::path Session::baseModel() const
{
    return m_baseRun ? m_baseRun->model() : resolve(m_experiment.base.path);
}

bool Session::isNew(const Language& language) const
{
    return language.role == LanguageRole::Expanded && !(m_baseRun && m_baseRun->isEarlier(language));
}

double Session::seconds() const
{
    return m_secondsBefore + std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
}

void Session::tell(const RunEvent& event)
{
    if (const auto* finished = std::get_if<StepFinished>(&event); finished && finished->stage >= 0) {
        m_step = finished->step;
    } else if (const auto* started = std::get_if<RunStarted>(&event)) {
        m_step = started->firstStep;
    }
    for (RunSink* sink : m_sinks) {
        sink->receive(event);
    }
}

Status Session::flush() const
{
    for (RunSink* sink : m_sinks) {
        if (Status safe = sink->flush(); !safe) {
            return safe;
        }
    }
    return Done{};
}

Status Session::heed(std::int64_t step, const std::function<Status()>& save)
{
    const auto saveIfWished = [&]() -> Status { return m_control.save.exchange(false) && save ? save() : Done{}; };
    if (Status saved = saveIfWished(); !saved) {
        return saved;
    }
    if (m_control.pause && !m_control.stop) {
        tell(RunPaused{step, "on request"});
        while (m_control.pause && !m_control.stop) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            if (Status saved = saveIfWished(); !saved) {
                return saved;
            }
        }
        if (!m_control.stop) {
            tell(RunResumed{step});
        }
    }
    if (!m_control.stop) {
        return Done{};
    }
    if (save) {
        if (Status saved = save(); !saved) {
            return saved;
        }
    }
    return stopped(step);
}

Error Session::stopped(std::int64_t step)
{
    return {ErrorKind::Stopped, "stopped", "the run was stopped after step " + std::to_string(step) + " as requested", {}};
}

Seed Session::seed(std::uint64_t purpose) const
{
    return deriveSeed(m_experiment.seed, purpose);
}

}  // namespace moebel
