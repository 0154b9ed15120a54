#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "json_fields.h"
#include "lock_file.h"
#include "moebel/store/run_folder.h"

namespace moebel {

namespace {

constexpr std::size_t kLongestLock = 64 << 10;

// Locks of an open file description: they die with the process, can be asked for without being taken, and are not lost
// when the process closes another descriptor of the file.
struct flock wholeFile(short type)
{
    struct flock lock = {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

std::string readAll(int descriptor)
{
    std::string text(kLongestLock, '\0');
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    text.resize(size > 0 ? std::size_t(size) : 0);
    return text;
}

bool writeAll(int descriptor, const std::string& text)
{
    return ::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, text.data(), text.size(), 0) == ssize_t(text.size()) &&
           ::fsync(descriptor) == 0;
}

bool isOfThisFile(const LockFile& lock, int descriptor)
{
    struct stat info = {};
    return ::fstat(descriptor, &info) == 0 && lock.inode == std::uint64_t(info.st_ino) && lock.device == std::uint64_t(info.st_dev);
}

// An open lock file's holder, if it is live.
std::optional<LockFile> liveLock(int descriptor)
{
    struct flock query = wholeFile(F_WRLCK);
    const bool held = ::fcntl(descriptor, F_OFD_GETLK, &query) == 0 && query.l_type != F_UNLCK;
    const std::optional<LockFile> written = parseLockFile(readAll(descriptor));
    if (held) return written.value_or(LockFile());
    // A file system without working locks: the process itself tells.
    if (written && isOfThisFile(*written, descriptor) && isAlive(written->process)) return written;
    return std::nullopt;
}

Error lockedError(const RunFolder& run, const LockFile& holder)
{
    return invalidInput("run-locked",
                        run.path.string() + ": the process " + std::to_string(holder.process.pid) +
                            " works on this run, expected none; stop it with `moebel stop`",
                        run.path.string());
}

Error lockError(const std::filesystem::path& file, int code)
{
    return failed("lock-failed", file.string() + " can't be locked: " + std::strerror(code) + "; choose a folder on a local disk",
                  file.string());
}

}  // namespace

std::string toJson(const LockFile& lock)
{
    const nlohmann::ordered_json json = {{"v", 1},
                                         {"pid", lock.process.pid},
                                         {"start", lock.process.start},
                                         {"boot", lock.process.boot},
                                         {"socket", lock.socket},
                                         {"device", lock.device},
                                         {"inode", lock.inode}};
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::optional<LockFile> parseLockFile(const std::string& text)
{
    if (jsonDepth(text) > 4) return std::nullopt;
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    JsonFields fields(json);
    LockFile lock;
    std::int64_t device = 0, inode = 0;
    fields.read("pid", lock.process.pid);
    fields.read("start", lock.process.start);
    fields.read("boot", lock.process.boot);
    fields.read("socket", lock.socket);
    fields.read("device", device);
    fields.read("inode", inode);
    lock.device = std::uint64_t(device);
    lock.inode = std::uint64_t(inode);
    return fields.problem().empty() ? std::optional(lock) : std::nullopt;
}

std::optional<LockFile> liveLock(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0) return std::nullopt;
    std::optional<LockFile> holder = liveLock(descriptor);
    ::close(descriptor);
    return holder;
}

Result<RunLock> RunLock::acquire(const RunFolder& run)
{
    const std::filesystem::path file = run.lockFile();
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (descriptor < 0) return lockError(file, errno);
    RunLock lock(descriptor, {});
    struct flock wish = wholeFile(F_WRLCK);
    if (::fcntl(descriptor, F_OFD_SETLK, &wish) != 0) {
        if (errno != EAGAIN && errno != EACCES) return lockError(file, errno);
        return lockedError(run, liveLock(descriptor).value_or(LockFile()));
    }
    const std::optional<LockFile> before = parseLockFile(readAll(descriptor));
    const bool mine = before && before->process == thisProcess();
    if (before && !mine && isOfThisFile(*before, descriptor) && isAlive(before->process)) return lockedError(run, *before);

    struct stat info = {};
    ::fstat(descriptor, &info);
    const LockFile content{thisProcess(), defaultSocketPath(run.path).string(), std::uint64_t(info.st_dev),
                           std::uint64_t(info.st_ino)};
    if (!writeAll(descriptor, toJson(content))) return lockError(file, errno);
    lock.m_file = file;
    return lock;
}

RunLock::RunLock(int descriptor, std::filesystem::path file) : m_descriptor(descriptor), m_file(std::move(file)) {}

RunLock::RunLock(RunLock&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_file(std::exchange(other.m_file, {}))
{
}

RunLock& RunLock::operator=(RunLock&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_file, other.m_file);
    return *this;
}

// The content goes before the lock: a process that lives on must not look like a worker.
RunLock::~RunLock()
{
    if (m_descriptor < 0) return;
    if (!m_file.empty()) [[maybe_unused]]
        const int emptied = ::ftruncate(m_descriptor, 0);
    ::close(m_descriptor);
}

std::optional<std::int64_t> liveWorker(const RunFolder& run)
{
    const std::optional<LockFile> holder = liveLock(run.lockFile());
    if (!holder) return std::nullopt;
    return holder->process.pid;
}

}  // namespace moebel
