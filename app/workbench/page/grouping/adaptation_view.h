// How well each expert of a run knows new languages, and the adaptation to further ones.
#pragma once

#include <QWidget>

#include "app/workbench/control/grouping/grouping_design.h"
#include "app/workbench/page/page_context.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace moebel
{

class ComparisonView;

class AdaptationView : public QWidget
{
    Q_OBJECT

public:
    AdaptationView(PageContext& context, GroupingDesign& design, QWidget* parent = nullptr);

private:
    void build();
    void show();
    void setUp();
    void showState(const QString& sentence);

    PageContext& m_context;
    GroupingDesign& m_design;
    QLabel* m_summary;
    QLabel* m_tie;
    ComparisonView* m_table;
    QLineEdit* m_languages;
    QPushButton* m_begin;
    QLabel* m_state;
};

}  // namespace moebel
