// moebel resume: goes on with a run that was stopped, interrupted, failed or paused.
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/cli/output.h"
#include "app/cli/program.h"
#include "app/cli/run_view.h"
#include "moebel/base/file.h"
#include "moebel/worker/control.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string run;
    std::string runs;
    std::string events;
    bool detach = false;
};

/// Where the description's relative paths start, as `run` has noted it; the folder of runs/ otherwise.
std::string experimentFolder(const RunFolder& run)
{
    const auto text = readFile(run.planFile());
    const auto plan = nlohmann::json::parse(text ? *text : std::string(), nullptr, false);
    std::error_code error;
    if (plan.is_object() && plan.contains("experiment_folder") && plan["experiment_folder"].is_string()) {
        const std::string folder = plan["experiment_folder"];
        if (std::filesystem::is_directory(folder, error)) return folder;
    }
    return std::filesystem::absolute(run.path).lexically_normal().parent_path().parent_path().string();
}

/// A worker that was killed a moment ago needs a moment to vanish.
bool isLive(const RunFolder& run)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    while (liveWorker(run)) {
        const bool answers = sendCommand(run, RunCommand::AskStatus, 1).ok();
        if (answers || std::chrono::steady_clock::now() > deadline) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

/// A live run can only be paused: it is told to go on.
Result<int> wake(const RunFolder& run, bool json)
{
    const auto before = sendCommand(run, RunCommand::AskStatus);
    if (!before) return before.error();
    const auto status = nlohmann::json::parse(*before, nullptr, false);
    if (status.value("state", "") != "paused") {
        const std::string process = std::to_string(liveWorker(run).value_or(0));
        return invalidInput("run-locked", "run " + run.id() + " is being worked on by process " + process + "; 'moebel stop " +
                                              run.id() + "' stops it", run.path.string());
    }
    const auto answer = sendCommand(run, RunCommand::Resume);
    if (!answer) return answer.error();
    if (json) {
        printJson({{"run", run.id()}, {"folder", run.path.string()}, {"state", name(RunState::Running)}});
    } else {
        std::cout << "run " << run.id() << " goes on" << std::endl;
    }
    return 0;
}

Result<int> resume(const CommonOptions& common, const Options& options)
{
    if (common.json && !options.events.empty()) {
        return invalidInput("usage", "--events - and --json both want stdout; give one of them", "--events");
    }
    const auto run = findRun(options.run, options.runs);
    if (!run) return run.error();
    if (isLive(*run)) return wake(*run, common.json);
    if (runStatus(*run).state == RunState::Finished) {
        std::cerr << "run " << run->id() << " has finished; nothing is left to do" << std::endl;
        return printResult(*run, 0, common.json, false);
    }
    if (const auto readable = readRunView(*run); !readable) return readable.error();
    if (const Status removed = removeExitRecord(*run); !removed) return removed.error();
    WorkerArguments worker;
    worker.threads = common.threads;
    worker.device = common.device;
    worker.resume = true;
    worker.experimentFolder = experimentFolder(*run);
    worker.events = !options.events.empty();
    const auto code = startWorker(*run, worker, options.detach);
    if (!code) return code.error();
    if (options.detach) {
        printStarted(*run, RunState::Running, common.json);
        return 0;
    }
    return printResult(*run, *code, common.json, worker.events);
}

}  // namespace

void addResume(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("resume", "Go on with a run: paused, stopped, interrupted or failed",
                                  "moebel resume 20260101-120000-first-expansion");
    verb->add_option("RUN", options->run, "Run folder or id")->required();
    verb->add_option("--runs", options->runs, "Where ids are looked up (default: runs/ here)");
    verb->add_option("--events", options->events, "'-': event lines on stdout, one JSON object each")->check(CLI::IsMember({"-"}));
    verb->add_flag("--detach", options->detach, "Start the worker in a session of its own and come back at once");
    line.mayUseGpu(verb);
    line.onCall(verb, [options](const CommonOptions& common) { return resume(common, *options); });
}

}  // namespace moebel
