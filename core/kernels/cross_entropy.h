// Cross-entropy of rows of logits, and its gradient. Number: float or BFloat16. A target below 0: the row counts for nothing
// (loss and gradient 0).
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/stream.h"

namespace moebel::kernels
{

/// loss_R[r] = logsumexp(logits[r]) - logits[r, target], nats; logits_RV becomes softmax(logits) - onehot(target).
template <typename Number>
void crossEntropyToGradient(Number* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                            float* loss_R);

/// The loss alone; the logits stay. `logSum_R` receives logsumexp(logits[r]); null: not wanted.
template <typename Number>
void crossEntropy(const Number* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                  float* loss_R, float* logSum_R = nullptr);

/// The general gradient: dlogits_RV = factor_R[r] * (exp(logits - logSum_R[r]) - onehot(target)). `dlogits_RV` may be
/// `logits_RV`; `factor_R` null: 1.
template <typename Number>
void crossEntropyBackward(const Number* logits_RV, const std::int64_t* targets_R, const float* logSum_R, const float* factor_R,
                          std::int64_t rows, std::int64_t vocabulary, Number* dlogits_RV);

extern template void crossEntropyToGradient(float*, const std::int64_t*, std::int64_t, std::int64_t, float*);
extern template void crossEntropy(const float*, const std::int64_t*, std::int64_t, std::int64_t, float*, float*);
extern template void crossEntropyBackward(const float*, const std::int64_t*, const float*, const float*, std::int64_t,
                                          std::int64_t, float*);
extern template void crossEntropyToGradient(BFloat16*, const std::int64_t*, std::int64_t, std::int64_t, float*);
extern template void crossEntropy(const BFloat16*, const std::int64_t*, std::int64_t, std::int64_t, float*, float*);
extern template void crossEntropyBackward(const BFloat16*, const std::int64_t*, const float*, const float*, std::int64_t,
                                          std::int64_t, BFloat16*);

namespace cuda
{

template <typename Number>
LaunchStatus crossEntropyToGradient(Number* logits_RV, const std::int64_t* targets_R, std::int64_t rows,
                                    std::int64_t vocabulary, float* loss_R, Stream stream);
template <typename Number>
LaunchStatus crossEntropy(const Number* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                          float* loss_R, float* logSum_R, Stream stream);
template <typename Number>
LaunchStatus crossEntropyBackward(const Number* logits_RV, const std::int64_t* targets_R, const float* logSum_R,
                                  const float* factor_R, std::int64_t rows, std::int64_t vocabulary, Number* dlogits_RV,
                                  Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
