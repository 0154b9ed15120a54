// moebel worker RUN: trains a run in this process. The supervisor starts it; sinks take what it tells.
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "app/cli/output.h"
#include "app/cli/program.h"
#include "app/cli/sinks.h"
#include "engine/model/open_device.h"
#include "engine/runner/run_worker.h"
#include "engine/runner/session.h"
#include "moebel/store/run_store.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string folder;
    std::string experimentFolder;
    std::string events;
    bool resume = false;
    bool quiet = false;
};

RunControl g_control;  ///< of this process's one run; the signal handler has no other way to reach it
std::atomic<std::int64_t> g_firstInterrupt{0};

std::int64_t monotonicMilliseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

/// The first signal stops and saves. Ctrl-C again, more than a second later (a supervisor passes on what the terminal has
/// sent here already), ends without saving.
void onSignal(int signal)
{
    const std::int64_t now = monotonicMilliseconds();
    std::int64_t first = 0;
    if (g_firstInterrupt.compare_exchange_strong(first, now)) {
        g_control.stop = true;
    } else if (signal == SIGINT && now - first > 1000) {
        ::_exit(exitCode(ErrorKind::Interrupted));
    }
}

void handleSignals()
{
    struct sigaction stop {};
    stop.sa_handler = onSignal;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &stop, nullptr);
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;  // a write that cannot be done returns an error instead
    for (const int signal : {SIGPIPE, SIGXFSZ}) ::sigaction(signal, &ignore, nullptr);
}

/// Sinks in the order in which they get an event; the record first.
struct Sinks {
    std::optional<RunLock> lock;  ///< first, so that it is given back last
    std::unique_ptr<EventServer> server;
    std::unique_ptr<RunWriter> writer;
    LogSink log;
    std::unique_ptr<ConsoleSink> console;
    std::unique_ptr<EventLineSink> lines;

    explicit Sinks(const RunFolder& run) : log(run) {}
    std::vector<RunSink*> all() const
    {
        std::vector<RunSink*> result;
        for (RunSink* sink : {static_cast<RunSink*>(writer.get()), static_cast<RunSink*>(server.get()),
                              static_cast<RunSink*>(console.get()), static_cast<RunSink*>(lines.get())}) {
            if (sink != nullptr) result.push_back(sink);
        }
        return result;
    }
};

Status openSinks(Sinks& sinks, const RunFolder& run, const Options& options)
{
    auto lock = RunLock::acquire(run);
    if (!lock) return lock.error();
    sinks.lock = std::move(*lock);
    auto server = EventServer::start(run, g_control);
    if (server) {
        sinks.server = std::move(*server);
    } else if (server.error().code == "run-locked") {
        return server.error();
    } else {
        sinks.log.receive(Warned{0, "nobody can attach to this run: " + server.error().message});
    }
    std::int64_t step = -1;
    if (options.resume) {
        const auto found = resumeStep(run);
        if (!found) return found.error();
        step = *found;
    }
    auto writer = RunWriter::open(run, step);
    if (!writer) return writer.error();
    sinks.writer = std::move(*writer);
    if (!options.quiet) sinks.console = std::make_unique<ConsoleSink>();
    if (!options.events.empty()) sinks.lines = std::make_unique<EventLineSink>();
    return Done{};
}

Status train(Sinks& sinks, const RunFolder& run, const Options& options, const Session::Machine& machine)
{
    if (const Status opened = openSinks(sinks, run, options); !opened) return opened;
    WorkerOptions worker;
    worker.threads = machine.threads;
    worker.device = machine.device;
    worker.resume = options.resume;
    worker.experimentFolder = options.experimentFolder;
    std::vector<RunSink*> all = sinks.all();
    all.push_back(&sinks.log);
    const Status done = runWorker(run, worker, g_control, all);
    const Status safe = sinks.writer->flush();
    return done ? safe : done;
}

Result<int> work(const CommonOptions& common, const Options& options)
{
    handleSignals();
    const RunFolder run{options.folder};
    int code = 0;
    Sinks sinks(run);
    const auto opened = openDevice(common.device, cudaLibrary());
    if (opened && !opened->sentence.empty()) sinks.log.note(opened->sentence);
    const Status done = opened ? train(sinks, run, options, {common.threads, opened->device}) : Status(opened.error());
    sinks.console.reset();
    if (!done) {
        code = exitCode(done.error().kind);
        const bool stopped = done.error().kind == ErrorKind::Stopped;
        if (!stopped) sinks.log.error(done.error().message);
        if (!stopped && !options.quiet) printError(done.error(), false);
    }
    return code;
}

}  // namespace

void addWorker(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("worker", "", "moebel worker runs/20260101-120000-first", VerbKind::Computing);
    verb->add_option("RUN", options->folder, "Run folder")->required();
    verb->add_option("--experiment-folder", options->experimentFolder, "Where relative paths of the description start");
    verb->add_option("--events", options->events, "'-': event lines on stdout")->check(CLI::IsMember({"-"}));
    verb->add_flag("--resume", options->resume, "Go on from the newest checkpoint");
    verb->add_flag("--quiet", options->quiet, "No progress on stderr");
    line.mayUseGpu(verb);
    line.onCall(verb, [options](const CommonOptions& common) { return work(common, *options); });
}

}  // namespace moebel
