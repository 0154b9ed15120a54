// safetensors files: strict reader (reliability.md 2.1), writer. Names -> tensors.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/checkpoint/safetensors_header.h"
#include "engine/model/torch.h"
#include "moebel/base/file.h"
#include "moebel/base/file_reader.h"
#include "moebel/base/result.h"

namespace moebel
{

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

torch::ScalarType scalarType(StoredType type);

/// What the header of a file says of a tensor.
struct TensorEntry {
    std::string name;
    torch::ScalarType type = torch::kFloat32;
    std::vector<std::int64_t> shape;
};

/// A file whose tensors come one after the other, in pieces where a whole one would be large. fp32, bf16, fp16, int64, int32, uint8, bool.
class SafetensorsWriter
{
public:
    static Result<SafetensorsWriter> create(const std::filesystem::path& file, const std::vector<TensorEntry>& entries,
                                            const std::map<std::string, std::string>& metadata = {});
    /// The next numbers: of the tensor that is not whole yet, in its type.
    Status append(const torch::Tensor& part);
    /// Syncs the file (the caller renames). Precondition: every tensor is whole.
    Status close();

private:
    SafetensorsWriter(FileWriter file, std::uint64_t bytes) : m_file(std::move(file)), m_missing(bytes) {}

    FileWriter m_file;
    std::uint64_t m_missing = 0;
};

/// Writes CPU tensors in the given order and syncs the file (the caller renames). `type`: what they are rounded to, one by one; none: as
/// they are.
Status writeSafetensors(const std::filesystem::path& file, const NamedTensors& tensors,
                        const std::map<std::string, std::string>& metadata = {}, std::optional<torch::ScalarType> type = {});

/// A file whose header was checked; its tensors are read one by one.
class SafetensorsReader
{
public:
    /// Every rule of the format is checked before a byte of data is used; the error says where and what. Pickles are refused.
    static Result<SafetensorsReader> open(const std::filesystem::path& file);

    const SafetensorsHeader& header() const { return m_header; }
    /// Into `into` in its type where it is given and has the shape, else into own memory. `stored`: one of the header's tensors.
    Result<torch::Tensor> read(const StoredTensor& stored, const torch::Tensor& into = {}) const;

private:
    SafetensorsReader(FileReader file, SafetensorsHeader header) : m_file(std::move(file)), m_header(std::move(header)) {}

    FileReader m_file;
    SafetensorsHeader m_header;
};

struct SafetensorsFile {
    std::map<std::string, torch::Tensor> tensors;  ///< own memory, not the mapping
    std::map<std::string, std::string> metadata;
};
/// All of a file at once.
Result<SafetensorsFile> readSafetensors(const std::filesystem::path& file);

}  // namespace moebel
