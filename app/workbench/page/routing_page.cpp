#include "app/workbench/page/routing_page.h"

#include <QComboBox>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>

#include "app/workbench/control/record_command.h"
#include "app/workbench/control/routing_reading.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/form_language_model.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/routing_words.h"
#include "app/workbench/page/step_player.h"
#include "widgets/support/export_menu.h"

namespace moebel
{

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
      m_player(new StepPlayer(this)),
      m_views(new RoutingViews(m_jobs, this)),
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

// One that was chosen stays; else the newest one is followed.
void RoutingPage::fillSteps()
{
    const auto chosen = std::size_t(m_player->index());
    const bool stays = chosen + 1 < m_steps.size();
    const RoutingCapture before = stays ? m_steps[chosen] : RoutingCapture{};
    m_steps.clear();
    for (const RoutingCapture& capture : m_run.captures)
        if (int(capture.split) == m_split->currentData().toInt()) m_steps.push_back(capture);
    int at = int(m_steps.size()) - 1;
    for (std::size_t i = 0; stays && i < m_steps.size(); ++i)
        if (m_steps[i].step == before.step && m_steps[i].stage == before.stage) at = int(i);
    m_player->setSteps(int(m_steps.size()), at);
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
    const auto at = std::size_t(m_player->index());
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
            if (m_problem.isEmpty()) m_picture = pictureOf(std::move(reading), m_run.languages, stepText(capture));
            showPicture();
        });
}

void RoutingPage::showPicture()
{
    m_export->setEnabled(m_picture != nullptr);
    m_player->setText(m_picture ? m_picture->when : QString());
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
    std::size_t at = 0;
    while (at + 1 < m_steps.size() && reached(m_steps[at + 1])) ++at;
    if (std::size_t(m_player->index()) == at) return;
    m_player->setSteps(int(m_steps.size()), int(at));
    readStep();
}

QString RoutingPage::stepText(const RoutingCapture& capture) const { return captureText(m_run.stages, capture); }

RoutingMeasure RoutingPage::measure() const { return RoutingMeasure(m_measure->currentData().toInt()); }

QString RoutingPage::command() const
{
    const auto at = std::size_t(m_player->index());
    return at < m_steps.size() ? routingCommand(m_run.folder, m_steps[at], m_views->divergenceReference()) : QString();
}

}  // namespace moebel
