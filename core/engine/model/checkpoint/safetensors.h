// safetensors files: strict reader (reliability.md 2.1), writer. Names -> tensors.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "engine/model/checkpoint/safetensors_header.h"
#include "engine/model/torch.h"
#include "moebel/base/result.h"

namespace moebel
{

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Writes contiguous CPU tensors in the given order and syncs the file (the caller renames). fp32, bf16, fp16, int64, int32,
/// uint8.
Status writeSafetensors(const std::filesystem::path& file, const NamedTensors& tensors,
                        const std::map<std::string, std::string>& metadata = {});

/// A file whose header was checked; its tensors are read one by one.
class SafetensorsReader
{
public:
    /// Every rule of the format is checked before a byte of data is used; the error says where and what. Pickles are refused.
    static Result<SafetensorsReader> open(const std::filesystem::path& file);

    const SafetensorsHeader& header() const { return m_header; }
    /// Into own memory. `stored`: one of the header's tensors.
    Result<torch::Tensor> read(const StoredTensor& stored);

private:
    SafetensorsReader(std::filesystem::path file, std::ifstream stream, SafetensorsHeader header);

    std::filesystem::path m_file;
    std::ifstream m_stream;
    SafetensorsHeader m_header;
};

struct SafetensorsFile {
    std::map<std::string, torch::Tensor> tensors;  ///< own memory, not the mapping
    std::map<std::string, std::string> metadata;
};
/// All of a file at once.
Result<SafetensorsFile> readSafetensors(const std::filesystem::path& file);

}  // namespace moebel
