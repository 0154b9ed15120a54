// The curves of a SeriesPlot by name, with their values at the crosshair.
#pragma once

#include <QSet>
#include <QTreeWidget>
#include <optional>

#include "widgets/plot/series_values.h"

namespace moebel
{

/// One branch a row, one line a curve (with all its parts): how it is drawn, its name, and its value at the crosshair's step
/// (the newest value without a crosshair). A value of an earlier step than the crosshair's stands in italics, its step in the
/// tool tip. Ticks hide curves.
class SeriesLegend : public QTreeWidget
{
    Q_OBJECT

public:
    explicit SeriesLegend(QWidget* parent = nullptr);

    void setRows(const QList<PlotRow>& rows);
    /// Reads the values again; none = the newest ones.
    void showStep(std::optional<std::int64_t> step);
    /// See SeriesPlot::setStepName().
    void setStepName(const QString& word) { m_stepName = word; }
    /// What stands beside a curve; tests.
    QString shownValue(const QString& curve) const;

    QSize sizeHint() const override;

Q_SIGNALS:
    void hiddenChanged(const QString& curve, bool hidden);
    /// The curve under the pointer or the keyboard's; empty when there is none.
    void pointedAt(const QString& curve);

protected:
    void changeEvent(QEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void recolour();
    void tell(QTreeWidgetItem* item, int column);
    QTreeWidgetItem* itemOf(const QString& curve) const;
    void showValue(QTreeWidgetItem& item, const PlotSeries& series, std::optional<std::size_t> at);

    QList<PlotRow> m_rows;
    QSet<QString> m_hidden;
    std::optional<std::int64_t> m_step;
    QString m_stepName = tr("step");
};

}  // namespace moebel
