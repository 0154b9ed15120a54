#include "app/workbench/control/run_queue.h"

#include <QDir>
#include <QFile>
#include <QUuid>
#include <filesystem>
#include <set>

#include "moebel/store/run_folder.h"

namespace moebel
{

namespace
{

constexpr int kLookMilliseconds = 2000;
constexpr int kWorkerAppearsMilliseconds = 30000;

std::filesystem::path pathOf(const QString& name) { return QFile::encodeName(name).toStdString(); }

bool anyWorkerLives(const std::set<std::filesystem::path>& folders)
{
    for (const std::filesystem::path& folder : folders) {
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
            const RunFolder run{entry.path()};
            std::error_code ignored;
            if (std::filesystem::exists(run.lockFile(), ignored) && liveWorker(run)) return true;
        }
    }
    return false;
}

}  // namespace

RunQueue::RunQueue(WorkerLauncher& launcher, Jobs& jobs, QObject* parent) : QObject(parent), m_launcher(launcher), m_jobs(jobs)
{
    m_timer.setInterval(kLookMilliseconds);
    connect(&m_timer, &QTimer::timeout, this, &RunQueue::look);
    connect(&m_model, &RunQueueModel::saveFailed, this, &RunQueue::problem);
    connect(&m_model, &RunQueueModel::changed, this, [this] { nextRow() >= 0 ? m_timer.start() : m_timer.stop(); });
    connect(&m_launcher, &WorkerLauncher::started, this, &RunQueue::onStarted);
    connect(&m_launcher, &WorkerLauncher::failed, this, &RunQueue::onFailed);
}

void RunQueue::setProject(const QString& folder)
{
    if (folder == m_model.projectFolder()) return;
    m_lock.reset();
    m_lastRun.clear();
    const QString wrong = m_model.load(folder);
    if (!wrong.isEmpty()) Q_EMIT problem(wrong);
    look();
}

void RunQueue::add(const LaunchRequest& request, const QString& title)
{
    QueueEntry entry;
    entry.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    entry.title = title;
    entry.request = request;
    entry.queuedAt = QDateTime::currentMSecsSinceEpoch();
    m_model.reloadIfChanged();
    m_model.append(std::move(entry));
    look();
}

void RunQueue::retry(int row)
{
    m_model.setState(row, QueueState::Waiting);
    look();
}

int RunQueue::nextRow() const
{
    if (m_model.paused() || m_model.projectFolder().isEmpty()) return -1;
    for (std::size_t row = 0; row < m_model.entries().size(); ++row)
        if (m_model.entries()[row].state == QueueState::Waiting) return int(row);
    return -1;
}

void RunQueue::look()
{
    m_model.reloadIfChanged();
    if (m_looking || m_launch != 0 || m_launcher.busy() || nextRow() < 0) return;
    if (!m_lock) {
        m_lock = std::make_unique<QLockFile>(QDir(m_model.projectFolder()).filePath(QStringLiteral(".queue.lock")));
        m_lock->setStaleLockTime(0);  // held as long as its window lives
        if (!m_lock->tryLock(0)) m_lock.reset();
    }
    if (!m_lock) return;
    const QDir project(m_model.projectFolder());
    std::set<std::filesystem::path> folders = {pathOf(project.filePath(QStringLiteral("runs"))),
                                               pathOf(project.filePath(QStringLiteral("dry-runs"))),
                                               pathOf(m_model.projectFolder())};
    for (const QueueEntry& entry : m_model.entries())
        if (!entry.request.runsFolder.isEmpty()) folders.insert(pathOf(entry.request.runsFolder));
    m_looking = true;
    m_jobs.run(
        this,
        [folders, last = pathOf(m_lastRun)] {
            const bool ended = last.empty() || readExitRecord(RunFolder{last}).has_value();
            return std::pair(anyWorkerLives(folders), ended);
        },
        [this](std::pair<bool, bool> seen) {
            m_looking = false;
            const auto [busy, lastEnded] = seen;
            const bool stillAppearing = !m_lastRun.isEmpty() && !lastEnded && !m_lastRunKnown.hasExpired();
            if (busy) m_lastRunKnown.setRemainingTime(0);
            if (!busy && !stillAppearing) startNext();
        });
}

void RunQueue::startNext()
{
    const int row = nextRow();
    if (row < 0 || m_launch != 0) return;
    const QueueEntry entry = m_model.entries()[std::size_t(row)];
    m_launching = entry.id;
    m_launch = m_launcher.start(entry.request);
    m_model.setState(row, QueueState::Starting);
}

void RunQueue::onStarted(quint64 launch, const QString& folder)
{
    m_lastRun = folder;  // also when a button started it: two workers at once are what the queue is there to avoid
    m_lastRunKnown = QDeadlineTimer(kWorkerAppearsMilliseconds);
    if (launch != m_launch) return;
    m_launch = 0;
    m_model.remove(m_model.rowOf(m_launching));
    Q_EMIT started(folder);
}

void RunQueue::onFailed(quint64 launch, const QString& sentence)
{
    if (launch != m_launch) return;
    m_launch = 0;
    const int row = m_model.rowOf(m_launching);
    if (row < 0) return;  // removed meanwhile
    m_model.setState(row, QueueState::Failed, sentence);
    const QString title = m_model.entries()[std::size_t(row)].title;
    Q_EMIT problem(tr("\u2068%1\u2069 could not be started from the queue: %2").arg(title, sentence));
    look();
}

}  // namespace moebel
