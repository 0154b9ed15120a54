#include "app/workbench/control/plan_query.h"

#include <QDir>

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
    : QObject(parent), m_jobs(jobs), m_call(jobs, program), m_verb(verb)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(kDelayMilliseconds);
    connect(&m_timer, &QTimer::timeout, this, &PlanQuery::start);
    connect(&m_call, &MoebelCall::answered, this, [this](const QJsonDocument& answer) {
        const auto hold = std::move(m_hold);
        Q_EMIT answered(answer.object());
    });
    connect(&m_call, &MoebelCall::failed, this, [this](QString sentence) {
        const auto hold = std::move(m_hold);
        Q_EMIT failed(sentence.replace(m_file->fileName(), tr("the experiment")));
    });
}

void PlanQuery::withdraw()
{
    m_timer.stop();
    m_toml.clear();
    m_hold.reset();
    m_call.withdraw();
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
    m_file = std::make_unique<QTemporaryFile>(QDir::temp().filePath(QStringLiteral("moebel-XXXXXX.toml")));
    if (!m_file->open() || m_file->write(m_toml.toUtf8()) < 0 || !m_file->flush()) {
        const auto hold = std::move(m_hold);
        Q_EMIT failed(tr("No temporary file could be made in \u2068%1\u2069; make room there.").arg(QDir::tempPath()));
        return;
    }
    m_call.ask({m_verb, m_file->fileName()});
}

}  // namespace moebel
