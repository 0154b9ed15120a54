// How ratios are measured: the two sides in alternating pairs, the median of the pairs; by wall time, and by CPU time, which
// other programs on the machine disturb less.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "engine/model/torch.h"

namespace moebel::bench {

/// Threads from the first argument (default 2), and memory that is kept rather than given back, as in the worker.
inline void prepare(int argc, char** argv)
{
    at::set_num_threads(argc > 1 ? std::max(1, std::atoi(argv[1])) : 2);
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::printf("%d threads, %s\n", at::get_num_threads(), at::get_cpu_capability().c_str());
}

struct Time {
    double wall = 0;  ///< seconds
    double cpu = 0;   ///< seconds of all threads
};

template <typename Work>
Time timeOf(Work&& work)
{
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    work();
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
            double(std::clock() - cpu) / CLOCKS_PER_SEC};
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
    double cpuRatio = 0;  ///< the same of CPU time
};

/// One unmeasured pair, then `count` measured ones.
template <typename First, typename Second>
Pairs alternate(int count, First&& first, Second&& second)
{
    std::vector<double> firsts, seconds, ratios, cpuRatios;
    for (int i = 0; i <= count; ++i) {
        const Time a = timeOf(first), b = timeOf(second);
        if (i == 0) {
            continue;
        }
        firsts.push_back(a.wall);
        seconds.push_back(b.wall);
        ratios.push_back(b.wall / a.wall);
        cpuRatios.push_back(b.cpu / a.cpu);
    }
    return {median(firsts), median(seconds), median(ratios), *std::min_element(ratios.begin(), ratios.end()),
            *std::max_element(ratios.begin(), ratios.end()), median(cpuRatios)};
}

}  // namespace moebel::bench
