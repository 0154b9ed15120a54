#include "app/workbench/page/compare_page.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/workbench/control/run_cells.h"
#include "app/workbench/control/shell_line.h"
#include "app/workbench/page/compare_curves.h"
#include "app/workbench/page/compare_routing.h"
#include "app/workbench/page/compare_runs.h"
#include "app/workbench/page/compare_tables.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/routing_views.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/named_tabs.h"
#include "widgets/support/title_label.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

namespace
{

ComparisonView* namedView(const char* name, const QString& description)
{
    auto* view = new ComparisonView;
    view->setObjectName(QString::fromLatin1(name));
    view->setAccessibleName(description);
    return view;
}

}  // namespace

ComparePage::ComparePage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_selection(context.selection),
      m_jobs(context.jobs),
      m_navigator(context.navigator),
      m_showing(new WhenSeen(this, [this] { showProject(); })),
      m_list(new CompareRuns(this)),
      m_stack(new QStackedWidget(this)),
      m_empty(new EmptyState(context.actions, this)),
      m_tabs(new QTabWidget(this)),
      m_scores(namedView("scores", tr("Scores by language, run and checkpoint"))),
      m_description(namedView("description", tr("The runs' descriptions, key by key"))),
      m_expertZero(namedView("expertZero", tr("Mean score of expert 0 by language and layer"))),
      m_differencesOnly(new QCheckBox(tr("&Differences only"), this)),
      m_curves(new CompareCurves(context.jobs)),
      m_routing(new CompareRouting(context.jobs))
{
    setObjectName(QStringLiteral("comparePage"));
    auto* title = new QLabel(tr("Compare"), this);
    beTitle(*title);
    m_stack->addWidget(m_tabs);
    m_stack->addWidget(m_empty);
    auto* sides = new QSplitter(Qt::Horizontal, this);
    sides->setObjectName(QStringLiteral("sides"));
    sides->addWidget(m_list);
    sides->addWidget(m_stack);
    sides->setChildrenCollapsible(false);
    sides->setStretchFactor(1, 1);
    sides->setSizes({44 * fontMetrics().horizontalAdvance(QLatin1Char('x')), 900});
    m_tabs->setDocumentMode(true);
    m_tabs->setObjectName(QStringLiteral("comparisons"));
    addNamedTab(*m_tabs, m_scores, tr("Scores"), QStringLiteral("scores"));
    addNamedTab(*m_tabs, buildTables(), tr("Description"), QStringLiteral("description"));
    addNamedTab(*m_tabs, m_curves, tr("Curves"), QStringLiteral("curves"));
    addNamedTab(*m_tabs, m_routing, tr("Routing"), QStringLiteral("routing"));
    addNamedTab(*m_tabs, m_expertZero, tr("Expert 0"), QStringLiteral("expert-0"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(8);
    layout->addWidget(title);
    layout->addWidget(sides, 1);
    m_tabs->setCornerWidget(exportButton([this] { return currentExports(); }, this));
    for (ExportMenu* exports : {&m_scores->exportMenu(), &m_description->exportMenu(), &m_expertZero->exportMenu()}) {
        exports->setCommand([this] { return command(); });
        connect(exports, &ExportMenu::told, &m_navigator, &Navigator::tellResult);
    }
    connect(&m_selection, &Selection::focusChanged, this, &ComparePage::followFocus);
    connect(m_curves, &CompareCurves::languageChosen, &m_selection, &Selection::focusOnLanguage);
    connect(m_curves, &CompareCurves::stepChosen, this, [this](std::int64_t step) { m_selection.focusOnStep(step); });
    connect(m_routing, &CompareRouting::languageChosen, &m_selection, &Selection::focusOnLanguage);
    connect(&m_routing->views(), &RoutingViews::cellChosen, this,
            [this](const HeatMapCell& cell) { m_selection.focusOnCell(cell.row, cell.column); });
    connect(&m_curves->exportMenu(), &ExportMenu::told, &m_navigator, &Navigator::tellResult);
    connect(&m_routing->views(), &RoutingViews::told, &m_navigator, &Navigator::tellResult);
    connect(&m_selection, &Selection::projectChanged, m_showing, &WhenSeen::touch);
    connect(m_list, &CompareRuns::chosenChanged, this, [this] {
        m_chosen = true;
        read();
    });
    connect(&m_navigator, &Navigator::comparisonWanted, this, [this](const QStringList& ids) {
        m_showing->settle();
        m_chosen = true;
        m_list->choose(ids);
        read();
    });
    addActions(context);
    showProject();
}

QWidget* ComparePage::buildTables()
{
    m_differencesOnly->setObjectName(QStringLiteral("differencesOnly"));
    m_differencesOnly->setChecked(true);
    connect(m_differencesOnly, &QCheckBox::toggled, this, &ComparePage::showDescription);
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->addWidget(m_differencesOnly);
    m_description->setNothing(tr("The descriptions of these runs are the same."));
    layout->addWidget(m_description, 1);
    return page;
}

void ComparePage::addActions(PageContext& context)
{
    context.actions.add(ActionMenu::Run, QStringLiteral("compare.command"), tr("Copy the comparison as a command"), {}, this,
                        [this] { m_scores->exportMenu().copyCommand(); });
    auto* differences = new QAction(this);
    differences->setShortcut(Qt::Key_D);
    differences->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(differences);
    connect(differences, &QAction::triggered, m_differencesOnly, &QCheckBox::toggle);
}

void ComparePage::showEvent(QShowEvent* event)
{
    m_showing->settle();
    QWidget::showEvent(event);
    chooseFirst();
    followFocus();
}

void ComparePage::showProject()
{
    if (!m_selection.isOpen()) m_chosen = false;
    m_list->setRuns(m_selection.shared());
    if (isVisible()) chooseFirst();
    const std::vector<RunSummary> now = chosen();
    if (m_chosen && !std::equal(now.begin(), now.end(), m_readRuns.begin(), m_readRuns.end(), sameRow)) read();
}

// Before anybody chose: the selected run, or the newest finished one, against the newest other one that is finished.
void ComparePage::chooseFirst()
{
    if (m_chosen) return;
    QStringList ids;
    const auto add = [&ids](const RunSummary& run) {
        const QString id = QString::fromStdString(run.id);
        if (run.status.state == RunState::Finished && ids.size() < 2 && !ids.contains(id)) ids << id;
    };
    if (m_selection.run()) add(*m_selection.run());
    for (const RunSummary& run : m_selection.project().runs) add(run);
    m_chosen = !ids.isEmpty();
    m_list->choose(ids);
    read();
}

std::vector<RunSummary> ComparePage::chosen() const
{
    std::vector<RunSummary> runs;
    for (const QString& id : m_list->chosen())
        for (const std::string wanted = id.toStdString(); const RunSummary& run : m_selection.project().runs)
            if (run.id == wanted) runs.push_back(run);
    return runs;
}

void ComparePage::read()
{
    m_readRuns = chosen();
    std::vector<RunFolder> folders;
    for (const RunSummary& run : m_readRuns) folders.push_back(run.folder);
    const quint64 request = ++m_request;
    m_jobs.run(
        this, [folders, metric = m_curves->metric()] { return readComparedRuns(folders, metric); },
        [this, request](std::vector<ComparedRun> runs) {
            if (request == m_request) take(std::move(runs));
        });
}

void ComparePage::take(std::vector<ComparedRun> runs)
{
    m_runs = std::move(runs);
    m_list->setVisible(m_list->count() > 0);
    for (const ComparedRun& run : m_runs)
        if (!run.problem.isEmpty()) m_navigator.tell(MessageKind::Warning, run.problem);
    if (m_runs.empty()) {
        if (!m_selection.isOpen())
            m_empty->show(tr("No project is open."), projectActions());
        else if (m_selection.project().runs.empty())
            m_empty->show(tr("There are no runs to compare yet."), {QStringLiteral("experiment.setUp")});
        else
            m_empty->show(tr("Tick runs in the list to compare them; press B on the one that is the baseline."));
        m_stack->setCurrentWidget(m_empty);
        return;
    }
    m_stack->setCurrentWidget(m_tabs);
    m_scores->setTable(scoreTable(m_runs));
    m_expertZero->setTable(expertZeroTable(m_runs));
    showDescription();
    m_curves->setRuns(m_runs);
    m_routing->setRuns(m_runs);
}

void ComparePage::showDescription()
{
    const auto table = descriptionTable(m_runs, m_differencesOnly->isChecked());
    if (table)
        m_description->setTable(*table);
    else
        m_navigator.tell(MessageKind::Error, QString::fromStdString(table.error().message));
}

// What was chosen, here or on another page.
void ComparePage::followFocus()
{
    if (!isVisible()) return;
    const Focus& focus = m_selection.focus();
    const bool other = focus.language != m_followed;
    m_followed = focus.language;  // the means may be looked at until another one is chosen
    if (other) m_curves->chooseLanguage(QString::fromStdString(focus.language));
    m_curves->chooseStep(focus.step);
    if (other) m_routing->chooseLanguage(QString::fromStdString(focus.language));
}

QString ComparePage::command() const
{
    const bool alone = m_runs.size() == 1;
    QStringList words = {QStringLiteral("moebel"), alone ? QStringLiteral("show") : QStringLiteral("compare")};
    for (const ComparedRun& run : m_runs) words << pathText(run.folder.path);
    return shellLine(words << QStringLiteral("--json"));
}

ExportMenu* ComparePage::currentExports() const
{
    const QWidget* shown = m_tabs->currentWidget();
    if (shown == m_curves) return &m_curves->exportMenu();
    if (shown == m_routing) return &m_routing->exportMenu();
    for (const ComparisonView* view : {m_scores, m_description, m_expertZero})
        if (shown == view || shown->isAncestorOf(view)) return &view->exportMenu();
    return nullptr;
}

}  // namespace moebel
