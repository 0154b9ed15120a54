// CPU twins of kernels that the engine does not use, against LibTorch's operators for the same numbers; the values are compared
// first. One thread. > 1: the twin is faster. Argument: none.
#include <functional>

#include "engine/model/torch.h"
#include "kernels/adamw.h"
#include "kernels/geglu.h"
#include "kernels/global_norm.h"
#include "kernels/layer_norm.h"
#include "kernels/router_losses.h"
#include "tests/bench/pairs.h"

using namespace moebel;

namespace
{

constexpr std::int64_t kTokens = 2048, kWidth = 1024, kExperts = 8;

float* numbers(const torch::Tensor& tensor) { return tensor.mutable_data_ptr<float>(); }

bool isClose(const torch::Tensor& ours, const torch::Tensor& theirs)
{
    return (ours.to(torch::kFloat64) - theirs.to(torch::kFloat64)).abs().max().item<double>() <=
           1e-4 * std::max(1.0, theirs.abs().max().item<double>());
}

/// Measures where `isSame`.
template <typename Ours, typename Theirs>
void compare(const char* name, const Ours& ours, const Theirs& theirs, const std::function<bool()>& isSame)
{
    ours();
    theirs();
    if (!isSame()) {
        std::printf("%-28s the values differ: the times mean nothing\n", name);
        return;
    }
    const auto pairs = bench::alternate(9, ours, theirs);
    std::printf("%-28s twin %7.2f ms, LibTorch %7.2f ms; ratio %.2f (%.2f to %.2f), CPU time %.2f\n", name, 1e3 * pairs.first,
                1e3 * pairs.second, pairs.ratio, pairs.lowest, pairs.highest, pairs.cpuRatio);
}

void layerNorm()
{
    const torch::Tensor x = torch::randn({kTokens, kWidth}), delta = torch::randn_like(x), dy = torch::randn_like(x);
    const torch::Tensor weight = torch::randn({kWidth}), bias = torch::randn({kWidth});
    const torch::Tensor h = torch::empty_like(x), y = torch::empty_like(x), dh = torch::empty_like(x);
    const torch::Tensor mean = torch::empty({kTokens}), scale = torch::empty({kTokens});
    const torch::Tensor dweight = torch::zeros({kWidth}), dbias = torch::zeros({kWidth});
    torch::Tensor theirs;
    compare(
        "layer norm, both passes",
        [&] {
            dweight.zero_();
            dbias.zero_();
            kernels::layerNorm(numbers(x), numbers(delta), numbers(weight), numbers(bias), 1e-5F, kTokens, kWidth, numbers(h),
                               numbers(y), numbers(mean), numbers(scale));
            kernels::layerNormBackward(numbers(dy), numbers(dy), numbers(h), numbers(weight), numbers(mean), numbers(scale),
                                       kTokens, kWidth, numbers(dh));
            kernels::layerNormWeightBackward(numbers(dy), numbers(h), numbers(mean), numbers(scale), kTokens, kWidth,
                                             numbers(dweight), numbers(dbias));
        },
        [&] {
            const torch::Tensor sum = x + delta;
            const auto made = at::native_layer_norm(sum, {kWidth}, weight, bias, 1e-5);
            theirs = std::get<0>(at::native_layer_norm_backward(dy, sum, {kWidth}, std::get<1>(made), std::get<2>(made), weight,
                                                                bias, {true, true, true})) +
                     dy;
        },
        [&] { return isClose(dh, theirs); });
}

void geglu()
{
    const torch::Tensor gate = torch::randn({kTokens, kWidth}), up = torch::randn_like(gate), da = torch::randn_like(gate);
    const torch::Tensor activated = torch::empty_like(gate), dgate = torch::empty_like(gate), dup = torch::empty_like(gate);
    torch::Tensor theirs;
    compare(
        "GeGLU, both passes",
        [&] {
            kernels::geglu<float>(numbers(gate), numbers(up), gate.numel(), numbers(activated));
            kernels::gegluBackward<float>(
                {numbers(gate), numbers(up), numbers(da), nullptr, numbers(dgate), numbers(dup), nullptr, nullptr}, kTokens,
                kWidth);
        },
        [&] {
            const torch::Tensor gelu = at::gelu(gate, "tanh"), made = gelu * up, ofUp = da * gelu;
            theirs = at::gelu_backward(da * up, gate, "tanh");
        },
        [&] { return isClose(dgate, theirs); });
}

void routerLosses()
{
    const torch::Tensor logits = torch::randn({kTokens, kExperts}), counted = torch::rand({kTokens}) < 0.5;
    const torch::Tensor dlogits = torch::empty_like(logits), rows = counted.nonzero().squeeze(1);
    const double factor = 1.0 / double(rows.size(0));
    double loss = 0;
    torch::Tensor theirs;
    compare(
        "prior loss, both passes",
        [&] {
            kernels::priorLoss(numbers(logits), counted.const_data_ptr<bool>(), kTokens, kExperts, kernels::PriorOver::Scores,
                               factor, &loss, numbers(dlogits));
        },
        [&] {
            const torch::Tensor leaf = logits.detach().requires_grad_(true);
            const torch::Tensor z = torch::softmax(leaf.index_select(0, rows), -1);
            theirs = torch::autograd::grad({-torch::log_softmax(z, -1).select(1, 0).mean()}, {leaf})[0];
        },
        [&] { return isClose(dlogits, theirs); });
}

void optimizer()
{
    constexpr std::int64_t kSize = 8'000'000;
    const torch::Tensor gradient = torch::randn({kSize});
    const torch::Tensor ours = torch::randn({kSize}), first = torch::zeros({kSize}), second = torch::zeros({kSize});
    const torch::Tensor theirs = ours.clone(), theirFirst = torch::zeros({kSize}), theirSecond = torch::zeros({kSize});
    const torch::Tensor weight = torch::empty({kSize}, torch::kBFloat16), theirWeight = torch::empty_like(weight);
    kernels::AdamWStep step{.learningRate = 1e-3, .weightDecay = 0.1};
    const torch::Tensor steps = torch::zeros({});
    compare(
        "AdamW with bf16 weights",
        [&] {
            kernels::adamW<float>(step, {numbers(gradient), nullptr, numbers(ours), numbers(first), numbers(second),
                                         static_cast<kernels::BFloat16*>(weight.mutable_data_ptr()), kSize});
            ++step.step;
        },
        [&] {
            steps.add_(1);
            at::_fused_adamw_({theirs}, {gradient}, {theirFirst}, {theirSecond}, {}, {steps}, 1e-3, 0.9, 0.999, 0.1, 1e-8,
                              false, false);
            theirWeight.copy_(theirs);
        },
        [&] { return isClose(ours, theirs); });
    float norm = 0, scale = 0;
    const kernels::NumberSpan<float> span{numbers(gradient), kSize};
    double theirNorm = 0;
    compare(
        "norm of gradients", [&] { kernels::globalNorm(&span, 1, 1.0, &norm, &scale); },
        [&] { theirNorm = at::_foreach_norm({gradient})[0].item<double>(); },
        [&] { return std::abs(double(norm) - theirNorm) < 1e-4 * theirNorm; });
}

}  // namespace

int main()
{
    char one[] = "1";
    char* arguments[] = {nullptr, one};
    bench::prepare(2, arguments);
    layerNorm();
    geglu();
    routerLosses();
    optimizer();
    return 0;
}
