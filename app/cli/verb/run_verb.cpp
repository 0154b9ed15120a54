// moebel run: check, plan, train every stage, evaluate; leaves a run folder behind.
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/experiment_source.h"
#include "app/cli/output.h"
#include "app/cli/program.h"
#include "app/cli/run_view.h"
#include "app/cli/sinks.h"
#include "engine/runner/numerics.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/store/base_run.h"
#include "moebel/store/run_folder.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string experiment;
    std::vector<std::string> overrides;
    std::string runs;
    std::string name;
    std::string events;
    bool detach = false;
};

RunRecord newRecord(const Experiment& experiment, int threads)
{
    RunRecord record;
    record.title = experiment.title;
    record.method = experiment.preset.empty() ? "custom" : experiment.preset;
    record.experimentJson = toCanonicalJson(experiment);
    record.experimentHash = experimentHash(experiment);
    record.seed = experiment.seed.value;
    record.programVersion = programVersion();
    record.createdAt = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    record.device = thisMachine();
    record.device.precision = std::string(name(experiment.compute.precision));
    record.device.threads = threads;
    record.device.libtorch = libtorchVersion();
    return record;
}

/// plan.json also remembers where relative paths of the description start, so that a resumed run finds its text.
std::string planJson(const CheckedExperiment& checked)
{
    auto plan = nlohmann::ordered_json::parse(toJson(checked.plan), nullptr, false);
    plan["experiment_folder"] = checked.folder.string();
    return plan.dump(2) + "\n";
}

/// A full disk before there is a run: nothing was changed, so that it is invalid input.
Error beforeAnyRun(Error error)
{
    if (error.kind == ErrorKind::NoSpace) error.kind = ErrorKind::InvalidInput;
    return error;
}

Result<RunFolder> makeRun(const CheckedExperiment& checked, const Options& options, int threads)
{
    const std::filesystem::path runs = options.runs.empty() ? checked.folder / "runs"
                                                            : std::filesystem::absolute(options.runs);
    if (const Status space = checkSpace(checked.plan, runs); !space) return space.error();
    {
        ConsoleSink console;
        const auto progress = [&](const std::string& what, double fraction) { console.receive(Progress{what, fraction}); };
        if (const Status text = checkText(checked, progress); !text) return beforeAnyRun(text.error());
    }
    RunRecord record = newRecord(checked.experiment, threads);
    if (checked.experiment.base.kind == BaseKind::Run) {
        auto base = findBaseRun(checked.experiment, checked.folder);
        if (!base) return base.error();
        record.parentRun = base->run.id();
        record.base = std::move(*base);
    }
    auto run = createRun(runs, checked.experiment, planJson(checked), options.name, record);
    if (!run) return beforeAnyRun(run.error());
    return run;
}

/// What only the worker could find wrong with the input: it has said so, and nothing is left behind.
int takeBack(const RunFolder& run, bool json)
{
    const auto record = readExitRecord(run);
    if (json) printErrorJson(invalidInput("refused", record ? record->message : std::string(), run.path.string()));
    std::error_code ignored;
    std::filesystem::remove_all(run.path, ignored);
    std::filesystem::remove(run.path.parent_path(), ignored);  // only when it is empty
    return exitCode(ErrorKind::InvalidInput);
}

Result<int> run(const CommonOptions& common, const Options& options)
{
    if (common.json && !options.events.empty()) {
        return invalidInput("usage", "--events - and --json both want stdout; give one of them", "--events");
    }
    const auto checked = checkExperimentFile(options.experiment, options.overrides, 0);
    if (!checked) return checked.error();
    const int threads = common.threads > 0 ? common.threads : availableCores();
    const auto folder = makeRun(*checked, options, threads);
    if (!folder) return folder.error();
    WorkerArguments worker;
    worker.threads = threads;
    worker.device = common.device;
    worker.experimentFolder = checked->folder.string();
    worker.events = !options.events.empty();
    const auto code = startWorker(*folder, worker, options.detach);
    if (!code) return code.error();
    if (options.detach) {
        printStarted(*folder, RunState::Queued, common.json);
        return 0;
    }
    if (*code == exitCode(ErrorKind::InvalidInput)) return takeBack(*folder, common.json);
    return printResult(*folder, *code, common.json, worker.events);
}

}  // namespace

void addRun(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("run", "Check, plan, train every stage, evaluate; makes a run folder and prints its path",
                                  "moebel run projects/first-expansion/experiment.toml --set stage.0.learning_rate=1e-3");
    verb->add_option("EXPERIMENT", options->experiment, "Experiment file (TOML)")->required();
    verb->add_option("--set", options->overrides, "PATH=VALUE: changes one value of the description; may be repeated")
        ->allow_extra_args(false);
    verb->add_option("--runs", options->runs, "Where the run folder is made (default: runs/ beside the experiment file)");
    verb->add_option("--name", options->name, "Name in the run's id (default: the title)");
    verb->add_option("--events", options->events, "'-': event lines on stdout, one JSON object each")->check(CLI::IsMember({"-"}));
    verb->add_flag("--detach", options->detach, "Start the worker in a session of its own and come back at once");
    line.mayUseGpu(verb);
    line.onCall(verb, [options](const CommonOptions& common) { return run(common, *options); });
}

}  // namespace moebel
