#include "kernels/cuda_backend.h"

#include <dlfcn.h>

#include "kernels/cuda_table.h"

namespace moebel
{
namespace
{

using kernels::cuda::Device;
using kernels::cuda::Table;

constexpr int kLeastMajor = 8;  ///< compute capability 8.0: bf16

Error noGpu(const std::string& sentence) { return failed("no-gpu", sentence); }

Result<const Table*> loadTable(const std::filesystem::path& library)
{
    std::error_code error;
    if (!std::filesystem::exists(library, error))
        return noGpu(library.filename().string() + " is not beside the program: it was built without its part for GPUs");
    void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return noGpu("the part for GPUs can't be loaded: " + std::string(::dlerror()));
    const auto function = reinterpret_cast<kernels::cuda::TableFunction>(::dlsym(handle, kernels::cuda::kTableSymbol));
    const Table* table = function == nullptr ? nullptr : function();
    if (table != nullptr && table->version == kernels::cuda::kTableVersion && table->size == sizeof(Table)) return table;
    const std::string found = table == nullptr ? "none" : std::to_string(table->version);
    ::dlclose(handle);
    return noGpu(library.filename().string() + " has table version " + found + ", this program expects " +
                 std::to_string(kernels::cuda::kTableVersion) + ": build both from the same sources");
}

/// The GPUs that are good enough; an Error tells of the last one that is not.
Result<std::vector<Gpu>> findGpus(const Table& table)
{
    const auto asked = [&](int status) { return noGpu("the NVIDIA driver says: " + std::string(table.statusText(status))); };
    int driver = 0, count = 0;
    if (const int status = table.driverVersion(&driver); status != 0) return asked(status);
    if (driver == 0) return noGpu("no NVIDIA driver is installed");
    if (const int status = table.deviceCount(&count); status != 0) return asked(status);
    std::vector<Gpu> gpus;
    std::string unsuitable = "the NVIDIA driver finds no GPU";
    for (int index = 0; index < count; ++index) {
        Device device;
        if (const int status = table.device(index, &device); status != 0) return asked(status);
        const std::string capability = std::to_string(device.major) + "." + std::to_string(device.minor);
        if (device.major >= kLeastMajor)
            gpus.push_back({index, device.name, capability, device.memoryBytes});
        else
            unsuitable = std::string(device.name) + " has compute capability " + capability + ", at least 8.0 is needed";
    }
    if (gpus.empty()) return noGpu(unsuitable);
    return gpus;
}

}  // namespace

Result<CudaBackend> loadCudaBackend(const std::filesystem::path& library)
{
    const auto table = loadTable(library);
    if (!table) return table.error();
    auto gpus = findGpus(**table);
    if (!gpus) return gpus.error();
    return CudaBackend{*table, std::move(*gpus)};
}

}  // namespace moebel
