// Notices what others do in the open project: the command line, another window, a worker.
#pragma once

#include <QElapsedTimer>
#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

#include "app/workbench/control/selection.h"

namespace moebel
{

/// Refreshes the selection soon after a run folder came, went or changed its state, and every three seconds while a run works.
class ProjectWatch : public QObject
{
    Q_OBJECT

public:
    explicit ProjectWatch(Selection& selection, QObject* parent = nullptr);

private:
    void follow();
    void refresh();
    qint64 sinceLast() const;

    Selection& m_selection;
    QFileSystemWatcher m_folders;
    QTimer m_soon;  ///< after a change: many of them are one refresh
    QTimer m_regularly;
    QElapsedTimer m_last;
    bool m_again = false;  ///< a change whose folder may not have been whole yet
};

}  // namespace moebel
