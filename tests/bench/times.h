// How long something takes, told as median, 99th percentile and worst case.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace moebel::bench
{

inline double seconds(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

/// Milliseconds of the wall, and of this thread's processor: the second is not disturbed by what else the machine does.
struct Spent {
    double wall = 0;
    double processor = 0;
};

class Stopwatch
{
public:
    Spent spent() const
    {
        return {1e3 * (seconds(CLOCK_MONOTONIC) - m_wall), 1e3 * (seconds(CLOCK_THREAD_CPUTIME_ID) - m_processor)};
    }

private:
    double m_wall = seconds(CLOCK_MONOTONIC), m_processor = seconds(CLOCK_THREAD_CPUTIME_ID);
};

class Times
{
public:
    void add(const Spent& spent)
    {
        m_wall.push_back(spent.wall);
        m_processor.push_back(spent.processor);
    }
    bool empty() const { return m_wall.empty(); }
    double median() const { return at(m_wall, 0.5); }
    double processorMedian() const { return at(m_processor, 0.5); }
    void print(const std::string& what) const
    {
        std::printf("%-58s median %8.2f  p99 %8.2f  worst %8.2f ms;  processor: median %8.2f  p99 %8.2f ms  (%zu)\n",
                    what.c_str(), median(), at(m_wall, 0.99), at(m_wall, 1), processorMedian(), at(m_processor, 0.99),
                    m_wall.size());
        std::fflush(stdout);
    }

private:
    static double at(std::vector<double> values, double share)
    {
        if (values.empty()) return 0;
        std::sort(values.begin(), values.end());
        return values[std::min(values.size() - 1, std::size_t(share * double(values.size())))];
    }
    std::vector<double> m_wall, m_processor;
};

template <typename Work>
Times timed(int repetitions, Work work)
{
    Times times;
    for (int i = 0; i < repetitions; ++i) {
        const Stopwatch watch;
        work();
        times.add(watch.spent());
    }
    return times;
}

}  // namespace moebel::bench
