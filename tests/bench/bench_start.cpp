// From the start of `moebel run` to the first step of a tiny model: text, tokenizer and base come from the cache, the files from the
// page cache. Run from the build folder: it starts bin/moebel beside it.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/bench/times.h"

namespace {

constexpr const char* kExperiment = R"(
title = "start"
[languages]
original = ["aa", "ab"]
expanded = ["ba"]
[data]
source = "synthetic"
synthetic_documents = 120
[tokenizer]
vocabulary = 512
train_bytes_per_language = 40_000
[base]
layers = 2
width = 32
heads = 2
feed_forward_width = 64
context_length = 32
sequence_length = 32
tokens = 6_400
[expansion]
experts = 3
[[stage]]
kind = "post-pretraining"
tokens = 2_560
sequence_length = 32
[evaluation]
every_steps = 0
heldout_bytes = 2_000
[checkpoint]
every_steps = 0
)";

[[noreturn]] void stop(const char* why)
{
    std::fprintf(stderr, "%s\n", why);
    std::exit(1);
}

bool isFirstStep(std::string_view line)
{
    const auto has = [line](std::string_view part) { return line.find(part) != std::string_view::npos; };
    return has("\"kind\":\"step\"") && has("\"stage\":0") && has("\"step\":1,");
}

/// Runs to the end; milliseconds to the first step.
double untilFirstStep(const std::string& command)
{
    const double start = moebel::bench::seconds(CLOCK_MONOTONIC);
    std::FILE* output = ::popen(command.c_str(), "r");
    if (output == nullptr) stop("moebel could not be started");
    double first = 0;
    char* line = nullptr;
    std::size_t room = 0;
    while (::getline(&line, &room, output) >= 0)
        if (first == 0 && isFirstStep(line)) first = 1e3 * (moebel::bench::seconds(CLOCK_MONOTONIC) - start);
    std::free(line);
    if (::pclose(output) != 0 || first == 0) stop("the run failed, or told no step");
    return first;
}

}  // namespace

int main()
{
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("moebel-bench-start-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "experiment.toml") << kExperiment;
    ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "bin" / "moebel";
    const std::string command = "'" + program.string() + "' run '" + (folder / "experiment.toml").string() + "' --events - 2>/dev/null";
    std::printf("first start, nothing in the cache: %.0f ms\n", untilFirstStep(command));
    std::vector<double> starts;
    for (int i = 0; i < 9; ++i) starts.push_back(untilFirstStep(command));
    std::sort(starts.begin(), starts.end());
    std::printf("start to the first step: median %.0f ms, %.0f to %.0f (%zu)\n", starts[starts.size() / 2], starts.front(), starts.back(),
                starts.size());
    std::filesystem::remove_all(folder);
    return 0;
}
