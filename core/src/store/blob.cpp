#include "blob.h"

#include <bit>
#include <charconv>
#include <cstring>

namespace moebel {

static_assert(sizeof(double) == 8, "routing sums are stored as float64");

namespace {

std::uint64_t littleEndian(std::uint64_t bits)
{
    if constexpr (std::endian::native == std::endian::little) return bits;
    return __builtin_bswap64(bits);
}

std::uint32_t littleEndian(std::uint32_t bits)
{
    if constexpr (std::endian::native == std::endian::little) return bits;
    return __builtin_bswap32(bits);
}

}  // namespace

std::vector<unsigned char> packDoubles(const double* values, std::size_t count)
{
    std::vector<unsigned char> bytes(count * sizeof(double));
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t bits = littleEndian(std::bit_cast<std::uint64_t>(values[i]));
        std::memcpy(bytes.data() + i * sizeof(bits), &bits, sizeof(bits));
    }
    return bytes;
}

bool unpackDoubles(std::string_view bytes, double* values, std::size_t count)
{
    if (bytes.size() != count * sizeof(double)) return false;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, bytes.data() + i * sizeof(bits), sizeof(bits));
        values[i] = std::bit_cast<double>(littleEndian(bits));
    }
    return true;
}

std::vector<unsigned char> packProfiles(const std::vector<SequenceProfile>& sequences)
{
    std::vector<unsigned char> bytes;
    const auto append = [&bytes](float value) {
        const std::uint32_t bits = littleEndian(std::bit_cast<std::uint32_t>(value));
        const auto* first = reinterpret_cast<const unsigned char*>(&bits);
        bytes.insert(bytes.end(), first, first + sizeof bits);
    };
    for (const SequenceProfile& sequence : sequences) {
        append(float(sequence.tokens));
        for (const float score : sequence.scores) append(score);
    }
    return bytes;
}

bool unpackProfiles(std::string_view bytes, std::size_t rowSize, std::vector<SequenceProfile>& sequences)
{
    const std::size_t each = (1 + rowSize) * sizeof(float);
    if (bytes.size() % each != 0) return false;
    const auto at = [&bytes](std::size_t place) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, bytes.data() + place, sizeof bits);
        return std::bit_cast<float>(littleEndian(bits));
    };
    for (std::size_t begin = 0; begin < bytes.size(); begin += each) {
        SequenceProfile sequence{double(at(begin)), std::vector<float>(rowSize)};
        for (std::size_t i = 0; i < rowSize; ++i) sequence.scores[i] = at(begin + (1 + i) * sizeof(float));
        sequences.push_back(std::move(sequence));
    }
    return true;
}

std::string packIntegers(const std::vector<std::int64_t>& values)
{
    std::string text = "[";
    for (std::size_t i = 0; i < values.size(); ++i) text += (i ? "," : "") + std::to_string(values[i]);
    return text + "]";
}

std::vector<std::int64_t> unpackIntegers(std::string_view text)
{
    constexpr std::int64_t kLargest = 9'999'999;
    if (text.size() < 3 || text.front() != '[' || text.back() != ']') return {};
    std::vector<std::int64_t> values;
    const char* position = text.data() + 1;
    const char* const end = text.data() + text.size() - 1;
    for (;;) {
        std::int64_t value = 0;
        const auto [next, code] = std::from_chars(position, end, value);
        if (code != std::errc() || value < 0 || value > kLargest) return {};
        values.push_back(value);
        if (next == end) return values;
        if (*next != ',') return {};
        position = next + 1;
    }
}

}  // namespace moebel
