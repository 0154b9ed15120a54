// Experts per layer, designed over the similarity of the languages: several candidates, compared and queued together.
#pragma once

#include <QWidget>
#include <vector>

#include "app/workbench/control/expansion/allocation_design.h"
#include "app/workbench/page/page_context.h"
#include "app/workbench/page/when_seen.h"

class QLabel;
class QMenu;
class QPushButton;
class QTabBar;
class QTableView;
class QToolButton;

namespace moebel
{

class AllocationBars;
class AllocationRuleBar;
class AllocationTableModel;
class ComparisonView;
class EmptyState;

class AllocationDesignerPage : public QWidget
{
    Q_OBJECT

public:
    explicit AllocationDesignerPage(PageContext& context, QWidget* parent = nullptr);

    AllocationDesign& design() { return m_design; }

public Q_SLOTS:
    /// A file of similarities or deviations; one that is none is a sentence in the window, and nothing changes.
    void openFile(const QString& file);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void build();
    QWidget* buildHead();
    QWidget* buildTabs();
    QWidget* buildPanes();
    void addActions();
    void connectAll();
    void readRun();
    void read();
    void showEvidence();
    void showEmpty();
    void showCandidates();
    void showCurrent();
    void fillPairs();
    void askForFile();
    void rename(int index);
    void copy(const QString& text, const QString& what);
    void paste();
    void queueAll();
    QString experimentFile() const;
    void showState(const QString& sentence);

    PageContext& m_context;
    AllocationDesign m_design;
    WhenSeen* m_readRun;
    quint64 m_request = 0;
    std::string m_run;                         ///< id of the run that was read last
    QStringList m_files;                       ///< opened beside it, until another run is chosen
    std::vector<std::pair<int, int>> m_pairs;  ///< that are drawn, as places of languages in the similarity
    std::vector<std::string> m_pairLanguages;  ///< that the menu of pairs is made of
    QList<QAction*> m_actions;
    QList<QPushButton*> m_needLayers;

    QLabel* m_title;
    QLabel* m_source;
    QWidget* m_body;
    QTabBar* m_tabs;
    QToolButton* m_remove;
    AllocationRuleBar* m_rule;
    AllocationBars* m_bars;
    AllocationTableModel* m_model;
    QTableView* m_table;
    ComparisonView* m_facts;
    QLabel* m_ceiling;
    QLabel* m_readout;
    QLabel* m_state;
    QMenu* m_pairMenu;
    QToolButton* m_pairButton;
    EmptyState* m_empty;
};

}  // namespace moebel
