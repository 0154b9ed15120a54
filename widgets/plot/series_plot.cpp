#include "widgets/plot/series_plot.h"

#include <QLocale>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"

namespace moebel
{

namespace
{

constexpr int kColumnsBeforeLayout = 600;
constexpr int kPaleAlpha = 60;
constexpr int kBeneathAlpha = 80;
constexpr double kAir = 0.06;           // of the range, below and above the values
constexpr double kAirBelowNames = 0.2;  // above the values where the stages' names stand
constexpr int kPixelsOfATick = 24;

QFont scaled(QFont font, double factor)
{
    font.setPointSizeF(font.pointSizeF() * factor);
    return font;
}

QColor pale(QColor colour, int alpha)
{
    colour.setAlpha(alpha);
    return colour;
}

void fill(QCPGraph& graph, const std::vector<PlotPoint>& points)
{
    QVector<QCPGraphData> data;
    data.reserve(qsizetype(points.size()));
    for (const PlotPoint& point : points) data.append(QCPGraphData(point.x, point.y));
    graph.data()->set(data, true);
}

// A little air above and below.
QCPRange withAir(double least, double most, bool logarithmic, double above)
{
    if (logarithmic) {
        const double factor = std::max(1.02, std::pow(most / least, kAir));
        return {least / factor, most * std::pow(factor, above / kAir)};
    }
    const double height = most > least ? most - least : std::max(0.5 * std::abs(most), 1e-9);
    return {least - kAir * height, most + above * height};
}

}  // namespace

SeriesPlot::SeriesPlot(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Curves of the run"));
    m_plot->setFocusProxy(this);
    m_plot->plotLayout()->clear();
    m_plot->plotLayout()->setRowSpacing(0);
    m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    m_plot->addLayer(QStringLiteral("cursor"), m_plot->layer(QStringLiteral("overlay")), QCustomPlot::limBelow);
    m_cursor = m_plot->layer(QStringLiteral("cursor"));
    m_cursor->setMode(QCPLayer::lmBuffered);
    connectMouse();
    connect(m_plot, &QCustomPlot::beforeReplot, this, &SeriesPlot::refill);
    connect(m_plot, &QCustomPlot::afterReplot, this, [this] { ++m_replots; });
}

void SeriesPlot::setRows(const QList<PlotRow>& rows)
{
    m_rows = rows;
    build();
    queueReplot();
}

void SeriesPlot::setStages(const QList<StageMark>& stages)
{
    if (stages == m_stages) return;
    m_stages = stages;
    buildStages();
    queueReplot();
}

void SeriesPlot::setScale(const StepScale& scale, const QString& label)
{
    if (scale == m_scale && label == m_xLabel) return;
    m_scale = scale;
    m_xLabel = label;
    m_followsX = true;
    if (!m_view.empty()) m_view.back().rect->axis(QCPAxis::atBottom)->setLabel(label);
    queueReplot();
}

void SeriesPlot::setSmoothing(double weight)
{
    m_smoothing = weight;
    restyle();
}

void SeriesPlot::setLogarithmic(bool logarithmic)
{
    m_logarithmic = logarithmic;
    for (Row& row : m_view) {
        QCPAxis* axis = row.rect->axis(QCPAxis::atLeft);
        axis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        QSharedPointer<QCPAxisTicker> ticker(logarithmic ? new QCPAxisTickerLog : new QCPAxisTicker);
        axis->setTicker(ticker);
        row.follows = true;
    }
    queueReplot();
}

void SeriesPlot::setHidden(const QString& series, bool hidden)
{
    hidden ? (void)m_hidden.insert(series) : (void)m_hidden.remove(series);
    restyle();
}

void SeriesPlot::setHighlighted(const QString& series)
{
    if (m_highlighted == series) return;
    m_highlighted = series;
    restyle();
}

void SeriesPlot::dataChanged() { queueReplot(); }

void SeriesPlot::queueReplot()
{
    setAccessibleDescription(summary());
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void SeriesPlot::resetView()
{
    m_followsX = true;
    for (Row& row : m_view) row.follows = true;
    queueReplot();
}

void SeriesPlot::build()
{
    m_plot->clearItems();
    m_plot->clearGraphs();
    m_plot->plotLayout()->clear();
    m_view.clear();
    m_view.resize(std::size_t(m_rows.size()));
    auto* margins = new QCPMarginGroup(m_plot);
    for (int i = 0; i < m_rows.size(); ++i) {
        buildRow(i);
        m_view[std::size_t(i)].rect->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
    }
    if (!m_view.empty()) m_view.back().rect->axis(QCPAxis::atBottom)->setLabel(m_xLabel);
    buildStages();
    setLogarithmic(m_logarithmic);
    restyle();
}

void SeriesPlot::buildRow(int index)
{
    const PlotRow& content = m_rows[index];
    Row& row = m_view[std::size_t(index)];
    const bool lowest = index + 1 == m_rows.size();
    row.title = new QCPTextElement(m_plot);
    row.title->setText(content.unit.isEmpty() ? content.title : QStringLiteral("%1 (%2)").arg(content.title, content.unit));
    row.title->setFont(scaled(m_plot->font(), 0.9));
    row.title->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
    row.title->setMargins(QMargins(8, 1, 8, 0));
    m_plot->plotLayout()->addElement(2 * index, 0, row.title);
    row.rect = new QCPAxisRect(m_plot);
    m_plot->plotLayout()->addElement(2 * index + 1, 0, row.rect);
    m_plot->plotLayout()->setRowStretchFactor(2 * index, 0.001);
    m_plot->plotLayout()->setRowStretchFactor(2 * index + 1, content.height);
    row.rect->setMinimumSize(60, 20);
    row.rect->setMinimumMargins(QMargins(8, 5, 12, 3));
    QCPAxis* bottom = row.rect->axis(QCPAxis::atBottom);
    QCPAxis* left = row.rect->axis(QCPAxis::atLeft);
    bottom->setTickLabels(lowest);
    bottom->setNumberFormat(QStringLiteral("f"));
    bottom->setNumberPrecision(0);
    left->setTickLabelFont(scaled(m_plot->font(), 0.85));
    bottom->setTickLabelFont(scaled(m_plot->font(), 0.9));
    left->setNumberFormat(QStringLiteral("gb"));
    left->setNumberPrecision(4);
    left->setSubTicks(false);
    for (QCPAxis* axis : {bottom, left}) axis->setTickLength(0, 3), axis->setSubTickLength(0, 0);
    connect(bottom, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, &SeriesPlot::shareX);
    connect(left, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this, index] {
        if (!m_settingRange) m_view[std::size_t(index)].follows = false;
    });
    for (const PlotSeries& series : content.series) row.curves.push_back(buildCurve(series, *row.rect));
    row.crosshair = new QCPItemStraightLine(m_plot);
    row.crosshair->setClipAxisRect(row.rect);
    row.crosshair->setLayer(m_cursor);
    row.crosshair->setVisible(false);
    for (QCPItemPosition* position : {row.crosshair->point1, row.crosshair->point2}) {
        position->setAxisRect(row.rect);
        position->setAxes(bottom, left);
        position->setTypeX(QCPItemPosition::ptPlotCoords);
        position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    }
}

SeriesPlot::Curve SeriesPlot::buildCurve(const PlotSeries& series, QCPAxisRect& rect)
{
    Curve curve;
    QCPAxis* bottom = rect.axis(QCPAxis::atBottom);
    QCPAxis* left = rect.axis(QCPAxis::atLeft);
    curve.raw = m_plot->addGraph(bottom, left);
    curve.smooth = m_plot->addGraph(bottom, left);
    if (!series.marks.empty()) {
        curve.marks = m_plot->addGraph(bottom, left);
        curve.marks->setLineStyle(QCPGraph::lsNone);
    }
    if (series.reference) {
        curve.reference = new QCPItemStraightLine(m_plot);
        curve.reference->setClipAxisRect(&rect);
        for (QCPItemPosition* position : {curve.reference->point1, curve.reference->point2}) {
            position->setAxisRect(&rect);
            position->setAxes(bottom, left);
            position->setTypeX(QCPItemPosition::ptAxisRectRatio);
            position->setTypeY(QCPItemPosition::ptPlotCoords);
        }
        curve.reference->point1->setCoords(0, *series.reference);
        curve.reference->point2->setCoords(1, *series.reference);
    }
    return curve;
}

void SeriesPlot::buildStages()
{
    for (QCPItemText* name : m_stageNames) m_plot->removeItem(name);
    m_stageNames.clear();
    for (Row& row : m_view) {
        for (QCPItemStraightLine* line : row.stages) m_plot->removeItem(line);
        row.stages.clear();
        for (int i = 0; i < m_stages.size(); ++i) {
            auto* line = new QCPItemStraightLine(m_plot);
            line->setClipAxisRect(row.rect);
            for (QCPItemPosition* position : {line->point1, line->point2}) {
                position->setAxisRect(row.rect);
                position->setAxes(row.rect->axis(QCPAxis::atBottom), row.rect->axis(QCPAxis::atLeft));
                position->setTypeY(QCPItemPosition::ptAxisRectRatio);
            }
            row.stages.push_back(line);
        }
    }
    if (m_view.empty()) return;
    QCPAxisRect* first = m_view.front().rect;
    for (const StageMark& stage : m_stages) {
        auto* name = new QCPItemText(m_plot);
        name->setText(stage.name);
        name->setFont(scaled(m_plot->font(), 0.85));
        name->setClipAxisRect(first);
        name->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
        name->setPadding(QMargins(3, 0, 3, 0));
        name->position->setAxisRect(first);
        name->position->setAxes(first->axis(QCPAxis::atBottom), first->axis(QCPAxis::atLeft));
        name->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        m_stageNames.push_back(name);
    }
    restyle();
}

void SeriesPlot::restyle()
{
    applyPlotStyle(*m_plot, palette());
    const QColor text = palette().color(QPalette::Active, QPalette::WindowText);
    const QColor rule = palette().color(QPalette::Active, QPalette::Mid);
    for (std::size_t r = 0; r < m_view.size(); ++r) {
        Row& row = m_view[r];
        row.title->setTextColor(mutedText(palette()));
        row.crosshair->setPen(QPen(text, 1));
        for (QCPItemStraightLine* line : row.stages) line->setPen(QPen(mutedText(palette()), 1, Qt::DotLine));
        for (QCPAxis* axis : row.rect->axes()) {
            axis->grid()->setPen(QPen(pale(rule, 90), 1));
            axis->grid()->setZeroLinePen(Qt::NoPen);
        }
        const PlotRow& content = m_rows[qsizetype(r)];
        for (std::size_t i = 0; i < row.curves.size(); ++i) styleCurve(content.series[qsizetype(i)], row.curves[i]);
    }
    for (QCPItemText* name : m_stageNames) {
        name->setColor(mutedText(palette()));
        name->setBrush(pale(palette().color(QPalette::Active, QPalette::Window), 190));
    }
    queueReplot();
}

void SeriesPlot::styleCurve(const PlotSeries& series, Curve& curve) const
{
    const bool dark = palette().color(QPalette::Active, QPalette::Window).lightness() < 128;
    const bool behind = !m_highlighted.isEmpty() && m_highlighted != series.id;
    QColor colour = colourOf(dark ? series.colour.dark : series.colour.light);
    if (behind) colour.setAlpha(kPaleAlpha);
    const bool seen = !m_hidden.contains(series.id);
    const Qt::PenStyle style = series.dashed ? Qt::DashLine : Qt::SolidLine;
    curve.raw->setPen(QPen(m_smoothing > 0 ? pale(colour, behind ? kPaleAlpha / 2 : kBeneathAlpha) : colour, 1, style));
    curve.smooth->setPen(QPen(colour, 1, style));
    curve.raw->setVisible(seen);
    curve.smooth->setVisible(seen && m_smoothing > 0);
    if (curve.marks) {
        curve.marks->setVisible(seen);
        curve.marks->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDiamond, QPen(colour, 1), Qt::NoBrush, 7));
    }
    if (curve.reference) {
        curve.reference->setVisible(seen);
        curve.reference->setPen(QPen(pale(colour, behind ? kPaleAlpha : 150), 1, Qt::DotLine));
    }
}

void SeriesPlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) restyle();
    QWidget::changeEvent(event);
}

std::optional<SeriesPlot::Reach> SeriesPlot::reach() const
{
    std::optional<Reach> reach;
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series) {
            if (!series.data || series.data->empty()) continue;
            const std::int64_t first = series.data->steps.front(), last = series.data->steps.back();
            reach = reach ? Reach{std::min(reach->first, first), std::max(reach->last, last)} : Reach{first, last};
        }
    return reach;
}

// Called before every replot: what the curves show follows from the data, the ranges and the width in pixels.
void SeriesPlot::refill()
{
    const std::optional<Reach> run = reach();
    m_settingRange = true;
    if (m_followsX) {
        const double from = run ? m_scale.x(double(run->first)) : 0, to = run ? m_scale.x(double(run->last)) : 1;
        for (Row& row : m_view) row.rect->axis(QCPAxis::atBottom)->setRange(from, to > from ? to : from + 1);
    }
    for (int i = 0; i < int(m_view.size()); ++i) refillRow(i);
    m_settingRange = false;
    for (Row& row : m_view)
        for (std::size_t i = 0; i < row.stages.size(); ++i) {
            const double x = m_scale.x(double(m_stages[qsizetype(i)].step));
            row.stages[i]->point1->setCoords(x, 0);
            row.stages[i]->point2->setCoords(x, 1);
        }
    for (std::size_t i = 0; i < m_stageNames.size(); ++i)
        m_stageNames[i]->position->setCoords(m_scale.x(double(m_stages[qsizetype(i)].step)), 0);
    showCrosshair();
}

void SeriesPlot::refillRow(int index)
{
    Row& row = m_view[std::size_t(index)];
    const QCPRange x = row.rect->axis(QCPAxis::atBottom)->range();
    row.rect->axis(QCPAxis::atLeft)->ticker()->setTickCount(std::clamp(row.rect->height() / kPixelsOfATick, 1, 6));
    const int columns = row.rect->width() > 10 ? row.rect->width() : kColumnsBeforeLayout;
    std::optional<std::pair<double, double>> y;
    const auto widen = [&y](double least, double most) {
        y = y ? std::pair{std::min(y->first, least), std::max(y->second, most)} : std::pair{least, most};
    };
    for (std::size_t i = 0; i < row.curves.size(); ++i) {
        const PlotSeries& series = m_rows[index].series[qsizetype(i)];
        Curve& curve = row.curves[i];
        if (!series.data || m_hidden.contains(series.id)) continue;
        fill(*curve.raw, decimate(*series.data, m_scale, x.lower, x.upper, columns));
        if (m_smoothing > 0)
            fill(*curve.smooth, decimate(smooth(*series.data, m_smoothing), m_scale, x.lower, x.upper, columns));
        if (curve.marks) fill(*curve.marks, decimate(series.marks, m_scale, x.lower, x.upper, columns));
        if (const auto range = valueRange(*series.data, m_scale, x.lower, x.upper, m_logarithmic))
            widen(range->first, range->second);
        if (const auto range = valueRange(series.marks, m_scale, x.lower, x.upper, m_logarithmic))
            widen(range->first, range->second);
        if (series.reference && (!m_logarithmic || *series.reference > 0)) widen(*series.reference, *series.reference);
    }
    if (row.follows && y)
        row.rect->axis(QCPAxis::atLeft)
            ->setRange(withAir(y->first, y->second, m_logarithmic, index == 0 && !m_stages.isEmpty() ? kAirBelowNames : kAir));
}

std::vector<PlotPoint> SeriesPlot::drawn(const QString& id) const
{
    std::vector<PlotPoint> points;
    for (std::size_t r = 0; r < m_view.size(); ++r)
        for (std::size_t i = 0; i < m_view[r].curves.size(); ++i)
            if (m_rows[qsizetype(r)].series[qsizetype(i)].id == id)
                for (const QCPGraphData& point : *m_view[r].curves[i].raw->data()) points.push_back({point.key, point.value});
    return points;
}

QString SeriesPlot::summary() const
{
    QStringList sentences;
    const QLocale locale;
    for (const PlotRow& row : m_rows) {
        QStringList parts;
        for (const PlotSeries& series : row.series) {
            if (!series.data || series.data->empty() || m_hidden.contains(series.id)) continue;
            parts << tr("%1 from %2 at step %3 to %4 at step %5")
                         .arg(series.name, valueText(series.data->values.front()),
                              locale.toString(qint64(series.data->steps.front())), valueText(series.data->values.back()),
                              locale.toString(qint64(series.data->steps.back())));
        }
        if (!parts.isEmpty()) sentences << row.title + QStringLiteral(": ") + parts.join(QStringLiteral("; "));
    }
    return sentences.join(QStringLiteral(". "));
}

}  // namespace moebel
