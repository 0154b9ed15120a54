#include "moebel/analysis/parameter_deviation.h"

#include <algorithm>

namespace moebel
{
namespace
{

constexpr std::size_t kMostLayers = 4'096;

std::vector<double> meanOverLanguages(const std::vector<std::vector<double>>& norms)
{
    std::vector<double> mean(norms.front().size(), 0.0);
    for (const auto& language : norms)
        for (std::size_t layer = 0; layer < mean.size(); ++layer) mean[layer] += language[layer];
    for (double& value : mean) value /= double(norms.size());
    return mean;
}

/// digits = 2 * digits + carry; the lowest digit first.
void doubleDigits(std::string& digits, int carry)
{
    for (char& digit : digits) {
        const int value = 2 * (digit - '0') + carry;
        digit = char('0' + value % 10);
        carry = value / 10;
    }
    if (carry > 0) digits += char('0' + carry);
}

/// Halves digits whose highest comes first; what is left over (0 or 1).
int halveDigits(std::string& digits)
{
    int rest = 0;
    for (char& digit : digits) {
        const int value = 10 * rest + (digit - '0');
        digit = char('0' + value / 2);
        rest = value % 2;
    }
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    return rest;
}

Error notAMask(const std::string& mask)
{
    return invalidInput("bad-mask",
                        "\"" + mask.substr(0, 40) +
                            "\" is no mask of layers; expected a decimal number with bit l for layer l, such as 15728671, of " +
                            std::to_string(kMostLayers) + " layers at most");
}

}  // namespace

LayerChoice chooseLayers(const ParameterDeviation& deviation, double epsilon)
{
    LayerChoice choice;
    choice.mean = meanOverLanguages(deviation.feedForward);
    const auto [least, most] = std::minmax_element(choice.mean.begin(), choice.mean.end());
    choice.allEqual = !(*most > *least);
    for (std::size_t layer = 0; layer < choice.mean.size(); ++layer) {
        choice.normalised.push_back(choice.allEqual ? 0 : (choice.mean[layer] - *least) / (*most - *least));
        if (choice.normalised.back() >= epsilon) choice.layers.push_back(std::int64_t(layer));
    }
    choice.mask = maskOfLayers(choice.layers);
    return choice;
}

std::string maskOfLayers(const std::vector<std::int64_t>& layers)
{
    std::string digits = "0";
    const std::int64_t highest = layers.empty() ? -1 : *std::max_element(layers.begin(), layers.end());
    for (std::int64_t layer = highest; layer >= 0; --layer)
        doubleDigits(digits, std::find(layers.begin(), layers.end(), layer) != layers.end() ? 1 : 0);
    std::reverse(digits.begin(), digits.end());
    return digits;
}

Result<std::vector<std::int64_t>> layersOfMask(const std::string& mask)
{
    const bool isNumber = !mask.empty() && mask.find_first_not_of("0123456789") == std::string::npos;
    if (!isNumber || mask.size() > kMostLayers * 4 / 13 + 1) return notAMask(mask);  // 4/13 > log10(2)
    std::string digits = mask;
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    std::vector<std::int64_t> layers;
    for (std::int64_t layer = 0; !digits.empty(); ++layer) {
        if (layer >= std::int64_t(kMostLayers)) return notAMask(mask);
        if (halveDigits(digits) == 1) layers.push_back(layer);
    }
    return layers;
}

}  // namespace moebel
