#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "lock_file.h"
#include "moebel/base/hash.h"
#include "moebel/store/run_folder.h"

namespace moebel {

namespace {

constexpr std::size_t kNameDigits = 24;

// Makes it if need be. False unless it is a folder of this user that nobody else can enter.
bool isPrivateFolder(const std::filesystem::path& folder)
{
    ::mkdir(folder.c_str(), 0700);
    struct stat info = {};
    return ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::getuid() && (info.st_mode & 077) == 0;
}

std::filesystem::path runtimeFolder()
{
    const char* given = std::getenv("XDG_RUNTIME_DIR");
    if (given && *given == '/') {
        const std::filesystem::path folder = std::filesystem::path(given) / "moebel";
        if (isPrivateFolder(folder)) return folder;
    }
    const std::filesystem::path folder = "/tmp/moebel-" + std::to_string(::getuid());
    return isPrivateFolder(folder) ? folder : std::filesystem::path();
}

}  // namespace

std::filesystem::path defaultSocketPath(const std::filesystem::path& runFolder)
{
    std::error_code error;
    std::filesystem::path canonical = std::filesystem::weakly_canonical(runFolder, error);
    if (error) canonical = runFolder;
    const std::filesystem::path runtime = runtimeFolder();
    const std::string file = sha256Hex(canonical.lexically_normal().string()).substr(0, kNameDigits) + ".socket";
    return runtime.empty() ? canonical / "run.socket" : runtime / file;  // the run folder itself is private, too
}

std::filesystem::path socketPath(const RunFolder& run)
{
    const std::optional<LockFile> holder = liveLock(run.lockFile());
    if (holder && !holder->socket.empty()) return holder->socket;
    return defaultSocketPath(run.path);
}

}  // namespace moebel
