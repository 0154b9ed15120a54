#include "engine/model/norm.h"

#include <algorithm>

#include "kernels/rms_norm.h"

namespace moebel
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kNumbersOfPart = 1 << 15;  ///< fewer are not worth a hand-over to another thread
constexpr std::int64_t kWeightRows = 128;  ///< rows whose weight gradients are summed first: the same for any thread count

const float* rowOf(const torch::Tensor& tensor, std::int64_t row)
{
    return tensor.defined() ? tensor.const_data_ptr<float>() + row * tensor.size(1) : nullptr;
}

float* mutableRow(const torch::Tensor& tensor, std::int64_t row)
{
    return tensor.mutable_data_ptr<float>() + row * tensor.stride(0);
}

template <typename Body>
void overRows(const torch::Tensor& x_TD, const Body& body)
{
    at::parallel_for(0, x_TD.size(0), std::max<std::int64_t>(1, kNumbersOfPart / x_TD.size(1)), body);
}

/// Writes normed_TD and scale_T, and sum_TD where there is a delta.
void forwardPass(const torch::Tensor& x, const torch::Tensor& delta, const torch::Tensor& weight, double epsilon,
                 const torch::Tensor& sum, const torch::Tensor& normed, const torch::Tensor& scale)
{
    overRows(x, [&](std::int64_t begin, std::int64_t end) {
        kernels::rmsNorm(rowOf(x, begin), rowOf(delta, begin), weight.const_data_ptr<float>(), float(epsilon), end - begin,
                         x.size(1), delta.defined() ? mutableRow(sum, begin) : nullptr, mutableRow(normed, begin),
                         mutableRow(scale, begin));
    });
}

/// Gradient of the norm's input; `residual` (may be undefined) is added to it.
torch::Tensor inputGradient(const torch::Tensor& dnormed, const torch::Tensor& residual, const torch::Tensor& h,
                            const torch::Tensor& weight, const torch::Tensor& scale)
{
    torch::Tensor dh = torch::empty_like(h);
    overRows(h, [&](std::int64_t begin, std::int64_t end) {
        kernels::rmsNormBackward(rowOf(dnormed, begin), rowOf(residual, begin), rowOf(h, begin), weight.const_data_ptr<float>(),
                                 scale.const_data_ptr<float>() + begin, end - begin, h.size(1), mutableRow(dh, begin));
    });
    return dh;
}

torch::Tensor weightGradient(const torch::Tensor& dnormed, const torch::Tensor& h, const torch::Tensor& scale)
{
    const std::int64_t rows = h.size(0), blocks = (rows + kWeightRows - 1) / kWeightRows;
    const torch::Tensor partial = torch::zeros({blocks, h.size(1)});
    at::parallel_for(0, blocks, 2, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t block = first; block < last; ++block) {
            const std::int64_t begin = block * kWeightRows;
            kernels::rmsNormWeightBackward(rowOf(dnormed, begin), rowOf(h, begin), scale.const_data_ptr<float>() + begin,
                                           std::min(kWeightRows, rows - begin), h.size(1), mutableRow(partial, block));
        }
    });
    return partial.sum(0);
}

struct Norm : torch::autograd::Function<Norm> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x_TD, const torch::Tensor& weight,
                                 double epsilon)
    {
        const torch::Tensor x = x_TD.contiguous(), normed = torch::empty_like(x), scale = torch::empty({x.size(0)});
        forwardPass(x, {}, weight, epsilon, {}, normed, scale);
        context->save_for_backward({x, weight, scale});
        return normed;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor dnormed = gradients[0].contiguous();
        tensor_list result(3);
        if (context->needs_input_grad(0)) result[0] = inputGradient(dnormed, {}, saved[0], saved[1], saved[2]);
        if (context->needs_input_grad(1)) result[1] = weightGradient(dnormed, saved[0], saved[2]);
        return result;
    }
};

struct AddNorm : torch::autograd::Function<AddNorm> {
    static tensor_list forward(AutogradContext* context, const torch::Tensor& x_TD, const torch::Tensor& delta_TD,
                               const torch::Tensor& weight, double epsilon)
    {
        const torch::Tensor x = x_TD.contiguous(), delta = delta_TD.contiguous();
        const torch::Tensor sum = torch::empty_like(x), normed = torch::empty_like(x), scale = torch::empty({x.size(0)});
        forwardPass(x, delta, weight, epsilon, sum, normed, scale);
        context->save_for_backward({sum, weight, scale});
        context->set_materialize_grads(false);
        return {sum, normed};
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor dsum = gradients[0].defined() ? gradients[0].contiguous() : torch::Tensor();
        tensor_list result(4);
        if (!gradients[1].defined()) {
            result[0] = result[1] = dsum;
            return result;
        }
        const torch::Tensor dnormed = gradients[1].contiguous();
        if (context->needs_input_grad(0) || context->needs_input_grad(1))
            result[0] = result[1] = inputGradient(dnormed, dsum, saved[0], saved[1], saved[2]);
        if (context->needs_input_grad(2)) result[2] = weightGradient(dnormed, saved[0], saved[2]);
        return result;
    }
};

}  // namespace

torch::Tensor rmsNorm(const torch::Tensor& x_TD, const torch::Tensor& weight_D, double epsilon)
{
    return Norm::apply(x_TD, weight_D, epsilon);
}

ResidualNorm addRmsNorm(const torch::Tensor& x_TD, const torch::Tensor& delta_TD, const torch::Tensor& weight_D, double epsilon)
{
    const tensor_list result = AddNorm::apply(x_TD, delta_TD, weight_D, epsilon);
    return {result[0], result[1]};
}

namespace
{

torch::Tensor factors(const ModelShape& shape, const NormWeights& weights)
{
    return shape.normPlusOne ? weights.weight_D + 1 : weights.weight_D;
}

}  // namespace

torch::Tensor normalise(const ModelShape& shape, const NormWeights& weights, const torch::Tensor& x_TD)
{
    switch (shape.norm) {
        case NormKind::Rms:
            return rmsNorm(x_TD, factors(shape, weights), shape.normEpsilon);
        case NormKind::Layer:
            return torch::layer_norm(x_TD, {x_TD.size(-1)}, factors(shape, weights), weights.bias_D, shape.normEpsilon);
    }
    return x_TD;
}

ResidualNorm addAndNormalise(const ModelShape& shape, const NormWeights& weights, const torch::Tensor& x_TD,
                             const torch::Tensor& delta_TD)
{
    if (delta_TD.defined() && shape.norm == NormKind::Rms)
        return addRmsNorm(x_TD, delta_TD, factors(shape, weights), shape.normEpsilon);
    const torch::Tensor sum_TD = delta_TD.defined() ? x_TD + delta_TD : x_TD;
    return {sum_TD, normalise(shape, weights, sum_TD)};
}

}  // namespace moebel
