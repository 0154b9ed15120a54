// libmoebel_cuda.so: the table of its functions, and what it tells of the machine's GPUs.
#include <cuda_runtime_api.h>

#include <cstdio>

#include "kernels/cuda_table.h"
#include "kernels/cuda_twins.h"

namespace moebel::kernels::cuda
{
namespace
{

LaunchStatus driverVersion(int* version) { return cudaDriverGetVersion(version); }
LaunchStatus deviceCount(int* count) { return cudaGetDeviceCount(count); }

LaunchStatus device(int index, Device* device)
{
    cudaDeviceProp properties{};
    const cudaError_t status = cudaGetDeviceProperties(&properties, index);
    if (status != cudaSuccess) return status;
    std::snprintf(device->name, sizeof device->name, "%s", properties.name);
    device->major = properties.major;
    device->minor = properties.minor;
    device->memoryBytes = static_cast<std::int64_t>(properties.totalGlobalMem);
    return status;
}

const char* statusText(LaunchStatus status) { return cudaGetErrorString(static_cast<cudaError_t>(status)); }

}  // namespace

extern "C" __attribute__((visibility("default"))) const Table* moebel_cuda_table()
{
    static const Table table{.driverVersion = driverVersion,
                             .deviceCount = deviceCount,
                             .device = device,
                             .statusText = statusText,
                             .kernels = cudaTwins()};
    return &table;
}

}  // namespace moebel::kernels::cuda
