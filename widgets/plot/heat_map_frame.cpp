#include "widgets/plot/heat_map_frame.h"

namespace moebel
{

namespace
{

constexpr int kNoteAir = 4;

// Up at the left, and down again along the ends of the rows.
QPolygonF outlineOf(const std::vector<std::vector<double>>& values, std::size_t first, std::size_t last, int from)
{
    const double left = from - 0.5;
    QPolygonF outline = {QPointF(left, double(first) - 0.5), QPointF(left, double(last) + 0.5)};
    for (std::size_t row = last + 1; row-- > first;) {
        const double right = double(values[row].size()) - 0.5;
        if (outline.last().x() != right) outline << QPointF(right, double(row) + 0.5);
        while (outline.size() > 2 && outline.last().x() == right && outline[outline.size() - 2].x() == right)
            outline.removeLast();
        outline << QPointF(right, double(row) - 0.5);
    }
    return outline << outline.first();
}

}  // namespace

HeatMapFrame::HeatMapFrame(QCPAxis* columns, QCPAxis* rows) : QCPAbstractPlottable(columns, rows)
{
    setSelectable(QCP::stNone);
    setAntialiased(false);
    removeFromLegend();
}

void HeatMapFrame::setFrame(const std::vector<std::vector<double>>& values, int from)
{
    m_outlines.clear();
    if (from <= 0) return;
    const auto reaches = [&](std::size_t row) { return values[row].size() > std::size_t(from); };
    for (std::size_t row = 0; row < values.size(); ++row) {
        if (!reaches(row)) continue;
        const std::size_t first = row;
        while (row + 1 < values.size() && reaches(row + 1)) ++row;
        m_outlines << outlineOf(values, first, row, from);
    }
}

void HeatMapFrame::setNoteStyle(const QColor& colour, const QColor& ground)
{
    m_noteColour = colour;
    m_noteGround = ground;
}

QCPRange HeatMapFrame::getKeyRange(bool& found, QCP::SignDomain) const
{
    found = false;
    return {};
}

QCPRange HeatMapFrame::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const
{
    found = false;
    return {};
}

// Lines at the edges of the map are whole.
QRect HeatMapFrame::clipRect() const { return parentPlot()->viewport(); }

QPointF HeatMapFrame::pixel(const QPointF& cell) const
{
    return {mKeyAxis->coordToPixel(cell.x()), mValueAxis->coordToPixel(cell.y())};
}

void HeatMapFrame::draw(QCPPainter* painter)
{
    drawNotes(*painter);
    applyDefaultAntialiasingHint(painter);
    painter->setPen(mPen);
    painter->setBrush(Qt::NoBrush);
    for (const QPolygonF& outline : m_outlines) {
        QPolygonF line;
        for (const QPointF& corner : outline) line << pixel(corner);
        painter->drawPolyline(line);
    }
}

void HeatMapFrame::drawNotes(QCPPainter& painter) const
{
    const QFontMetrics metrics(parentPlot()->font());
    const QRect map = mKeyAxis->axisRect()->rect();
    for (qsizetype row = 0; row < m_notes.size(); ++row) {
        if (m_notes[row].isEmpty()) continue;
        const double one = pixel({0, double(row) - 0.5}).y(), other = pixel({0, double(row) + 0.5}).y();
        const int width = metrics.horizontalAdvance(m_notes[row]) + 2 * kNoteAir;
        if (std::abs(one - other) < metrics.height() || width > map.width()) continue;
        QRect place(0, 0, width, metrics.height());
        place.moveCenter(QPoint(map.center().x(), int((one + other) / 2)));
        painter.fillRect(place, m_noteGround);
        painter.setFont(parentPlot()->font());
        painter.setPen(m_noteColour);
        painter.drawText(place, Qt::AlignCenter, m_notes[row]);
    }
}

}  // namespace moebel
