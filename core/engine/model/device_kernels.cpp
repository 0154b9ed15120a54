#include "engine/model/device_kernels.h"

#include <c10/core/impl/VirtualGuardImpl.h>

#include <array>
#include <string>

#include "engine/model/cpu_kernels.h"

namespace moebel
{
namespace
{

constexpr std::size_t kTypes = std::size_t(torch::DeviceType::COMPILE_TIME_MAX_DEVICE_TYPES);

/// One table a type of device, as LibTorch has its operators. Written before the first tensor is computed.
std::array<kernels::KernelTable, kTypes>& tables()
{
    static std::array<kernels::KernelTable, kTypes> all = [] {
        std::array<kernels::KernelTable, kTypes> none;
        none[std::size_t(torch::kCPU)] = cpuKernels();
        return none;
    }();
    return all;
}

kernels::cuda::Stream currentStream(const torch::Device& device)
{
    if (!device.is_cuda()) return nullptr;
    return c10::impl::VirtualGuardImpl(device.type()).getStream(device).native_handle();
}

}  // namespace

void checkLaunch(kernels::cuda::LaunchStatus status)
{
    if (status == 0) return;
    throw c10::AcceleratorError({__func__, __FILE__, std::uint32_t(__LINE__)}, status,
                                "a kernel could not be launched, CUDA error " + std::to_string(status));
}

DeviceKernels kernelsFor(const torch::Tensor& tensor)
{
    const torch::Device device = tensor.device();
    const kernels::KernelTable& table = tables()[std::size_t(device.type())];
    TORCH_CHECK(table.gateTopK != nullptr, "there are no kernels for the device ", device);
    return {table, currentStream(device)};
}

void setKernels(torch::DeviceType type, const kernels::KernelTable& table) { tables()[std::size_t(type)] = table; }

}  // namespace moebel
