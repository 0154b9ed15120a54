#include "app/workbench/page/routing_page.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/plot/routing_map_widget.h"

namespace moebel
{

namespace
{

QString measureText(RoutingMeasure measure)
{
    switch (measure) {
        case RoutingMeasure::MeanScore:
            return RoutingPage::tr("Mean score");
        case RoutingMeasure::SelectionShare:
            return RoutingPage::tr("Selection share");
        case RoutingMeasure::TopOneShare:
            return RoutingPage::tr("Top-1 share");
        case RoutingMeasure::GateShare:
            return RoutingPage::tr("Gate share");
    }
    return {};
}

QString text(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

// The name in its own script, kept apart from what follows it where that runs the other way.
QString languageText(const Language& language)
{
    const QString own = QString::fromStdString(languageFacts(language.code).nativeName);
    const QString code = QString::fromStdString(language.code);
    return own.isEmpty() || own == code ? code : QStringLiteral("\u2068%1\u2069 (%2)").arg(own, code);
}

void addLabelled(QHBoxLayout* row, const QString& words, QWidget* widget)
{
    auto* label = new QLabel(words);
    label->setBuddy(widget);
    label->setForegroundRole(QPalette::PlaceholderText);
    row->addWidget(label);
    row->addWidget(widget);
    row->addSpacing(10);
}

}  // namespace

RoutingPage::RoutingPage(Selection& selection, Jobs& jobs, QWidget* parent)
    : QWidget(parent),
      m_selection(selection),
      m_jobs(jobs),
      m_title(new QLabel(this)),
      m_language(new QComboBox(this)),
      m_measure(new QComboBox(this)),
      m_split(new QComboBox(this)),
      m_step(new QSlider(Qt::Horizontal, this)),
      m_stepText(new QLabel(this)),
      m_map(new RoutingMapWidget(this)),
      m_readout(new QLabel(this)),
      m_save(new QToolButton(this))
{
    build();
    connectAll();
}

void RoutingPage::build()
{
    setObjectName(QStringLiteral("routingPage"));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    m_title->setFont(large);
    m_title->setTextFormat(Qt::PlainText);
    for (RoutingMeasure measure : kRoutingMeasures) {
        m_measure->addItem(measureText(measure), int(measure));
        m_measure->setItemData(m_measure->count() - 1, text(explanation(measure)), Qt::ToolTipRole);
    }
    m_split->addItem(tr("held-out text"), int(RoutingSplit::Evaluation));
    m_split->addItem(tr("training text"), int(RoutingSplit::Training));
    m_language->setObjectName(QStringLiteral("language"));
    m_measure->setObjectName(QStringLiteral("measure"));
    m_step->setObjectName(QStringLiteral("step"));
    m_language->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_step->setPageStep(1);
    m_step->setAccessibleName(tr("Step"));
    m_save->setText(tr("Save\u2026"));
    m_save->setToolTip(tr("Save the map as PNG, SVG, PDF or CSV"));
    m_readout->setForegroundRole(QPalette::PlaceholderText);
    m_readout->setTextFormat(Qt::PlainText);
    auto* choices = new QHBoxLayout;
    addLabelled(choices, tr("&Language"), m_language);
    addLabelled(choices, tr("&Measure"), m_measure);
    addLabelled(choices, tr("&Text"), m_split);
    choices->addStretch(1);
    choices->addWidget(m_save);
    auto* steps = new QHBoxLayout;
    addLabelled(steps, tr("&Step"), m_step);
    steps->setStretchFactor(m_step, 1);
    steps->addWidget(m_stepText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(10);
    layout->addWidget(m_title);
    layout->addLayout(choices);
    layout->addLayout(steps);
    layout->addWidget(m_map, 1);
    layout->addWidget(m_readout);
}

void RoutingPage::connectAll()
{
    connect(&m_selection, &Selection::runChanged, this, &RoutingPage::readRun);
    connect(m_language, &QComboBox::currentIndexChanged, this, &RoutingPage::showMap);
    connect(m_measure, &QComboBox::currentIndexChanged, this, &RoutingPage::showMap);
    connect(m_split, &QComboBox::currentIndexChanged, this, &RoutingPage::fillSteps);
    connect(m_step, &QSlider::valueChanged, this, &RoutingPage::readStep);
    connect(m_save, &QToolButton::clicked, this, &RoutingPage::save);
    connect(m_map, &RoutingMapWidget::readoutChanged, this,
            [this](const QString& readout) { m_readout->setText(readout.isEmpty() ? text(explanation(measure())) : readout); });
}

void RoutingPage::readRun()
{
    const RunSummary* run = m_selection.run();
    const quint64 request = ++m_request;
    if (!run) {
        showRun(RunRouting{});
        return;
    }
    m_jobs.run(
        this, [folder = run->folder] { return readRunRouting(folder); },
        [this, request](RunRouting routing) {
            if (request == m_request) showRun(std::move(routing));
        });
}

void RoutingPage::showRun(RunRouting routing)
{
    m_run = std::move(routing);
    m_title->setText(m_run.title.isEmpty() ? tr("Routing") : m_run.title);
    m_shown.reset();
    fillLanguages();
    fillSteps();
}

void RoutingPage::preferLanguage(const QString& code)
{
    m_preferred = code;
    if (const int at = m_language->findData(code); at >= 0) m_language->setCurrentIndex(at);
}

void RoutingPage::fillLanguages()
{
    const QSignalBlocker quiet(m_language);
    const QString before = m_language->count() > 0 ? m_language->currentData().toString() : m_preferred;
    m_language->clear();
    for (const Language& language : m_run.languages)
        m_language->addItem(languageText(language) + QStringLiteral(" \u00b7 ") + text(name(language.role)),
                            QString::fromStdString(language.code));
    m_language->setCurrentIndex(std::max(0, m_language->findData(before)));
}

void RoutingPage::fillSteps()
{
    const QSignalBlocker quiet(m_step);
    m_steps.clear();
    for (const RoutingCapture& capture : m_run.captures)
        if (int(capture.split) == m_split->currentData().toInt()) m_steps.push_back(capture);
    m_step->setRange(0, std::max(0, int(m_steps.size()) - 1));
    m_step->setValue(m_step->maximum());
    m_step->setEnabled(m_steps.size() > 1);
    readStep();
}

void RoutingPage::readStep()
{
    const quint64 request = ++m_request;
    const auto at = std::size_t(m_step->value());
    if (at >= m_steps.size()) {
        m_shown.reset();
        showMap();
        return;
    }
    m_jobs.run(
        this, [folder = m_run.folder, capture = m_steps[at]] { return readCapture(folder, capture); },
        [this, request](CaptureRouting routing) {
            if (request != m_request) return;
            m_shown = std::move(routing);
            showMap();
        });
}

void RoutingPage::showMap()
{
    const int language = m_language->currentIndex();
    const bool something = m_shown && m_shown->problem.isEmpty() && language >= 0 && language < int(m_shown->stats.languages());
    m_save->setEnabled(something);
    m_readout->setText(something ? text(explanation(measure())) : QString());
    m_stepText->setText(m_shown ? stepText(m_shown->capture) : QString());
    if (!something) {
        const QString problem = !m_run.problem.isEmpty() ? m_run.problem : m_shown ? m_shown->problem : QString();
        m_map->clear(problem.isEmpty() ? tr("No routing was captured on this text yet.") : problem);
        return;
    }
    double largest = 0;
    for (std::int32_t other = 0; other < m_shown->stats.languages(); ++other)
        largest = std::max(largest, routingMap(m_shown->stats, LanguageId{other}, measure()).largest());
    m_map->setMap(routingMap(m_shown->stats, LanguageId{language}, measure()),
                  languageText(m_run.languages[std::size_t(language)]) + QStringLiteral(", ") + stepText(m_shown->capture),
                  scaleEnd(largest));
}

QString RoutingPage::stepText(const RoutingCapture& capture) const
{
    QString stage;
    for (std::size_t i = 0; i < m_run.stages.size(); ++i)
        if (m_run.stages[i].stage == capture.stage && capture.stage >= 0)
            stage = tr("stage %1: %2, ").arg(capture.stage + 1).arg(text(name(m_run.stages[i].kind)));
    return stage + tr("step %1").arg(QLocale().toString(qint64(capture.step)));
}

RoutingMeasure RoutingPage::measure() const { return RoutingMeasure(m_measure->currentData().toInt()); }

void RoutingPage::save()
{
    auto* dialog = new QFileDialog(this, tr("Save the map"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters(
        {tr("Picture (*.png)"), tr("Vector picture (*.svg)"), tr("Document (*.pdf)"), tr("Numbers (*.csv)")});
    dialog->setDefaultSuffix(QStringLiteral("png"));
    connect(dialog, &QFileDialog::filterSelected, dialog,
            [dialog](const QString& filter) { dialog->setDefaultSuffix(filter.section(QStringLiteral("*."), 1).chopped(1)); });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        const Status saved = m_map->save(file);
        m_readout->setText(saved ? tr("Saved %1").arg(file) : QString::fromStdString(saved.error().message));
    });
    dialog->open();
}

}  // namespace moebel
