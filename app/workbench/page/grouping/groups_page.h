// Languages in groups for DMoE: the grouping laboratory, the deviation of the layers, the adaptation to new languages.
#pragma once

#include <QWidget>
#include <functional>

#include "app/workbench/control/grouping/grouping_design.h"
#include "app/workbench/page/page_context.h"
#include "app/workbench/page/when_seen.h"

class QLabel;
class QPushButton;
class QTabWidget;

namespace moebel
{

class AdaptationView;
class DeviationView;
class EmptyState;
class GroupingView;

class GroupsPage : public QWidget
{
    Q_OBJECT

public:
    explicit GroupsPage(PageContext& context, QWidget* parent = nullptr);

    GroupingDesign& design() { return m_design; }

public Q_SLOTS:
    /// Similarities, deviations or an expert map; what is none of them is a sentence in the window, and nothing changes.
    void openFile(const QString& file);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    enum class FileFor { Opening, Comparing };
    void build();
    QWidget* buildHead();
    void addActions();
    void connectAll();
    void readRun();
    void read();
    void showEvidence();
    void takeMap(const LanguageGroups& groups, const QString& file, FileFor purpose);
    void open(const QString& file, FileFor purpose);
    void askForFile(FileFor purpose);
    void askToExport();
    void exportMap(const QString& file);
    void copy(const QString& text, const QString& what);
    void toExperiment(bool isNew);
    bool isDeviationShown() const;

    PageContext& m_context;
    GroupingDesign m_design;
    WhenSeen* m_readRun;
    quint64 m_request = 0;
    std::string m_run;    ///< id of the run that was read last
    QStringList m_files;  ///< opened beside it, until another run is chosen
    QList<QAction*> m_actions;
    QList<QPushButton*> m_needGroups;
    QLabel* m_title;
    QLabel* m_source;
    QTabWidget* m_tabs;
    EmptyState* m_noSimilarity;
    EmptyState* m_noDeviation;
    GroupingView* m_grouping;
    DeviationView* m_deviation;
    AdaptationView* m_adaptation;
};

}  // namespace moebel
