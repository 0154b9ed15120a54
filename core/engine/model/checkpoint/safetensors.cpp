#include "engine/model/checkpoint/safetensors.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>
#include <nlohmann/json.hpp>

#include "moebel/base/pickle.h"

namespace moebel
{
namespace
{

constexpr std::int64_t kNumbersOfBlock = 1 << 20;  ///< read at once

Result<StoredType> storedType(const std::string& tensorName, torch::ScalarType type)
{
    for (const StoredType candidate : {StoredType::Float32, StoredType::Float16, StoredType::BFloat16, StoredType::Int64,
                                       StoredType::Int32, StoredType::UInt8, StoredType::Bool})
        if (scalarType(candidate) == type) return candidate;
    return failed("unsupported-dtype", "tensor '" + tensorName + "' has type " + std::string(c10::toString(type)) +
                                           ", which safetensors files of this program do not hold");
}

std::uint64_t bytesOf(const TensorEntry& entry)
{
    return std::uint64_t(c10::multiply_integers(entry.shape)) * c10::elementSize(entry.type);
}

Result<std::string> headerText(const std::vector<TensorEntry>& entries, const std::map<std::string, std::string>& metadata)
{
    nlohmann::ordered_json header;
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t offset = 0;
    for (const TensorEntry& entry : entries) {
        auto type = storedType(entry.name, entry.type);
        if (!type) return type.error();
        const std::uint64_t end = offset + bytesOf(entry);
        header[entry.name] = {{"dtype", name(*type)}, {"shape", entry.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

}  // namespace

torch::ScalarType scalarType(StoredType type)
{
    switch (type) {
        case StoredType::Float32:
            return torch::kFloat32;
        case StoredType::Float16:
            return torch::kFloat16;
        case StoredType::BFloat16:
            return torch::kBFloat16;
        case StoredType::Int64:
            return torch::kInt64;
        case StoredType::Int32:
            return torch::kInt32;
        case StoredType::UInt8:
            return torch::kUInt8;
        case StoredType::Bool:
            return torch::kBool;
    }
    return torch::kFloat32;
}

Result<SafetensorsWriter> SafetensorsWriter::create(const std::filesystem::path& file, const std::vector<TensorEntry>& entries,
                                                    const std::map<std::string, std::string>& metadata)
{
    const auto header = headerText(entries, metadata);
    if (!header) return header.error();
    auto writer = FileWriter::create(file);
    if (!writer) return writer.error();
    std::uint64_t bytes = 0;
    for (const TensorEntry& entry : entries) bytes += bytesOf(entry);
    const std::uint64_t length = header->size();
    if (Status done = writer->reserve(8 + length + bytes); !done) return done.error();
    if (Status done = writer->write(&length, 8); !done) return done.error();
    if (Status done = writer->write(*header); !done) return done.error();
    return SafetensorsWriter(std::move(*writer), bytes);
}

Status SafetensorsWriter::append(const torch::Tensor& part)
{
    assert(part.nbytes() <= m_missing);
    m_missing -= part.nbytes();
    const torch::Tensor numbers = part.detach().cpu().contiguous();
    return m_file.write(numbers.const_data_ptr(), numbers.nbytes());
}

Status SafetensorsWriter::close()
{
    assert(m_missing == 0);
    return m_file.close();
}

Status writeSafetensors(const std::filesystem::path& file, const NamedTensors& tensors,
                        const std::map<std::string, std::string>& metadata, std::optional<torch::ScalarType> type)
{
    std::vector<TensorEntry> entries;
    for (const auto& [name, tensor] : tensors) entries.push_back({name, type.value_or(tensor.scalar_type()), tensor.sizes().vec()});
    auto writer = SafetensorsWriter::create(file, entries, metadata);
    if (!writer) return writer.error();
    for (const auto& entry : tensors) {
        const torch::Tensor tensor = entry.second.detach();
        if (Status done = writer->append(tensor.to(type.value_or(tensor.scalar_type()))); !done) return done;
    }
    return writer->close();
}

Result<SafetensorsReader> SafetensorsReader::open(const std::filesystem::path& file)
{
    auto reader = FileReader::open(file);
    if (!reader) return reader.error();
    if (Status allowed = refusePickle(file, "give the model's safetensors file instead"); !allowed) return allowed.error();
    const std::uint64_t size = reader->size();
    std::string beginning(std::size_t(std::min<std::uint64_t>(size, 8)), '\0');
    bool isRead = reader->read(beginning.data(), beginning.size(), 0);
    std::uint64_t length = 0;
    if (beginning.size() == 8) std::memcpy(&length, beginning.data(), 8);
    const std::uint64_t wanted = std::min<std::uint64_t>({length, 100'000'000, size < 8 ? 0 : size - 8});
    beginning.resize(beginning.size() + wanted);
    isRead = isRead && reader->read(beginning.data() + 8, wanted, 8);
    if (!isRead) return failed("unreadable-file", file.string() + " can't be read: check the disk it is on", file.string());
    auto header = parseSafetensorsHeader(beginning, size, file.string());
    if (!header) return header.error();
    return SafetensorsReader(std::move(*reader), std::move(*header));
}

Result<torch::Tensor> SafetensorsReader::read(const StoredTensor& stored, const torch::Tensor& into) const
{
    const torch::ScalarType type = scalarType(stored.type);
    const bool fits = into.defined() && into.is_contiguous() && into.sizes().equals(stored.shape);
    const torch::Tensor tensor = fits ? into : torch::empty(stored.shape, type);
    const torch::Tensor numbers = tensor.detach().view({-1});
    const std::uint64_t begin = m_header.dataBegin + stored.begin;
    std::atomic<bool> isWhole = true;
    at::parallel_for(0, (numbers.numel() + kNumbersOfBlock - 1) / kNumbersOfBlock, 1, [&](std::int64_t first, std::int64_t last) {
        const torch::NoGradGuard noGradient;
        for (std::int64_t at = first * kNumbersOfBlock; at < std::min(last * kNumbersOfBlock, numbers.numel()); at += kNumbersOfBlock) {
            torch::Tensor part = numbers.narrow(0, at, std::min(kNumbersOfBlock, numbers.numel() - at));
            const torch::Tensor block = part.scalar_type() == type ? part : torch::empty(part.sizes(), type);
            if (!m_file.read(block.mutable_data_ptr(), block.nbytes(), begin + std::uint64_t(at) * block.element_size()))
                isWhole = false;
            else if (!block.is_alias_of(part))
                part.copy_(block);
        }
    });
    if (!isWhole)
        return failed("truncated-file", m_file.path().string() + " became shorter while tensor '" + stored.name + "' was read",
                      m_file.path().string());
    return tensor;
}

Result<SafetensorsFile> readSafetensors(const std::filesystem::path& file)
{
    auto reader = SafetensorsReader::open(file);
    if (!reader) return reader.error();
    SafetensorsFile result;
    result.metadata = reader->header().metadata;
    for (const StoredTensor& stored : reader->header().tensors) {
        auto tensor = reader->read(stored);
        if (!tensor) return tensor.error();
        result.tensors[stored.name] = std::move(*tensor);
    }
    return result;
}

}  // namespace moebel
