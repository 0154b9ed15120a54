// moebel stop, pause, save: one command to a live run.
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/cli/output.h"
#include "app/cli/run_view.h"
#include "moebel/store/run_folder.h"
#include "moebel/worker/control.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string run;
    std::string runs;
};

void print(const RunFolder& run, std::string_view state, std::string_view words, bool json)
{
    if (json) {
        printJson({{"run", run.id()}, {"folder", run.path.string()}, {"state", state}});
    } else {
        std::cout << "run " << run.id() << " " << words << std::endl;
    }
}

void pauseBriefly()
{
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

/// A stopped run saves first; comes back when its worker is gone and its end is written down.
void waitForEnd(const RunFolder& run)
{
    while (liveWorker(run)) pauseBriefly();
    for (int attempt = 0; attempt < 100 && !readExitRecord(run); ++attempt) pauseBriefly();
}

Result<int> tell(RunCommand command, const Options& options, bool json)
{
    const auto run = findRun(options.run, options.runs);
    if (!run) return run.error();
    const auto answer = sendCommand(*run, command);
    if (!answer) return answer.error();
    switch (command) {
        case RunCommand::Stop: {
            waitForEnd(*run);
            const RunStatus status = runStatus(*run);
            const std::string words = std::string(name(status.state)) + " at " + placeText(status);
            print(*run, name(status.state), words, json);
            break;
        }
        case RunCommand::Pause: print(*run, "paused", "pauses; 'moebel resume' lets it go on", json); break;
        case RunCommand::Resume:
        case RunCommand::Save:
        case RunCommand::AskStatus: print(*run, "running", "saves after this step", json); break;
    }
    return 0;
}

void addControl(CommandLine& line, RunCommand command, const std::string& description)
{
    auto options = std::make_shared<Options>();
    const std::string word(name(command));
    CLI::App* verb = line.addVerb(word, description, "moebel " + word + " 20260101-120000-first-expansion");
    verb->add_option("RUN", options->run, "Run folder or id")->required();
    verb->add_option("--runs", options->runs, "Where ids are looked up (default: runs/ here)");
    line.onCall(verb, [options, command](const CommonOptions& common) { return tell(command, *options, common.json); });
}

}  // namespace

void addStop(CommandLine& line)
{
    addControl(line, RunCommand::Stop, "Save a live run and end it; comes back when it has ended");
}

void addPause(CommandLine& line)
{
    addControl(line, RunCommand::Pause, "Let a live run wait where it is");
}

void addSave(CommandLine& line)
{
    addControl(line, RunCommand::Save, "Let a live run write a checkpoint now");
}

}  // namespace moebel
