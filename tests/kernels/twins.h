// Compares the two twins of a kernel with a plain formula in fp64, and the CUDA twin with itself in other orders of its
// threads.
#pragma once

#include <QString>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "kernels/bfloat16.h"
#include "tests/support/cuda_shim.h"

namespace moebel::test
{

using kernels::BFloat16;
using Doubles = std::vector<double>;
using Ids = std::vector<std::int64_t>;

/// Evenly distributed in -scale .. scale.
template <typename Number>
std::vector<Number> randomNumbers(std::int64_t size, std::uint64_t seed, float scale = 1)
{
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<float> even(-scale, scale);
    std::vector<Number> numbers(static_cast<std::size_t>(size));
    for (Number& number : numbers) kernels::put(even(random), number);
    return numbers;
}

inline Ids randomIds(std::int64_t size, std::int64_t below, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    Ids ids(static_cast<std::size_t>(size));
    for (std::int64_t& id : ids) id = std::int64_t(random() % std::uint64_t(below));
    return ids;
}

inline double asDouble(BFloat16 number) { return double(kernels::toFloat(number)); }
template <typename Number>
double asDouble(Number number)
{
    return double(number);
}

template <typename Number>
Doubles asDoubles(const std::vector<Number>& numbers)
{
    Doubles doubles;
    doubles.reserve(numbers.size());
    for (const Number number : numbers) doubles.push_back(asDouble(number));
    return doubles;
}

/// One output of a kernel: its name and its numbers, in the order of memory.
struct Output {
    QString name;
    Doubles numbers;
};
using Outputs = std::vector<Output>;

/// The unit of rounding of what a kernel stores, with room for its sums.
template <typename Number>
inline constexpr double kTolerance = sizeof(Number) == 4 ? 2e-5 : 1.0 / 128;

/// Empty when every number is within `tolerance` times the larger of 1 and the truth's largest magnitude.
inline QString difference(const char* who, const Outputs& found, const Outputs& truth, double tolerance)
{
    if (found.size() != truth.size())
        return QString("%1 has %2 outputs, the formula %3").arg(who).arg(found.size()).arg(truth.size());
    for (std::size_t o = 0; o < truth.size(); ++o) {
        const Doubles &mine = found[o].numbers, &right = truth[o].numbers;
        if (mine.size() != right.size()) return QString("%1's %2 has the wrong size").arg(who, truth[o].name);
        double largest = 1;
        for (const double number : right) largest = std::max(largest, std::abs(number));
        for (std::size_t i = 0; i < right.size(); ++i)
            if (!(std::abs(mine[i] - right[i]) <= tolerance * largest))
                return QString("%1's %2[%3] is %4, the formula gives %5")
                    .arg(who, truth[o].name)
                    .arg(i)
                    .arg(mine[i])
                    .arg(right[i]);
    }
    return {};
}

inline bool haveSameBits(const Doubles& a, const Doubles& b)
{
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

/// Runs `kernel` in several orders of threads; empty when all give the same bits. `outputs` receives them.
template <typename Kernel>
QString raceOf(const Kernel& kernel, Outputs& outputs)
{
    struct Run {
        const char* name;
        shim::Order order;
        std::uint64_t seed;
    };
    const Run runs[] = {{"forward", shim::Order::Forward, 1},
                        {"reverse", shim::Order::Reverse, 1},
                        {"shuffled", shim::Order::Shuffled, 1},
                        {"shuffled again", shim::Order::Shuffled, 2}};
    for (const Run& run : runs) {
        shim::setOrder(run.order, run.seed);
        Outputs found = kernel();
        if (&run == runs) outputs = found;
        for (std::size_t o = 0; o < found.size(); ++o)
            if (!haveSameBits(found[o].numbers, outputs[o].numbers))
                return QString("a race: %1 differs between threads in forward and in %2 order").arg(found[o].name, run.name);
    }
    return {};
}

/// Empty when both twins agree with the formula and the CUDA twin is the same in every order of its threads.
template <typename Cpu, typename Cuda>
QString disagreement(const Outputs& formula, const Cpu& cpu, const Cuda& cuda, double tolerance)
{
    const QString cpuDifference = difference("the CPU twin", cpu(), formula, tolerance);
    if (!cpuDifference.isEmpty()) return cpuDifference;
    Outputs outputs;
    const QString race = raceOf(cuda, outputs);
    return race.isEmpty() ? difference("the CUDA twin", outputs, formula, tolerance) : race;
}

}  // namespace moebel::test
