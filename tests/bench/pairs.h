// How ratios are measured: the two sides in alternating pairs, and the median of the pairs.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "engine/model/torch.h"

namespace moebel::bench {

/// Threads from the first argument (default 2), and memory that is kept rather than given back, as in the worker.
inline void prepare(int argc, char** argv)
{
    at::set_num_threads(argc > 1 ? std::max(1, std::atoi(argv[1])) : 2);
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    std::printf("%d threads, %s\n", at::get_num_threads(), at::get_cpu_capability().c_str());
}

template <typename Work>
double seconds(Work&& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

struct Pairs {
    double first = 0;   ///< median seconds of the first side
    double second = 0;  ///< of the second side
    double ratio = 0;   ///< median of second / first of each pair
    double lowest = 0, highest = 0;  ///< of the ratios
};

/// One unmeasured pair, then `count` measured ones.
template <typename First, typename Second>
Pairs alternate(int count, First&& first, Second&& second)
{
    std::vector<double> firsts, seconds_, ratios;
    for (int i = 0; i <= count; ++i) {
        const double a = seconds(first), b = seconds(second);
        if (i == 0) {
            continue;
        }
        firsts.push_back(a);
        seconds_.push_back(b);
        ratios.push_back(b / a);
    }
    return {median(firsts), median(seconds_), median(ratios), *std::min_element(ratios.begin(), ratios.end()),
            *std::max_element(ratios.begin(), ratios.end())};
}

}  // namespace moebel::bench
