// GGUF files put together by hand.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace moebel::test
{

/// Types of values in the file.
enum GgufKind : std::uint32_t { kU8, kI8, kU16, kI16, kU32, kI32, kF32, kBool, kText, kArray, kU64, kI64, kF64 };

struct GgufDrawing {
    std::string bytes;

    template <typename Number>
    GgufDrawing& number(Number value)
    {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    GgufDrawing& text(const std::string& value)
    {
        number(std::uint64_t(value.size()));
        bytes += value;
        return *this;
    }
    GgufDrawing& head(std::uint64_t tensors, std::uint64_t values, std::uint32_t version = 3)
    {
        bytes += "GGUF";
        return number(version).number(tensors).number(values);
    }
    template <typename Number>
    GgufDrawing& value(const std::string& key, std::uint32_t kind, Number value)
    {
        return text(key).number(kind).number(value);
    }
    GgufDrawing& value(const std::string& key, const std::string& word) { return text(key).number(kText).text(word); }
    GgufDrawing& array(const std::string& key, std::uint32_t kind, std::uint64_t count)
    {
        return text(key).number(kArray).number(kind).number(count);
    }
    GgufDrawing& tensor(const std::string& name, const std::vector<std::uint64_t>& sizes, std::uint32_t type, std::uint64_t offset)
    {
        text(name).number(std::uint32_t(sizes.size()));
        for (const std::uint64_t size : sizes) number(size);
        return number(type).number(offset);
    }
    /// Aligned to 32 bytes.
    GgufDrawing& data(std::size_t count)
    {
        bytes.append((32 - bytes.size() % 32) % 32, '\0');
        bytes.append(count, '\0');
        return *this;
    }
};

}  // namespace moebel::test
