#include "app/workbench/page/experiment_starter.h"

#include <QClipboard>
#include <QFile>
#include <QFileInfo>
#include <QGuiApplication>

#include "app/workbench/control/experiment_document.h"

namespace moebel
{

ExperimentStarter::ExperimentStarter(PageContext& context, ExperimentDocument& document, QObject* parent)
    : QObject(parent), m_context(context), m_document(document), m_dryRun(context.jobs)
{
    connect(&m_dryRun, &PlanDryRun::finished, this, [this](const RunSpeed& speed) {
        if (speed.problem.isEmpty()) {
            m_context.navigator.tell(MessageKind::Note, tr("The dry run ended well; the plan's times are those it reached."));
            Q_EMIT measured(speed);
        } else {
            m_context.navigator.tell(MessageKind::Error, tr("The dry run failed: \u2068%1\u2069").arg(speed.problem));
        }
        Q_EMIT stateChanged({});
    });
    connect(&m_document, &ExperimentDocument::saved, this, [this] {
        if (const auto then = std::exchange(m_afterSaving, nullptr)) then();
    });
    connect(&m_document, &ExperimentDocument::saveFailed, this, [this] { m_afterSaving = nullptr; });
    connect(&m_context.launcher, &WorkerLauncher::started, this, &ExperimentStarter::onStarted);
    connect(&m_context.launcher, &WorkerLauncher::failed, this, &ExperimentStarter::onFailed);
}

bool ExperimentStarter::isValid()
{
    m_document.parseNow();
    if (m_document.problems().empty()) return true;
    m_context.navigator.tell(MessageKind::Warning,
                             tr("The experiment has problems: %1. Nothing was started.").arg(m_document.problems().size()));
    Q_EMIT problemsInTheWay();
    return false;
}

void ExperimentStarter::start() { launch(false); }

void ExperimentStarter::startDryRun() { launch(true); }

void ExperimentStarter::launch(bool dry)
{
    if (!isValid()) return;
    if (m_document.file().isEmpty()) {
        Q_EMIT fileWanted([this, dry] { launch(dry); });
        return;
    }
    if (!m_document.isModified()) {
        launchNow(dry);
        return;
    }
    m_afterSaving = [this, dry] { launchNow(dry); };
    m_document.save();
}

void ExperimentStarter::launchNow(bool dry)
{
    LaunchRequest request;
    request.experimentFile = m_document.file();
    if (dry) request = dryRun(request);
    const quint64 number = m_context.launcher.start(request);
    (dry ? m_dryRuns : m_runs).insert(number);
    Q_EMIT stateChanged(dry ? tr("The dry run is being started\u2026") : tr("The run is being started\u2026"));
}

void ExperimentStarter::queue()
{
    if (!isValid()) return;
    if (m_document.file().isEmpty()) {
        Q_EMIT fileWanted([this] { queue(); });
        return;
    }
    LaunchRequest request;
    request.experimentFile = m_document.file();
    request.text = m_document.text();
    const QString title = QString::fromStdString(m_document.experiment().title);
    const QString name = title.isEmpty() ? m_document.name() : title;
    m_context.home.enter(m_document.folder(), title, {}, [this, request, name] {
        m_context.queue.add(request, name);
        m_context.navigator.tell(
            MessageKind::Note,
            tr("\u2068%1\u2069 was queued; it starts when no other run of the project is under way.").arg(name));
    });
}

void ExperimentStarter::copyCommand()
{
    LaunchRequest request;
    request.experimentFile = m_document.file().isEmpty() ? QStringLiteral("experiment.toml") : m_document.file();
    const QString line = shellCommand(request);
    QGuiApplication::clipboard()->setText(line);
    m_context.navigator.tell(
        MessageKind::Note,
        m_document.isModified()
            ? tr("Copied: \u2068%1\u2069; save the experiment before it is run, the file is older.").arg(line)
            : tr("Copied: \u2068%1\u2069").arg(line));
}

void ExperimentStarter::onStarted(quint64 launch, const QString& folder)
{
    if (m_runs.remove(launch)) {
        Q_EMIT stateChanged({});
        const RunFolder run{QFile::encodeName(folder).toStdString()};
        const QString home = QFile::decodeName(Project::folderOf(run).c_str());
        m_context.home.enter(home, QString::fromStdString(m_document.experiment().title), run.id());
        m_context.navigator.tell(MessageKind::Note, tr("Started: \u2068%1\u2069").arg(folder));
        m_context.navigator.showPage(PageId::Live);
    } else if (m_dryRuns.remove(launch)) {
        Q_EMIT stateChanged(tr("The dry run works in \u2068%1\u2069").arg(folder));
        m_dryRun.watch(folder);
    }
}

void ExperimentStarter::onFailed(quint64 launch, const QString& sentence)
{
    const bool mine = m_runs.remove(launch) || m_dryRuns.remove(launch);
    if (!mine) return;
    Q_EMIT stateChanged({});
    m_context.navigator.tell(MessageKind::Error, tr("The run could not be started: %1").arg(sentence));
}

}  // namespace moebel
