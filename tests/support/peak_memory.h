// How much memory something needs at its worst moment.
#pragma once

#include <malloc.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace moebel::test
{

/// Bytes that a parser may need for so many bytes of a head: 64 MiB and four times as many.
inline std::uint64_t mostFor(std::uint64_t headBytes) { return (std::uint64_t(64) << 20) + 4 * headBytes; }

/// From its construction on; what the process has free is given back first.
class PeakMemory
{
public:
    PeakMemory()
    {
        ::malloc_trim(0);
        std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM begins anew
        m_before = status("VmRSS:");
    }
    /// The most that was resident above the level at the start.
    std::uint64_t bytes() const
    {
        const std::uint64_t most = status("VmHWM:");
        return most > m_before ? most - m_before : 0;
    }

private:
    static std::uint64_t status(const std::string& key)
    {
        std::ifstream file("/proc/self/status");
        for (std::string word; file >> word;)
            if (std::uint64_t kilobytes = 0; word == key && file >> kilobytes) return 1024 * kilobytes;
        return 0;
    }

    std::uint64_t m_before = 0;
};

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kMeasuresMemory = false;  ///< AddressSanitizer keeps what is freed
#else
inline constexpr bool kMeasuresMemory = true;
#endif

}  // namespace moebel::test
