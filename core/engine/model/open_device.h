// The device that is wished for, made ready: LibTorch's part for GPUs is loaded and computes with our kernels.
#pragma once

#include <filesystem>
#include <string>

#include "engine/model/torch.h"
#include "moebel/base/result.h"

namespace moebel
{

struct OpenedDevice {
    torch::Device device = torch::kCPU;
    std::string sentence;  ///< for the log: what computes, or why no GPU does; empty where the CPU was wished for
};

/// `wish`: "cpu"; "auto", the CPU as long as no run on a GPU was proven, with a sentence; "cuda" or "cuda:<i>", which without that GPU is an Error of kind
/// InvalidInput. `library`: libmoebel_cuda.so. Call it before anything else of LibTorch: it loads libtorch_cuda.so, which
/// programs don't link, and LibTorch looks for that once.
Result<OpenedDevice> openDevice(const std::string& wish, const std::filesystem::path& library);

}  // namespace moebel
