// libmoebel_cuda.so: the table of its functions, and what it tells of the machine's GPUs.
#include <cuda_runtime_api.h>

#include <cstdio>

#include "kernels/cuda_table.h"

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

template <typename Number>
NumberKernels<Number> numberKernels()
{
    return {gatedUnit<Silu, Number>,
            gatedUnitBackward<Silu, Number>,
            gatedUnit<GeluTanh, Number>,
            gatedUnitBackward<GeluTanh, Number>,
            rmsNorm<Number>,
            rmsNormBackward<Number>,
            rmsNormWeightBackward<Number>,
            layerNorm<Number>,
            layerNormBackward<Number>,
            layerNormWeightBackward<Number>,
            splitHeads<Number>,
            joinHeads<Number>,
            crossEntropyToGradient<Number>,
            crossEntropy<Number>,
            crossEntropyBackward<Number>,
            adamW<Number>,
            globalNorm<Number>};
}

template <typename Row, typename Token>
DispatchKernels<Row, Token> dispatchKernels()
{
    return {gatherRows<Row, Token>, gatherRowsBackward<Row, Token>, combineRows<Row, Token>, combineRowsBackward<Row, Token>};
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const Table* moebel_cuda_table()
{
    static const Table table{.driverVersion = driverVersion,
                             .deviceCount = deviceCount,
                             .device = device,
                             .statusText = statusText,
                             .fp32 = numberKernels<float>(),
                             .bf16 = numberKernels<BFloat16>(),
                             .fp32Rows = dispatchKernels<float, float>(),
                             .bf16RowsOfFp32 = dispatchKernels<BFloat16, float>(),
                             .bf16Rows = dispatchKernels<BFloat16, BFloat16>(),
                             .sortWorkspace = sortWorkspace,
                             .sortByExpert = sortByExpert,
                             .gateTopK = gateTopK,
                             .gateTopKBackward = gateTopKBackward,
                             .accumulateRouting = accumulateRouting,
                             .balanceLoss = balanceLoss,
                             .priorLoss = priorLoss};
    return &table;
}

}  // namespace moebel::kernels::cuda
