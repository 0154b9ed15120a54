#include "app/workbench/control/shell_line.h"

#include <QFile>
#include <algorithm>

namespace moebel
{

QString shellWord(const QString& word)
{
    const auto plain = [](QChar c) {
        return (c.unicode() < 128 && c.isLetterOrNumber()) || QStringLiteral("/._-=:,+").contains(c);
    };
    if (!word.isEmpty() && std::all_of(word.begin(), word.end(), plain)) return word;
    QString inside = word;
    return QLatin1Char('\'') + inside.replace(QLatin1Char('\''), QStringLiteral("'\\''")) + QLatin1Char('\'');
}

QString shellLine(const QStringList& words)
{
    QStringList quoted;
    for (const QString& word : words) quoted << shellWord(word);
    return quoted.join(QLatin1Char(' '));
}

QString listCommand(const QString& project)
{
    return shellLine({QStringLiteral("moebel"), QStringLiteral("list"), QStringLiteral("--project"), project});
}

QString pathText(const std::filesystem::path& path) { return QFile::decodeName(QByteArray::fromStdString(path.string())); }

}  // namespace moebel
