#include "program.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace moebel {

const char* programVersion()
{
    return MOEBEL_VERSION;
}

std::string programPath()
{
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::string("moebel") : path.string();
}

std::filesystem::path cudaLibrary() { return std::filesystem::path(programPath()).parent_path() / "libmoebel_cuda.so"; }

void restartWithWorkerEnvironment(char** argv)
{
    if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
    for (const std::string& entry : workerEnvironment()) {
        const auto equals = entry.find('=');
        ::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 0);
    }
    ::execv("/proc/self/exe", argv);  // only comes back on failure; then the work is done with the settings as they are
}

int availableCores()
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (::sched_getaffinity(0, sizeof(cores), &cores) != 0) return 1;
    return std::max(1, CPU_COUNT(&cores));
}

WorkerCommand workerCommand(const RunFolder& run, const WorkerArguments& arguments)
{
    WorkerCommand command;
    command.program = programPath();
    command.arguments = {"worker", run.path.string()};
    if (arguments.threads > 0) {
        command.arguments.insert(command.arguments.end(), {"--threads", std::to_string(arguments.threads)});
    }
    if (arguments.device != "auto") command.arguments.insert(command.arguments.end(), {"--device", arguments.device});
    if (!arguments.experimentFolder.empty()) {
        command.arguments.insert(command.arguments.end(), {"--experiment-folder", arguments.experimentFolder});
    }
    if (arguments.resume) command.arguments.emplace_back("--resume");
    if (!arguments.console) command.arguments.emplace_back("--quiet");
    if (arguments.events) command.arguments.insert(command.arguments.end(), {"--events", "-"});
    command.environment = workerEnvironment();
    command.resumeArguments = command.arguments;
    if (!arguments.resume) command.resumeArguments.emplace_back("--resume");
    return command;
}

Result<int> startWorker(const RunFolder& run, const WorkerArguments& arguments, bool detach)
{
    if (!detach) return superviseWorker(run, workerCommand(run, arguments));
    WorkerArguments quiet = arguments;
    quiet.console = false;
    const auto pid = startDetached(run, workerCommand(run, quiet));
    if (!pid) return pid.error();
    return 0;
}

}  // namespace moebel
