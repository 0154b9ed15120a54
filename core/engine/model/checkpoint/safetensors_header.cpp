#include "engine/model/checkpoint/safetensors_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <utility>

#include "moebel/base/json_depth.h"

namespace moebel
{
namespace
{

using nlohmann::json;

constexpr std::uint64_t kLongestHeader = 100'000'000;
constexpr std::size_t kMostTensors = 1'000'000, kMostMetadata = 65'536;
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kHighestRank = 8;
constexpr int kDeepest = 4;

constexpr std::array kTypes = {StoredType::Float32, StoredType::Float16, StoredType::BFloat16, StoredType::Int64,
                               StoredType::Int32,   StoredType::UInt8,   StoredType::Bool};
/// Types of the format that are not read.
constexpr std::array<std::string_view, 15> kOtherTypes = {"F64",     "I8",      "I16",     "U16",         "U32",
                                                          "U64",     "C64",     "F4",      "F6_E2M3",     "F6_E3M2",
                                                          "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"};

Error malformed(const std::string& fileName, const std::string& what)
{
    return invalidInput("malformed-safetensors", fileName + ": " + what + "; the file is damaged or not safetensors", fileName);
}

bool multiplied(std::uint64_t a, std::uint64_t b, std::uint64_t& product) { return !__builtin_mul_overflow(a, b, &product); }

/// Reads the header while it is parsed: a tensor is finished and checked with the object that describes it, nothing else is kept.
class HeaderReader
{
public:
    HeaderReader(SafetensorsHeader& header, const std::string& fileName) : m_header(header), m_fileName(fileName) {}

    const std::optional<Error>& error() const { return m_error; }

    bool null() { return other(); }
    bool boolean(bool) { return other(); }
    bool number_integer(std::int64_t) { return notWhole(); }
    bool number_float(double, const std::string&) { return notWhole(); }
    bool number_unsigned(std::uint64_t value)
    {
        if (m_place == Place::Shape) return addDimension(value);
        if (m_place != Place::Offsets) return other();
        m_offsets.push_back(value);
        return m_offsets.size() <= 2 || bad("has no pair of data_offsets");
    }
    bool string(std::string& value)
    {
        if (m_place == Place::Metadata) return addMetadata(std::move(value));
        if (m_place != Place::Tensor || m_key != "dtype") return other();
        return setType(value);
    }
    bool binary(json::binary_t&) { return false; }
    bool start_object(std::size_t)
    {
        if (m_place == Place::Outside) {
            m_place = Place::Header;
            return true;
        }
        if (m_place != Place::Header) return other();
        m_place = m_name == "__metadata__" ? Place::Metadata : Place::Tensor;
        if (m_place == Place::Metadata && std::exchange(m_hasMetadata, true)) return twice(m_name);
        m_tensor = {};
        m_members = 0;
        return true;
    }
    bool end_object()
    {
        const Place before = m_place;
        m_place = before == Place::Header ? Place::Outside : Place::Header;
        return before != Place::Tensor || addTensor();
    }
    bool start_array(std::size_t)
    {
        if (m_place != Place::Tensor || (m_key != "shape" && m_key != "data_offsets")) return other();
        m_place = m_key == "shape" ? Place::Shape : Place::Offsets;
        if (m_place == Place::Offsets) m_offsets.clear();
        return true;
    }
    bool end_array()
    {
        const bool paired = m_place != Place::Offsets || m_offsets.size() == 2;
        m_place = Place::Tensor;
        return paired || bad("has no pair of data_offsets");
    }
    bool key(std::string& text)
    {
        if (m_place == Place::Tensor) return setMember(std::move(text));
        if (m_place == Place::Metadata && m_header.metadata.contains(text)) return twice(text);
        (m_place == Place::Metadata ? m_key : m_name) = std::move(text);
        if (m_place == Place::Header && m_name.size() > kLongestName) return fault("a tensor name has more than 1024 bytes");
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

private:
    enum class Place { Outside, Header, Metadata, Tensor, Shape, Offsets };

    bool fault(const std::string& what)
    {
        if (!m_error) m_error = malformed(m_fileName, what);
        return false;
    }
    bool bad(const std::string& what) { return fault("tensor '" + m_name + "' " + what); }
    bool twice(const std::string& name) { return fault("the name '" + name + "' stands twice in the header"); }
    /// A value where none, or one of another kind, belongs.
    bool other()
    {
        switch (m_place) {
            case Place::Outside:
                return false;
            case Place::Header:
                return m_name == "__metadata__" ? fault("__metadata__ is not an object")
                                                : bad("must have exactly dtype, shape and data_offsets");
            case Place::Metadata:
                return fault("__metadata__ '" + m_key + "' is not a string");
            case Place::Tensor:
                return m_key == "dtype"   ? bad("has a dtype that is not a string")
                       : m_key == "shape" ? bad("has no shape of at most 8 dimensions")
                                          : bad("has no pair of data_offsets");
            case Place::Shape:
                return bad("has a dimension that is not a whole number");
            case Place::Offsets:
                return bad("has no pair of data_offsets");
        }
        return false;
    }
    bool notWhole() { return other(); }

    bool setMember(std::string name)
    {
        constexpr std::array<std::string_view, 3> kMembers = {"dtype", "shape", "data_offsets"};
        const auto member = std::find(kMembers.begin(), kMembers.end(), name);
        if (member == kMembers.end()) return bad("must have exactly dtype, shape and data_offsets");
        const unsigned bit = 1U << (member - kMembers.begin());
        if ((m_members & bit) != 0) return twice(name);
        m_members |= bit;
        m_key = std::move(name);
        return true;
    }
    bool setType(const std::string& word)
    {
        const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](StoredType t) { return name(t) == word; });
        if (type != kTypes.end()) {
            m_tensor.type = *type;
            return true;
        }
        constexpr const char* kRead = "F32 F16 BF16 I64 I32 U8 BOOL";
        if (std::find(kOtherTypes.begin(), kOtherTypes.end(), word) == kOtherTypes.end())
            return bad("has dtype " + word.substr(0, 40) + ", expected one of " + kRead);
        m_error = invalidInput("unsupported-dtype",
                               m_fileName + ": tensor '" + m_name + "' is stored as " + word + ", which is not read; these are: " +
                                   kRead + "; save the model in one of them",
                               m_fileName);
        return false;
    }
    bool addDimension(std::uint64_t extent)
    {
        if (extent > std::uint64_t(std::numeric_limits<std::int64_t>::max())) return bad("has a shape whose size does not fit into 64 bits");
        m_tensor.shape.push_back(std::int64_t(extent));
        return m_tensor.shape.size() <= kHighestRank || bad("has no shape of at most 8 dimensions");
    }
    bool addMetadata(std::string value)
    {
        m_header.metadata[m_key] = std::move(value);
        return m_header.metadata.size() <= kMostMetadata ||
               fault("__metadata__ has more than " + std::to_string(kMostMetadata) + " entries");
    }
    bool addTensor()
    {
        if (m_members != 7) return bad("must have exactly dtype, shape and data_offsets");
        std::uint64_t size = std::uint64_t(bytesPerElement(m_tensor.type));
        for (const std::int64_t extent : m_tensor.shape)
            if (!multiplied(size, std::uint64_t(extent), size)) return bad("has a shape whose size does not fit into 64 bits");
        m_tensor.begin = m_offsets[0];
        m_tensor.end = m_offsets[1];
        if (m_tensor.begin > m_tensor.end || m_tensor.end - m_tensor.begin != size)
            return bad("spans bytes " + std::to_string(m_tensor.begin) + " to " + std::to_string(m_tensor.end) + ", its shape needs " +
                       std::to_string(size) + " bytes");
        m_tensor.shape.shrink_to_fit();
        m_tensor.name = m_name;
        m_header.tensors.push_back(std::move(m_tensor));
        return m_header.tensors.size() <= kMostTensors ||
               fault("the header names more than " + std::to_string(kMostTensors) + " tensors");
    }

    SafetensorsHeader& m_header;
    const std::string& m_fileName;
    Place m_place = Place::Outside;
    std::string m_name, m_key;  ///< of the tensor, and of the member inside it or of the metadata
    StoredTensor m_tensor;
    std::vector<std::uint64_t> m_offsets;
    unsigned m_members = 0;  ///< of the tensor, one bit each
    bool m_hasMetadata = false;
    std::optional<Error> m_error;
};

/// No name twice; then in the order of their data.
Status sortTensors(SafetensorsHeader& header, const std::string& fileName)
{
    auto& tensors = header.tensors;
    std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) { return a.name < b.name; });
    const auto twice = std::adjacent_find(tensors.begin(), tensors.end(),
                                          [](const StoredTensor& a, const StoredTensor& b) { return a.name == b.name; });
    if (twice != tensors.end()) return malformed(fileName, "the name '" + twice->name + "' stands twice in the header");
    std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
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

    if (!isShallowJson(text, kDeepest)) return malformed(fileName, "the header is nested more than 4 deep");
    SafetensorsHeader header;
    header.dataBegin = 8 + length;
    HeaderReader reader(header, fileName);
    const bool isWhole = text.find('\0') == std::string_view::npos;  // the parser would stop at a zero, whatever follows
    const bool parsed = isWhole && json::sax_parse(text.begin(), text.end(), &reader);
    if (reader.error()) return *reader.error();
    if (!parsed) return malformed(fileName, "the header is not a JSON object");
    if (Status sorted = sortTensors(header, fileName); !sorted) return sorted.error();
    if (Status covered = checkCover(header, fileSize, fileName); !covered) return covered.error();
    return header;
}

}  // namespace moebel
