// How the world's faults travel: a value or an Error, never an exception across a part's boundary.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace moebel {

/// What kind of fault it is. The command line's exit code follows from it (see exitCode()).
enum class ErrorKind {
    InvalidInput,  ///< the user's description, options or files are wrong; nothing was changed (exit code 2)
    Failed,        ///< the work itself failed (exit code 1)
    Stopped,       ///< stopped and saved on request (exit code 3)
    Interrupted,   ///< ended without saving (exit code 4)
    NoSpace,       ///< the disk is full (exit code 1); what exists is intact
    DeviceLost     ///< the GPU failed and this process can compute no more (exit code 5, from worker to supervisor); a fresh one may go on
};

/// One clear sentence for a person, and the same for a program.
struct Error {
    ErrorKind kind = ErrorKind::Failed;
    std::string code;     ///< short, stable and in kebab-case for programs: "unknown-key", "truncated-file"
    std::string message;  ///< where, what was found, what was expected, what to do; one sentence
    std::string where;    ///< file, file:line:column, or key path; may be empty

    bool operator==(const Error&) const = default;
};

/// Exit code of `moebel` for an error of this kind (1 failed, 2 invalid, 3 stopped, 4 interrupted); 5, device lost, is a code between
/// a worker and its supervisor, which makes 4 of it.
int exitCode(ErrorKind kind);

/// Shorthands for the two most frequent kinds.
Error invalidInput(std::string code, std::string message, std::string where = {});
Error failed(std::string code, std::string message, std::string where = {});

/// A T or the Error that kept it from existing.
template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::move(value)) {}
    Result(Error error) : m_state(std::move(error)) {}

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    /// Precondition: ok().
    T& value() & { return std::get<0>(m_state); }
    const T& value() const& { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    /// Precondition: !ok().
    const Error& error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

/// The result of something that is done or fails and has no value.
struct Done {
    bool operator==(const Done&) const = default;
};
using Status = Result<Done>;

}  // namespace moebel
