#include "engine/model/open_device.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "engine/model/device_kernels.h"
#include "kernels/cuda_backend.h"
#include "kernels/cuda_table.h"

namespace moebel
{
namespace
{

/// Loads LibTorch's part for GPUs, which finds CUDA itself, and gives it our kernels. Every sum that reaches a weight is then
/// in a fixed order, cuBLAS's too.
Status loadTorchCuda(const CudaBackend& backend)
{
    ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
    if (::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr)
        return failed("no-gpu", "LibTorch's part for GPUs can't be loaded: " + std::string(::dlerror()) +
                                    "; './run.sh --cuda' fetches it");
    try {
        at::globalContext().lazyInitDevice(torch::kCUDA);
        at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
    } catch (const c10::Error& error) {
        return failed("no-gpu", std::string("LibTorch can't use the GPU: ") + error.what_without_backtrace());
    }
    setKernels(torch::kCUDA, backend.table->kernels);
    return Done{};
}

Result<OpenedDevice> openGpu(const std::filesystem::path& library, std::optional<int> index)
{
    const auto backend = loadCudaBackend(library);
    if (!backend) return backend.error();
    const auto isWished = [&](const Gpu& gpu) { return !index || gpu.index == *index; };
    const auto gpu = std::find_if(backend->gpus.begin(), backend->gpus.end(), isWished);
    if (gpu == backend->gpus.end()) return failed("no-gpu", "there is no usable GPU of number " + std::to_string(*index));
    if (Status loaded = loadTorchCuda(*backend); !loaded) return loaded.error();
    const torch::Device device(torch::kCUDA, c10::DeviceIndex(gpu->index));
    return OpenedDevice{device, "on " + gpu->name + " (" + device.str() + ")"};
}

}  // namespace

Result<OpenedDevice> openDevice(const std::string& wish, const std::filesystem::path& library)
{
    if (wish == "cpu") return OpenedDevice{};
    if (wish == "auto") {
        const auto backend = loadCudaBackend(library);
        return OpenedDevice{torch::kCPU, "on the CPU: " + (backend ? std::string("no run on a GPU has been proven yet; --device cuda asks for one")
                                                                   : backend.error().message)};
    }
    const bool hasIndex = wish.starts_with("cuda:");
    const auto opened = openGpu(library, hasIndex ? std::optional(std::atoi(wish.c_str() + 5)) : std::nullopt);
    if (opened) return opened;
    return invalidInput("no-device", "--device " + wish + ": " + opened.error().message + "; use --device auto or cpu",
                        "--device");
}

}  // namespace moebel
