// The header of a safetensors file: parsed and checked without LibTorch, before a byte of data is used.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"

namespace moebel
{

enum class StoredType { Float32, Float16, BFloat16, Int64, Int32, UInt8, Bool };
std::int64_t bytesPerElement(StoredType type);
std::string_view name(StoredType type);  ///< "F32", "F16", "BF16", "I64", "I32", "U8", "BOOL"

struct StoredTensor {
    std::string name;
    StoredType type = StoredType::Float32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;  ///< bytes from the start of the data
    std::uint64_t end = 0;
};

struct SafetensorsHeader {
    std::vector<StoredTensor> tensors;  ///< in the order of their data
    std::map<std::string, std::string> metadata;
    std::uint64_t dataBegin = 0;  ///< 8 + header length
};

/// Every rule of the format (reliability: length before allocation, exact cover, no duplicate key, checked products).
/// `bytes`: the beginning of the file, at least 8 + header length of them where the file has so many; `fileSize`: all of it.
/// Errors name `fileName`, what was found and what was expected.
Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view bytes, std::uint64_t fileSize, const std::string& fileName);

}  // namespace moebel
