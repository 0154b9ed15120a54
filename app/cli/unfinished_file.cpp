#include "unfinished_file.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

#include "moebel/base/file.h"

namespace moebel
{
namespace
{

std::array<char, 4096> unfinished{};  ///< read by the handler, which may not allocate; empty: there is none

void endUnsaved(int)
{
    if (unfinished.front() != '\0') ::unlink(unfinished.data());
    ::_exit(exitCode(ErrorKind::Interrupted));
}

}  // namespace

UnfinishedFile::UnfinishedFile(const std::filesystem::path& target)
    : m_target(target), m_path(target.string() + ".tmp-" + std::to_string(::getpid()))
{
    const std::string name = m_path.string();
    if (name.size() < unfinished.size()) std::memcpy(unfinished.data(), name.c_str(), name.size() + 1);
}

UnfinishedFile::~UnfinishedFile()
{
    std::error_code ignored;
    std::filesystem::remove(m_path, ignored);
    unfinished.front() = '\0';
}

Status UnfinishedFile::keep() { return renameDurably(m_path, m_target); }

void endUnsavedOnSignals()
{
    ::signal(SIGINT, endUnsaved);
    ::signal(SIGTERM, endUnsaved);
}

}  // namespace moebel
