// This program as a file and a process.
#pragma once

#include <filesystem>
#include <string>

#include "moebel/store/run_folder.h"
#include "moebel/worker/supervisor.h"

namespace moebel {

const char* programVersion();
/// Absolute path of the running program.
std::string programPath();

/// libmoebel_cuda.so beside the program, whether or not it is there.
std::filesystem::path cudaLibrary();

/// Starts this program anew with workerEnvironment() when it was started without: libgomp reads it once, when it is loaded.
/// Comes back when the settings stand already.
void restartWithWorkerEnvironment(char** argv);

/// Cores this process may use.
int availableCores();

/// What a worker of a run is told on its command line (verb/worker_verb.cpp).
struct WorkerArguments {
    int threads = 0;  ///< 0 = the run's own number on resume, else all cores
    bool resume = false;
    std::string device = "auto";  ///< as --device says
    std::string experimentFolder;  ///< where relative paths of the description start
    bool console = true;   ///< progress on stderr
    bool events = false;   ///< event lines on stdout
};
WorkerCommand workerCommand(const RunFolder& run, const WorkerArguments& arguments);

/// Runs the worker in the foreground or detached. Detached gives exit code 0 at once.
Result<int> startWorker(const RunFolder& run, const WorkerArguments& arguments, bool detach);

}  // namespace moebel
