#include "engine/model/checkpoint/safetensors.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "moebel/base/file.h"
#include "moebel/base/pickle.h"

namespace moebel
{
namespace
{

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

Result<StoredType> storedType(const std::string& tensorName, torch::ScalarType type)
{
    for (const StoredType candidate : {StoredType::Float32, StoredType::Float16, StoredType::BFloat16, StoredType::Int64,
                                       StoredType::Int32, StoredType::UInt8, StoredType::Bool})
        if (scalarType(candidate) == type) return candidate;
    return failed("unsupported-dtype", "tensor '" + tensorName + "' has type " + std::string(c10::toString(type)) +
                                           ", which safetensors files of this program do not hold");
}

Result<std::string> headerText(const NamedTensors& tensors, const std::map<std::string, std::string>& metadata)
{
    nlohmann::ordered_json header;
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t offset = 0;
    for (const auto& [tensorName, tensor] : tensors) {
        auto type = storedType(tensorName, tensor.scalar_type());
        if (!type) return type.error();
        const std::uint64_t size = std::uint64_t(tensor.numel()) * std::uint64_t(bytesPerElement(*type));
        header[tensorName] = {
            {"dtype", name(*type)}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, offset + size}}};
        offset += size;
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

}  // namespace

Status writeSafetensors(const std::filesystem::path& file, const NamedTensors& tensors,
                        const std::map<std::string, std::string>& metadata)
{
    const auto header = headerText(tensors, metadata);
    if (!header) return header.error();
    auto writer = FileWriter::create(file);
    if (!writer) return writer.error();
    std::uint64_t total = 8 + header->size();
    for (const auto& entry : tensors) total += entry.second.nbytes();
    if (Status done = writer->reserve(total); !done) return done;
    const std::uint64_t length = header->size();
    if (Status done = writer->write(&length, 8); !done) return done;
    if (Status done = writer->write(*header); !done) return done;
    for (const auto& entry : tensors) {
        const torch::Tensor tensor = entry.second.detach().contiguous();
        if (Status done = writer->write(tensor.const_data_ptr(), tensor.nbytes()); !done) return done;
    }
    return writer->close();
}

SafetensorsReader::SafetensorsReader(std::filesystem::path file, std::ifstream stream, SafetensorsHeader header)
    : m_file(std::move(file)), m_stream(std::move(stream)), m_header(std::move(header))
{
}

Result<SafetensorsReader> SafetensorsReader::open(const std::filesystem::path& file)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return invalidInput("no-such-file", file.string() + " is not a file: check the path", file.string());
    if (Status allowed = refusePickle(file, "give the model's safetensors file instead"); !allowed) return allowed.error();
    const std::uint64_t size = std::filesystem::file_size(file, error);
    std::ifstream stream(file, std::ios::binary);
    if (error || !stream)
        return invalidInput("unreadable-file", file.string() + " can't be read: check its permissions", file.string());

    std::string beginning(std::size_t(std::min<std::uint64_t>(size, 8)), '\0');
    stream.read(beginning.data(), std::streamsize(beginning.size()));
    std::uint64_t length = 0;
    if (beginning.size() == 8) std::memcpy(&length, beginning.data(), 8);
    const std::uint64_t wanted = std::min<std::uint64_t>({length, 100'000'000, size < 8 ? 0 : size - 8});
    beginning.resize(beginning.size() + wanted);
    stream.read(beginning.data() + 8, std::streamsize(wanted));
    auto header = parseSafetensorsHeader(beginning, size, file.string());
    if (!header) return header.error();
    return SafetensorsReader(file, std::move(stream), std::move(*header));
}

Result<torch::Tensor> SafetensorsReader::read(const StoredTensor& stored)
{
    const torch::Tensor tensor = torch::empty(stored.shape, scalarType(stored.type));
    if (tensor.nbytes() == 0) return tensor;
    m_stream.clear();
    m_stream.seekg(std::streamoff(m_header.dataBegin + stored.begin));
    m_stream.read(static_cast<char*>(tensor.mutable_data_ptr()), std::streamsize(tensor.nbytes()));
    if (std::uint64_t(m_stream.gcount()) != tensor.nbytes())
        return failed("truncated-file", m_file.string() + " became shorter while tensor '" + stored.name + "' was read",
                      m_file.string());
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
