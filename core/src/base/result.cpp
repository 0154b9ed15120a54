#include "moebel/base/result.h"

namespace moebel {

int exitCode(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::InvalidInput: return 2;
    case ErrorKind::Failed: return 1;
    case ErrorKind::Stopped: return 3;
    case ErrorKind::Interrupted: return 4;
    case ErrorKind::NoSpace: return 1;
    case ErrorKind::DeviceLost: return 5;
    }
    return 1;
}

Error invalidInput(std::string code, std::string message, std::string where)
{
    return Error{ErrorKind::InvalidInput, std::move(code), std::move(message), std::move(where)};
}

Error failed(std::string code, std::string message, std::string where)
{
    return Error{ErrorKind::Failed, std::move(code), std::move(message), std::move(where)};
}

}  // namespace moebel
