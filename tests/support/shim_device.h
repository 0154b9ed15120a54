// A second device without one: tensors of it lie in memory that the CPU can't touch except while one of the device's own
// operators or kernels runs. LibTorch's operators are computed by the CPU's, our kernels are the CUDA twins on cuda_shim. What
// forgets to bring a tensor to the right device ends with an error of LibTorch or a fault at the very line.
#pragma once

#include "engine/model/torch.h"

namespace moebel::test
{

/// HPU, a type of device for which this LibTorch has no part of its own.
inline const torch::Device kShimDevice(torch::kHPU, 0);

/// Makes the device known to LibTorch and to kernelsFor. Once a program.
void addShimDevice();

}  // namespace moebel::test
