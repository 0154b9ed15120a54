// Pointer and keys of a SeriesPlot: zoom, move, crosshair.
#include <QApplication>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>

#include "widgets/plot/series_plot.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/qcustomplot.h"

namespace moebel
{

namespace
{

constexpr double kKeyZoom = 0.8;

}  // namespace

void SeriesPlot::connectMouse()
{
    connect(m_plot, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) {
        const bool onlyX = event->modifiers().testFlag(Qt::ShiftModifier);
        for (Row& row : m_view)
            row.rect->setRangeZoom(onlyX ? Qt::Orientations(Qt::Horizontal) : Qt::Horizontal | Qt::Vertical);
    });
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        m_plot->setSelectionRectMode(event->button() == Qt::RightButton ? QCP::srmZoom : QCP::srmNone);
        m_pressed = event->globalPosition().toPoint();
        setFocus(Qt::MouseFocusReason);
    });
    connect(m_plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        const QPoint at = event->globalPosition().toPoint();
        if ((at - m_pressed).manhattanLength() >= QApplication::startDragDistance()) return;
        if (event->button() == Qt::RightButton) m_exports->popup(at);
        if (event->button() != Qt::LeftButton) return;
        pointAt(event);
        if (m_crosshair) Q_EMIT stepChosen(*m_crosshair);
    });
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, [this] { resetView(); });
    connect(m_plot, &QCustomPlot::mouseMove, this, &SeriesPlot::pointAt);
}

// A right press may become a rectangle to zoom into: the menu waits for the release.
void SeriesPlot::contextMenuEvent(QContextMenuEvent* event)
{
    if (event->reason() != QContextMenuEvent::Mouse) m_exports->popup(event->globalPos());
}

void SeriesPlot::shareX(const QCPRange& range)
{
    if (m_settingRange) return;
    m_settingRange = true;
    m_followsX = false;
    for (Row& row : m_view) row.rect->axis(QCPAxis::atBottom)->setRange(range);
    m_settingRange = false;
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

std::pair<double, double> SeriesPlot::xRange() const
{
    if (m_view.empty()) return {0, 1};
    const QCPRange range = m_view.front().rect->axis(QCPAxis::atBottom)->range();
    return {range.lower, range.upper};
}

void SeriesPlot::pointAt(const QMouseEvent* event)
{
    const std::optional<Reach> run = reach();
    if (!run || m_view.empty()) return;
    const double x = m_view.front().rect->axis(QCPAxis::atBottom)->pixelToCoord(event->position().x());
    if (const auto step = nearestStep(m_scale.step(x))) setCrosshair(step);
}

// Of all steps at which a visible curve has a point.
std::optional<std::int64_t> SeriesPlot::nearestStep(double step) const
{
    std::optional<std::int64_t> best;
    const auto offer = [&](std::int64_t candidate) {
        if (!best || std::abs(double(candidate) - step) < std::abs(double(*best) - step)) best = candidate;
    };
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series) {
            if (!series.data || series.data->empty() || m_hidden.contains(series.curve())) continue;
            const auto& steps = series.data->steps;
            const auto next = std::lower_bound(steps.begin(), steps.end(), std::int64_t(std::ceil(step)) - series.start);
            if (next != steps.end()) offer(series.start + *next);
            if (next != steps.begin()) offer(series.start + *(next - 1));
        }
    return best;
}

void SeriesPlot::setCrosshair(std::optional<std::int64_t> step)
{
    if (step == m_crosshair) return;
    m_crosshair = step;
    showCrosshair();
    m_cursor->replot();
    Q_EMIT crosshairMoved(step);
}

void SeriesPlot::setChosen(std::optional<std::int64_t> step)
{
    if (step == m_chosen) return;
    m_chosen = step;
    showCrosshair();
    m_cursor->replot();
}

void SeriesPlot::showLine(QCPItemStraightLine& line, std::optional<std::int64_t> step) const
{
    line.setVisible(step.has_value());
    if (!step) return;
    const double x = m_scale.x(double(*step));
    line.point1->setCoords(x, 0);
    line.point2->setCoords(x, 1);
}

void SeriesPlot::showCrosshair()
{
    for (const Row& row : m_view) {
        showLine(*row.crosshair, m_crosshair);
        showLine(*row.chosen, m_chosen);
    }
}

void SeriesPlot::moveByKey(std::int64_t step)
{
    setCrosshair(step);
    Q_EMIT stepChosen(step);
}

// To the next step at which any visible curve has a point.
void SeriesPlot::stepCrosshair(int direction)
{
    const std::optional<Reach> run = reach();
    if (!run) return;
    if (!m_crosshair) {
        moveByKey(direction > 0 ? run->first : run->last);
        return;
    }
    std::optional<std::int64_t> best;
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series) {
            if (!series.data || m_hidden.contains(series.curve())) continue;
            const auto& steps = series.data->steps;
            const std::int64_t here = *m_crosshair - series.start;
            if (direction > 0) {
                const auto next = std::upper_bound(steps.begin(), steps.end(), here);
                if (next != steps.end()) best = std::min(best.value_or(series.start + *next), series.start + *next);
            } else {
                const auto at = std::lower_bound(steps.begin(), steps.end(), here);
                if (at != steps.begin()) best = std::max(best.value_or(series.start + *(at - 1)), series.start + *(at - 1));
            }
        }
    if (best) moveByKey(*best);
}

void SeriesPlot::keyPressEvent(QKeyEvent* event)
{
    const std::optional<Reach> run = reach();
    const auto zoom = [this](double factor) {
        if (m_view.empty()) return;
        QCPAxis* axis = m_view.front().rect->axis(QCPAxis::atBottom);
        axis->scaleRange(factor, m_crosshair ? m_scale.x(double(*m_crosshair)) : axis->range().center());
    };
    switch (event->key()) {
        case Qt::Key_Left:
            return stepCrosshair(-1);
        case Qt::Key_Right:
            return stepCrosshair(1);
        case Qt::Key_Home:
            return run ? moveByKey(run->first) : void();
        case Qt::Key_End:
            return run ? moveByKey(run->last) : void();
        case Qt::Key_Plus:
            return zoom(kKeyZoom);
        case Qt::Key_Minus:
            return zoom(1 / kKeyZoom);
        case Qt::Key_0:
            return resetView();
        default:
            QWidget::keyPressEvent(event);
    }
}

}  // namespace moebel
