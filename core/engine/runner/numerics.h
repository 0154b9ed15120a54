// What the bits of a result depend on besides the description: the program's arithmetic, the library, the machine, threads.
#pragma once

#include <string>

#include "engine/model/torch.h"
#include "moebel/experiment/experiment.h"

namespace moebel {

/// Raised when a change of the program changes trained weights; part of every cache key.
inline constexpr int kNumericsVersion = 2;

/// "numerics 1, libtorch 2.11.0, avx2 ..., 2 threads, float32".
std::string numericsIdentity(int threads, Precision precision, const torch::Device& device = torch::kCPU);
/// The version of LibTorch this program was built with.
std::string libtorchVersion();
/// The version of the engine, which is the program's.
std::string engineVersion();

}  // namespace moebel
