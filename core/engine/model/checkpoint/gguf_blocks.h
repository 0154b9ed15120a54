// Weights of GGUF blocks as fp32 (ggml, ggml-quants.c, dequantize_row_*).
#pragma once

#include <cstdint>

#include "moebel/base/gguf.h"

namespace moebel
{

/// `count` weights from `blocks`, a multiple of the type's block. Every value is the fp32 that ggml computes.
void dequantise(GgufType type, const std::uint8_t* blocks, std::int64_t count, float* weights);

}  // namespace moebel
