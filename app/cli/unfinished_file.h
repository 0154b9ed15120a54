// A file that a verb is writing beside its place: whole in the end, or gone, however the program ends.
#pragma once

#include <filesystem>

#include "moebel/base/result.h"

namespace moebel
{

/// One at a time. It is removed when this ends without keep(), and when SIGINT or SIGTERM ends the program.
class UnfinishedFile
{
public:
    explicit UnfinishedFile(const std::filesystem::path& target);
    UnfinishedFile(const UnfinishedFile&) = delete;
    ~UnfinishedFile();

    const std::filesystem::path& path() const { return m_path; }
    /// Puts it in its place. Precondition: it is written and closed.
    Status keep();

private:
    std::filesystem::path m_target;
    std::filesystem::path m_path;
};

/// SIGINT and SIGTERM end the program with the exit code of work that was not saved, until a verb installs its own handlers.
void endUnsavedOnSignals();

}  // namespace moebel
