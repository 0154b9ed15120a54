// moebel doctor: what this machine has, what would be slow and why.
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "app/cli/program.h"
#include "engine/runner/numerics.h"
#include "kernels/cuda_backend.h"
#include "moebel/base/file.h"
#include "moebel/base/file_system.h"
#include "moebel/store/run_folder.h"
#include "verbs.h"

namespace moebel {
namespace {

/// Output of a shell command; empty when it cannot be run.
std::string outputOf(const char* command)
{
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command, "r"), &::pclose);
    std::string text;
    std::array<char, 4096> buffer{};
    while (pipe && std::fgets(buffer.data(), int(buffer.size()), pipe.get()) != nullptr) text += buffer.data();
    return text;
}

std::int64_t linesOf(const std::string& text)
{
    return std::count(text.begin(), text.end(), '\n');
}

/// The driver's name and version of every GPU; empty without one.
std::string graphicsCards()
{
    std::string text = outputOf("nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null");
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::replace(text.begin(), text.end(), '\n', ';');
    return text;
}

struct Findings {
    DeviceProfile machine = thisMachine();
    int cores = availableCores();
    double freeDisk = 0;
    double freeCache = 0;
    std::string gpu = graphicsCards();
    Result<CudaBackend> cuda = loadCudaBackend(cudaLibrary());
    std::int64_t notoFonts = linesOf(outputOf("fc-list 2>/dev/null | grep -i noto"));
    std::vector<std::string> remarks;
};

bool has(const Findings& findings, const char* feature)
{
    return (" " + findings.machine.features + " ").find(std::string(" ") + feature + " ") != std::string::npos;
}

Findings examine()
{
    Findings findings;
    if (const auto free = freeSpace(".")) findings.freeDisk = double(*free);
    if (const auto free = freeSpace(userCacheFolder())) findings.freeCache = double(*free);
    auto& remarks = findings.remarks;
    if (!has(findings, "avx2")) remarks.emplace_back("The CPU has no AVX2: matrix products are several times slower.");
    if (!has(findings, "avx512_bf16") && !has(findings, "amx_bf16")) {
        remarks.emplace_back("The CPU has no bf16 instructions: compute in fp32; bf16 would be 50 to 500 times slower.");
    }
    if (findings.cores < 2) remarks.emplace_back("One core: text and training take turns, so everything takes twice as long.");
    if (findings.machine.memoryBytes < 4'000'000'000) {
        remarks.emplace_back("Less than 4 GB of memory: 'moebel plan' says whether an experiment fits.");
    }
    if (findings.freeDisk < 2e9) remarks.emplace_back("Less than 2 GB are free here: checkpoints of larger models will not fit.");
    if (const std::string warning = networkFileSystemWarning(std::filesystem::current_path()); !warning.empty()) {
        remarks.push_back(warning + ".");
    }
    if (findings.notoFonts == 0) {
        remarks.emplace_back("No Noto fonts: the window may show boxes for some scripts; install fonts-noto-core and fonts-noto-cjk.");
    }
    return findings;
}

std::string graphicsSentence(const Findings& findings)
{
    const std::string cards = findings.gpu.empty() ? "" : findings.gpu + ": ";
    if (!findings.cuda) return cards + findings.cuda.error().message + "; everything runs on the CPU";
    const Gpu& gpu = findings.cuda->gpus.front();
    return cards + gpu.name + " of compute capability " + gpu.computeCapability + " with " + sizeText(double(gpu.memoryBytes)) +
           " can run the kernels; training computes on the CPU in this version";
}

nlohmann::ordered_json asJson(const Findings& findings)
{
    const DeviceProfile& machine = findings.machine;
    return {{"program", programVersion()}, {"cpu", machine.cpu}, {"features", machine.features}, {"cores", findings.cores},
            {"memory_bytes", machine.memoryBytes}, {"free_disk_bytes", findings.freeDisk},
            {"free_cache_bytes", findings.freeCache}, {"cache_folder", userCacheFolder().string()},
            {"gpu", findings.gpu}, {"gpu_sentence", graphicsSentence(findings)}, {"libtorch", libtorchVersion()}, {"sqlite", sqlite3_libversion()},
            {"noto_fonts", findings.notoFonts}, {"remarks", findings.remarks}};
}

Result<int> doctor(const CommonOptions& common)
{
    const Findings findings = examine();
    if (common.json) {
        printJson(asJson(findings));
        return 0;
    }
    std::cout << formatTable({{"program", std::string("moebel ") + programVersion()},
                              {"CPU", findings.machine.cpu},
                              {"features", findings.machine.features},
                              {"cores", std::to_string(findings.cores)},
                              {"memory", sizeText(double(findings.machine.memoryBytes))},
                              {"free here", sizeText(findings.freeDisk)},
                              {"cache", userCacheFolder().string() + ", " + sizeText(findings.freeCache) + " free"},
                              {"GPU", graphicsSentence(findings)},
                              {"LibTorch", libtorchVersion()},
                              {"SQLite", std::string(sqlite3_libversion()) + ", rollback journal"},
                              {"Noto fonts", std::to_string(findings.notoFonts)}}, 2);
    for (const std::string& remark : findings.remarks) std::cout << remark << "\n";
    if (findings.remarks.empty()) std::cout << "Nothing here would be slow for a known reason.\n";
    std::cout << std::flush;
    return 0;
}

}  // namespace

void addDoctor(CommandLine& line)
{
    CLI::App* verb = line.addVerb("doctor", "What this machine has, what would be slow and why", "moebel doctor --json");
    line.onCall(verb, doctor);
}

}  // namespace moebel
