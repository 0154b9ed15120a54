#include "app/workbench/control/plan_estimate.h"

#include <QFile>
#include <QJsonArray>
#include <algorithm>

#include "moebel/store/base_run.h"
#include "moebel/base/file.h"
#include "moebel/experiment/model_config.h"
#include "moebel/store/run_folder.h"

namespace moebel
{

namespace
{

// What the measured rate depends on, with text that is there at once.
Experiment forRate(const Experiment& experiment)
{
    Experiment question;
    question.title = "rate";
    question.languages = {{"en", LanguageRole::Original}, {"el", LanguageRole::Expanded}};
    question.data.source = TextSource::Synthetic;
    question.data.syntheticDocuments = 20;
    question.tokenizer.vocabulary = experiment.tokenizer.vocabulary;
    question.base.shape = experiment.base.shape;
    question.base.sequenceLength = std::min(question.base.sequenceLength, experiment.base.shape.contextLength);
    question.expansion.experts = {2};
    StageSpec stage;
    const StageSpec& first = experiment.stages.front();
    stage.batchSequences = first.batchSequences;
    stage.sequenceLength = first.sequenceLength;
    question.stages = {stage};
    return question;
}

// What the text of the languages depends on.
Experiment forTexts(const Experiment& experiment, const QString& folder)
{
    Experiment question;
    question.title = "text";
    question.seed = experiment.seed;
    question.languages = experiment.languages;
    question.data = experiment.data;
    question.tokenizer = experiment.tokenizer;
    question.base.kind = experiment.base.kind;
    question.base.path = experiment.base.path;
    question.stages = {StageSpec{}};
    return withAbsolutePaths(question, folder);
}

double rateOf(const QJsonObject& plan)
{
    double operations = 0, seconds = 0;
    for (const QJsonValue& stage : plan["stages"].toArray()) {
        operations += stage["tokens"].toDouble() * stage["flops_per_token"].toDouble();
        seconds += stage["estimated_seconds"].toDouble();
    }
    return seconds > 0 ? operations / seconds / 1e9 : 0;
}

bool concernsText(const Problem& problem)
{
    const auto in = [&](const char* section) { return problem.path.rfind(section, 0) == 0; };
    return in("languages") || in("data") || in("tokenizer");
}

}  // namespace

PlanEstimate::PlanEstimate(ExperimentDocument& document, Jobs& jobs, const QString& program, QObject* parent)
    : QObject(parent),
      m_document(document),
      m_jobs(jobs),
      m_rateQuery(jobs, program, "plan"),
      m_textQuery(jobs, program, "text")
{
    connect(&m_document, &ExperimentDocument::parsed, this, &PlanEstimate::update);
    connect(&m_document, &ExperimentDocument::fileChanged, this, [this] {
        if (!m_current) m_hasPlan = false;  // of another description
        readRoom();
        update();
    });
    connect(&m_rateQuery, &PlanQuery::answered, this, &PlanEstimate::takeRate);
    connect(&m_textQuery, &PlanQuery::answered, this, &PlanEstimate::takeTexts);
    connect(&m_rateQuery, &PlanQuery::failed, this, [this](const QString& sentence) {
        m_timeNote = sentence;
        Q_EMIT planChanged();
    });
    connect(&m_textQuery, &PlanQuery::failed, this, [this](const QString& sentence) {
        m_textNote = sentence;
        Q_EMIT textsChanged();
    });
}

void PlanEstimate::setActive(bool active)
{
    m_active = active;
    if (active) {
        readRoom();
        update();
        return;
    }
    m_rateQuery.withdraw();
    m_textQuery.withdraw();
}

void PlanEstimate::readRoom()
{
    if (!m_active) return;
    const QString folder = m_document.folder();
    m_jobs.run(
        this,
        [folder] {
            const auto disk = freeSpace(QFile::encodeName(folder).toStdString());
            return Room{qint64(thisMachine().memoryBytes), disk ? qint64(*disk) : 0};
        },
        [this](const Room& room) {
            m_room = room;
            Q_EMIT planChanged();
        });
}

void PlanEstimate::update()
{
    m_current = m_document.problems().empty();
    if (m_current) {
        const QString question = QString::fromStdString(toToml(forRate(m_document.experiment())));
        makeTimes(question);
        m_hasPlan = true;
    }
    if (m_active) {
        askRate();
        askTexts();
    }
    Q_EMIT planChanged();
}

void PlanEstimate::makeTimes(const QString& question)
{
    const std::filesystem::path folder = m_document.folder().toStdString();
    const auto based = withBaseModel(m_document.experiment(), folder);
    const auto sized = based ? withBaseShape(*based, folder) : based;
    m_plan = makePlan(sized ? *sized : m_document.experiment(), question == m_rateOf ? m_rate : 0, bytesOfTexts());
    if (!sized) m_plan.notes.push_back(sized.error().message);
    if (question != m_speedOf) {
        if (question == m_rateOf)
            m_timeNote = tr("From %1 GFLOP/s measured here just now; a dry run is nearer to the truth.").arg(m_rate, 0, 'f', 0);
        return;
    }
    const std::size_t base = m_document.experiment().base.kind == BaseKind::Pretrain ? 1 : 0;
    m_plan.estimatedSeconds = 0;
    for (std::size_t i = 0; i < m_plan.stages.size(); ++i) {
        const double speed = i < base ? m_speed.base : i - base < m_speed.stages.size() ? m_speed.stages[i - base] : 0;
        if (speed > 0) m_plan.stages[i].estimatedSeconds = double(m_plan.stages[i].tokens) / speed;
        m_plan.estimatedSeconds += m_plan.stages[i].estimatedSeconds;
    }
    m_timeNote = tr("From the speed of the last dry run; evaluations come on top.");
}

void PlanEstimate::setSpeed(const RunSpeed& speed)
{
    if (!m_current) return;
    m_speed = speed;
    m_speedOf = QString::fromStdString(toToml(forRate(m_document.experiment())));
    makeTimes(m_speedOf);
    Q_EMIT planChanged();
}

void PlanEstimate::askRate()
{
    if (!m_current) return;
    const QString question = QString::fromStdString(toToml(forRate(m_document.experiment())));
    if (question == m_rateOf || question == m_speedOf) return;
    m_timeNote = tr("The speed of this machine is being measured\u2026");
    m_rateQuery.ask(question);
}

void PlanEstimate::askTexts()
{
    if (!m_document.isTomlText() || m_document.experiment().languages.empty()) return;
    const auto& problems = m_document.problems();
    if (std::any_of(problems.begin(), problems.end(), concernsText)) return;
    if (m_texts.isEmpty()) m_textNote = tr("being read\u2026");
    m_textQuery.ask(QString::fromStdString(toToml(forTexts(m_document.experiment(), m_document.folder()))));
}

void PlanEstimate::takeRate(const QJsonObject& answer)
{
    if (!m_current) return;
    m_rate = rateOf(answer);
    m_rateOf = QString::fromStdString(toToml(forRate(m_document.experiment())));
    makeTimes(m_rateOf);
    Q_EMIT planChanged();
}

void PlanEstimate::takeTexts(const QJsonObject& answer)
{
    m_texts.clear();
    m_textNote.clear();
    for (const QJsonValue& language : answer["languages"].toArray()) {
        LanguageTextFacts facts;
        facts.problem = language["problem"].toString();
        if (facts.problem.isEmpty()) {
            facts.documents = language["documents"].toInteger(-1);
            facts.bytes = language["bytes"].toInteger(-1);
            facts.tokens = language["tokens"].toInteger(-1);
            facts.sample = language["sample"].toString();
        }
        m_texts[language["code"].toString()] = facts;
    }
    Q_EMIT textsChanged();
    if (!m_current) return;
    makeTimes(QString::fromStdString(toToml(forRate(m_document.experiment()))));
    Q_EMIT planChanged();
}

std::int64_t PlanEstimate::bytesOfTexts() const
{
    std::int64_t bytes = 0;
    for (const LanguageTextFacts& facts : m_texts) bytes += std::max<qint64>(0, facts.bytes);
    return bytes;
}

}  // namespace moebel
