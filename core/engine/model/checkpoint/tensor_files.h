// The weights of a checkpoint folder by name, in whatever files they lie.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/model/checkpoint/safetensors.h"

namespace moebel
{

/// A stored tensor before it is read.
struct TensorSource {
    torch::ScalarType type = torch::kFloat32;  ///< of what is read into own memory
    /// Reads it: into `into`, in the type of that, where it is given, has the shape and what is stored needs no other order; else into own
    /// memory.
    std::function<Result<torch::Tensor>(const torch::Tensor& into)> read;
};

struct TensorFiles {
    std::string name;                             ///< of the file or of the index, for sentences
    std::map<std::string, TensorSource> tensors;  ///< each read when it is asked for
    std::vector<std::filesystem::path> files;     ///< the one file; or the index, and the shards by name

    /// Precondition: it is one of `tensors`.
    Result<torch::Tensor> read(const std::string& tensor, const torch::Tensor& into = {}) const
    {
        return tensors.at(tensor).read(into);
    }
};

/// model.safetensors, or model.safetensors.index.json and the shards beside it. Shards are plain file names; the index and the
/// files must name the same tensors. Checkpoints that are only there as pickles are refused with what to do instead.
Result<TensorFiles> openTensorFiles(const std::filesystem::path& folder);

/// A GGUF file: its tensors under the names of a folder, widened to fp32, the heads of Llama files turned back, the norms of Gemma
/// files less the 1 that was added to them.
Result<TensorFiles> openGgufTensors(const std::filesystem::path& file);

}  // namespace moebel
