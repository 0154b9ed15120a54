#include "engine/training/deviation_change.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>

namespace moebel
{
namespace
{

constexpr std::int64_t kColumnsAtOnce = 1 << 18;  ///< of the product in fp64

/// "model.layers.12.mlp.up_proj.weight" -> 12; -1: of no layer.
std::int64_t layerOf(std::string_view name)
{
    constexpr std::string_view kPrefix = "model.layers.";
    return name.starts_with(kPrefix) ? std::atoll(name.data() + kPrefix.size()) : -1;
}

bool isGate(std::string_view name) { return name.find("gate_proj") != std::string_view::npos; }

double squares(const torch::Tensor& change)
{
    const torch::Tensor norm = torch::linalg_vector_norm(change, 2, c10::nullopt, false, torch::kFloat64);
    return std::pow(norm.item<double>(), 2);
}

}  // namespace

DeviationChange measureChange(const std::vector<NamedParameter>& now, const std::vector<torch::Tensor>& before,
                              std::int64_t layers, const DeviationSpec& settings)
{
    const torch::NoGradGuard noGradient;
    DeviationChange result{std::vector<double>(std::size_t(layers)), std::vector<double>(std::size_t(layers)), 0, {}};
    const std::int64_t firstLast = std::max<std::int64_t>(0, layers - settings.similarityLayers);
    std::vector<torch::Tensor> last;
    double changed = 0, all = 0;
    for (std::size_t i = 0; i < now.size(); ++i) {
        const NamedParameter& parameter = now[i];
        const std::int64_t layer = layerOf(parameter.name);
        const bool isFeedForward = parameter.group == ParameterGroup::OriginalExpert;
        if (layer < 0 || parameter.tensor.dim() != 2 || (!isFeedForward && parameter.group != ParameterGroup::Attention))
            continue;
        const torch::Tensor change = parameter.tensor.detach() - before[i];
        changed += double(change.count_nonzero().item<std::int64_t>());
        all += double(change.numel());
        if (isFeedForward && isGate(parameter.name) && !settings.withGate) continue;
        (isFeedForward ? result.feedForward : result.attention)[std::size_t(layer)] += squares(change);
        if (isFeedForward && layer >= firstLast) last.push_back(change.reshape({-1}));
    }
    for (std::vector<double>* norms : {&result.feedForward, &result.attention})
        for (double& norm : *norms) norm = std::sqrt(norm);
    result.changedShare = changed / all;
    result.last_P = torch::cat(last).cpu();
    return result;
}

LanguageMatrix cosines(const std::vector<std::string>& languages, const std::vector<DeviationChange>& changes)
{
    const auto count = std::int64_t(changes.size());
    torch::Tensor product_AA = torch::zeros({count, count}, torch::kFloat64);
    const std::int64_t columns = changes.front().last_P.numel();
    for (std::int64_t begin = 0; begin < columns; begin += kColumnsAtOnce) {
        std::vector<torch::Tensor> rows;
        for (const DeviationChange& change : changes)
            rows.push_back(change.last_P.slice(0, begin, std::min(columns, begin + kColumnsAtOnce)).to(torch::kFloat64));
        const torch::Tensor part_AP = torch::stack(rows);
        product_AA += torch::mm(part_AP, part_AP.t());
    }
    const auto product = product_AA.accessor<double, 2>();
    LanguageMatrix matrix(languages);
    for (std::int64_t a = 0; a < count; ++a)
        for (std::int64_t b = 0; b <= a; ++b) {
            const double norms = std::sqrt(product[a][a]) * std::sqrt(product[b][b]);
            const double cosine = a == b ? 1.0 : std::clamp(product[a][b] / norms, -1.0, 1.0);
            matrix.set(std::size_t(a), std::size_t(b), norms > 0 ? cosine : std::numeric_limits<double>::quiet_NaN());
        }
    return matrix;
}

}  // namespace moebel
