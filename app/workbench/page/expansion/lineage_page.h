// Expansions as a tree, and the experts of the chosen run: where each comes from, whether it learned, who uses it.
#pragma once

#include <QWidget>

#include "app/workbench/control/expansion/run_lineage.h"
#include "app/workbench/page/page_context.h"
#include "app/workbench/page/when_seen.h"
#include "widgets/plot/heat_map_widget.h"
#include "widgets/table/comparison_table.h"

class QLabel;
class QStandardItemModel;
class QTreeView;

namespace moebel
{

class EmptyState;

class LineagePage : public QWidget
{
    Q_OBJECT

public:
    explicit LineagePage(PageContext& context, QWidget* parent = nullptr);

    const RunExperts& experts() const { return m_experts; }

private:
    void build();
    void read();
    void show(const std::vector<LineageRun>& lineage, RunExperts experts);
    void fillTree(const std::vector<LineageRun>& lineage);
    void showExperts();
    void chooseCell(const HeatMapCell& cell);
    int rowOf(int layer, int expert) const;

    PageContext& m_context;
    WhenSeen* m_read;
    quint64 m_request = 0;
    std::string m_run;
    RunExperts m_experts;
    bool m_filling = false;

    QLabel* m_title;
    QLabel* m_note;
    QWidget* m_body;
    QStandardItemModel* m_model;
    QTreeView* m_tree;
    HeatMapWidget* m_map;
    ComparisonView* m_table;
    EmptyState* m_empty;
};

/// Rounds by layer and expert.
HeatMap roundMap(const ExpertRounds& rounds, const QString& title);
/// A row an expert: origin, round, frozen or trained, languages.
ComparisonTable expertTable(const RunExperts& experts);

}  // namespace moebel
