// Pointer and keys of AllocationBars.
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/plot/allocation_bars.h"
#include "widgets/support/qcustomplot.h"

namespace moebel
{

void AllocationBars::connectMouse()
{
    connect(m_plot, &QCustomPlot::mousePress, this, [this](const QMouseEvent* event) { press(*event); });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) { move(*event); });
    connect(m_plot, &QCustomPlot::mouseRelease, this, [this] {
        if (!std::exchange(m_dragging, false)) return;
        fitRange();
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    });
}

int AllocationBars::layerAt(const QPointF& position) const
{
    const QRect room = m_plot->axisRect()->rect();
    if (position.x() < room.left() || position.x() > room.right() || position.y() < room.top()) return -1;
    const int layer = int(std::floor(m_plot->xAxis->pixelToCoord(position.x()) + 0.5));
    return layer < layers() ? layer : -1;
}

void AllocationBars::press(const QMouseEvent& event)
{
    setFocus(Qt::MouseFocusReason);
    const int layer = layerAt(event.position());
    if (event.button() != Qt::LeftButton || layer < 0) return;
    setCurrentLayer(layer);
    m_dragging = true;
    m_keyLayer = -1;
    ++m_gesture;
    m_pressedAt = m_plot->yAxis->pixelToCoord(event.position().y());
    m_draggedFrom = m_draggedTo = m_picture.experts[std::size_t(layer)];
}

// The bar follows the pointer from where it was taken; the axis stands still meanwhile.
void AllocationBars::move(const QMouseEvent& event)
{
    if (!m_dragging) {
        const QString words = readout(layerAt(event.position()));
        QToolTip::showText(event.globalPosition().toPoint(), words, m_plot);
        Q_EMIT readoutChanged(words.isEmpty() ? readout(m_layer) : words);
        return;
    }
    if (m_layer < 0) return;
    const double moved = m_plot->yAxis->pixelToCoord(event.position().y()) - m_pressedAt;
    const std::int64_t wanted =
        std::max(m_picture.present[std::size_t(m_layer)], m_draggedFrom + std::int64_t(std::llround(moved)));
    if (wanted == m_draggedTo) return;
    m_draggedTo = wanted;
    Q_EMIT expertsWanted(m_layer, wanted, m_gesture);
}

void AllocationBars::wantByKey(std::int64_t experts)
{
    if (m_keyLayer != m_layer) ++m_gesture;
    m_keyLayer = m_layer;
    const auto at = std::size_t(m_layer);
    experts = std::max(experts, m_picture.present[at]);
    if (experts != m_picture.experts[at]) Q_EMIT expertsWanted(m_layer, experts, m_gesture);
}

void AllocationBars::choose(int layer)
{
    if (layers() > 0) setCurrentLayer(std::clamp(layer, 0, layers() - 1));
}

void AllocationBars::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier)) return QWidget::keyPressEvent(event);
    if (key == Qt::Key_Left) return choose(m_layer - 1);
    if (key == Qt::Key_Right) return choose(m_layer + 1);
    if (key == Qt::Key_Home) return choose(0);
    if (key == Qt::Key_End) return choose(layers() - 1);
    if (m_layer < 0) return QWidget::keyPressEvent(event);
    const std::int64_t now = m_picture.experts[std::size_t(m_layer)];
    if (key == Qt::Key_Up || key == Qt::Key_Plus) return wantByKey(now + 1);
    if (key == Qt::Key_Down || key == Qt::Key_Minus) return wantByKey(now - 1);
    if (key >= Qt::Key_1 && key <= Qt::Key_9) return wantByKey(key - Qt::Key_0);
    if (key == Qt::Key_C) {
        Q_EMIT classifierWanted(m_layer, !hasClassifier(m_layer));
        return;
    }
    QWidget::keyPressEvent(event);
}

void AllocationBars::focusInEvent(QFocusEvent* event)
{
    if (m_layer < 0 && event->reason() != Qt::MouseFocusReason) choose(0);
    showCurrent();
    QWidget::focusInEvent(event);
}

void AllocationBars::focusOutEvent(QFocusEvent* event)
{
    m_keyLayer = -1;
    showCurrent();
    QWidget::focusOutEvent(event);
}

}  // namespace moebel
