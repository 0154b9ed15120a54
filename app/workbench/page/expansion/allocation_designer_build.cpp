// What stands on the page of the allocation designer, its actions, and what it listens to.
#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/expansion/allocation_designer_page.h"
#include "app/workbench/page/expansion/allocation_rule_bar.h"
#include "app/workbench/page/expansion/allocation_table_model.h"
#include "app/workbench/page/expansion/allocation_words.h"
#include "app/workbench/page/page_head.h"
#include "widgets/plot/allocation_bars.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/table_text.h"
#include "widgets/support/theme_roles.h"
#include "widgets/support/title_label.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

void AllocationDesignerPage::build()
{
    setObjectName(QStringLiteral("allocationPage"));
    m_state->setObjectName(QStringLiteral("allocationState"));
    m_state->setForegroundRole(kErrorRole);
    m_readout->setObjectName(QStringLiteral("allocationReadout"));
    m_readout->setForegroundRole(QPalette::PlaceholderText);
    m_ceiling->setObjectName(QStringLiteral("ceiling"));
    for (QLabel* line : {m_state, m_readout, m_ceiling, m_source}) {
        line->setTextFormat(Qt::PlainText);
        line->setWordWrap(line != m_readout);
        beginWithLine(*line);
    }
    m_readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(8);
    body->addWidget(buildTabs());
    body->addWidget(m_rule);
    body->addWidget(m_state);
    body->addWidget(buildPanes(), 1);
    body->addWidget(m_readout);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(8);
    layout->addWidget(buildHead());
    layout->addWidget(m_source);
    layout->addWidget(m_body, 1);
    layout->addWidget(m_empty, 1);
    setFocusProxy(m_bars);
}

QWidget* AllocationDesignerPage::buildHead()
{
    beTitle(*m_title);
    m_title->setText(tr("Allocation"));
    m_source->setForegroundRole(QPalette::PlaceholderText);
    m_source->setObjectName(QStringLiteral("allocationSource"));
    auto* head = new PageHead(*m_title, m_context.actions, this);
    head->addButton(QStringLiteral("allocation.open"));
    m_needLayers << head->addButton(QStringLiteral("allocation.paste"));
    m_needLayers << head->addMenu(tr("Copy"), QStringLiteral("copyAllocation"),
                                  {QStringLiteral("allocation.copyList"), QStringLiteral("allocation.copyJson"),
                                   QStringLiteral("allocation.copyToml"), QStringLiteral("allocation.copyCommand")});
    m_needLayers << head->addButton(QStringLiteral("allocation.queue"));
    return head;
}

QWidget* AllocationDesignerPage::buildTabs()
{
    auto* line = new QWidget(this);
    m_tabs->setObjectName(QStringLiteral("candidates"));
    m_tabs->setAccessibleName(tr("Candidates"));
    m_tabs->setDocumentMode(true);
    m_tabs->setExpanding(false);
    m_tabs->setDrawBase(false);
    m_tabs->setElideMode(Qt::ElideRight);
    m_tabs->setUsesScrollButtons(true);
    m_tabs->setToolTip(tr("A double click or F2 renames a candidate"));
    auto* add = new QToolButton(line);
    add->setObjectName(QStringLiteral("addCandidate"));
    add->setText(tr("Add a candidate"));
    add->setToolTip(tr("A copy of this one, to be changed and compared"));
    connect(add, &QToolButton::clicked, &m_design, &AllocationDesign::addCandidate);
    m_remove->setObjectName(QStringLiteral("removeCandidate"));
    m_remove->setText(tr("Remove"));
    m_remove->setAccessibleName(tr("Remove this candidate"));
    connect(m_remove, &QToolButton::clicked, this, [this] { m_design.removeCandidate(m_design.current()); });
    auto* renaming = new QAction(m_tabs);
    renaming->setShortcut(Qt::Key_F2);
    renaming->setShortcutContext(Qt::WidgetShortcut);
    connect(renaming, &QAction::triggered, this, [this] { rename(m_tabs->currentIndex()); });
    m_tabs->addAction(renaming);
    m_pairButton->setText(tr("Pairs"));
    m_pairButton->setObjectName(QStringLiteral("pairs"));
    m_pairButton->setAccessibleName(tr("Curves of single pairs of languages"));
    m_pairButton->setPopupMode(QToolButton::InstantPopup);
    m_pairButton->setMenu(m_pairMenu);
    m_pairButton->setEnabled(false);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_tabs, 1);
    row->addWidget(add);
    row->addWidget(m_remove);
    row->addSpacing(12);
    row->addWidget(m_pairButton);
    row->addWidget(exportButton([this] { return &m_bars->exportMenu(); }, line));
    return line;
}

QWidget* AllocationDesignerPage::buildPanes()
{
    m_bars->setObjectName(QStringLiteral("allocationBars"));
    m_bars->setMinimumHeight(190);  // bars stay readable when a dock is open below
    m_table->setObjectName(QStringLiteral("allocationTable"));
    m_table->setAccessibleName(tr("Experts per layer as a table"));
    m_table->setModel(m_model);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setTabKeyNavigation(false);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                             QAbstractItemView::AnyKeyPressed | QAbstractItemView::SelectedClicked);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    applyHeaderStyle(*m_table->horizontalHeader());
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    auto* exports = new ExportMenu(*m_table, tableExports(*m_table, QStringLiteral("allocation")));
    exports->attach();
    connect(exports, &ExportMenu::told, &m_context.navigator, &Navigator::tellResult);
    m_facts->setObjectName(QStringLiteral("candidateFacts"));
    m_facts->setAccessibleName(tr("Candidates side by side"));
    m_facts->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    auto* facts = new QWidget(this);
    auto* factsLayout = new QVBoxLayout(facts);
    factsLayout->setContentsMargins(0, 0, 0, 0);
    factsLayout->addWidget(m_facts, 1);
    factsLayout->addWidget(m_ceiling);
    auto* below = new QSplitter(Qt::Horizontal, this);
    below->setObjectName(QStringLiteral("allocationBelow"));
    below->addWidget(m_table);
    below->addWidget(facts);
    below->setStretchFactor(0, 1);
    below->setStretchFactor(1, 1);
    auto* panes = new QSplitter(Qt::Vertical, this);
    panes->setObjectName(QStringLiteral("allocationPanes"));
    panes->addWidget(m_bars);
    panes->addWidget(below);
    panes->setStretchFactor(0, 3);
    panes->setStretchFactor(1, 2);
    panes->setSizes({330, 290});
    for (QSplitter* splitter : {below, panes}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(9);
    }
    return panes;
}

void AllocationDesignerPage::addActions()
{
    const auto add = [this](const char* id, const QString& text, const std::function<void()>& act) {
        QAction* action = m_context.actions.add(ActionMenu::Run, QString::fromLatin1(id), text, {}, this, act);
        action->setEnabled(false);  // until the page is shown
        m_actions << action;
    };
    // Where there are no layers there is nothing to copy.
    const auto copying = [this](QString (*textOf)(const AllocationCandidate&), const QString& what) {
        return [this, textOf, what] {
            if (const AllocationCandidate* candidate = m_design.candidate()) copy(textOf(*candidate), what);
        };
    };
    add("allocation.open", tr("Open similarities\u2026"), [this] { askForFile(); });
    add("allocation.copySimilarity", tr("Copy the command that measures it"),
        [this] { copy(similarityCommand(m_design.evidence()), tr("the command")); });
    add("allocation.paste", tr("Paste a list"), [this] { paste(); });
    add("allocation.copyList", tr("Copy as list"), copying(listText, tr("the list")));
    add("allocation.copyJson", tr("Copy as JSON"), copying(jsonText, tr("the JSON")));
    add("allocation.copyToml", tr("Copy as TOML"), copying(tomlText, tr("the TOML")));
    add("allocation.copyCommand", tr("Copy as command"), [this] {
        if (const AllocationCandidate* candidate = m_design.candidate())
            copy(commandText(*candidate, experimentFile()), tr("the command"));
    });
    add("allocation.queue", tr("Queue all candidates"), [this] { queueAll(); });
}

void AllocationDesignerPage::connectAll()
{
    connect(&m_context.selection, &Selection::runChanged, m_readRun, &WhenSeen::touch);
    connect(&m_context.navigator, &Navigator::similarityWanted, this, &AllocationDesignerPage::openFile);
    connect(&m_design, &AllocationDesign::evidenceChanged, this, &AllocationDesignerPage::showEvidence);
    connect(&m_design, &AllocationDesign::changed, this, &AllocationDesignerPage::showCandidates);
    connect(&m_design, &AllocationDesign::refused, this, &AllocationDesignerPage::showState);
    connect(m_tabs, &QTabBar::currentChanged, &m_design, &AllocationDesign::setCurrent);
    connect(m_tabs, &QTabBar::tabBarDoubleClicked, this, &AllocationDesignerPage::rename);
    connect(m_bars, &AllocationBars::expertsWanted, &m_design, &AllocationDesign::setExperts);
    connect(m_bars, &AllocationBars::classifierWanted, &m_design, &AllocationDesign::setClassifier);
    connect(m_model, &AllocationTableModel::expertsWanted, &m_design,
            [this](int layer, std::int64_t experts) { m_design.setExperts(layer, experts, 0); });
    connect(m_model, &AllocationTableModel::classifierWanted, &m_design, &AllocationDesign::setClassifier);
    connect(m_bars, &AllocationBars::readoutChanged, this, [this](const QString& words) {
        m_readout->setText(
            words.isEmpty()
                ? tr("Drag a bar, or choose one with the arrow keys: up and down change its experts, C its classifier.")
                : words);
    });
    connect(m_bars, &AllocationBars::currentLayerChanged, this, [this](int layer) {
        if (layer >= 0 && m_table->currentIndex().row() != layer)
            m_table->setCurrentIndex(m_model->index(layer, AllocationTableModel::Experts));
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) { m_bars->setCurrentLayer(now.row()); });
    const auto command = [this] {
        const AllocationCandidate* candidate = m_design.candidate();
        return candidate ? commandText(*candidate, experimentFile()) : QString();
    };
    for (ExportMenu* exports : {&m_bars->exportMenu(), &m_facts->exportMenu()}) {
        exports->setCommand(command);
        connect(exports, &ExportMenu::told, &m_context.navigator, &Navigator::tellResult);
    }
}

}  // namespace moebel
