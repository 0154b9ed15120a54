#include "engine/expansion/upcycle.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/model/precision.h"
#include "moebel/base/random.h"

namespace moebel
{
namespace
{

constexpr double kNormalRouter = 0.02;  ///< the usual default of frameworks, and DMoE's

void fillNormal(const torch::Tensor& tensor, double deviation, Seed seed, std::uint64_t stream)
{
    const CounterRandom random(seed, stream);
    float* values = tensor.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = float(deviation * random.normal(std::uint64_t(i)));
}

/// A stream of its own for every tensor of every expert; matrix 3 is the router.
std::uint64_t streamOf(std::int64_t layer, std::size_t expert, int matrix)
{
    return (std::uint64_t(layer) << 24) | (std::uint64_t(expert) << 4) | std::uint64_t(matrix);
}

void fillExpert(const Expert& expert, const Expert& original, ExpertOrigin origin, Seed seed, std::int64_t layer,
                std::size_t index)
{
    const torch::Tensor to[] = {expert.gate_FD, expert.up_FD, expert.down_DF, {}, expert.upBias_F, expert.downBias_D};
    const torch::Tensor from[] = {original.gate_FD,  original.up_FD,     original.down_DF, {},
                                  original.upBias_F, original.downBias_D};
    for (int matrix = 0; matrix < 6; ++matrix) {
        if (!to[matrix].defined()) continue;
        if (origin == ExpertOrigin::Random)  // "w/o EC": random, with the spread of the weights it stands beside
            fillNormal(to[matrix], from[matrix].to(torch::kFloat32).std().item<double>(), seed, streamOf(layer, index, matrix));
        else
            to[matrix].copy_(from[matrix]);
    }
}

void shareExpert(Expert& expert, const Expert& original)
{
    const std::vector<std::pair<std::string, torch::Tensor>> from = original.tensors(), to = expert.tensors();
    for (std::size_t i = 0; i < to.size(); ++i) to[i].second.set_data(from[i].second);
}

/// Everything outside the feed-forward layers.
void shareBackbone(const Decoder& from, Decoder& to)
{
    std::map<std::string, torch::Tensor> source;
    for (const NamedParameter& parameter : from.parameters()) source[parameter.name] = parameter.tensor;
    for (NamedParameter& parameter : to.parameters()) {
        const bool isBackbone = parameter.group == ParameterGroup::Embedding || parameter.group == ParameterGroup::Attention ||
                                parameter.group == ParameterGroup::Norm || parameter.group == ParameterGroup::Head;
        if (isBackbone) parameter.tensor.set_data(source.at(parameter.name));
    }
}

}  // namespace

UpcyclePlan planUpcycle(const ModelShape& shape, const ExpertAllocation& allocation, ExpertOrigin newExperts, Seed seed,
                        RouterInit routerInit)
{
    UpcyclePlan plan{allocation, {}, seed, routerInit};
    for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
        const std::int64_t experts = allocation.isMoe(layer) ? allocation.experts[std::size_t(layer)] : 1;
        std::vector<ExpertOrigin> origins(std::size_t(experts), newExperts);
        std::fill_n(origins.begin(), allocation.earlierExperts(layer), ExpertOrigin::Earlier);
        if (experts == 1 || allocation.groups.empty()) origins.front() = ExpertOrigin::Original;
        plan.origins.push_back(std::move(origins));
    }
    return plan;
}

std::string toJson(const UpcyclePlan& plan)
{
    nlohmann::json layers = nlohmann::json::array();
    for (const auto& origins : plan.origins) {
        nlohmann::json words = nlohmann::json::array();
        for (const ExpertOrigin origin : origins) words.push_back(name(origin));
        layers.push_back(std::move(words));
    }
    nlohmann::json value = {{"experts", plan.allocation.experts},
                            {"rounds", plan.allocation.rounds},
                            {"top_k", plan.allocation.topK},
                            {"origins", std::move(layers)},
                            {"seed", plan.seed.value}};
    if (plan.routerInit == RouterInit::Normal) value["router_init"] = name(plan.routerInit);
    if (!plan.allocation.groups.empty()) value["groups"] = plan.allocation.groups;
    if (!plan.nearest.empty()) value["nearest"] = plan.nearest;
    return value.dump();
}

std::unique_ptr<Decoder> upcycle(const Decoder& base, const UpcyclePlan& plan)
{
    const torch::NoGradGuard noGradient;
    auto expanded = std::make_unique<Decoder>(base.shape(), plan.allocation);
    shareBackbone(base, *expanded);
    for (std::int64_t layer = 0; layer < base.shape().layers; ++layer) {
        MoeLayer& target = expanded->layers()[std::size_t(layer)].feedForward;
        const MoeLayer& source = base.layers()[std::size_t(layer)].feedForward;
        std::vector<Expert>& experts = target.bank.experts;
        const std::size_t present = source.bank.experts.size();
        for (std::size_t e = 0; e < present; ++e) shareExpert(experts[e], source.bank.experts[e]);
        for (std::size_t e = present; e < experts.size(); ++e)
            fillExpert(experts[e], source.bank.experts[plan.nearest.empty() ? 0 : std::size_t(plan.nearest[e - present])], plan.origins[std::size_t(layer)][e], plan.seed, layer, e);
        if (!target.isMoe()) continue;
        if (experts.size() == present) {
            target.router.weight_ED.set_data(source.router.weight_ED);
            continue;
        }
        if (!plan.nearest.empty()) {
            const torch::Tensor& rows_PD = source.router.weight_ED;
            target.router.weight_ED.copy_(torch::cat({rows_PD, rows_PD.index_select(0, torch::tensor(plan.nearest, torch::kInt64).to(rows_PD.device()))}));
            continue;
        }
        const double xavier = std::sqrt(2.0 / double(base.shape().width + std::int64_t(experts.size())));
        fillNormal(target.router.weight_ED, plan.routerInit == RouterInit::Normal ? kNormalRouter : xavier, plan.seed, streamOf(layer, 0, 3));
    }
    expanded->moveTo(base.device());
    return expanded;
}

std::unique_ptr<Decoder> originalModel(const Decoder& expanded)
{
    const torch::NoGradGuard noGradient;
    auto base = std::make_unique<Decoder>(expanded.shape(), ExpertAllocation{});
    shareBackbone(expanded, *base);
    for (std::size_t layer = 0; layer < base->layers().size(); ++layer)
        shareExpert(base->layers()[layer].feedForward.bank.experts[0], expanded.layers()[layer].feedForward.bank.experts[0]);
    base->moveTo(expanded.device());
    return base;
}

double logitDifference(const Decoder& a, const Decoder& b, Seed seed)
{
    const std::int64_t length = std::min<std::int64_t>(a.shape().contextLength, 64);
    torch::Tensor ids_BS = torch::empty({2, length}, torch::kInt64);
    const CounterRandom random(seed, 0x10617);
    for (std::int64_t i = 0; i < ids_BS.numel(); ++i)
        ids_BS.mutable_data_ptr<std::int64_t>()[i] =
            std::int64_t(random.below(std::uint64_t(i), std::uint64_t(a.shape().vocabulary)));
    const auto like = inPrecision(b, a.computeType() == torch::kBFloat16 ? Precision::BFloat16 : Precision::Float32);
    return (logits(a, ids_BS) - logits(*like, ids_BS)).abs().max().item<double>();
}

}  // namespace moebel
