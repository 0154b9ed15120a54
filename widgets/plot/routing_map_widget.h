// One language's routing: layers (up) by experts (right), coloured by a measure.
#pragma once

#include <QString>
#include <QWidget>

#include "moebel/analysis/routing_map.h"
#include "moebel/base/result.h"

class QCPColorMap;
class QCPColorScale;
class QCPTextElement;
class QCustomPlot;
class QMouseEvent;

namespace moebel {

/// Draws a RoutingMap. Cells without an expert and layers without a router are hatched. The number stands in the cell where it
/// fits, and always in the readout under the pointer together with the count behind it.
class RoutingMapWidget : public QWidget {
    Q_OBJECT

public:
    explicit RoutingMapWidget(QWidget* parent = nullptr);

    /// `most` is the upper end of the colour scale (see scaleEnd()), so that several maps can share it.
    void setMap(const RoutingMap& map, const QString& title, double most);
    /// Shows nothing but the hatch and this title.
    void clear(const QString& title);
    const RoutingMap& map() const { return m_map; }

    /// "layer 2, expert 0: mean score 0.8312, in the top-K of 1,204 of 3,000 tokens"; empty outside of the map.
    QString readout(int layer, int expert) const;
    /// The colour a cell is drawn in; invalid where there is none.
    QColor cellColour(int layer, int expert) const;
    /// "layer,expert,value,count,tokens", one line a cell with a value, the numbers at full precision.
    QString csv() const;
    /// Writes .png (twice the size on screen), .svg, .pdf (both on white) or .csv, by the file's ending.
    Status save(const QString& file);

    QSize sizeHint() const override { return {640, 480}; }

Q_SIGNALS:
    /// Where the pointer is; empty when it left the map.
    void readoutChanged(const QString& readout);

protected:
    void changeEvent(QEvent* event) override;

private:
    void buildPlot();
    void restyle(const QPalette& palette);
    void updateNumbers();
    void showReadout(QMouseEvent* event);

    QCustomPlot* m_plot;
    QCPColorMap* m_cells = nullptr;
    QCPColorScale* m_scale = nullptr;
    QCPTextElement* m_title = nullptr;
    RoutingMap m_map;
    double m_most = 1;
};

}  // namespace moebel
