#include "app/workbench/page/expansion/form_base_run.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "app/workbench/control/experiment_document.h"
#include "moebel/experiment/experiment_fields.h"
#include "moebel/store/base_run.h"
#include "widgets/edit/value_field.h"
#include "widgets/support/theme_roles.h"
#include "widgets/support/title_label.h"

namespace moebel
{

namespace
{

using Codes = std::vector<std::string>;

bool contains(const Codes& codes, const std::string& code)
{
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

QString listed(const Codes& codes)
{
    QStringList words;
    for (const std::string& code : codes) words << QString::fromStdString(code);
    return QStringLiteral("\u2068%1\u2069").arg(words.join(QStringLiteral(", ")));
}

Codes codesOf(const std::vector<Language>& languages, LanguageRole role)
{
    Codes codes;
    for (const Language& language : languages)
        if (language.role == role) codes.push_back(language.code);
    return codes;
}

}  // namespace

BaseRunFacts readBaseRun(const Experiment& experiment, const QString& folder)
{
    BaseRunFacts facts;
    const std::filesystem::path path = QFile::encodeName(folder).toStdString();
    if (experiment.base.path.empty()) {
        facts.problem = FormBaseRun::tr("Choose the run to go on from.");
        return facts;
    }
    const auto base = findBaseRun(experiment, path);
    if (!base) {
        facts.problem = QString::fromStdString(base.error().message);
        return facts;
    }
    facts.title = QString::fromStdString(base->run.id());
    facts.languages = base->languages;
    if (const auto based = withBaseModel(experiment, path); !based)
        facts.problem = QString::fromStdString(based.error().message);
    return facts;
}

QString roundText(const Experiment& experiment, const BaseRunFacts& base)
{
    if (base.languages.empty()) return {};
    const Codes original = codesOf(base.languages, LanguageRole::Original),
                earlier = codesOf(base.languages, LanguageRole::Expanded);
    Codes added;
    for (const std::string& code : codesOf(experiment.languages, LanguageRole::Expanded))
        if (!contains(earlier, code) && !contains(original, code)) added.push_back(code);
    QString text = FormBaseRun::tr("Original: %1. From earlier rounds: %2.").arg(listed(original), listed(earlier));
    return text + QLatin1Char(' ') +
           (added.empty() ? FormBaseRun::tr("New in this round: none yet.")
                          : FormBaseRun::tr("New in this round: %1.").arg(listed(added)));
}

FormBaseRun::FormBaseRun(ExperimentDocument& document, Selection& selection, Jobs& jobs, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_selection(selection),
      m_jobs(jobs),
      m_runs(new QComboBox(this)),
      m_facts(new QLabel(this)),
      m_problem(new QLabel(this))
{
    setObjectName(QStringLiteral("baseRun"));
    m_runs->setObjectName(QStringLiteral("baseRunChoice"));
    m_runs->setAccessibleName(tr("Finished runs of this project"));
    m_runs->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_runs->setMinimumContentsLength(20);
    m_facts->setObjectName(QStringLiteral("baseRunFacts"));
    m_problem->setObjectName(QStringLiteral("baseRunProblem"));
    m_problem->setForegroundRole(kErrorRole);
    for (QLabel* label : {m_facts, m_problem}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        beginWithLine(*label);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_runs);
    layout->addWidget(m_facts);
    layout->addWidget(m_problem);
    connect(m_runs, &QComboBox::activated, this, &FormBaseRun::take);
    connect(&m_document, &ExperimentDocument::parsed, this, &FormBaseRun::read);
    connect(&m_selection, &Selection::projectChanged, this, [this] {
        fillRuns();
        read();
    });
    fillRuns();
    read();
}

void FormBaseRun::fillRuns()
{
    m_runs->clear();
    m_runs->addItem(tr("Choose a finished run\u2026"));
    for (const RunSummary& run : m_selection.project().runs) {
        if (run.status.state != RunState::Finished) continue;
        m_runs->addItem(
            tr("\u2068%1\u2069, expanded to %2 (%3)")
                .arg(QString::fromStdString(run.title), listed(run.expandedLanguages), QString::fromStdString(run.id)),
            QString::fromStdString(run.id));
    }
}

// Its original languages stay original; those that it was expanded to come before what is new in this round.
void FormBaseRun::take(int index)
{
    const std::string id = m_runs->itemData(index).toString().toStdString();
    const auto& runs = m_selection.project().runs;
    const auto run = std::find_if(runs.begin(), runs.end(), [&](const RunSummary& candidate) { return candidate.id == id; });
    if (run == runs.end()) return;
    Codes expanded = run->expandedLanguages;
    for (const Language& language : m_document.experiment().languages)
        if (language.role == LanguageRole::Expanded && !contains(expanded, language.code) &&
            !contains(run->originalLanguages, language.code))
            expanded.push_back(language.code);
    const QString folder = QFile::decodeName(run->folder.path.c_str());
    const QString relative = QDir(m_document.folder()).relativeFilePath(folder);
    const QString path = relative.startsWith(QLatin1String("..")) || m_document.folder().isEmpty() ? folder : relative;
    m_document.endEdit();
    m_document.setFields({{QStringLiteral("base.kind"), QStringLiteral("\"run\"")},
                          {QStringLiteral("base.path"), tomlOfText(path)},
                          {QStringLiteral("languages.original"), QString::fromStdString(tomlList(run->originalLanguages))},
                          {QStringLiteral("languages.expanded"), QString::fromStdString(tomlList(expanded))}},
                         tr("Go on from \u2068%1\u2069").arg(QString::fromStdString(run->title)));
    m_document.endEdit();
}

void FormBaseRun::read()
{
    const Experiment& experiment = m_document.experiment();
    const bool seen = experiment.base.kind == BaseKind::Run;
    setVisible(seen);
    const quint64 request = ++m_request;
    if (!seen) return;
    m_jobs.run(
        this, [experiment, folder = m_document.folder()] { return readBaseRun(experiment, folder); },
        [this, request](const BaseRunFacts& facts) {
            if (request == m_request) show(facts);
        });
}

void FormBaseRun::show(const BaseRunFacts& facts)
{
    m_facts->setText(roundText(m_document.experiment(), facts));
    m_facts->setVisible(!m_facts->text().isEmpty());
    m_problem->setText(facts.problem);
    m_problem->setVisible(!facts.problem.isEmpty());
    const QSignalBlocker quiet(m_runs);
    m_runs->setCurrentIndex(std::max(0, m_runs->findData(facts.title)));
}

}  // namespace moebel
