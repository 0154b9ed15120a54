#include "widgets/plot/dendrogram_view.h"

#include <QPainter>
#include <algorithm>

#include "widgets/support/plot_style.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

constexpr double kMark = 9;  // side of a language's colour

}  // namespace

DendrogramView::DendrogramView(QWidget* parent) : QWidget(parent)
{
    setMinimumWidth(70);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

void DendrogramView::setPicture(DendrogramPicture picture)
{
    if (picture == m_picture) return;
    m_picture = std::move(picture);
    update();
}

void DendrogramView::setRows(std::vector<double> centres)
{
    if (centres == m_centres) return;
    m_centres = std::move(centres);
    update();
}

void DendrogramView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paint(painter, palette());
}

void DendrogramView::paint(QPainter& painter, const QPalette& colours) const
{
    if (m_picture.order.empty() || m_centres.size() != m_picture.order.size()) return;
    const QFontMetrics metrics(font());
    const double note = metrics.horizontalAdvance(QStringLiteral("G000")), marks = width() - note - kMark - 6;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(font());
    const double room = m_centres.size() > 1 ? std::abs(m_centres[1] - m_centres[0]) : height();
    const double side = std::min(kMark, std::max(2.0, room - 2));
    for (std::size_t row = 0; row < m_centres.size(); ++row) {
        const std::size_t language = m_picture.order[row];
        const ColourPair colour = m_picture.colours[language];
        const QRectF mark(marks, m_centres[row] - side / 2, side, side);
        painter.fillRect(mark, colourOf(isDark(colours) ? colour.dark : colour.light));
        const int group = m_picture.groups[language];
        if (group < 0 || room < metrics.height() - 5) continue;
        painter.setPen(colours.color(QPalette::Active, QPalette::WindowText));
        painter.drawText(QRectF(marks + kMark + 4, m_centres[row] - metrics.height() / 2.0, note, metrics.height()),
                         int(Qt::AlignLeft | Qt::AlignVCenter), QStringLiteral("G%1").arg(group));
    }
    painter.setPen(QPen(mutedText(colours), 1.2));
    paintTree(painter, 4, marks - 4);
}

// Heights go to the left, from the leaves at 0; what is drawn of a node is where its line begins.
void DendrogramView::paintTree(QPainter& painter, double left, double right) const
{
    const std::size_t leaves = m_picture.order.size();
    double highest = 0;
    for (const Merge& merge : m_picture.tree) highest = std::max(highest, merge.height);
    std::vector<QPointF> nodes(leaves);
    for (std::size_t row = 0; row < leaves; ++row) nodes[m_picture.order[row]] = {right, m_centres[row]};
    for (const Merge& merge : m_picture.tree) {
        const double x = highest > 0 ? right - (right - left) * merge.height / highest : right;
        const QPointF one = nodes[merge.left], other = nodes[merge.right];
        painter.drawPolyline(QPolygonF({one, {x, one.y()}, {x, other.y()}, other}));
        nodes.push_back({x, (one.y() + other.y()) / 2});
    }
}

}  // namespace moebel
