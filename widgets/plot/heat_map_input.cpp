// Pointer and keys of a HeatMapWidget.
#include <QKeyEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/plot/heat_map_widget.h"
#include "widgets/support/qcustomplot.h"

namespace moebel
{

std::optional<HeatMapCell> HeatMapWidget::cellAt(const QPointF& position) const
{
    if (!m_plot->axisRect()->rect().contains(position.toPoint())) return std::nullopt;
    return HeatMapCell{int(std::floor(m_plot->yAxis->pixelToCoord(position.y()) + 0.5)),
                       int(std::floor(m_plot->xAxis->pixelToCoord(position.x()) + 0.5))};
}

void HeatMapWidget::showReadout(QMouseEvent* event)
{
    const auto cell = cellAt(event->position());
    const QString words = cell ? readout(cell->row, cell->column) : QString();
    QToolTip::showText(event->globalPosition().toPoint(), words, m_plot);
    Q_EMIT readoutChanged(words);
}

void HeatMapWidget::keyPressEvent(QKeyEvent* event)
{
    const int up = m_heatMap.firstRowOnTop ? -1 : 1;
    HeatMapCell move;
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_H:
            move.column = -1;
            break;
        case Qt::Key_Right:
        case Qt::Key_L:
            move.column = 1;
            break;
        case Qt::Key_Up:
        case Qt::Key_K:
            move.row = up;
            break;
        case Qt::Key_Down:
        case Qt::Key_J:
            move.row = -up;
            break;
        default:
            return QWidget::keyPressEvent(event);
    }
    if (m_heatMap.rows() == 0) return;
    if (!m_current) return choose({m_heatMap.firstRowOnTop ? 0 : m_heatMap.rows() - 1, 0});
    choose({std::clamp(m_current->row + move.row, 0, m_heatMap.rows() - 1),
            std::clamp(m_current->column + move.column, 0, m_heatMap.columns() - 1)});
}

void HeatMapWidget::focusInEvent(QFocusEvent* event)
{
    updateFrame();
    m_frame->layer()->replot();
    QWidget::focusInEvent(event);
}

void HeatMapWidget::focusOutEvent(QFocusEvent* event)
{
    updateFrame();
    m_frame->layer()->replot();
    QWidget::focusOutEvent(event);
}

}  // namespace moebel
