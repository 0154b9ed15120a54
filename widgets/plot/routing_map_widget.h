// One language's routing: layers (up) by experts (right), coloured by a measure.
#pragma once

#include "widgets/plot/heat_map_widget.h"

namespace moebel
{

/// Draws a RoutingMap. Cells without an expert and layers without a router are hatched, these say "no router"; experts that
/// were added stand in a frame, layer by layer. The readout tells the value together with the count behind it.
class RoutingMapWidget : public HeatMapWidget
{
    Q_OBJECT

public:
    explicit RoutingMapWidget(QWidget* parent = nullptr, bool compact = false);

    /// The scale is given, so that several maps can share it (see sharedScale()).
    void setMap(const RoutingMap& map, const QString& title, const ValueScale& scale);
    /// A scale from 0 to `most`.
    void setMap(const RoutingMap& map, const QString& title, double most) { setMap(map, title, ValueScale{0, most}); }
    /// Shows nothing but this sentence.
    void clear(const QString& title) { setMap(RoutingMap{}, title, ValueScale{}); }
    const RoutingMap& map() const { return m_map; }

    /// "layer 2, expert 0: mean score 0.8312, in the top-K of 1,204 of 3,000 tokens"; empty outside of the map.
    QString readout(int layer, int expert) const override;
    /// "layer,expert,value,count,tokens", one line a cell with a value, the numbers at full precision.
    QString csv() const override;

private:
    RoutingMap m_map;
};

}  // namespace moebel
