#include "kernels/router_losses.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace moebel::kernels
{
namespace
{

/// log(sum(exp(z))).
double logSumExp(const float* z, std::int64_t experts)
{
    const double highest = double(*std::max_element(z, z + experts));
    double sum = 0;
    for (std::int64_t e = 0; e < experts; ++e) sum += std::exp(double(z[e]) - highest);
    return highest + std::log(sum);
}

/// softmax of z, and log(sum(exp(z))).
double softmax(const float* z, std::int64_t experts, float* probabilities)
{
    const double logSum = logSumExp(z, experts);
    for (std::int64_t e = 0; e < experts; ++e) probabilities[e] = float(std::exp(double(z[e]) - logSum));
    return logSum;
}

}  // namespace

void balanceLoss(const float* scores_TE, const std::int64_t* counts_E, std::int64_t tokens, std::int64_t experts, double factor,
                 double* loss, float* dscores_TE)
{
    double sum = 0;
    for (std::int64_t t = 0; t < tokens; ++t) {
        for (std::int64_t e = 0; e < experts; ++e) {
            const double slope = factor * double(counts_E[e]) / double(tokens);
            sum += slope * double(scores_TE[t * experts + e]);
            if (dscores_TE != nullptr) dscores_TE[t * experts + e] = float(slope);
        }
    }
    *loss = sum;
}

void priorLoss(const float* logits_TE, const bool* isCounted_T, std::int64_t tokens, std::int64_t experts, PriorOver over,
               double factor, double* loss, float* dlogits_TE)
{
    std::vector<float> scores(static_cast<std::size_t>(experts)), prior(scores.size());
    double sum = 0;
    for (std::int64_t t = 0; t < tokens; ++t) {
        float* gradient = dlogits_TE == nullptr ? nullptr : dlogits_TE + t * experts;
        if (!isCounted_T[t]) {
            if (gradient != nullptr) std::fill_n(gradient, experts, 0.0F);
            continue;
        }
        const float* z = logits_TE + t * experts;
        if (over == PriorOver::Scores) {
            softmax(z, experts, scores.data());
            z = scores.data();
        }
        sum += softmax(z, experts, prior.data()) - double(z[0]);
        if (gradient == nullptr) continue;
        prior[0] -= 1.0F;  // now the gradient of z
        float inner = 0;
        if (over == PriorOver::Scores)
            for (std::size_t e = 0; e < scores.size(); ++e) inner += scores[e] * prior[e];
        for (std::size_t e = 0; e < scores.size(); ++e)
            gradient[e] = float(factor) * (over == PriorOver::Scores ? scores[e] * (prior[e] - inner) : prior[e]);
    }
    *loss = factor * sum;
}

}  // namespace moebel::kernels
