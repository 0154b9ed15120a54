#include "local_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace moebel {
namespace {

std::string reason()
{
    return std::system_category().message(errno);
}

Result<sockaddr_un> address(const std::filesystem::path& socket)
{
    sockaddr_un result{};
    result.sun_family = AF_UNIX;
    const std::string& path = socket.native();
    if (path.size() >= sizeof(result.sun_path)) {
        return failed("socket", path + ": a socket's path has at most " + std::to_string(sizeof(result.sun_path) - 1) +
                                    " bytes; set XDG_RUNTIME_DIR to a shorter folder");
    }
    std::copy(path.begin(), path.end(), result.sun_path);
    return result;
}

Result<Descriptor> openSocket()
{
    Descriptor result(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!result.valid()) return failed("socket", "no socket could be opened: " + reason());
    return result;
}

const sockaddr* plain(const sockaddr_un& address)
{
    return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept
{
    if (this != &other) {
        close();
        m_descriptor = std::exchange(other.m_descriptor, -1);
    }
    return *this;
}

void Descriptor::close()
{
    if (m_descriptor >= 0) ::close(m_descriptor);
    m_descriptor = -1;
}

Result<Descriptor> listenLocal(const std::filesystem::path& socket)
{
    auto name = address(socket);
    if (!name) return name.error();
    if (const auto other = connectLocal(socket); other || other.error().code == "no-answer") {
        return invalidInput("run-locked", socket.string() + ": another worker of this run listens here; stop it first");
    }
    ::unlink(socket.c_str());
    ::mkdir(socket.parent_path().c_str(), 0700);  // exists already in most cases; bind() below says what is wrong otherwise
    auto result = openSocket();
    if (!result) return result.error();
    const int descriptor = result->get();
    if (::fchmod(descriptor, 0600) != 0 || ::bind(descriptor, plain(*name), sizeof(*name)) != 0 ||
        ::chmod(socket.c_str(), 0600) != 0 || ::listen(descriptor, 16) != 0) {
        return failed("socket", socket.string() + ": cannot listen here: " + reason(), socket.string());
    }
    return result;
}

Result<Descriptor> connectLocal(const std::filesystem::path& socket)
{
    auto name = address(socket);
    if (!name) return name.error();
    auto result = openSocket();
    if (!result) return result.error();
    if (::connect(result->get(), plain(*name), sizeof(*name)) != 0) {
        if (errno == EAGAIN) return failed("no-answer", socket.string() + ": whoever listens here takes no calls", socket.string());
        return invalidInput("not-running", socket.string() + ": nobody listens here (" + reason() + ")", socket.string());
    }
    return result;
}

std::optional<Descriptor> acceptSameUser(int listener)
{
    Descriptor client(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client.valid()) return std::nullopt;
    ucred peer{};
    socklen_t size = sizeof(peer);
    const bool known = ::getsockopt(client.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    if (!known || peer.uid != ::geteuid()) return std::nullopt;
    return client;
}

std::optional<std::string> takeLine(std::string& buffer)
{
    const auto end = buffer.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = buffer.substr(0, end);
    buffer.erase(0, end + 1);
    return line;
}

ReadOutcome readSome(int descriptor, std::string& buffer)
{
    char bytes[65536];
    const ssize_t count = ::recv(descriptor, bytes, sizeof(bytes), 0);
    if (count > 0) {
        buffer.append(bytes, std::size_t(count));
        return ReadOutcome::Data;
    }
    const bool later = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return later ? ReadOutcome::Nothing : ReadOutcome::Closed;
}

bool sendSome(int descriptor, std::string& buffer)
{
    while (!buffer.empty()) {
        const ssize_t count = ::send(descriptor, buffer.data(), buffer.size(), MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        buffer.erase(0, std::size_t(count));
    }
    return true;
}

}  // namespace moebel
