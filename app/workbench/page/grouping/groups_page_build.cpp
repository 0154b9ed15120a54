// What stands on the Groups page, and its actions.
#include <QAction>
#include <QLabel>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/workbench/control/grouping/grouping_experiment.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/grouping/adaptation_view.h"
#include "app/workbench/page/grouping/deviation_view.h"
#include "app/workbench/page/grouping/grouping_view.h"
#include "app/workbench/page/grouping/groups_page.h"
#include "app/workbench/page/page_head.h"
#include "widgets/support/named_tabs.h"
#include "widgets/support/title_label.h"

namespace moebel
{

namespace
{

QWidget* inOneTab(QWidget* one, QWidget* other)
{
    auto* tab = new QWidget;
    auto* layout = new QVBoxLayout(tab);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(one, 1);
    layout->addWidget(other, 1);
    return tab;
}

}  // namespace

void GroupsPage::build()
{
    setObjectName(QStringLiteral("groupsPage"));
    setAcceptDrops(true);
    beTitle(*m_title);
    m_title->setText(tr("Language groups"));
    m_source->setObjectName(QStringLiteral("groupsSource"));
    m_source->setForegroundRole(QPalette::PlaceholderText);
    m_source->setTextFormat(Qt::PlainText);
    m_source->setWordWrap(true);
    beginWithLine(*m_source);
    m_tabs->setObjectName(QStringLiteral("groupsTabs"));
    m_tabs->setDocumentMode(true);
    addNamedTab(*m_tabs, inOneTab(m_grouping, m_noSimilarity), tr("Grouping"), QStringLiteral("grouping"));
    addNamedTab(*m_tabs, inOneTab(m_deviation, m_noDeviation), tr("Deviation"), QStringLiteral("deviation"));
    addNamedTab(*m_tabs, m_adaptation, tr("Adaptation"), QStringLiteral("adaptation"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(8);
    layout->addWidget(buildHead());
    layout->addWidget(m_source);
    layout->addWidget(m_tabs, 1);
    setFocusProxy(m_tabs);
}

QWidget* GroupsPage::buildHead()
{
    auto* head = new PageHead(*m_title, m_context.actions, this);
    head->addButton(QStringLiteral("groups.open"));
    m_needGroups << head->addButton(QStringLiteral("groups.export"));
    m_needGroups << head->addMenu(
        tr("Copy"), QStringLiteral("copyGroups"),
        {QStringLiteral("groups.copyMap"), QStringLiteral("groups.copyCommand"), QStringLiteral("groups.copyLayers")});
    m_needGroups << head->addMenu(tr("To an experiment"), QStringLiteral("groupsToExperiment"),
                                  {QStringLiteral("groups.newExperiment"), QStringLiteral("groups.changeExperiment")});
    return head;
}

void GroupsPage::addActions()
{
    const auto add = [this](const char* id, const QString& text, const std::function<void()>& act) {
        QAction* action = m_context.actions.add(ActionMenu::Run, QString::fromLatin1(id), text, {}, this, act);
        action->setEnabled(false);  // until the page is shown
        m_actions << action;
    };
    add("groups.open", tr("Open similarities or a map\u2026"), [this] { askForFile(FileFor::Opening); });
    add("groups.export", tr("Export the map\u2026"), [this] { askToExport(); });
    add("groups.copyMap", tr("Copy the expert map"),
        [this] { copy(QString::fromStdString(toExpertMap(m_design.groups())), tr("the map")); });
    add("groups.copyCommand", tr("Copy the groups as command"), [this] { copy(groupCommand(m_design), tr("the command")); });
    add("groups.copyLayers", tr("Copy the layers as command"),
        [this] { copy(layersCommand(m_design.evidence(), m_deviation->epsilon()), tr("the command")); });
    add("groups.newExperiment", tr("A new experiment with these groups"), [this] { toExperiment(true); });
    add("groups.changeExperiment", tr("Into the experiment that is open"), [this] { toExperiment(false); });
}

}  // namespace moebel
