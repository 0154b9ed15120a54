#include "moebel/base/gguf.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>

#include "gguf_source.h"
#include "moebel/base/pickle.h"

namespace moebel
{
namespace
{

constexpr std::uint64_t kMostKeys = 65'536, kMostTensors = 1'000'000;
constexpr std::uint64_t kLongestName = 1'024;
constexpr std::uint64_t kLongestString = 16U << 20;
constexpr std::uint64_t kLongestArray = 16'777'216;
constexpr std::uint32_t kMostDimensions = 4;
constexpr std::uint64_t kLargestAlignment = 4'096;
/// Bytes of the shortest key with its value, and of the shortest tensor.
constexpr std::uint64_t kSmallestEntry = 13, kSmallestTensor = 32;

/// Numbers of the file's value types.
enum Kind : std::uint32_t { U8, I8, U16, I16, U32, I32, Float32, Bool, String, Array, U64, I64, Float64 };

std::int64_t integerOf(GgufSource& source, std::uint32_t kind)
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
double realOf(GgufSource& source, std::uint32_t kind)
{
    return kind == Float32 ? double(source.number<float>()) : source.number<double>();
}

bool booleanOf(GgufSource& source, const std::string& key)
{
    const auto value = source.number<std::uint8_t>();
    if (value > 1) source.fault(key + " is a boolean with the value " + std::to_string(value));
    return value == 1;
}

/// Bytes of the shortest item.
std::uint64_t bytesOf(std::uint32_t kind)
{
    switch (kind) {
        case U16:
        case I16:
            return 2;
        case U32:
        case I32:
        case Float32:
            return 4;
        case U64:
        case I64:
        case Float64:
        case String:
            return 8;
        default:
            return 1;
    }
}

template <typename Item, typename Read>
std::vector<Item> items(GgufSource& source, std::uint64_t count, Read read)
{
    std::vector<Item> values;
    values.reserve(std::size_t(count));
    for (std::uint64_t i = 0; i < count && !source.error(); ++i) values.push_back(read());
    return values;
}

GgufValue arrayOf(GgufSource& source, const std::string& key)
{
    const auto kind = source.number<std::uint32_t>();
    const auto count = source.number<std::uint64_t>();
    if (count > kLongestArray || count > source.left() / bytesOf(kind))
        source.fault(key + " has " + std::to_string(count) + " items, more than the file can hold or than " +
                     std::to_string(kLongestArray));
    if (source.error()) return false;
    if (kind == U8 || kind == I8) return items<std::uint8_t>(source, count, [&] { return source.number<std::uint8_t>(); });
    if (kind == Bool) return items<std::uint8_t>(source, count, [&] { return std::uint8_t(booleanOf(source, key)); });
    if (isInteger(kind)) return items<std::int64_t>(source, count, [&] { return integerOf(source, kind); });
    if (isReal(kind)) return items<double>(source, count, [&] { return realOf(source, kind); });
    if (kind == String)
        return items<std::string>(source, count, [&] { return source.text(kLongestString, "an item of " + key); });
    source.fault(key + " is an array of type " + std::to_string(kind) + ", which is not known");
    return false;
}

GgufValue valueOf(GgufSource& source, const std::string& key)
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
GgufTensor tensorOf(GgufSource& source)
{
    GgufTensor tensor;
    tensor.name = source.text(kLongestName, "the name of a tensor");
    const auto dimensions = source.number<std::uint32_t>();
    if (dimensions < 1 || dimensions > kMostDimensions)
        source.fault("tensor " + tensor.name + " has " + std::to_string(dimensions) + " dimensions, expected 1 to 4");
    std::int64_t weights = 1;
    if (!source.error()) tensor.shape.resize(dimensions);
    for (std::uint32_t i = 0; i < dimensions && !source.error(); ++i) {
        const auto size = source.number<std::uint64_t>();
        std::int64_t product = 0;
        if (size < 1 || size > std::uint64_t(std::numeric_limits<std::int64_t>::max()) ||
            __builtin_mul_overflow(weights, std::int64_t(size), &product)) {
            source.fault("tensor " + tensor.name + " has a dimension of " + std::to_string(size));
            break;
        }
        weights = product;
        tensor.shape[dimensions - 1 - i] = std::int64_t(size);
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

std::uint64_t alignmentOf(GgufSource& source, const GgufHeader& header)
{
    constexpr const char* kKey = "general.alignment";
    if (!header.values.contains(kKey)) return 32;
    const auto found = header.get<std::int64_t>(kKey);
    const auto alignment = std::uint64_t(found.value_or(0));
    if (alignment < 1 || alignment > kLargestAlignment || (alignment & (alignment - 1)) != 0)
        source.fault(std::string(kKey) + " is " + (found ? std::to_string(*found) : "no whole number") +
                     ", expected a power of two up to " + std::to_string(kLargestAlignment));
    return alignment;
}

void placeTensors(GgufSource& source, GgufHeader& header)
{
    const std::uint64_t alignment = alignmentOf(source, header);
    if (source.error()) return;
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
}

/// No name twice, no byte in two tensors.
void compareTensors(GgufSource& source, const GgufHeader& header)
{
    std::vector<const GgufTensor*> order;
    order.reserve(header.tensors.size());
    for (const GgufTensor& tensor : header.tensors) order.push_back(&tensor);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    for (std::size_t i = 1; i < order.size(); ++i)
        if (order[i - 1]->name == order[i]->name) return source.fault("tensor " + order[i]->name + " is there twice");
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
    for (std::size_t i = 1; i < order.size(); ++i)
        if (order[i - 1]->offset + order[i - 1]->bytes > order[i]->offset)
            return source.fault("tensors " + order[i - 1]->name + " and " + order[i]->name + " overlap");
}

void readValues(GgufSource& source, std::uint64_t count, GgufHeader& header)
{
    for (std::uint64_t i = 0; i < count && !source.error(); ++i) {
        const std::string key = source.text(kLongestName, "a key");
        GgufValue value = valueOf(source, key);
        if (!source.error() && !header.values.emplace(key, std::move(value)).second)
            source.fault("the key " + key + " is there twice");
    }
}

void readTensors(GgufSource& source, std::uint64_t count, GgufHeader& header)
{
    if (count > source.left() / kSmallestTensor)
        source.fault("it has " + std::to_string(count) + " tensors, more than the file can hold");
    if (source.error()) return;
    header.tensors.reserve(std::size_t(count));
    for (std::uint64_t i = 0; i < count && !source.error(); ++i) header.tensors.push_back(tensorOf(source));
}

void readAll(GgufSource& source, GgufHeader& header)
{
    char magic[4] = {};
    source.bytes(magic, sizeof magic);
    if (std::memcmp(magic, "GGUF", 4) != 0) return source.fault("this is no GGUF file");
    const auto version = source.number<std::uint32_t>();
    if (version != 2 && version != 3) return source.fault("version " + std::to_string(version) + " is not read; 2 and 3 are");
    const auto tensors = source.number<std::uint64_t>(), keys = source.number<std::uint64_t>();
    if (tensors > kMostTensors || keys > kMostKeys)
        return source.fault("it has " + std::to_string(tensors) + " tensors and " + std::to_string(keys) + " values, at most " +
                            std::to_string(kMostTensors) + " and " + std::to_string(kMostKeys) + " are allowed");
    if (keys > source.left() / kSmallestEntry)
        return source.fault("it has " + std::to_string(keys) + " values, more than the file can hold");
    readValues(source, keys, header);
    readTensors(source, tensors, header);
    if (!source.error()) placeTensors(source, header);
    if (!source.error()) compareTensors(source, header);
}

}  // namespace

Result<GgufHeader> readGgufHeader(const std::filesystem::path& file)
{
    if (Status allowed = refusePickle(file, "give the model's safetensors folder or a GGUF file instead"); !allowed)
        return allowed.error();
    GgufSource source(file);
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
