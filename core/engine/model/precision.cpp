#include "engine/model/precision.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace moebel
{

Status checkPrecision(Precision precision, const std::string& features)
{
    if (precision == Precision::Float32) return Done{};
    constexpr std::array<std::string_view, 2> kNeeded = {"avx512_bf16", "amx_bf16"};
    std::istringstream words(features);
    for (std::string word; words >> word;)
        if (std::find(kNeeded.begin(), kNeeded.end(), word) != kNeeded.end()) return Done{};
    return invalidInput("precision",
                        "compute.precision is \"" + std::string(name(precision)) +
                            "\" and this CPU has neither avx512_bf16 nor amx_bf16, without which it is 50 to 500 times "
                            "slower than float32; set it to \"float32\"",
                        "compute.precision");
}

torch::ScalarType computeType(ParameterGroup group, Precision precision)
{
    const bool isAlwaysFloat = group == ParameterGroup::Router || group == ParameterGroup::Norm ||
                               group == ParameterGroup::Classifier;
    return precision == Precision::BFloat16 && !isAlwaysFloat ? torch::kBFloat16 : torch::kFloat32;
}

std::unique_ptr<Decoder> inPrecision(const Decoder& decoder, Precision precision)
{
    auto rounded = std::make_unique<Decoder>(decoder.shape(), decoder.allocation());
    const std::vector<NamedParameter> from = decoder.parameters(), to = rounded->parameters();
    for (std::size_t i = 0; i < from.size(); ++i)
        to[i].tensor.set_data(from[i].tensor.detach().to(computeType(from[i].group, precision)));
    rounded->moveTo(decoder.device());
    return rounded;
}

}  // namespace moebel
