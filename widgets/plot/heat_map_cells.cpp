#include "widgets/plot/heat_map_cells.h"

namespace moebel
{

namespace
{

constexpr int kPixelsOfAPoint = 3;  // in vector files, whose readers may blur a picture that they enlarge

}  // namespace

HeatMapCells::HeatMapCells(QCPAxis* columns, QCPAxis* rows) : QCPAbstractPlottable(columns, rows)
{
    setSelectable(QCP::stNone);
    removeFromLegend();
}

void HeatMapCells::setColours(const QCPColorGradient& gradient, const QCPRange& range)
{
    m_range = range;
    m_colours.clear();
    QCPColorGradient colours = gradient;
    const int last = colours.levelCount() - 1;
    for (int level = 0; level <= last; ++level) m_colours.push_back(colours.color(double(level) / last, QCPRange(0, 1)));
}

void HeatMapCells::setValues(const std::vector<std::vector<double>>& values, int columns)
{
    const QSize size(columns, int(values.size()));
    if (m_picture.size() != size) m_picture = QImage(size, QImage::Format_ARGB32_Premultiplied);
    const QRgb* colours = m_colours.data();
    const double last = double(m_colours.size()) - 1, lower = m_range.lower, steps = last / m_range.size();
    for (int row = 0; row < size.height(); ++row) {
        auto* pixel = reinterpret_cast<QRgb*>(m_picture.scanLine(row));
        const QRgb* end = pixel + columns;
        for (const double value : values[std::size_t(row)]) {
            const double level = (value - lower) * steps;  // NaN is neither above nor below
            *pixel++ = level >= last ? colours[int(last)] : level > 0 ? colours[int(level)] : level <= 0 ? colours[0] : 0U;
        }
        while (pixel != end) *pixel++ = 0U;
    }
}

QCPRange HeatMapCells::getKeyRange(bool& found, QCP::SignDomain) const
{
    found = !m_picture.isNull();
    return {-0.5, m_picture.width() - 0.5};
}

QCPRange HeatMapCells::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const
{
    found = !m_picture.isNull();
    return {-0.5, m_picture.height() - 0.5};
}

void HeatMapCells::draw(QCPPainter* painter)
{
    if (m_picture.isNull()) return;
    const QPointF first(mKeyAxis->coordToPixel(-0.5), mValueAxis->coordToPixel(-0.5));
    const QPointF last(mKeyAxis->coordToPixel(m_picture.width() - 0.5), mValueAxis->coordToPixel(m_picture.height() - 0.5));
    const QRectF target = QRectF(first, last).normalized();
    QImage picture = first.y() > last.y() ? m_picture.mirrored() : m_picture;
    if (painter->modes().testFlag(QCPPainter::pmVectorized))
        picture = picture.scaled((target.size() * kPixelsOfAPoint).toSize().expandedTo(picture.size()));
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter->drawImage(target, picture);
}

}  // namespace moebel
