// safetensors files: strict reader (reliability.md 2.1), writer. Names -> tensors.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/model/torch.h"
#include "moebel/base/result.h"

namespace moebel
{

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Writes contiguous CPU tensors in the given order and syncs the file (the caller renames). fp32, bf16, fp16, int64, int32,
/// uint8.
Status writeSafetensors(const std::filesystem::path& file, const NamedTensors& tensors,
                        const std::map<std::string, std::string>& metadata = {});

struct SafetensorsFile {
    std::map<std::string, torch::Tensor> tensors;  ///< own memory, not the mapping
    std::map<std::string, std::string> metadata;
};
/// Every rule of the format is checked before a byte of data is used; the error says where and what.
Result<SafetensorsFile> readSafetensors(const std::filesystem::path& file);

}  // namespace moebel
