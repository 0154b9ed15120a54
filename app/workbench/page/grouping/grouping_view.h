// The grouping laboratory: similarities with their tree beside a map, the groups as chips, how good they are.
#pragma once

#include <QWidget>

#include "app/workbench/page/grouping/grouping_words.h"
#include "app/workbench/page/page_context.h"

class QLabel;
class QToolButton;

namespace moebel
{

class ComparisonView;
class ExportMenu;
class GroupingBar;

class GroupingView : public QWidget
{
    Q_OBJECT

public:
    GroupingView(PageContext& context, GroupingDesign& design, QWidget* parent = nullptr);

    /// One sentence about what was not done; empty: none.
    void showState(const QString& sentence);

Q_SIGNALS:
    /// A map file is to be compared with.
    void mapWanted();

private:
    void build();
    QWidget* buildPanes();
    void connectAll();
    void readTree();
    void showPictures();
    void showGroups();
    void chooseLanguage(const QString& code);
    void offerGrowth(std::int64_t count);

    PageContext& m_context;
    GroupingDesign& m_design;
    LanguageTree m_tree;
    quint64 m_request = 0;
    QString m_language;
    GroupingBar* m_bar;
    QLabel* m_state;
    QToolButton* m_growth;  ///< where the exact search is too large
    std::int64_t m_growthCount = 0;
    SimilarityMap* m_similarity;
    LanguageScatter* m_scatter;
    GroupBoard* m_board;
    ComparisonView* m_table;
    QLabel* m_quality;
    QLabel* m_comparison;
    QLabel* m_readout;
};

}  // namespace moebel
