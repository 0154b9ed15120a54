// A window on a project with one made-up run, which remembers things in a folder of its own.
#pragma once

#include <QDropEvent>
#include <QMimeData>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>

#include "app/workbench/window/main_window.h"
#include "tests/support/made_up_run.h"
#include "widgets/support/message_bar.h"

namespace moebel::test
{

inline QString decoded(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

inline bool write(const QString& file, const QByteArray& text)
{
    QFile out(file);
    return out.open(QIODevice::WriteOnly) && out.write(text) == text.size();
}

struct WindowWorld {
    QTemporaryDir folder;
    QString project;
    RunFolder run;

    /// Before every test: a new project named like it, and nothing remembered.
    void begin()
    {
        QDir(folder.filePath("state")).removeRecursively();
        project = folder.filePath(QString::fromLatin1(QTest::currentTestFunction()));
        QDir(project).removeRecursively();
        const auto written = writeMadeUpRun((project + "/runs").toStdString(), madeUpExperiment());
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message.c_str());
        run = *written;
    }

    WorkbenchOptions options() const
    {
        WorkbenchOptions options;
        options.stateFolder = folder.filePath("state");
        options.preferences = folder.filePath("config/workbench.ini");
        options.theme = ThemeChoice::Light;
        return options;
    }
};

inline void drop(MainWindow& window, const QStringList& paths)
{
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& path : paths) urls << QUrl::fromLocalFile(path);
    data.setUrls(urls);
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &enter);
    QDropEvent event({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &event);
}

inline QAbstractItemModel* runs(MainWindow& window) { return window.findChild<QTableView*>("runsTable")->model(); }
inline QString sentence(MainWindow& window) { return window.findChild<MessageBar*>("messageBar")->sentence(); }

}  // namespace moebel::test
