#include "app/workbench/control/moebel_call.h"

#include <QJsonObject>
#include <QProcess>

namespace moebel
{

MoebelCall::MoebelCall(Jobs& jobs, QString program, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_program(std::move(program))
{
}

MoebelCall::~MoebelCall() { withdraw(); }

void MoebelCall::withdraw()
{
    QProcess* process = m_process;
    letGo();
    if (process) process->kill();
}

void MoebelCall::letGo()
{
    m_hold.reset();
    if (!m_process) return;
    disconnect(m_process, nullptr, this, nullptr);
    connect(m_process, &QProcess::finished, m_process, &QObject::deleteLater);
    m_process->setParent(nullptr);
    m_process = nullptr;
}

void MoebelCall::ask(const QStringList& arguments)
{
    withdraw();
    m_verb = arguments.value(0);
    if (m_program.isEmpty()) {
        Q_EMIT failed(tr("The program moebel was found neither beside moebel-workbench nor on PATH; build or install it."));
        return;
    }
    m_hold = m_jobs.hold();
    m_process = new QProcess(this);
    m_process->setStandardInputFile(QProcess::nullDevice());
    m_process->setStandardErrorFile(QProcess::nullDevice());
    connect(m_process, &QProcess::finished, this,
            [this](int, QProcess::ExitStatus status) { finish(status == QProcess::NormalExit); });
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) finish(false);
    });
    m_process->start(m_program, arguments + QStringList{QStringLiteral("--json")});
}

void MoebelCall::finish(bool good)
{
    const QJsonDocument answer = QJsonDocument::fromJson(m_process->readAllStandardOutput());
    m_process->deleteLater();
    m_process = nullptr;
    const auto hold = std::move(m_hold);
    const QString refusal = answer.object().value(QLatin1String("error")).toObject().value(QLatin1String("message")).toString();
    if (!refusal.isEmpty())
        Q_EMIT failed(refusal);
    else if (!good || answer.isNull())
        Q_EMIT failed(tr("moebel %1 gave no answer; try it in a terminal.").arg(m_verb));
    else
        Q_EMIT answered(answer);
}

}  // namespace moebel
