// What lies over the cells of a heat map: the frame around some columns, and words across rows.
#pragma once

#include <QStringList>
#include <vector>

#include "widgets/support/qcustomplot.h"

namespace moebel
{

class HeatMapFrame : public QCPAbstractPlottable
{
public:
    HeatMapFrame(QCPAxis* columns, QCPAxis* rows);

    /// Around the cells from column `from` on that are there, row by row; 0: no frame.
    void setFrame(const std::vector<std::vector<double>>& values, int from);
    /// By row; they are written where a row has room for them.
    void setNotes(const QStringList& notes) { m_notes = notes; }
    void setNoteStyle(const QColor& colour, const QColor& ground);

    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override;
    /// In cells, a closed line for every block of rows; tests.
    const QList<QPolygonF>& outlines() const { return m_outlines; }

protected:
    QRect clipRect() const override;
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    void drawNotes(QCPPainter& painter) const;
    QPointF pixel(const QPointF& cell) const;

    QList<QPolygonF> m_outlines;
    QStringList m_notes;
    QColor m_noteColour, m_noteGround;
};

}  // namespace moebel
