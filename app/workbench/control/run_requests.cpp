#include "app/workbench/control/run_requests.h"

#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryFile>

namespace moebel
{

namespace
{

struct Answer {
    bool ok = false;
    QString sentence;
};

QString pathOf(const RunFolder& run) { return QFile::decodeName(QByteArray::fromStdString(run.path.string())); }

QString done(RunCommand command)
{
    switch (command) {
        case RunCommand::Stop:
            return RunRequests::tr("The worker saves a checkpoint and stops.");
        case RunCommand::Pause:
            return RunRequests::tr("The run pauses after this step.");
        case RunCommand::Resume:
            return RunRequests::tr("The run goes on.");
        case RunCommand::Save:
            return RunRequests::tr("A checkpoint is written after this step.");
        case RunCommand::AskStatus:
            break;
    }
    return {};
}

Answer send(const RunFolder& run, RunCommand command)
{
    const auto answer = sendCommand(run, command);
    if (!answer) return {false, QString::fromStdString(answer.error().message)};
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(*answer)).object();
    const bool ok = object.value(QLatin1String("ok")).toBool();
    return {ok, ok ? done(command) : object.value(QLatin1String("message")).toString()};
}

}  // namespace

RunChoices choicesOf(const RunStatus& status, bool attached, bool asked)
{
    RunChoices choices;
    if (asked || status.ending) return choices;
    switch (status.state) {
        case RunState::Running:
            choices.stop = choices.pause = choices.save = attached;
            break;
        case RunState::Paused:
            choices.stop = choices.goOn = choices.save = attached;
            break;
        case RunState::Stopped:
        case RunState::Failed:
        case RunState::Interrupted:
        case RunState::Queued:
            choices.resume = true;
            break;
        case RunState::Finished:
        case RunState::Damaged:
            break;
    }
    return choices;
}

RunRequests::RunRequests(Jobs& jobs, QString program, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_program(std::move(program))
{
}

RunRequests::~RunRequests()
{
    for (QProcess* process : findChildren<QProcess*>()) {
        process->disconnect(this);
        process->setParent(nullptr);  // QProcess would kill its child
    }
}

void RunRequests::ask(const RunFolder& run, RunCommand command)
{
    ++m_asked;
    Q_EMIT askingChanged();
    m_jobs.run(
        this, [run, command] { return send(run, command); },
        [this](const Answer& answer) { settle(answer.ok, answer.sentence); });
}

void RunRequests::resume(const RunFolder& run)
{
    ++m_asked;
    Q_EMIT askingChanged();
    if (m_program.isEmpty()) {
        settle(false, tr("The program moebel was found neither beside moebel-workbench nor on PATH; build or install it."));
        return;
    }
    auto* process = new QProcess(this);
    process->setStandardInputFile(QProcess::nullDevice());
    auto* words = new QTemporaryFile(process);  // no pipe: the starter is to end well without the window, too
    if (words->open()) process->setStandardErrorFile(words->fileName());
    process->setStandardOutputFile(QProcess::nullDevice());
    process->setChildProcessModifier([] { ::setsid(); });  // the worker's session is not the window's
    connect(process, &QProcess::finished, this, [this, process, words](int code, QProcess::ExitStatus status) {
        const QString said = QString::fromUtf8(words->readAll()).trimmed().section(QLatin1Char('\n'), -1);
        process->deleteLater();
        if (code == 0 && status == QProcess::NormalExit)
            settle(true, tr("The worker was started; the run goes on from its newest checkpoint."));
        else
            settle(false, said.isEmpty() ? tr("moebel resume ended with code %1 and said nothing.").arg(code) : said);
    });
    connect(process, &QProcess::errorOccurred, this, [this, process](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart) return;
        process->deleteLater();
        settle(false, tr("\u2068%1\u2069 could not be started; it is no program of this machine.").arg(m_program));
    });
    process->start(m_program, {QStringLiteral("resume"), pathOf(run), QStringLiteral("--detach")});
}

void RunRequests::settle(bool ok, const QString& sentence)
{
    --m_asked;
    Q_EMIT askingChanged();
    Q_EMIT answered(ok, sentence);
}

}  // namespace moebel
