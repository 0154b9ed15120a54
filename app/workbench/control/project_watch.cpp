#include "app/workbench/control/project_watch.h"

#include <QFile>
#include <QFileInfo>
#include <QSet>
#include <algorithm>

namespace moebel
{

namespace
{

constexpr int kSoonMilliseconds = 300, kApartMilliseconds = 1000, kAgainMilliseconds = 1500, kRegularlyMilliseconds = 3000;
// Folders of runs that may be resumed by somebody else; a watch costs the kernel little, but not nothing.
constexpr std::size_t kMostWatched = 200;

// A worker may be at work in it, or is about to begin.
bool moves(const RunSummary& run)
{
    return run.status.state == RunState::Running || run.status.state == RunState::Paused ||
           run.status.state == RunState::Queued || run.status.ending;
}

QString decoded(const std::filesystem::path& path) { return QFile::decodeName(QByteArray::fromStdString(path.string())); }

}  // namespace

ProjectWatch::ProjectWatch(Selection& selection, QObject* parent) : QObject(parent), m_selection(selection)
{
    m_soon.setSingleShot(true);
    m_regularly.setInterval(kRegularlyMilliseconds);
    connect(&m_selection, &Selection::projectChanged, this, &ProjectWatch::follow);
    connect(&m_folders, &QFileSystemWatcher::directoryChanged, this, [this] {
        m_again = true;
        if (!m_soon.isActive()) m_soon.start(int(std::max<qint64>(kSoonMilliseconds, kApartMilliseconds - sinceLast())));
    });
    connect(&m_soon, &QTimer::timeout, this, &ProjectWatch::refresh);
    connect(&m_regularly, &QTimer::timeout, this, &ProjectWatch::refresh);
}

// The index that a refresh writes may lie in a folder that is watched: without a pause one refresh would call the next.
qint64 ProjectWatch::sinceLast() const { return m_last.isValid() ? m_last.elapsed() : kApartMilliseconds; }

void ProjectWatch::refresh()
{
    if (m_selection.reading()) {
        if (!m_soon.isActive()) m_soon.start(kSoonMilliseconds);
        return;
    }
    m_last.start();
    m_selection.refresh();
    if (std::exchange(m_again, false)) m_soon.start(kAgainMilliseconds);
}

void ProjectWatch::follow()
{
    const ProjectContents& project = m_selection.project();
    QStringList wanted;
    if (!project.runsFolder.isEmpty()) {
        const bool any = QFileInfo::exists(project.runsFolder);
        wanted << (any ? project.runsFolder : project.folder);  // the first run makes runs/
    }
    bool moving = false;
    for (const RunSummary& run : project.runs) {
        if (run.status.ending && !m_soon.isActive()) m_soon.start(kSoonMilliseconds);
        if (moves(run))
            moving = true;
        else if (std::size_t(wanted.size()) < kMostWatched)
            wanted << decoded(run.folder.path);
    }
    const QStringList before = m_folders.directories();
    const QSet<QString> known(before.begin(), before.end()), kept(wanted.begin(), wanted.end());
    const QStringList gone = (known - kept).values(), fresh = (kept - known).values();
    if (!gone.isEmpty()) m_folders.removePaths(gone);
    if (!fresh.isEmpty()) m_folders.addPaths(fresh);
    if (moving && !m_regularly.isActive()) m_regularly.start();
    if (!moving) m_regularly.stop();
}

}  // namespace moebel
