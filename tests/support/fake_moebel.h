// A stand-in for `moebel`: a shell script that keeps what it was called with and answers what the test says.
#pragma once

#include <QDir>
#include <QFile>
#include <QString>
#include <QStringList>

namespace moebel::test
{

class FakeMoebel
{
public:
    explicit FakeMoebel(const QString& folder) : m_folder(folder) { becomeWorking(); }

    QString program() const { return QDir(m_folder).filePath("moebel"); }

    /// Makes the folder <folder>/run-<n> and says so, as `moebel run --detach --json` does.
    void becomeWorking()
    {
        write(
            "n=$(wc -l < calls 2>/dev/null || echo 0)\n"
            "echo \"$@\" >> calls\n"
            "cp \"$2\" description-$n.toml\n"
            "mkdir -p run-$n\n"
            "echo '{\"run\": \"run-'$n'\", \"folder\": \"'$PWD'/run-'$n'\"}'\n");
    }
    /// Refuses the description.
    void becomeRefusing(const QString& sentence)
    {
        write(QStringLiteral("echo \"$@\" >> calls\n"
                             "echo 'moebel: %1' >&2\n"
                             "echo '{\"error\": {\"code\": \"x\", \"message\": \"%1\", \"where\": \"\"}}'\n"
                             "exit 2\n")
                  .arg(sentence));
    }
    /// Any other script.
    void become(const QString& script) { write(script); }

    QStringList calls() const { return content("calls").split('\n', Qt::SkipEmptyParts); }
    QString description(int call) const { return content(QStringLiteral("description-%1.toml").arg(call)); }

private:
    QString content(const QString& name) const
    {
        QFile file(QDir(m_folder).filePath(name));
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
    void write(const QString& script)
    {
        QFile file(program());
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate)) return;
        file.write(QStringLiteral("#!/bin/sh\ncd '%1'\n%2").arg(m_folder, script).toUtf8());
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }

    QString m_folder;
};

}  // namespace moebel::test
