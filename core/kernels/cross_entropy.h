// Cross-entropy of rows of logits, and its gradient in their place.
#pragma once

#include <cstdint>

namespace moebel::kernels
{

/// loss_R[r] = logsumexp(logits[r]) - logits[r, target]; logits_RV becomes softmax(logits) - onehot(target).
void crossEntropyToGradient(float* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                            float* loss_R);

/// The loss alone; the logits stay.
void crossEntropy(const float* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                  float* loss_R);

}  // namespace moebel::kernels
