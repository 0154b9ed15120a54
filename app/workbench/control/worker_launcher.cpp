#include "app/workbench/control/worker_launcher.h"

#include <unistd.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QStandardPaths>
#include <QTemporaryFile>
#include <QThread>
#include <QTimer>
#include <algorithm>

#include "app/workbench/control/shell_line.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel
{

namespace
{

constexpr int kDryRunSteps = 20;

int threadsBesideTheWindow() { return std::max(1, QThread::idealThreadCount() - 1); }

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString lastLine(const QByteArray& text)
{
    const QList<QByteArray> lines = text.trimmed().split('\n');
    return QString::fromUtf8(lines.last()).trimmed();
}

}  // namespace

struct WorkerLauncher::Launch {
    quint64 number = 0;
    QProcess* process = nullptr;
    QTemporaryFile output, errors;
    QString copy;  ///< of the description, beside the file; removed when the run has its own

    ~Launch()
    {
        if (!copy.isEmpty()) QFile::remove(copy);
    }
};

QStringList runArguments(const LaunchRequest& request)
{
    QStringList words = {QStringLiteral("run"), request.experimentFile};
    for (const QString& change : request.overrides) words << QStringLiteral("--set") << change;
    if (!request.runsFolder.isEmpty()) words << QStringLiteral("--runs") << request.runsFolder;
    if (!request.name.isEmpty()) words << QStringLiteral("--name") << request.name;
    words << QStringLiteral("--threads") << QString::number(threadsBesideTheWindow());
    return words;
}

QString shellCommand(const LaunchRequest& request)
{
    return shellLine(QStringList{QStringLiteral("moebel")} + runArguments(request));
}

LaunchRequest dryRun(const LaunchRequest& request)
{
    const QByteArray text = request.text.isEmpty() ? contentOf(request.experimentFile) : request.text.toUtf8();
    const Experiment experiment = readExperiment(text.toStdString(), request.experimentFile.toStdString()).experiment;
    LaunchRequest dry = request;
    const auto limit = [&dry](const QString& path, std::int64_t tokensOfAStep) {
        dry.overrides << QStringLiteral("%1=%2").arg(path).arg(kDryRunSteps * tokensOfAStep);
    };
    if (experiment.base.kind == BaseKind::Pretrain)
        limit(QStringLiteral("base.tokens"), experiment.base.batchSequences * experiment.base.sequenceLength);
    for (std::size_t i = 0; i < experiment.stages.size(); ++i)
        limit(QStringLiteral("stage.%1.tokens").arg(i),
              experiment.stages[i].batchSequences * experiment.stages[i].sequenceLength);
    dry.overrides << QStringLiteral("evaluation.every_steps=0")
                  << QStringLiteral("evaluation.heldout_bytes=%1").arg(experiment.evaluation.heldoutBytesDuring);
    dry.runsFolder = QFileInfo(request.experimentFile).dir().filePath(QStringLiteral("dry-runs"));
    dry.name = QStringLiteral("dry-run");
    return dry;
}

WorkerLauncher::WorkerLauncher(QObject* parent) : QObject(parent), m_program(findProgram()) {}

WorkerLauncher::~WorkerLauncher()
{
    for (const auto& launch : m_launches) {
        // QProcess would kill its child; this one is to go on after the window, and takes its files along.
        disconnect(launch->process, nullptr, this, nullptr);
        launch->process->setParent(nullptr);
        launch->copy.clear();
    }
}

QString WorkerLauncher::findProgram()
{
    const QString name = QStringLiteral("moebel");
    const QString beside = QStandardPaths::findExecutable(name, {QCoreApplication::applicationDirPath()});
    return beside.isEmpty() ? QStandardPaths::findExecutable(name) : beside;
}

void WorkerLauncher::failLater(quint64 number, const QString& sentence)
{
    QTimer::singleShot(0, this, [this, number, sentence] { Q_EMIT failed(number, sentence); });
}

quint64 WorkerLauncher::start(const LaunchRequest& request)
{
    const quint64 number = ++m_last;
    if (m_program.isEmpty()) {
        failLater(number, tr("The program moebel was found neither beside moebel-workbench nor on PATH; build or install it."));
        return number;
    }
    auto launch = std::make_unique<Launch>();
    launch->number = number;
    LaunchRequest wanted = request;
    if (!request.text.isEmpty() && contentOf(request.experimentFile) != request.text.toUtf8()) {
        const QFileInfo file(request.experimentFile);
        launch->copy =
            file.dir().filePath(QStringLiteral(".%1-%2-%3.toml").arg(file.completeBaseName()).arg(::getpid()).arg(number));
        QSaveFile copy(launch->copy);
        const bool written = copy.open(QIODevice::WriteOnly) && copy.write(request.text.toUtf8()) >= 0 && copy.commit();
        if (!written) {
            failLater(number,
                      tr("The experiment could not be written to \u2068%1\u2069: %2.").arg(launch->copy, copy.errorString()));
            return number;
        }
        wanted.experimentFile = launch->copy;
        if (wanted.runsFolder.isEmpty()) wanted.runsFolder = file.dir().filePath(QStringLiteral("runs"));
    }
    if (!launch->output.open() || !launch->errors.open()) {
        failLater(number, tr("No temporary file could be made in \u2068%1\u2069; make room there.").arg(QDir::tempPath()));
        return number;
    }
    auto* process = new QProcess(this);
    launch->process = process;
    process->setStandardInputFile(QProcess::nullDevice());
    process->setStandardOutputFile(launch->output.fileName());
    process->setStandardErrorFile(launch->errors.fileName());
    process->setChildProcessModifier([] { ::setsid(); });  // the window's terminal and its end are not the run's
    connect(process, &QProcess::finished, this,
            [this, number](int code, QProcess::ExitStatus status) { finish(number, code, status == QProcess::CrashExit); });
    connect(process, &QProcess::errorOccurred, this, [this, number](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart) return;
        if (take(number))
            failLater(number, tr("\u2068%1\u2069 could not be started; it is no program of this machine.").arg(m_program));
    });
    m_launches.push_back(std::move(launch));
    process->start(m_program, runArguments(wanted) << QStringLiteral("--detach") << QStringLiteral("--json"));
    return number;
}

std::unique_ptr<WorkerLauncher::Launch> WorkerLauncher::take(quint64 number)
{
    const auto found =
        std::find_if(m_launches.begin(), m_launches.end(), [number](const auto& l) { return l->number == number; });
    if (found == m_launches.end()) return nullptr;
    std::unique_ptr<Launch> launch = std::move(*found);
    m_launches.erase(found);
    launch->process->deleteLater();
    return launch;
}

void WorkerLauncher::finish(quint64 number, int exitCode, bool crashed)
{
    const auto launch = take(number);
    if (!launch) return;
    const QJsonObject answer = QJsonDocument::fromJson(contentOf(launch->output.fileName())).object();
    const QString folder = answer.value(QLatin1String("folder")).toString();
    if (exitCode == 0 && !crashed && !folder.isEmpty()) {
        Q_EMIT started(number, folder);
        return;
    }
    QString sentence = answer.value(QLatin1String("error")).toObject().value(QLatin1String("message")).toString();
    if (sentence.isEmpty()) sentence = lastLine(contentOf(launch->errors.fileName()));
    if (sentence.isEmpty())
        sentence = tr("moebel ended with code %1 and said nothing; try the same run in a terminal.").arg(exitCode);
    if (!launch->copy.isEmpty()) sentence.replace(launch->copy, tr("the queued experiment"));
    Q_EMIT failed(number, sentence);
}

}  // namespace moebel
