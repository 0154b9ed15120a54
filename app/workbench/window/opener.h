// Everything that opens something: arguments, menu, recent projects, things dropped onto the window. What is not whole changes
// nothing and is told in one sentence.
#pragma once

#include <QObject>

#include "app/workbench/control/jobs.h"
#include "app/workbench/control/navigator.h"
#include "app/workbench/control/opening.h"
#include "app/workbench/control/selection.h"
#include "app/workbench/settings/recent_projects.h"

class QMimeData;
class QMenu;

namespace moebel
{

class Opener : public QObject
{
    Q_OBJECT

public:
    /// `recentFile`: the list of recent projects; empty = none is kept.
    Opener(Jobs& jobs, Selection& selection, Navigator& navigator, QString recentFile, QObject* parent = nullptr);

    /// Looks at the paths on another thread, then opens them.
    void open(const QStringList& paths);
    void take(const Opening& opening);

    /// Newest first; a folder that is not there any more is marked.
    const QList<RecentProject>& recent() const { return m_recent; }
    void clearRecent();
    /// Looks again which of them are there.
    void readRecent();

Q_SIGNALS:
    void recentChanged();

private:
    void remember();
    void show(QList<RecentProject> recent);

    Jobs& m_jobs;
    Selection& m_selection;
    Navigator& m_navigator;
    QString m_recentFile;
    QList<RecentProject> m_recent;
    QString m_remembered;
};

/// The local files and folders of what is dragged.
QStringList localPaths(const QMimeData& data);
/// Fills a menu with the recent projects, missing ones greyed, and "Clear".
void fillRecentMenu(QMenu& menu, Opener& opener);

}  // namespace moebel
