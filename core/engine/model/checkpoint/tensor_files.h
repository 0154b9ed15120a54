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

struct TensorFiles {
    std::string name;                                                       ///< of the file or of the index, for sentences
    std::map<std::string, std::function<Result<torch::Tensor>()>> tensors;  ///< each read when it is called
    std::vector<std::filesystem::path> files;  ///< the one file; or the index, and the shards by name

    /// Precondition: it is one of `tensors`.
    Result<torch::Tensor> read(const std::string& tensor) const { return tensors.at(tensor)(); }
};

/// model.safetensors, or model.safetensors.index.json and the shards beside it. Shards are plain file names; the index and the
/// files must name the same tensors. Checkpoints that are only there as pickles are refused with what to do instead.
Result<TensorFiles> openTensorFiles(const std::filesystem::path& folder);

/// A GGUF file: its tensors under the names of a folder, widened to fp32, the heads of Llama files turned back, the norms of Gemma
/// files less the 1 that was added to them.
Result<TensorFiles> openGgufTensors(const std::filesystem::path& file);

}  // namespace moebel
