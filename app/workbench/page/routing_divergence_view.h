// How differently each language is routed from a reference: a map of languages x layers, and the same numbers as a table.
#pragma once

#include <QWidget>
#include <functional>
#include <memory>

#include "moebel/analysis/routing_divergence.h"
#include "widgets/plot/heat_map_widget.h"
#include "widgets/table/comparison_table.h"

class QComboBox;
class QLabel;

namespace moebel
{

struct RoutingPicture;

/// The map that tells the null band with each cell.
class DivergenceMap : public HeatMapWidget
{
    Q_OBJECT

public:
    using HeatMapWidget::HeatMapWidget;

    /// `codes`: of the languages, for the CSV.
    void setDivergence(HeatMap map, RoutingDivergence divergence, QStringList codes);
    QString readout(int row, int column) const override;
    /// "language,layer,divergence,jensen_shannon,chance_low,chance_high"
    QString csv() const override;

private:
    RoutingDivergence m_divergence;
    QStringList m_codes;
};

class DivergenceView : public QWidget
{
    Q_OBJECT

public:
    explicit DivergenceView(QWidget* parent = nullptr);

    void show(const RoutingPicture& picture);
    /// Nothing to see, and why.
    void clear(const QString& reason);
    DivergenceMap& map() const { return *m_map; }
    const ComparisonModel& table() const { return m_table->comparison(); }
    /// Code of the language that the others are compared with; empty before there was one.
    QString reference() const;
    ExportMenu& mapExports() const { return m_map->exportMenu(); }
    ExportMenu& tableExports() const { return m_table->exportMenu(); }

Q_SIGNALS:
    /// Another measure or reference is wanted.
    void choiceChanged();

private:
    DivergenceMeasure measure() const;

    QComboBox* m_reference;
    QComboBox* m_measure;
    QLabel* m_explanation;
    DivergenceMap* m_map;
    ComparisonView* m_table;
};

}  // namespace moebel
