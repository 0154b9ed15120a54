// How groups come about and what they are looked at by: source, layer, rule, its numbers, colours, comparison.
#pragma once

#include <QWidget>

#include "app/workbench/control/grouping/grouping_design.h"
#include "app/workbench/page/grouping/grouping_words.h"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace moebel
{

class NumberField;

class GroupingBar : public QWidget
{
    Q_OBJECT

public:
    explicit GroupingBar(GroupingDesign& design, QWidget* parent = nullptr);

    ColourBy colourBy() const;

Q_SIGNALS:
    void colourChanged();
    /// A map file is to be compared with.
    void mapWanted();

private:
    void build();
    QWidget* labelled(QHBoxLayout& row, const QString& words, QWidget* field, const char* name, const QString& help);
    void connectAll();
    void fillSources();
    void fillComparisons();
    void refresh();
    /// `again`: also where rule and numbers are those that hold; the similarity may be another one.
    void form(bool again);
    void compare(int index);

    GroupingDesign& m_design;
    QComboBox* m_source;
    QComboBox* m_layer;
    QComboBox* m_rule;
    QComboBox* m_colour;
    QComboBox* m_compare;
    NumberField* m_count;
    NumberField* m_seed;
    QWidget* m_countLabel = nullptr;
    QWidget* m_seedLabel = nullptr;
    QToolButton* m_apply;
    QToolButton* m_cancel;
};

}  // namespace moebel
