// The weights of a checkpoint folder by name, whether they lie in one safetensors file or in shards.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/model/checkpoint/safetensors.h"

namespace moebel
{

struct TensorFiles {
    struct Place {
        std::shared_ptr<SafetensorsReader> file;
        StoredTensor stored;
    };

    std::string name;  ///< of the file or of the index, for sentences
    std::map<std::string, Place> tensors;
    std::vector<std::filesystem::path> files;  ///< the one file; or the index, and the shards by name

    /// Precondition: it is one of `tensors`.
    Result<torch::Tensor> read(const std::string& tensor) const;
};

/// model.safetensors, or model.safetensors.index.json and the shards beside it. Shards are plain file names; the index and the
/// files must name the same tensors. Checkpoints that are only there as pickles are refused with what to do instead.
Result<TensorFiles> openTensorFiles(const std::filesystem::path& folder);

}  // namespace moebel
