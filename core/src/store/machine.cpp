#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "moebel/store/run_folder.h"

namespace moebel {

namespace {

// What changes speed or bits of the computations; in the order of the list of the kernel.
constexpr std::string_view kFeatures[] = {"sse4_2",      "avx",         "f16c",    "fma",      "avx2",     "avx512f", "avx512bw",
                                          "avx512vl",    "avx512_vnni", "avx_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16",
                                          "amx_tile",    "amx_int8",    "asimd",   "asimdhp",  "bf16",     "sve"};

int usableCores()
{
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
    return int(std::max(1U, std::thread::hardware_concurrency()));
}

std::string knownFeatures(const std::string& flags)
{
    std::istringstream words(flags);
    std::string word, known;
    while (words >> word)
        if (std::find(std::begin(kFeatures), std::end(kFeatures), word) != std::end(kFeatures))
            known += (known.empty() ? "" : " ") + word;
    return known;
}

}  // namespace

DeviceProfile thisMachine()
{
    DeviceProfile profile;
    profile.cores = usableCores();
    profile.memoryBytes = std::int64_t(::sysconf(_SC_PHYS_PAGES)) * std::int64_t(::sysconf(_SC_PAGESIZE));
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line) && (profile.cpu.empty() || profile.features.empty())) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos || colon + 2 > line.size()) continue;
        if (line.starts_with("model name") && profile.cpu.empty()) profile.cpu = line.substr(colon + 2);
        if (line.starts_with("flags") || line.starts_with("Features")) profile.features = knownFeatures(line.substr(colon + 1));
    }
    return profile;
}

std::int64_t peakMemoryBytes()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return std::int64_t(usage.ru_maxrss) * 1024;
}

}  // namespace moebel
