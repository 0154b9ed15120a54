#include "app/workbench/page/routing_page.h"

#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include "app/workbench/control/routing_command.h"
#include "app/workbench/control/routing_reading.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/form_language_model.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/routing_words.h"
#include "widgets/support/export_menu.h"

namespace moebel
{

namespace
{

constexpr int kPlayMilliseconds = 350;

}  // namespace

RoutingPage::RoutingPage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_selection(context.selection),
      m_jobs(context.jobs),
      m_navigator(context.navigator),
      m_preferred(context.options.language),
      m_readRun(new WhenSeen(this, [this] { readRun(); })),
      m_title(new QLabel(this)),
      m_language(new QComboBox(this)),
      m_measure(new QComboBox(this)),
      m_split(new QComboBox(this)),
      m_reference(new QComboBox(this)),
      m_step(new QSlider(Qt::Horizontal, this)),
      m_play(new QToolButton(this)),
      m_stepText(new QLabel(this)),
      m_views(new RoutingViews(this)),
      m_readout(new QLabel(this)),
      m_body(new QWidget(this)),
      m_empty(new EmptyState(context.actions, this)),
      m_export(exportButton([this] { return &m_views->exportMenu(); }, this))
{
    build();
    connectAll();
    addActions(context);
}

// Without a run there is nothing to choose.
void RoutingPage::showEmpty()
{
    const bool none = m_run.folder.path.empty();
    m_body->setVisible(!none);
    m_empty->setVisible(none);
    if (!m_selection.isOpen())
        m_empty->show(tr("No project is open."), projectActions());
    else
        m_empty->show(tr("This project has no run yet; its routing is seen here while it trains."),
                      {QStringLiteral("experiment.setUp")});
}

void RoutingPage::showEvent(QShowEvent* event)
{
    m_follows = m_readRun->settle();
    QWidget::showEvent(event);
    if (!m_follows) followFocus();
}

void RoutingPage::readRun()
{
    const RunSummary* run = m_selection.run();
    const quint64 request = ++m_runRequest;
    if (!run) {
        showRun(RunRouting{});
        return;
    }
    m_jobs.run(
        this, [folder = run->folder] { return readRunRouting(folder); },
        [this, request](RunRouting routing) {
            if (request == m_runRequest) showRun(std::move(routing));
        });
}

void RoutingPage::showRun(RunRouting routing)
{
    const bool same = routing.folder.path == m_run.folder.path && routing.captures == m_run.captures && m_picture;
    m_run = std::move(routing);
    m_problem = m_run.problem;
    m_title->setText(m_run.title.isEmpty() ? tr("Routing") : m_run.title);
    showEmpty();
    if (!same) {
        m_picture.reset();
        fillLanguages();
        fillSteps();
    }
    if (std::exchange(m_follows, false)) followFocus();
}

void RoutingPage::fillLanguages()
{
    const QSignalBlocker quiet(m_language);
    const QString before = m_language->count() > 0 ? m_language->currentData().toString() : m_preferred;
    m_language->clear();
    for (const Language& language : m_run.languages)
        m_language->addItem(languageText(language.code) + QStringLiteral(" \u00b7 ") + roleTitle(language.role),
                            QString::fromStdString(language.code));
    m_language->setCurrentIndex(std::max(0, m_language->findData(before)));
}

void RoutingPage::fillSteps()
{
    {
        const QSignalBlocker quiet(m_step);
        std::optional<RoutingCapture> before;  // one that was chosen stays; else the newest one is followed
        if (const auto at = std::size_t(m_step->value()); at + 1 < m_steps.size()) before = m_steps[at];
        m_steps.clear();
        for (const RoutingCapture& capture : m_run.captures)
            if (int(capture.split) == m_split->currentData().toInt()) m_steps.push_back(capture);
        m_step->setRange(0, std::max(0, int(m_steps.size()) - 1));
        m_step->setValue(m_step->maximum());
        for (std::size_t i = 0; before && i < m_steps.size(); ++i)
            if (m_steps[i].step == before->step && m_steps[i].stage == before->stage) m_step->setValue(int(i));
        m_step->setEnabled(m_steps.size() > 1);
        m_play->setEnabled(m_steps.size() > 1);
    }
    fillReferences();
    readStep();
}

// The first and the last capture of each stage of this run, then the other runs.
void RoutingPage::fillReferences()
{
    const QSignalBlocker quiet(m_reference);
    const QString before = m_reference->currentText();
    m_reference->clear();
    m_reference->addItem(tr("Nothing"), -1);
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        const bool first = i == 0 || m_steps[i].stage != m_steps[i - 1].stage;
        const bool last = i + 1 == m_steps.size() || m_steps[i].stage != m_steps[i + 1].stage;
        if (first || last) m_reference->addItem(stepText(m_steps[i]), int(i));
    }
    for (const RunSummary& run : m_selection.project().runs)
        if (run.id != m_run.folder.id() && run.status.state != RunState::Damaged)
            m_reference->addItem(
                tr("Run \u2068%1\u2069 (%2)").arg(QString::fromStdString(run.title), QString::fromStdString(run.id).left(15)),
                QString::fromStdString(run.folder.path.string()));
    m_reference->setCurrentIndex(std::max(0, m_reference->findText(before)));
}

void RoutingPage::readStep()
{
    const quint64 request = ++m_request;
    const auto at = std::size_t(m_step->value());
    if (at >= m_steps.size()) {
        m_picture.reset();
        showPicture();
        return;
    }
    RoutingReference reference;
    const QVariant wanted = m_reference->currentData();
    if (wanted.typeId() == QMetaType::QString)
        reference = RunFolder{wanted.toString().toStdString()};
    else if (wanted.toInt() >= 0)
        reference = m_steps[std::size_t(wanted.toInt())];
    m_reading = true;
    m_jobs.run(
        this,
        [folder = m_run.folder, capture = m_steps[at], languages = m_run.languages, reference] {
            return readRouting(folder, capture, languages, reference);
        },
        [this, request, capture = m_steps[at]](RoutingReading reading) {
            if (request != m_request) return;
            m_reading = false;
            m_problem = reading.problem;
            m_picture.reset();
            if (m_problem.isEmpty())
                m_picture = std::make_shared<const RoutingPicture>(
                    RoutingPicture{m_run.languages, std::move(reading.stats), stepText(capture), std::move(reading.reference),
                                   std::move(reading.referenceIndex)});
            showPicture();
        });
}

void RoutingPage::showPicture()
{
    m_export->setEnabled(m_picture != nullptr);
    m_stepText->setText(m_picture ? m_picture->when : QString());
    if (!m_picture) {
        m_views->clear(!m_problem.isEmpty()
                           ? m_problem
                           : withoutRoutingText(m_run.stages, tr("No routing was captured on this text yet.")));
        m_readout->clear();
        return;
    }
    m_views->show(m_picture, measure(), m_language->currentIndex());
    const Focus& focus = m_selection.focus();
    m_views->setCurrentCell(focus.layer < 0 ? std::nullopt : std::optional(HeatMapCell{focus.layer, focus.expert}));
    m_readout->setText(explanationText(measure()));
}

// What another page looks at is looked at here as well.
void RoutingPage::followFocus()
{
    if (!isVisible()) return;
    const Focus& focus = m_selection.focus();
    const int language = m_language->findData(QString::fromStdString(focus.language));
    if (language >= 0) m_language->setCurrentIndex(language);
    m_views->setCurrentCell(focus.layer < 0 ? std::nullopt : std::optional(HeatMapCell{focus.layer, focus.expert}));
    if (focus.step < 0 || m_steps.empty()) return;
    const auto reached = [&focus](const RoutingCapture& capture) {
        return capture.step < focus.step || (capture.step == focus.step && (focus.stage < 0 || capture.stage <= focus.stage));
    };
    int at = 0;
    while (at < m_step->maximum() && reached(m_steps[std::size_t(at) + 1])) ++at;
    if (m_step->value() == at) return;
    {
        const QSignalBlocker quiet(m_step);
        m_step->setValue(at);
    }
    readStep();
}

void RoutingPage::moveStep(int by) { m_step->setValue(m_step->value() + by); }

void RoutingPage::play(bool on)
{
    m_play->setText(on ? tr("Pause") : tr("Play"));
    if (!on) return m_player.stop();
    if (m_step->value() == m_step->maximum()) m_step->setValue(0);
    m_player.start(kPlayMilliseconds);
}

QString RoutingPage::stepText(const RoutingCapture& capture) const
{
    QString stage;
    for (const StageRecord& record : m_run.stages)
        if (record.stage == capture.stage && capture.stage >= 0)
            stage = tr("stage %1: %2, ").arg(capture.stage + 1).arg(stageText(record.kind));
    return stage + tr("step %1").arg(QLocale().toString(qint64(capture.step)));
}

RoutingMeasure RoutingPage::measure() const { return RoutingMeasure(m_measure->currentData().toInt()); }

QString RoutingPage::command() const
{
    const auto at = std::size_t(m_step->value());
    return routingCommand(m_run.folder, m_run.checkpoints, at < m_steps.size() ? m_steps[at].step : -1,
                          m_language->currentData().toString());
}

}  // namespace moebel
