#include "process_identity.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace moebel {

namespace {

std::string bootId()
{
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    return id;
}

// 0 when there is no such process, or only its zombie.
std::int64_t startOf(std::int64_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t nameEnd = line.rfind(')');  // the name may hold spaces and brackets
    if (nameEnd == std::string::npos) return 0;
    std::istringstream fields(line.substr(nameEnd + 1));
    std::string state, field;
    fields >> state;
    if (state == "Z" || state == "X") return 0;
    for (int number = 4; number < 22; ++number) fields >> field;
    std::int64_t start = 0;
    fields >> start;
    return start;
}

}  // namespace

ProcessIdentity thisProcess() { return {::getpid(), startOf(::getpid()), bootId()}; }

bool isAlive(const ProcessIdentity& process)
{
    if (process.pid <= 0 || process.boot != bootId()) return false;
    const std::int64_t start = startOf(process.pid);
    return start != 0 && start == process.start;
}

}  // namespace moebel
