#include "moebel/base/gguf.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>

namespace moebel
{
namespace
{

constexpr std::uint64_t kMostEntries = 65'536;
constexpr std::uint64_t kLongestName = 1'024;
constexpr std::uint64_t kLongestString = 16U << 20;
constexpr std::uint64_t kLongestArray = 16'777'216;
constexpr std::uint32_t kMostDimensions = 4;

/// Numbers of the file's value types.
enum Kind : std::uint32_t { U8, I8, U16, I16, U32, I32, Float32, Bool, String, Array, U64, I64, Float64 };

/// Reads from the front to the back and never behind the end; the first fault is kept and everything after it gives zeros.
class Source
{
public:
    Source(std::ifstream stream, std::uint64_t size, std::string name)
        : m_stream(std::move(stream)), m_size(size), m_name(std::move(name))
    {
    }

    template <typename Number>
    Number number()
    {
        Number value{};
        bytes(&value, sizeof value);
        return value;
    }
    std::string text(std::uint64_t longest, const std::string& what)
    {
        const auto length = number<std::uint64_t>();
        if (length > longest)
            fault(what + " has " + std::to_string(length) + " bytes, at most " + std::to_string(longest) + " are allowed");
        if (m_error || length > left()) {
            fault("the file ends inside " + what);
            return {};
        }
        std::string value(std::size_t(length), '\0');
        bytes(value.data(), length);
        return value;
    }
    void bytes(void* target, std::uint64_t count)
    {
        if (m_error) return;
        if (count > left()) return fault("the file ends inside its head");
        m_stream.read(static_cast<char*>(target), std::streamsize(count));
        if (!m_stream) return fault("the file can't be read");
        m_at += count;
    }
    std::uint64_t left() const { return m_size - m_at; }
    std::uint64_t at() const { return m_at; }
    std::uint64_t size() const { return m_size; }
    void fault(const std::string& what)
    {
        if (!m_error) m_error = invalidInput("bad-gguf", m_name + ": " + what, m_name);
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    std::ifstream m_stream;
    std::uint64_t m_size, m_at = 0;
    std::string m_name;
    std::optional<Error> m_error;
};

std::int64_t integerOf(Source& source, std::uint32_t kind)
{
    switch (kind) {
        case U8:
            return source.number<std::uint8_t>();
        case I8:
            return source.number<std::int8_t>();
        case U16:
            return source.number<std::uint16_t>();
        case I16:
            return source.number<std::int16_t>();
        case U32:
            return source.number<std::uint32_t>();
        case I32:
            return source.number<std::int32_t>();
        case I64:
            return source.number<std::int64_t>();
        default:
            break;
    }
    const auto value = source.number<std::uint64_t>();
    if (value > std::uint64_t(std::numeric_limits<std::int64_t>::max())) source.fault("a number is larger than 2^63");
    return std::int64_t(value);
}

bool isInteger(std::uint32_t kind) { return kind <= I32 || kind == U64 || kind == I64; }
bool isReal(std::uint32_t kind) { return kind == Float32 || kind == Float64; }
double realOf(Source& source, std::uint32_t kind)
{
    return kind == Float32 ? double(source.number<float>()) : source.number<double>();
}

bool booleanOf(Source& source, const std::string& key)
{
    const auto value = source.number<std::uint8_t>();
    if (value > 1) source.fault(key + " is a boolean with the value " + std::to_string(value));
    return value == 1;
}

template <typename Item, typename Read>
std::vector<Item> items(Source& source, std::uint64_t count, Read read)
{
    std::vector<Item> values;
    for (std::uint64_t i = 0; i < count && !source.error(); ++i) values.push_back(read());
    return values;
}

GgufValue arrayOf(Source& source, const std::string& key)
{
    const auto kind = source.number<std::uint32_t>();
    const auto count = source.number<std::uint64_t>();
    if (count > kLongestArray || count > source.left())
        source.fault(key + " has " + std::to_string(count) + " items, more than the file can hold or than " +
                     std::to_string(kLongestArray));
    if (source.error()) return false;
    if (isInteger(kind)) return items<std::int64_t>(source, count, [&] { return integerOf(source, kind); });
    if (isReal(kind)) return items<double>(source, count, [&] { return realOf(source, kind); });
    if (kind == Bool) return items<std::int64_t>(source, count, [&] { return std::int64_t(booleanOf(source, key)); });
    if (kind == String)
        return items<std::string>(source, count, [&] { return source.text(kLongestString, "an item of " + key); });
    source.fault(key + " is an array of type " + std::to_string(kind) + ", which is not known");
    return false;
}

GgufValue valueOf(Source& source, const std::string& key)
{
    const auto kind = source.number<std::uint32_t>();
    if (isInteger(kind)) return integerOf(source, kind);
    if (isReal(kind)) return realOf(source, kind);
    if (kind == Bool) return booleanOf(source, key);
    if (kind == String) return source.text(kLongestString, key);
    if (kind == Array) return arrayOf(source, key);
    source.fault(key + " has type " + std::to_string(kind) + ", which is not known");
    return false;
}

std::optional<GgufType> typeOf(std::uint32_t number)
{
    for (const GgufType type : {GgufType::F32, GgufType::F16, GgufType::Q4_0, GgufType::Q4_1, GgufType::Q5_0, GgufType::Q5_1,
                                GgufType::Q8_0, GgufType::Q4_K, GgufType::Q5_K, GgufType::Q6_K, GgufType::BF16})
        if (std::uint32_t(type) == number) return type;
    return std::nullopt;
}

/// `offset` is still counted from the start of the data.
GgufTensor tensorOf(Source& source)
{
    GgufTensor tensor;
    tensor.name = source.text(kLongestName, "the name of a tensor");
    const auto dimensions = source.number<std::uint32_t>();
    if (dimensions < 1 || dimensions > kMostDimensions)
        source.fault("tensor " + tensor.name + " has " + std::to_string(dimensions) + " dimensions, expected 1 to 4");
    std::int64_t weights = 1;
    for (std::uint32_t i = 0; i < dimensions && !source.error(); ++i) {
        const auto size = source.number<std::uint64_t>();
        std::int64_t product = 0;
        if (size < 1 || size > std::uint64_t(std::numeric_limits<std::int64_t>::max()) ||
            __builtin_mul_overflow(weights, std::int64_t(size), &product)) {
            source.fault("tensor " + tensor.name + " has a dimension of " + std::to_string(size));
            break;
        }
        weights = product;
        tensor.shape.insert(tensor.shape.begin(), std::int64_t(size));
    }
    const auto number = source.number<std::uint32_t>();
    tensor.offset = source.number<std::uint64_t>();
    const auto type = typeOf(number);
    if (!type) source.fault("tensor " + tensor.name + " is stored as type " + std::to_string(number) + ", which is not read");
    if (source.error()) return tensor;
    tensor.type = *type;
    const GgufBlock block = blockOf(*type);
    if (tensor.shape.back() % block.weights != 0)
        source.fault("tensor " + tensor.name + " has rows of " + std::to_string(tensor.shape.back()) +
                     " weights, expected a multiple of " + std::to_string(block.weights));
    else if (weights / block.weights > std::int64_t(source.size()) / block.bytes)
        source.fault("tensor " + tensor.name + " is larger than the file");
    else
        tensor.bytes = std::uint64_t(weights / block.weights * block.bytes);
    return tensor;
}

void placeTensors(Source& source, GgufHeader& header)
{
    const auto alignment = std::uint64_t(header.get<std::int64_t>("general.alignment").value_or(32));
    if (alignment < 1 || alignment > (1U << 20) || (alignment & (alignment - 1)) != 0)
        return source.fault("general.alignment is " + std::to_string(alignment) + ", expected a power of two");
    const std::uint64_t begin = (source.at() + alignment - 1) / alignment * alignment;
    for (GgufTensor& tensor : header.tensors) {
        if (tensor.offset % alignment != 0)
            return source.fault("tensor " + tensor.name + " begins at " + std::to_string(tensor.offset) +
                                ", expected a multiple of " + std::to_string(alignment));
        if (begin > source.size() || tensor.offset > source.size() - begin ||
            tensor.bytes > source.size() - begin - tensor.offset)
            return source.fault("tensor " + tensor.name + " lies behind the end of the file; the file is truncated");
        tensor.offset += begin;
    }
    std::vector<const GgufTensor*> order;
    for (const GgufTensor& tensor : header.tensors) order.push_back(&tensor);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
    for (std::size_t i = 1; i < order.size(); ++i)
        if (order[i - 1]->offset + order[i - 1]->bytes > order[i]->offset)
            return source.fault("tensors " + order[i - 1]->name + " and " + order[i]->name + " overlap");
}

void readAll(Source& source, GgufHeader& header)
{
    char magic[4] = {};
    source.bytes(magic, sizeof magic);
    if (std::memcmp(magic, "GGUF", 4) != 0) return source.fault("this is no GGUF file");
    const auto version = source.number<std::uint32_t>();
    if (version != 2 && version != 3) return source.fault("version " + std::to_string(version) + " is not read; 2 and 3 are");
    const auto tensors = source.number<std::uint64_t>(), entries = source.number<std::uint64_t>();
    if (tensors > kMostEntries || entries > kMostEntries)
        return source.fault("it has " + std::to_string(tensors) + " tensors and " + std::to_string(entries) +
                            " values, at most 65536 each are allowed");
    for (std::uint64_t i = 0; i < entries && !source.error(); ++i) {
        const std::string key = source.text(kLongestName, "a key");
        GgufValue value = valueOf(source, key);
        if (!source.error() && !header.values.emplace(key, std::move(value)).second)
            source.fault("the key " + key + " is there twice");
    }
    for (std::uint64_t i = 0; i < tensors && !source.error(); ++i) {
        header.tensors.push_back(tensorOf(source));
        const std::string& name = header.tensors.back().name;
        if (std::count_if(header.tensors.begin(), header.tensors.end(), [&](const auto& other) { return other.name == name; }) >
            1)
            source.fault("tensor " + name + " is there twice");
    }
    if (!source.error()) placeTensors(source, header);
}

}  // namespace

GgufBlock blockOf(GgufType type)
{
    switch (type) {
        case GgufType::F32:
            return {1, 4};
        case GgufType::F16:
        case GgufType::BF16:
            return {1, 2};
        case GgufType::Q4_0:
            return {32, 18};
        case GgufType::Q4_1:
            return {32, 20};
        case GgufType::Q5_0:
            return {32, 22};
        case GgufType::Q5_1:
            return {32, 24};
        case GgufType::Q8_0:
            return {32, 34};
        case GgufType::Q4_K:
            return {256, 144};
        case GgufType::Q5_K:
            return {256, 176};
        case GgufType::Q6_K:
            return {256, 210};
    }
    return {};
}

std::string_view name(GgufType type)
{
    switch (type) {
        case GgufType::F32:
            return "F32";
        case GgufType::F16:
            return "F16";
        case GgufType::Q4_0:
            return "Q4_0";
        case GgufType::Q4_1:
            return "Q4_1";
        case GgufType::Q5_0:
            return "Q5_0";
        case GgufType::Q5_1:
            return "Q5_1";
        case GgufType::Q8_0:
            return "Q8_0";
        case GgufType::Q4_K:
            return "Q4_K";
        case GgufType::Q5_K:
            return "Q5_K";
        case GgufType::Q6_K:
            return "Q6_K";
        case GgufType::BF16:
            return "BF16";
    }
    return {};
}

Result<GgufHeader> readGgufHeader(const std::filesystem::path& file)
{
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(file, error);
    std::ifstream stream(file, std::ios::binary);
    if (error || !stream)
        return invalidInput("unreadable-file", file.string() + " can't be read: check the path and its permissions",
                            file.string());
    Source source(std::move(stream), size, file.string());
    GgufHeader header;
    header.file = file;
    readAll(source, header);
    if (source.error()) return *source.error();
    return header;
}

Result<std::vector<float>> readGgufFloats(const GgufHeader& header, const GgufTensor& tensor)
{
    std::ifstream stream(header.file, std::ios::binary);
    std::vector<float> numbers(tensor.bytes / sizeof(float));
    stream.seekg(std::streamoff(tensor.offset));
    stream.read(reinterpret_cast<char*>(numbers.data()), std::streamsize(tensor.bytes));
    if (!stream)
        return failed("truncated-file", header.file.string() + " became shorter while tensor '" + tensor.name + "' was read",
                      header.file.string());
    return numbers;
}

}  // namespace moebel
