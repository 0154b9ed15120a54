// The cells of a heat map as one picture of a pixel a cell: colouring and drawing it costs little, however many there are.
#pragma once

#include <vector>

#include "widgets/support/qcustomplot.h"

namespace moebel
{

class HeatMapCells : public QCPAbstractPlottable
{
public:
    HeatMapCells(QCPAxis* columns, QCPAxis* rows);

    /// For the values that are set from now on.
    void setColours(const QCPColorGradient& gradient, const QCPRange& range);
    /// Ragged rows; what is not there or NaN stays transparent. Drawn with the next replot of its layer.
    void setValues(const std::vector<std::vector<double>>& values, int columns);

    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    QCPRange m_range;
    std::vector<QRgb> m_colours;  ///< equal steps over the range
    QImage m_picture;             ///< row 0 on top
};

}  // namespace moebel
