// The table of the CUDA twins that a library or a test is linked with: nvcc's, or the same sources compiled for the CPU.
#pragma once

#include "kernels/kernel_table.h"

namespace moebel::kernels::cuda
{

template <typename Number>
NumberKernels<Number> numberKernels()
{
    return {gatedUnit<Silu, Number>,
            gatedUnitBackward<Silu, Number>,
            gatedUnit<GeluTanh, Number>,
            gatedUnitBackward<GeluTanh, Number>,
            rmsNorm<Number>,
            rmsNormBackward<Number>,
            rmsNormWeightBackward<Number>,
            layerNorm<Number>,
            layerNormBackward<Number>,
            layerNormWeightBackward<Number>,
            splitHeads<Number>,
            joinHeads<Number>,
            crossEntropyToGradient<Number>,
            crossEntropy<Number>,
            crossEntropyBackward<Number>,
            adamW<Number>,
            globalNorm<Number>};
}

template <typename Row, typename Token>
DispatchKernels<Row, Token> dispatchKernels()
{
    return {gatherRows<Row, Token>, gatherRowsBackward<Row, Token>, combineRows<Row, Token>, combineRowsBackward<Row, Token>};
}

inline KernelTable cudaTwins()
{
    return {.fp32 = numberKernels<float>(),
            .bf16 = numberKernels<BFloat16>(),
            .fp32Rows = dispatchKernels<float, float>(),
            .bf16RowsOfFp32 = dispatchKernels<BFloat16, float>(),
            .bf16Rows = dispatchKernels<BFloat16, BFloat16>(),
            .sortWorkspace = sortWorkspace,
            .sortByExpert = sortByExpert,
            .gateTopK = gateTopK,
            .gateTopKBackward = gateTopKBackward,
            .accumulateRouting = accumulateRouting,
            .balanceLoss = balanceLoss,
            .priorLoss = priorLoss};
}

}  // namespace moebel::kernels::cuda
