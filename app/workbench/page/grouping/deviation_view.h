// What a few steps on one language alone change in each layer, and which layers become MoE for it.
#pragma once

#include <QWidget>

#include "app/workbench/control/grouping/grouping_design.h"
#include "app/workbench/page/page_context.h"

class QComboBox;
class QLabel;

namespace moebel
{

class ComparisonView;
class HeatMapWidget;
class NumberField;
class ThresholdBars;

class DeviationView : public QWidget
{
    Q_OBJECT

public:
    DeviationView(PageContext& context, GroupingDesign& design, QWidget* parent = nullptr);

    double epsilon() const { return m_epsilon; }
    void setEpsilon(double epsilon);

private:
    void build();
    QWidget* buildBar();
    QWidget* buildPanes();
    void connectAll();
    void takeEvidence();
    void show();
    void showMap();
    QString summary(const LayerChoice& choice) const;

    PageContext& m_context;
    GroupingDesign& m_design;
    double m_epsilon = 0.6;  // DMoE's
    QString m_shown;         ///< key of the evidence whose threshold it is
    QComboBox* m_part;
    NumberField* m_threshold;
    HeatMapWidget* m_map;
    ThresholdBars* m_bars;
    ComparisonView* m_table;
    QLabel* m_summary;
    QLabel* m_readout;
};

}  // namespace moebel
