// The rule of a candidate and its numbers, in one line; only those that the rule reads are seen.
#pragma once

#include <QWidget>

#include "app/workbench/control/expansion/allocation_design.h"

class QCheckBox;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QToolButton;

namespace moebel
{

class NumberField;

class AllocationRuleBar : public QWidget
{
    Q_OBJECT

public:
    explicit AllocationRuleBar(AllocationDesign& design, QWidget* parent = nullptr);

private:
    struct Labelled {
        QLabel* label = nullptr;
        QWidget* field = nullptr;
    };
    Labelled labelled(const QString& words, QWidget* field, const char* name, const QString& help);
    NumberField* numberField(bool whole, double low, double high);
    template <typename Set>
    void connectNumber(NumberField* field, const QString& key, Set set);
    void build();
    void connectAll();
    void refresh();
    void show(const Labelled& part, bool seen);
    void takeParts();

    AllocationDesign& m_design;
    QHBoxLayout* m_row;
    QComboBox* m_rule;
    QToolButton* m_back;  ///< to the rule, after an edit by hand
    NumberField* m_delta;
    NumberField* m_total;
    NumberField* m_each;
    NumberField* m_threshold;
    NumberField* m_floor;
    NumberField* m_classifiers;
    QLineEdit* m_parts;
    QCheckBox* m_lock;
    Labelled m_deltaPart, m_totalPart, m_eachPart, m_thresholdPart, m_floorPart, m_partsPart;
};

}  // namespace moebel
