// Lines for a POSIX shell: what a person would type for what the window shows.
#pragma once

#include <QString>
#include <QStringList>
#include <filesystem>

namespace moebel
{

/// A word as a shell takes it; in quotes where it needs them.
QString shellWord(const QString& word);
/// Words, each quoted where it must be.
QString shellLine(const QStringList& words);
/// The runs of a project.
QString listCommand(const QString& project);
/// A path as Qt spells it.
QString pathText(const std::filesystem::path& path);

}  // namespace moebel
