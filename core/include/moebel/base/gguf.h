// The head of a GGUF file (versions 2 and 3): what it says of the model, and where its tensors lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "moebel/base/result.h"

namespace moebel
{

/// Arrays of whole numbers of one byte, and of booleans, are the bytes of the file.
using GgufValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                               std::vector<std::string>, std::vector<std::uint8_t>>;

/// The storage types that are read; the numbers are those of the file.
enum class GgufType : std::uint32_t {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    BF16 = 30
};
/// Weights of a block, and its bytes.
struct GgufBlock {
    std::int64_t weights = 1, bytes = 4;
};
GgufBlock blockOf(GgufType type);
std::string_view name(GgufType type);  ///< "F32", "Q4_K"

struct GgufTensor {
    std::string name;
    GgufType type = GgufType::F32;
    std::vector<std::int64_t> shape;  ///< the outermost dimension first, as elsewhere (the file has it last)
    std::uint64_t offset = 0;         ///< from the start of the file
    std::uint64_t bytes = 0;
};

struct GgufHeader {
    std::filesystem::path file;
    std::map<std::string, GgufValue> values;
    std::vector<GgufTensor> tensors;

    /// A value of this kind; null where it is missing or of another kind.
    template <typename Kind>
    const Kind* find(const std::string& key) const
    {
        const auto found = values.find(key);
        return found == values.end() ? nullptr : std::get_if<Kind>(&found->second);
    }
    /// A copy of it.
    template <typename Kind>
    std::optional<Kind> get(const std::string& key) const
    {
        const Kind* value = find<Kind>(key);
        return value != nullptr ? std::optional<Kind>(*value) : std::nullopt;
    }
};

/// Nothing is believed before it is checked: counts, lengths, types, dimensions, that every tensor lies inside the file, no two
/// overlap and no name is there twice. At most 65,536 values (texts of 16 MiB, arrays of 16,777,216 items) and 1,000,000 tensors;
/// it needs at most 64 MiB and four times the head's bytes. Error "bad-gguf" says where, what was found and what was expected;
/// "not-a-file" what is no regular file.
Result<GgufHeader> readGgufHeader(const std::filesystem::path& file);

/// The numbers of one of its tensors. Precondition: it is F32. Error "truncated-file" where the file has become shorter.
Result<std::vector<float>> readGgufFloats(const GgufHeader& header, const GgufTensor& tensor);

}  // namespace moebel
