#include "app/workbench/page/live_page.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDateTime>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/live_header.h"
#include "app/workbench/page/live_routing.h"
#include "app/workbench/page/live_rows.h"
#include "widgets/plot/series_legend.h"
#include "widgets/plot/series_plot.h"
#include "widgets/plot/series_table_model.h"
#include "widgets/text/console_view.h"

namespace moebel
{

namespace
{

constexpr int kOverTokens = 1;  // in the choice of the horizontal axis

QString eventLine(const EventRecord& event)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(qint64(event.time * 1000));
    return QStringLiteral("[%1] step %2  %3  %4")
        .arg(time.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")))
        .arg(event.step)
        .arg(QString::fromStdString(event.kind), QString::fromStdString(event.message));
}

}  // namespace

LivePage::LivePage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_selection(context.selection),
      m_controls(context.controls),
      m_feed(context.jobs),
      m_log(context.jobs),
      m_header(new LiveHeader(this)),
      m_stack(new QStackedWidget(this)),
      m_empty(new EmptyState(context.actions, this)),
      m_plot(new SeriesPlot(this)),
      m_legend(new SeriesLegend(this)),
      m_table(new SeriesTableModel(this)),
      m_cells(new QTableView(this)),
      m_axis(new QComboBox(this)),
      m_span(new QComboBox(this)),
      m_smoothing(new QComboBox(this)),
      m_formula(new QLabel(this)),
      m_logarithmic(new QCheckBox(tr("&Log scale"), this)),
      m_routing(new LiveRouting(m_feed, context.jobs, this)),
      m_console(new ConsoleView(this)),
      m_events(new ConsoleView(this))
{
    setObjectName(QStringLiteral("livePage"));
    m_feed.setActive(false);
    m_console->setPlaceholder(tr("The log is empty so far."));
    m_events->setPlaceholder(tr("Nothing has happened so far."));
    m_routing->preferLanguage(context.options.language);
    m_stack->addWidget(buildBody());
    m_stack->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(8);
    layout->addWidget(m_header);
    layout->addWidget(m_stack, 1);
    connectAll();
    showRun();
}

void LivePage::connectAll()
{
    connect(&m_selection, &Selection::runChanged, this, &LivePage::showRun);
    connect(&m_selection, &Selection::focusChanged, this, &LivePage::followFocus);
    connect(m_routing, &LiveRouting::languageChosen, &m_selection,
            [this](const QString& code) { m_selection.focusOnLanguage(code); });
    connect(m_routing, &LiveRouting::cellChosen, &m_selection, &Selection::focusOnCell);
    connect(m_plot, &SeriesPlot::stepChosen, &m_selection, [this](std::int64_t step) {
        if (step < 0) return m_plot->setChosen(step);  // of the base's pretraining, which no other page shows
        m_selection.focusOnStep(step, stageOfStep(m_feed.history(), step));
    });
    connect(&m_feed, &RunFeed::structureChanged, this, &LivePage::showStructure);
    connect(&m_feed, &RunFeed::advanced, this, &LivePage::showProgress);
    connect(&m_feed, &RunFeed::attachedChanged, this, &LivePage::showProgress);
    connect(&m_log, &LogTail::restarted, m_console, &ConsoleView::clear);
    connect(&m_log, &LogTail::linesRead, m_console, &ConsoleView::appendLines);
    connect(m_plot, &SeriesPlot::crosshairMoved, m_legend, &SeriesLegend::showStep);
    connect(m_legend, &SeriesLegend::hiddenChanged, m_plot, &SeriesPlot::setHidden);
    connect(m_legend, &SeriesLegend::pointedAt, m_plot, &SeriesPlot::setHighlighted);
    connect(m_axis, &QComboBox::currentIndexChanged, this, [this] {
        showCurves();
        m_plot->resetView();
    });
    connect(m_span, &QComboBox::currentIndexChanged, this, &LivePage::showCurves);
    connect(m_logarithmic, &QCheckBox::toggled, m_plot, &SeriesPlot::setLogarithmic);
    connect(m_smoothing, &QComboBox::currentIndexChanged, this, [this] {
        const double weight = m_smoothing->currentData().toDouble();
        m_plot->setSmoothing(weight);
        m_formula->setVisible(weight > 0);
    });
    for (ConsoleView* console : {m_console, m_events})
        connect(console, &ConsoleView::lineChosen, m_plot, [this](const QString& line) {
            if (const auto step = stepOfLine(line)) m_plot->setCrosshair(step);
        });
    connect(m_header, &LiveHeader::asked, &m_controls, &RunControls::ask);
    connect(m_header, &LiveHeader::resumeAsked, &m_controls, &RunControls::resume);
    connect(&m_controls, &RunControls::choicesChanged, m_header, [this] { m_header->setChoices(m_controls.choices()); });
    connect(&m_controls, &RunControls::answered, this, [this](bool ok, const QString& sentence) {
        if (!isVisible()) return;
        m_header->tell(ok, sentence);
        m_told = Told{m_feed.history().status(), double(QDateTime::currentMSecsSinceEpoch()) / 1000};
        m_feed.read();
    });
}

// What was chosen, here or on another page.
void LivePage::followFocus()
{
    const Focus& focus = m_selection.focus();
    if (!focus.language.empty()) m_routing->chooseLanguage(QString::fromStdString(focus.language));
    m_routing->chooseCell(focus.layer, focus.expert);
    m_plot->setChosen(focus.step < 0 ? std::nullopt : std::optional(focus.step));
}

void LivePage::showEvent(QShowEvent* event)
{
    m_feed.setActive(true);
    QWidget::showEvent(event);
}

void LivePage::hideEvent(QHideEvent* event)
{
    m_feed.setActive(false);
    m_controls.unwatch();
    QWidget::hideEvent(event);
}

void LivePage::showRun()
{
    const RunSummary* run = m_selection.run();
    if (run && run->id == m_run) return;  // the same one was read again
    m_run = run ? run->id : std::string();
    m_span->setCurrentIndex(0);
    m_routing->reset();
    m_events->clear();
    m_shownEvents = 0;
    m_header->clear(tr("Live"));
    m_header->setChoices(m_controls.choices());
    m_told.reset();
    if (!run) {
        m_feed.leave();
        if (m_selection.isOpen())
            m_empty->show(
                tr("This project has no run yet. Start one on the Experiment page, or with \u201Cmoebel run\u201D in a "
                   "terminal; it appears here by itself."),
                {QStringLiteral("experiment.setUp")});
        else
            m_empty->show(tr("No project is open."), projectActions());
        m_stack->setCurrentWidget(m_empty);
        return;
    }
    m_header->setTitle(QString::fromStdString(run->title.empty() ? run->id : run->title));
    m_stack->setCurrentIndex(0);
    m_feed.follow(run->folder);
    m_log.follow(run->folder);
    showStructure();
    m_plot->resetView();
}

void LivePage::showStructure()
{
    offerSpans();
    showCurves();
    showProgress();
}

void LivePage::showCurves()
{
    const int span = m_span->currentIndex() - 1;
    QList<PlotRow> rows = liveRows(m_feed.history());
    if (span >= 0) rows = rowsWithin(rows, m_spans[span].first, m_spans[span].last);
    m_plot->setRows(rows);
    m_plot->setSpan(span < 0 ? std::nullopt : std::optional(std::pair(m_spans[span].first, m_spans[span].last)));
    m_legend->setRows(rows);
    m_tableIsOld = true;
    showTable();
    showScale();
}

// All steps of all series together: only for who looks at them.
void LivePage::showTable()
{
    if (!m_cells->isVisible()) return;
    if (m_tableIsOld)
        m_table->setRows(m_plot->rows());
    else
        m_table->dataChanged();
    m_tableIsOld = false;
}

// The whole run, and each part of it where there are several.
void LivePage::offerSpans()
{
    const QList<RunSpan> spans = runSpans(m_feed.history());
    if (spans == m_spans) return;
    const QSignalBlocker quiet(m_span);
    const QString chosen = m_span->currentText();
    m_spans = spans;
    m_span->clear();
    m_span->addItem(tr("Whole run"));
    for (const RunSpan& span : m_spans) m_span->addItem(span.name);
    m_span->setCurrentIndex(std::max(0, m_span->findText(chosen)));
    m_span->setVisible(m_spans.size() > 1);
}

void LivePage::showScale()
{
    const bool tokens = m_axis->currentIndex() == kOverTokens;
    const bool base = !m_spans.isEmpty() && m_spans.first().stage < 0;
    m_plot->setScale(tokens ? tokenScale(m_feed.history()) : StepScale(),
                     tokens ? base ? tr("trained tokens, those of the base first") : tr("trained tokens")
                     : base ? tr("step; the pretraining of the base counts its own")
                            : tr("step"));
}

void LivePage::showProgress()
{
    if (!m_feed.following()) return;
    if (m_feed.hasRead()) m_header->setState(m_feed.history().status(), m_feed.attached(), liveProgress(m_feed.history()));
    showLine();
    if (m_feed.hasRead() && isVisible()) m_controls.watch(m_feed.run(), m_feed.history().status(), m_feed.attached());
    m_plot->setStages(stageMarks(m_feed.history()));
    m_plot->dataChanged();
    m_legend->showStep(m_plot->crosshair());
    showEvents();
    m_log.read();
}

void LivePage::showEvents()
{
    const auto& events = m_feed.history().events();
    QStringList lines;
    for (; m_shownEvents < events.size(); ++m_shownEvents) lines << eventLine(events[m_shownEvents]);
    m_events->appendLines(lines);
}

// What is wrong with the record; an answer until what it speaks of has happened.
void LivePage::showLine()
{
    if (!m_feed.problem().isEmpty()) {
        m_told = Told{};  // until it can be read again
        return m_header->tell(false, m_feed.problem());
    }
    if (!m_told) return;
    const RunStatus& now = m_feed.history().status();
    const auto& events = m_feed.history().events();  // those before the answer may be read after it
    const bool same = now.state == m_told->status.state && now.ending == m_told->status.ending &&
                      (events.empty() || events.back().time <= m_told->time);
    if (same) return;
    m_told.reset();
    m_header->tell(true, QString());
}

}  // namespace moebel
