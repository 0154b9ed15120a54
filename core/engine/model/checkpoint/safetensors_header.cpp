#include "engine/model/checkpoint/safetensors_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace moebel
{
namespace
{

using nlohmann::json;

constexpr std::uint64_t kLongestHeader = 100'000'000;
constexpr std::size_t kMostTensors = 1'000'000;
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kHighestRank = 8;
constexpr int kDeepest = 4;

constexpr std::array kTypes = {StoredType::Float32, StoredType::Float16, StoredType::BFloat16, StoredType::Int64,
                               StoredType::Int32,   StoredType::UInt8,   StoredType::Bool};

Error malformed(const std::string& fileName, const std::string& what)
{
    return invalidInput("malformed-safetensors", fileName + ": " + what + "; the file is damaged or not safetensors", fileName);
}

/// Builds the value of the header, refusing what json::parse would let pass: the second of two equal keys, and depth.
class StrictBuilder : public nlohmann::detail::json_sax_dom_parser<json>
{
    using Base = nlohmann::detail::json_sax_dom_parser<json>;

public:
    explicit StrictBuilder(json& value) : Base(value, /*allow_exceptions=*/false) {}

    bool start_object(std::size_t size)
    {
        m_keys.emplace_back();
        return int(m_keys.size()) <= kDeepest && Base::start_object(size);
    }
    bool end_object()
    {
        m_keys.pop_back();
        return Base::end_object();
    }
    bool start_array(std::size_t size)
    {
        m_keys.emplace_back();
        return int(m_keys.size()) <= kDeepest && Base::start_array(size);
    }
    bool end_array()
    {
        m_keys.pop_back();
        return Base::end_array();
    }
    bool key(std::string& text)
    {
        if (!m_keys.back().insert(text).second) {
            m_duplicate = text;
            return false;
        }
        return Base::key(text);
    }
    const std::string& duplicate() const { return m_duplicate; }

private:
    std::vector<std::set<std::string>> m_keys;
    std::string m_duplicate;
};

bool multiplied(std::uint64_t a, std::uint64_t b, std::uint64_t& product) { return !__builtin_mul_overflow(a, b, &product); }

Result<StoredTensor> parseTensor(const std::string& tensorName, const json& entry, const std::string& fileName)
{
    const auto bad = [&](const std::string& what) { return malformed(fileName, "tensor '" + tensorName + "' " + what); };
    if (tensorName.size() > kLongestName) return malformed(fileName, "a tensor name has more than 1024 bytes");
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets"))
        return bad("must have exactly dtype, shape and data_offsets");
    StoredTensor tensor;
    tensor.name = tensorName;
    if (!entry["dtype"].is_string()) return bad("has a dtype that is not a string");
    const std::string word = entry["dtype"];
    const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](StoredType t) { return name(t) == word; });
    if (type == kTypes.end()) return bad("has dtype " + word + ", expected one of F32 F16 BF16 I64 I32 U8 BOOL");
    tensor.type = *type;
    if (!entry["shape"].is_array() || entry["shape"].size() > kHighestRank) return bad("has no shape of at most 8 dimensions");
    std::uint64_t size = std::uint64_t(bytesPerElement(tensor.type));
    for (const json& dimension : entry["shape"]) {
        if (!dimension.is_number_unsigned()) return bad("has a dimension that is not a whole number");
        const std::uint64_t extent = dimension;
        if (extent > std::uint64_t(std::numeric_limits<std::int64_t>::max()) || !multiplied(size, extent, size))
            return bad("has a shape whose size does not fit into 64 bits");
        tensor.shape.push_back(std::int64_t(extent));
    }
    const json& offsets = entry["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned())
        return bad("has no pair of data_offsets");
    tensor.begin = offsets[0];
    tensor.end = offsets[1];
    if (tensor.begin > tensor.end || tensor.end - tensor.begin != size)
        return bad("spans bytes " + std::to_string(tensor.begin) + " to " + std::to_string(tensor.end) + ", its shape needs " +
                   std::to_string(size) + " bytes");
    return tensor;
}

Result<Done> parseMetadata(const json& entry, const std::string& fileName, std::map<std::string, std::string>& metadata)
{
    if (!entry.is_object()) return malformed(fileName, "__metadata__ is not an object");
    for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) return malformed(fileName, "__metadata__ '" + key + "' is not a string");
        metadata[key] = value;
    }
    return Done{};
}

Status checkCover(const SafetensorsHeader& header, std::uint64_t fileSize, const std::string& fileName)
{
    std::uint64_t next = 0;
    for (const StoredTensor& tensor : header.tensors) {
        if (tensor.begin != next)
            return malformed(fileName, "tensor '" + tensor.name + "' begins at byte " + std::to_string(tensor.begin) +
                                           " of the data, expected " + std::to_string(next));
        next = tensor.end;
    }
    const std::uint64_t present = fileSize - header.dataBegin;
    if (present < next)
        return invalidInput("truncated-file",
                            fileName + " is truncated: " + std::to_string(next - present) + " of " + std::to_string(next) +
                                " bytes of data are missing; copy or write it again",
                            fileName);
    if (present > next) return malformed(fileName, std::to_string(present - next) + " bytes follow the last tensor");
    return Done{};
}

}  // namespace

std::int64_t bytesPerElement(StoredType type)
{
    switch (type) {
        case StoredType::Int64:
            return 8;
        case StoredType::Float32:
        case StoredType::Int32:
            return 4;
        case StoredType::Float16:
        case StoredType::BFloat16:
            return 2;
        case StoredType::UInt8:
        case StoredType::Bool:
            return 1;
    }
    return 0;
}

std::string_view name(StoredType type)
{
    switch (type) {
        case StoredType::Float32:
            return "F32";
        case StoredType::Float16:
            return "F16";
        case StoredType::BFloat16:
            return "BF16";
        case StoredType::Int64:
            return "I64";
        case StoredType::Int32:
            return "I32";
        case StoredType::UInt8:
            return "U8";
        case StoredType::Bool:
            return "BOOL";
    }
    return {};
}

Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view bytes, std::uint64_t fileSize, const std::string& fileName)
{
    if (fileSize < 8)
        return invalidInput("truncated-file",
                            fileName + " has " + std::to_string(fileSize) + " bytes, a safetensors file has at least 8",
                            fileName);
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    if (length > kLongestHeader)
        return malformed(fileName, "the header length is " + std::to_string(length) + ", at most 100000000 is allowed");
    if (length > fileSize - 8)
        return invalidInput("truncated-file",
                            fileName + " is truncated: its header needs " + std::to_string(length) + " bytes, " +
                                std::to_string(fileSize - 8) + " are there",
                            fileName);
    const std::string_view text = bytes.substr(8, length);
    if (text.empty() || text.front() != '{') return malformed(fileName, "the header does not begin with '{'");

    json value;
    StrictBuilder builder(value);
    const bool parsed = json::sax_parse(text.begin(), text.end(), &builder);
    if (!builder.duplicate().empty())
        return malformed(fileName, "the name '" + builder.duplicate() + "' stands twice in the header");
    if (!parsed || !value.is_object()) return malformed(fileName, "the header is not a JSON object");
    if (value.size() > kMostTensors) return malformed(fileName, "the header names more than 1000000 tensors");

    SafetensorsHeader header;
    header.dataBegin = 8 + length;
    for (const auto& [key, entry] : value.items()) {
        if (key == "__metadata__") {
            if (auto done = parseMetadata(entry, fileName, header.metadata); !done) return done.error();
            continue;
        }
        auto tensor = parseTensor(key, entry, fileName);
        if (!tensor) return tensor.error();
        header.tensors.push_back(std::move(*tensor));
    }
    std::stable_sort(header.tensors.begin(), header.tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    if (Status covered = checkCover(header, fileSize, fileName); !covered) return covered.error();
    return header;
}

}  // namespace moebel
