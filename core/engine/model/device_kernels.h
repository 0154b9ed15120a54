// The kernels that compute on a tensor: those of its device. Every autograd function of the engine calls them through here, so
// that it is the same code on every device.
#pragma once

#include <type_traits>

#include "engine/model/torch.h"
#include "kernels/kernel_table.h"

namespace moebel
{

/// Throws c10::AcceleratorError unless the kernel was launched.
void checkLaunch(kernels::cuda::LaunchStatus status);

/// One device's kernels and the stream that they are put into: the one LibTorch's operators of this thread are put into, so
/// that both run in the order of the code. Null on the CPU.
struct DeviceKernels {
    const kernels::KernelTable& table;
    kernels::cuda::Stream stream = nullptr;

    /// The kernels of a type of numbers: float or BFloat16.
    template <typename Number>
    const kernels::NumberKernels<Number>& of() const
    {
        if constexpr (std::is_same_v<Number, float>)
            return table.fp32;
        else
            return table.bf16;
    }
    /// The kernels between fp32 tokens and rows of this type.
    template <typename Row>
    const kernels::DispatchKernels<Row, float>& rows() const
    {
        if constexpr (std::is_same_v<Row, float>)
            return table.fp32Rows;
        else
            return table.bf16RowsOfFp32;
    }
    /// Puts a kernel of the table into the stream.
    template <typename Kernel, typename... Arguments>
    void run(Kernel kernel, const Arguments&... arguments) const
    {
        checkLaunch(kernel(arguments..., stream));
    }
};

/// The kernels of the tensor's device. Throws c10::Error where none were given for it.
DeviceKernels kernelsFor(const torch::Tensor& tensor);

/// From now on devices of this type compute with these kernels. Called once when the program has loaded libmoebel_cuda.so; the
/// CPU has its own from the start.
void setKernels(torch::DeviceType type, const kernels::KernelTable& table);

}  // namespace moebel
