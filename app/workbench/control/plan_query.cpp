#include "app/workbench/control/plan_query.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>

namespace moebel
{

namespace
{

constexpr int kDelayMilliseconds = 600;

void makeAbsolute(std::string& path, const QString& folder)
{
    if (!path.empty()) path = QDir(folder).absoluteFilePath(QString::fromStdString(path)).toStdString();
}

}  // namespace

Experiment withAbsolutePaths(Experiment experiment, const QString& folder)
{
    for (auto& [code, path] : experiment.data.files) makeAbsolute(path, folder);
    makeAbsolute(experiment.base.path, folder);
    makeAbsolute(experiment.tokenizer.path, folder);
    return experiment;
}

PlanQuery::PlanQuery(Jobs& jobs, const QString& program, const QString& verb, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_program(program), m_verb(verb)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(kDelayMilliseconds);
    connect(&m_timer, &QTimer::timeout, this, &PlanQuery::start);
}

PlanQuery::~PlanQuery() { withdraw(); }

void PlanQuery::withdraw()
{
    m_timer.stop();
    m_toml.clear();
    m_hold.reset();
    if (!m_process) return;
    disconnect(m_process, nullptr, this, nullptr);
    connect(m_process, &QProcess::finished, m_process, &QObject::deleteLater);
    m_process->setParent(nullptr);
    m_process->kill();
    m_process = nullptr;
}

void PlanQuery::ask(const QString& toml)
{
    if (toml == m_toml) return;
    withdraw();
    m_toml = toml;
    m_hold = m_jobs.hold();
    m_timer.start();
}

void PlanQuery::start()
{
    const auto refuse = [this](const QString& sentence) {
        const auto hold = std::move(m_hold);
        Q_EMIT failed(sentence);
    };
    if (m_program.isEmpty()) {
        refuse(tr("The program moebel was found neither beside moebel-workbench nor on PATH; build or install it."));
        return;
    }
    m_file = std::make_unique<QTemporaryFile>(QDir::temp().filePath(QStringLiteral("moebel-XXXXXX.toml")));
    if (!m_file->open() || m_file->write(m_toml.toUtf8()) < 0 || !m_file->flush()) {
        refuse(tr("No temporary file could be made in \u2068%1\u2069; make room there.").arg(QDir::tempPath()));
        return;
    }
    m_process = new QProcess(this);
    m_process->setStandardInputFile(QProcess::nullDevice());
    m_process->setStandardErrorFile(QProcess::nullDevice());
    connect(m_process, &QProcess::finished, this,
            [this](int, QProcess::ExitStatus status) { finish(status == QProcess::NormalExit); });
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) finish(false);
    });
    m_process->start(m_program, {m_verb, m_file->fileName(), QStringLiteral("--json")});
}

void PlanQuery::finish(bool good)
{
    const QByteArray output = m_process->readAllStandardOutput();
    m_process->deleteLater();
    m_process = nullptr;
    const auto hold = std::move(m_hold);
    const QJsonDocument answer = QJsonDocument::fromJson(output);
    const QString refusal = answer.object().value(QLatin1String("error")).toObject().value(QLatin1String("message")).toString();
    if (good && answer.isObject() && refusal.isEmpty()) {
        Q_EMIT answered(answer.object());
        return;
    }
    QString sentence = refusal.isEmpty() ? tr("moebel %1 gave no answer; try it in a terminal.").arg(m_verb) : refusal;
    Q_EMIT failed(sentence.replace(m_file->fileName(), tr("the experiment")));
}

}  // namespace moebel
