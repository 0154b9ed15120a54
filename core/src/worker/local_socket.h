// Unix sockets of this user as values: a descriptor that closes itself, listen, connect, complete lines out of a stream.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "moebel/base/result.h"

namespace moebel {

/// A file descriptor that is closed with its owner.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int descriptor) : m_descriptor(descriptor) {}
    Descriptor(Descriptor&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { close(); }

    int get() const { return m_descriptor; }
    bool valid() const { return m_descriptor >= 0; }
    void close();

private:
    int m_descriptor = -1;
};

/// A non-blocking listening socket, mode 0600. A leftover of a dead process is replaced; a live one is error "run-locked".
Result<Descriptor> listenLocal(const std::filesystem::path& socket);
/// A non-blocking connection. Errors: "not-running" when nobody listens, "no-answer" when whoever listens lets everyone wait.
Result<Descriptor> connectLocal(const std::filesystem::path& socket);
/// The next waiting connection of our own user; others are turned away.
std::optional<Descriptor> acceptSameUser(int listener);

/// Takes the first complete line (without its end) out of the buffer.
std::optional<std::string> takeLine(std::string& buffer);

/// What a read brought: bytes were added, nothing there yet, or the other side is gone.
enum class ReadOutcome { Data, Nothing, Closed };
ReadOutcome readSome(int descriptor, std::string& buffer);
/// Sends from the front of the buffer as much as goes without waiting; false when the other side is gone.
bool sendSome(int descriptor, std::string& buffer);

}  // namespace moebel
