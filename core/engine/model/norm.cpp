#include "engine/model/norm.h"

#include "engine/model/device_kernels.h"

namespace moebel
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

const float* read(const torch::Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }
float* written(const torch::Tensor& tensor) { return tensor.defined() ? tensor.mutable_data_ptr<float>() : nullptr; }

/// Writes normed_TD and scale_T, and sum_TD where there is a delta.
void forwardPass(const torch::Tensor& x, const torch::Tensor& delta, const torch::Tensor& weight, double epsilon,
                 const torch::Tensor& sum, const torch::Tensor& normed, const torch::Tensor& scale)
{
    const DeviceKernels device = kernelsFor(x);
    device.run(device.table.fp32.rmsNorm, read(x), read(delta), read(weight), float(epsilon), x.size(0), x.size(1),
               written(sum), written(normed), written(scale));
}

/// Gradient of the norm's input; `residual` (may be undefined) is added to it.
torch::Tensor inputGradient(const torch::Tensor& dnormed, const torch::Tensor& residual, const torch::Tensor& h,
                            const torch::Tensor& weight, const torch::Tensor& scale)
{
    torch::Tensor dh = torch::empty_like(h);
    const DeviceKernels device = kernelsFor(h);
    device.run(device.table.fp32.rmsNormBackward, read(dnormed), read(residual), read(h), read(weight), read(scale), h.size(0),
               h.size(1), written(dh));
    return dh;
}

torch::Tensor weightGradient(const torch::Tensor& dnormed, const torch::Tensor& h, const torch::Tensor& scale)
{
    const torch::Tensor dweight = torch::zeros({h.size(1)}, h.options());
    const torch::Tensor partial = torch::empty({kernels::cuda::normWeightParts(h.size(0)), h.size(1)}, h.options());
    const DeviceKernels device = kernelsFor(h);
    device.run(device.table.fp32.rmsNormWeightBackward, read(dnormed), read(h), read(scale), h.size(0), h.size(1),
               written(dweight), written(partial));
    return dweight;
}

struct Norm : torch::autograd::Function<Norm> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x_TD, const torch::Tensor& weight,
                                 double epsilon)
    {
        const torch::Tensor x = x_TD.contiguous(), normed = torch::empty_like(x),
                            scale = torch::empty({x.size(0)}, x.options());
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
        const torch::Tensor sum = torch::empty_like(x), normed = torch::empty_like(x),
                            scale = torch::empty({x.size(0)}, x.options());
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
