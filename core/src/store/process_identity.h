// Which process on which start of the machine: a pid alone is given again to others.
#pragma once

#include <cstdint>
#include <string>

namespace moebel {

struct ProcessIdentity {
    std::int64_t pid = 0;
    std::int64_t start = 0;  ///< ticks since the machine started (field 22 of /proc/<pid>/stat)
    std::string boot;        ///< /proc/sys/kernel/random/boot_id

    bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity thisProcess();
/// The same process on the same start of this machine still exists and is no zombie.
bool isAlive(const ProcessIdentity& process);

}  // namespace moebel
