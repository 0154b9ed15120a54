// The kernels of one device, whichever it is, as a table of functions. The CUDA twins' signatures are everybody's: the CPU
// twins ignore the stream and the workspaces.
#pragma once

#include <cstdint>

#include "kernels/adamw.h"
#include "kernels/cross_entropy.h"
#include "kernels/gate_topk.h"
#include "kernels/gated_unit.h"
#include "kernels/global_norm.h"
#include "kernels/layer_norm.h"
#include "kernels/rms_norm.h"
#include "kernels/rotary.h"
#include "kernels/router_losses.h"
#include "kernels/routing_count.h"
#include "kernels/token_dispatch.h"

namespace moebel::kernels
{

/// The kernels of one type of numbers.
template <typename Number>
struct NumberKernels {
    decltype(&cuda::gatedUnit<Silu, Number>) swiglu = nullptr;
    decltype(&cuda::gatedUnitBackward<Silu, Number>) swigluBackward = nullptr;
    decltype(&cuda::gatedUnit<GeluTanh, Number>) geglu = nullptr;
    decltype(&cuda::gatedUnitBackward<GeluTanh, Number>) gegluBackward = nullptr;
    decltype(&cuda::rmsNorm<Number>) rmsNorm = nullptr;
    decltype(&cuda::rmsNormBackward<Number>) rmsNormBackward = nullptr;
    decltype(&cuda::rmsNormWeightBackward<Number>) rmsNormWeightBackward = nullptr;
    decltype(&cuda::layerNorm<Number>) layerNorm = nullptr;
    decltype(&cuda::layerNormBackward<Number>) layerNormBackward = nullptr;
    decltype(&cuda::layerNormWeightBackward<Number>) layerNormWeightBackward = nullptr;
    decltype(&cuda::splitHeads<Number>) splitHeads = nullptr;
    decltype(&cuda::joinHeads<Number>) joinHeads = nullptr;
    decltype(&cuda::crossEntropyToGradient<Number>) crossEntropyToGradient = nullptr;
    decltype(&cuda::crossEntropy<Number>) crossEntropy = nullptr;
    decltype(&cuda::crossEntropyBackward<Number>) crossEntropyBackward = nullptr;
    decltype(&cuda::adamW<Number>) adamW = nullptr;
    decltype(&cuda::globalNorm<Number>) globalNorm = nullptr;
};

/// The kernels between tokens and the rows that experts read.
template <typename Row, typename Token>
struct DispatchKernels {
    decltype(&cuda::gatherRows<Row, Token>) gatherRows = nullptr;
    decltype(&cuda::gatherRowsBackward<Row, Token>) gatherRowsBackward = nullptr;
    decltype(&cuda::combineRows<Row, Token>) combineRows = nullptr;
    decltype(&cuda::combineRowsBackward<Row, Token>) combineRowsBackward = nullptr;
};

struct KernelTable {
    NumberKernels<float> fp32;
    NumberKernels<BFloat16> bf16;
    DispatchKernels<float, float> fp32Rows;           ///< fp32 tokens and rows
    DispatchKernels<BFloat16, float> bf16RowsOfFp32;  ///< fp32 tokens, bf16 rows
    DispatchKernels<BFloat16, BFloat16> bf16Rows;     ///< bf16 tokens and rows
    decltype(&cuda::sortWorkspace) sortWorkspace = nullptr;
    decltype(&cuda::sortByExpert) sortByExpert = nullptr;
    decltype(&cuda::gateTopK) gateTopK = nullptr;
    decltype(&cuda::gateTopKBackward) gateTopKBackward = nullptr;
    decltype(&cuda::accumulateRouting) accumulateRouting = nullptr;
    decltype(&cuda::balanceLoss) balanceLoss = nullptr;
    decltype(&cuda::priorLoss) priorLoss = nullptr;
};

}  // namespace moebel::kernels
