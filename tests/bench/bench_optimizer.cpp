// The fused AdamW against torch::optim::AdamW. Arguments: threads (2), millions of parameters (25).
#include <torch/optim/adamw.h>

#include "engine/training/optimizer.h"
#include "tests/bench/pairs.h"

using namespace moebel;

int main(int argc, char** argv)
{
    bench::prepare(argc, argv);
    const std::int64_t millions = argc > 2 ? std::max(1, std::atoi(argv[2])) : 25;
    std::vector<NamedParameter> ours;
    std::vector<torch::Tensor> theirs;
    for (std::int64_t i = 0; i < millions; ++i) {
        ours.push_back({std::to_string(i), ParameterGroup::NewExpert, torch::randn({1000, 1000})});
        theirs.push_back(ours.back().tensor.clone());
        for (torch::Tensor tensor : {ours.back().tensor, theirs.back()}) {
            tensor.requires_grad_();
            tensor.mutable_grad() = torch::full({1000, 1000}, 1e-3);
        }
    }
    AdamW fused(ours, 0.9, 0.95, 0.0);
    torch::optim::AdamW reference(theirs, torch::optim::AdamWOptions(1e-3).betas({0.9, 0.95}).weight_decay(0.0));
    const auto pairs = bench::alternate(9, [&] { fused.step(1e-3); }, [&] { reference.step(); });

    double difference = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        difference = std::max(difference, (ours[i].tensor.detach() - theirs[i].detach()).abs().max().item<double>());
    }
    const double gigabytes = 28.0 * double(millions) * 1e6 / 1e9;  // reads w, g, m, v; writes w, m, v
    std::printf("optimizer step, %lld M parameters: fused %.1f ms (%.1f GB/s), torch::optim::AdamW %.1f ms\n", (long long)millions,
                1e3 * pairs.first, gigabytes / pairs.first, 1e3 * pairs.second);
    std::printf("ratio %.2f (%.2f to %.2f), CPU time %.2f; largest difference of the weights %.1e\n", pairs.ratio, pairs.lowest,
                pairs.highest, pairs.cpuRatio, difference);
    return difference < 1e-5 ? 0 : 1;
}
