#include <algorithm>
#include <cmath>

#include "moebel/analysis/language_groups.h"
#include "moebel/base/random.h"

namespace moebel
{
namespace
{

/// Permutations that correlate as much up to rounding are as good as the languages' own order.
constexpr double kRounding = 1e-12;

/// Pairs below the diagonal, less their mean, over the root of the sum of their squares; empty where all are equal.
std::vector<double> standardised(const LanguageMatrix& matrix)
{
    std::vector<double> values;
    double mean = 0, squares = 0;
    for (std::size_t a = 0; a < matrix.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) mean += values.emplace_back(matrix.at(a, b));
    mean /= double(values.size());
    for (double& value : values) value -= mean, squares += value * value;
    if (!(squares > 0)) return {};
    for (double& value : values) value /= std::sqrt(squares);
    return values;
}

double correlation(const std::vector<double>& first, const std::vector<double>& second, const std::vector<std::uint32_t>& order)
{
    double sum = 0;
    std::size_t pair = 0;
    for (std::size_t a = 0; a < order.size(); ++a)
        for (std::size_t b = 0; b < a; ++b, ++pair) {
            const std::size_t high = std::max(order[a], order[b]), low = std::min(order[a], order[b]);
            sum += first[pair] * second[high * (high - 1) / 2 + low];
        }
    return sum;
}

}  // namespace

Result<MantelTest> mantel(const LanguageMatrix& first, const LanguageMatrix& second, std::int64_t permutations, Seed seed)
{
    std::vector<std::string> shared = first.languages();
    const auto& others = second.languages();
    std::erase_if(
        shared, [&](const std::string& language) { return std::find(others.begin(), others.end(), language) == others.end(); });
    if (shared.size() < 3)
        return invalidInput("too-few-languages", "the two matrices share " + std::to_string(shared.size()) +
                                                     " languages; expected three at least to compare their similarities");
    const LanguageMatrix one = restrictedTo(first, shared), other = restrictedTo(second, shared);
    for (const LanguageMatrix* matrix : {&one, &other})
        if (Status known = everyPairKnown(*matrix); !known) return known.error();
    MantelTest result;
    result.languages = std::int64_t(shared.size());
    const std::vector<double> values = standardised(one), otherValues = standardised(other);
    if (values.empty() || otherValues.empty()) return result;
    std::vector<std::uint32_t> own(shared.size());
    for (std::uint32_t i = 0; i < own.size(); ++i) own[i] = i;
    result.r = std::clamp(correlation(values, otherValues, own), -1.0, 1.0);
    std::int64_t asMuch = 1;  // the languages' own order
    for (std::int64_t k = 0; k < permutations; ++k) {
        const auto order = randomPermutation(std::uint32_t(own.size()), seed, std::uint64_t(k));
        if (correlation(values, otherValues, order) >= result.r - kRounding) ++asMuch;
    }
    result.p = double(asMuch) / double(permutations + 1);
    return result;
}

}  // namespace moebel
