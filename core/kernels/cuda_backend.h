// Loads libmoebel_cuda.so and finds a GPU that it can compute on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "moebel/base/result.h"

namespace moebel::kernels::cuda
{
struct Table;
}

namespace moebel
{

/// A GPU that the library's kernels run on.
struct Gpu {
    int index = 0;  ///< CUDA's number of it
    std::string name;
    std::string computeCapability;  ///< "9.0"
    std::int64_t memoryBytes = 0;
};

struct CudaBackend {
    const kernels::cuda::Table* table = nullptr;  ///< valid until the program ends
    std::vector<Gpu> gpus;                        ///< at least one
};

/// Loads `library` (libmoebel_cuda.so beside the program). The Error ("no-gpu") says in one sentence what is missing: the
/// library, something that it needs, its version, the driver, or a GPU of compute capability 8.0 or later. Call it before
/// LibTorch looks for CUDA.
Result<CudaBackend> loadCudaBackend(const std::filesystem::path& library);

}  // namespace moebel
