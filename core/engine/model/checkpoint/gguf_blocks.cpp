#include "engine/model/checkpoint/gguf_blocks.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace moebel
{
namespace
{

using Byte = std::uint8_t;

std::uint16_t word(const Byte* bytes) { return std::uint16_t(bytes[0] | (bytes[1] << 8)); }

float half(const Byte* bytes)
{
    const std::uint16_t bits = word(bytes);
    const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
    const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
    if (exponent == 0) return sign * std::ldexp(float(fraction), -24);
    if (exponent == 31) return fraction != 0 ? std::nanf("") : sign * INFINITY;
    return sign * std::ldexp(float(1024 + fraction), exponent - 25);
}

float brain(const Byte* bytes) { return std::bit_cast<float>(std::uint32_t(word(bytes)) << 16); }

/// Four bits a weight: the low halves of 16 bytes, then the high ones.
void q4(const Byte* block, bool hasMinimum, float* y)
{
    const float scale = half(block), minimum = hasMinimum ? half(block + 2) : 0.0F;
    const Byte* quants = block + (hasMinimum ? 4 : 2);
    const int middle = hasMinimum ? 0 : 8;
    for (int j = 0; j < 16; ++j) {
        y[j] = float((quants[j] & 15) - middle) * scale + minimum;
        y[j + 16] = float((quants[j] >> 4) - middle) * scale + minimum;
    }
}

/// The fifth bits stand before the others, weight by weight.
void q5(const Byte* block, bool hasMinimum, float* y)
{
    const float scale = half(block), minimum = hasMinimum ? half(block + 2) : 0.0F;
    block += hasMinimum ? 4 : 2;
    std::uint32_t high = 0;
    std::memcpy(&high, block, 4);
    const Byte* quants = block + 4;
    const int middle = hasMinimum ? 0 : 16;
    for (int j = 0; j < 16; ++j) {
        const int low = (quants[j] & 15) | int((high >> j) & 1U) << 4, up = (quants[j] >> 4) | int((high >> (j + 16)) & 1U)
                                                                                                   << 4;
        y[j] = float(low - middle) * scale + minimum;
        y[j + 16] = float(up - middle) * scale + minimum;
    }
}

void q8(const Byte* block, float* y)
{
    const float scale = half(block);
    for (int j = 0; j < 32; ++j) y[j] = float(std::int8_t(block[2 + j])) * scale;
}

/// Six bits of scale and of minimum for the j-th of eight groups, packed into twelve bytes.
void groupOf(const Byte* packed, int j, int& scale, int& minimum)
{
    if (j < 4) {
        scale = packed[j] & 63;
        minimum = packed[j + 4] & 63;
    } else {
        scale = (packed[j + 4] & 15) | ((packed[j - 4] >> 6) << 4);
        minimum = (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4);
    }
}

/// Q4_K and Q5_K: eight groups of 32 weights; `high` holds the fifth bits, or is null.
void q45k(const Byte* block, const Byte* high, const Byte* quants, float* y)
{
    const float scale = half(block), minimum = half(block + 2);
    for (int group = 0; group < 8; ++group) {
        int groupScale = 0, groupMinimum = 0;
        groupOf(block + 4, group, groupScale, groupMinimum);
        const float d = scale * float(groupScale), m = minimum * float(groupMinimum);
        const Byte* half32 = quants + 32 * (group / 2);
        for (int l = 0; l < 32; ++l) {
            const int low = group % 2 == 0 ? half32[l] & 15 : half32[l] >> 4;
            const int fifth = high != nullptr && (high[l] & (1 << group)) != 0 ? 16 : 0;
            y[32 * group + l] = d * float(low + fifth) - m;
        }
    }
}

void q6k(const Byte* block, float* y)
{
    const Byte *low = block, *high = block + 128, *scales = block + 192;
    const float d = half(block + 208);
    for (int part = 0; part < 2; ++part, y += 128, low += 64, high += 32, scales += 8)
        for (int l = 0; l < 32; ++l) {
            const int quants[] = {(low[l] & 15) | ((high[l] & 3) << 4), (low[l + 32] & 15) | (((high[l] >> 2) & 3) << 4),
                                  (low[l] >> 4) | (((high[l] >> 4) & 3) << 4),
                                  (low[l + 32] >> 4) | (((high[l] >> 6) & 3) << 4)};
            for (int i = 0; i < 4; ++i) y[l + 32 * i] = d * float(std::int8_t(scales[l / 16 + 2 * i])) * float(quants[i] - 32);
        }
}

void block(GgufType type, const Byte* bytes, float* y)
{
    switch (type) {
        case GgufType::F32:
            std::memcpy(y, bytes, 4);
            return;
        case GgufType::F16:
            *y = half(bytes);
            return;
        case GgufType::BF16:
            *y = brain(bytes);
            return;
        case GgufType::Q4_0:
        case GgufType::Q4_1:
            return q4(bytes, type == GgufType::Q4_1, y);
        case GgufType::Q5_0:
        case GgufType::Q5_1:
            return q5(bytes, type == GgufType::Q5_1, y);
        case GgufType::Q8_0:
            return q8(bytes, y);
        case GgufType::Q4_K:
            return q45k(bytes, nullptr, bytes + 16, y);
        case GgufType::Q5_K:
            return q45k(bytes, bytes + 16, bytes + 48, y);
        case GgufType::Q6_K:
            return q6k(bytes, y);
    }
}

}  // namespace

void dequantise(GgufType type, const Byte* blocks, std::int64_t count, float* weights)
{
    const GgufBlock size = blockOf(type);
    for (std::int64_t done = 0; done < count; done += size.weights, blocks += size.bytes) block(type, blocks, weights + done);
}

}  // namespace moebel
