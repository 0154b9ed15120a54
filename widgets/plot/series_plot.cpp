#include "widgets/plot/series_plot.h"

#include <QLocale>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/support/qcustomplot.h"

namespace moebel
{

namespace
{

constexpr int kColumnsBeforeLayout = 600;
constexpr double kSideAir = 0.008;      // of the range, so that the marks at both ends are whole
constexpr double kAir = 0.06;           // of the range, below and above the values
constexpr double kAirBelowNames = 0.2;  // above the values where the stages' names stand
constexpr double kLinesOfATick = 1.5;
constexpr int kMarkersOfACurve = 12;
constexpr std::size_t kSmoothedAtOnce = 400'000;  // points a replot, about 3 ms

void fill(QCPGraph& graph, const std::vector<PlotPoint>& points)
{
    QVector<QCPGraphData> data;
    data.reserve(qsizetype(points.size()));
    for (const PlotPoint& point : points) data.append(QCPGraphData(point.x, point.y));
    graph.data()->set(data, true);
    graph.setScatterSkip(int(points.size()) / kMarkersOfACurve);
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
    m_stepName = tr("step");
    m_plot->setFocusProxy(this);
    m_plot->plotLayout()->clear();
    m_plot->plotLayout()->setRowSpacing(0);
    m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    m_plot->addLayer(QStringLiteral("cursor"), m_plot->layer(QStringLiteral("overlay")), QCustomPlot::limBelow);
    m_cursor = m_plot->layer(QStringLiteral("cursor"));
    m_cursor->setMode(QCPLayer::lmBuffered);
    buildExports();
    connectMouse();
    connect(m_plot, &QCustomPlot::beforeReplot, this, [this] { refill(kSmoothedAtOnce); });
    connect(m_plot, &QCustomPlot::afterLayout, this, [this] {
        const auto other = [](const Row& row) { return row.rect->height() != row.filled; };
        if (std::any_of(m_view.begin(), m_view.end(), other)) m_plot->replot(QCustomPlot::rpQueuedReplot);
    });
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
    showAxis();
    queueReplot();
}

void SeriesPlot::setSpan(std::optional<std::pair<std::int64_t, std::int64_t>> span)
{
    if (span == m_span) return;
    m_span = span;
    resetView();
}

void SeriesPlot::setStepName(const QString& word, const QString& column)
{
    m_stepName = word;
    m_stepColumn = column;
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

void SeriesPlot::setHidden(const QString& curve, bool hidden)
{
    hidden ? (void)m_hidden.insert(curve) : (void)m_hidden.remove(curve);
    restyle();
}

void SeriesPlot::setHighlighted(const QString& curve)
{
    if (m_highlighted == curve) return;
    m_highlighted = curve;
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

void SeriesPlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) restyle();
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) build();
}

std::optional<SeriesPlot::Reach> SeriesPlot::reach() const
{
    std::optional<Reach> reach;
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series) {
            if (!series.data || series.data->empty()) continue;
            const std::int64_t first = series.start + series.data->steps.front(),
                               last = series.start + series.data->steps.back();
            reach = reach ? Reach{std::min(reach->first, first), std::max(reach->last, last)} : Reach{first, last};
        }
    return reach;
}

std::int64_t SeriesPlot::earliestStart() const
{
    std::int64_t earliest = 0;
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series) earliest = std::min(earliest, series.start);
    return earliest;
}

// Called before every replot: what the curves show follows from the data, the ranges and the width in pixels.
void SeriesPlot::refill(std::size_t mayBeSmoothed)
{
    std::optional<Reach> run = reach();
    if (run && m_span)
        run = {std::clamp(m_span->first, run->first, run->last), std::clamp(m_span->second, run->first, run->last)};
    m_settingRange = true;
    if (m_followsX) {
        const double from = run ? m_scale.x(double(run->first)) : 0, to = run ? m_scale.x(double(run->last)) : 1;
        const double side = to > from ? kSideAir * (to - from) : 1;
        for (Row& row : m_view) row.rect->axis(QCPAxis::atBottom)->setRange(from - side, to + side);
    }
    for (int i = 0; i < int(m_view.size()); ++i) refillRow(i, mayBeSmoothed);
    if (mayBeSmoothed == 0) m_plot->replot(QCustomPlot::rpQueuedReplot);  // the rest
    m_settingRange = false;
    for (Row& row : m_view)
        for (std::size_t i = 0; i < row.stages.size(); ++i) {
            const double x = m_scale.x(double(m_stages[qsizetype(i)].step));
            row.stages[i]->point1->setCoords(x, 0);
            row.stages[i]->point2->setCoords(x, 1);
        }
    for (std::size_t i = 0; i < m_stageNames.size(); ++i)
        m_stageNames[i]->position->setCoords(m_scale.x(double(m_stages[qsizetype(i)].step)),
                                             m_stages[qsizetype(i)].warning ? 1 : 0);
    showCrosshair();
}

void SeriesPlot::refillRow(int index, std::size_t& mayBeSmoothed)
{
    Row& row = m_view[std::size_t(index)];
    const QCPRange x = row.rect->axis(QCPAxis::atBottom)->range();
    QCPAxis* left = row.rect->axis(QCPAxis::atLeft);
    const double tick = kLinesOfATick * QFontMetricsF(left->tickLabelFont()).height();
    row.filled = row.rect->height();
    left->ticker()->setTickCount(std::clamp(int(row.filled / tick), 1, 6));
    const int columns = row.rect->width() > 10 ? row.rect->width() : kColumnsBeforeLayout;
    std::optional<std::pair<double, double>> y;
    const auto widen = [&y, this](double value) {
        if (!std::isfinite(value) || (m_logarithmic && value <= 0)) return;
        y = y ? std::pair{std::min(y->first, value), std::max(y->second, value)} : std::pair{value, value};
    };
    const auto show = [&](QCPGraph& graph, const SeriesColumn& column, const StepScale& scale, const SeriesBlocks* blocks) {
        const std::vector<PlotPoint> points = decimate(column, scale, x.lower, x.upper, columns, blocks);
        for (const PlotPoint& point : points)
            if (x.contains(point.x)) widen(point.y);
        fill(graph, points);
    };
    for (std::size_t i = 0; i < row.curves.size(); ++i) {
        const PlotSeries& series = m_rows[index].series[qsizetype(i)];
        Curve& curve = row.curves[i];
        if (!series.data || m_hidden.contains(series.curve())) continue;
        const StepScale scale = m_scale.countedFrom(series.start);
        show(*curve.raw, *series.data, scale, series.blocks.get());
        if (m_smoothing > 0) {
            mayBeSmoothed -= curve.smoothed.follow(*series.data, m_smoothing, mayBeSmoothed);
            show(*curve.smooth, curve.smoothed.column(), scale, &curve.smoothed.blocks());
        }
        if (curve.marks) show(*curve.marks, series.marks, scale, nullptr), curve.marks->setScatterSkip(0);
        if (series.reference) widen(*series.reference);
    }
    const double above = index == 0 && !m_stages.isEmpty() ? kAirBelowNames : kAir;
    if (row.follows && y) left->setRange(withAir(y->first, y->second, m_logarithmic, above));
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
            if (!series.data || series.data->empty() || m_hidden.contains(series.curve())) continue;
            parts << tr("%1 from %2 at %6 %3 to %4 at %6 %5")
                         .arg(series.partName.isEmpty() ? series.name : series.name + QStringLiteral(", ") + series.partName,
                              valueText(series.data->values.front()), locale.toString(qint64(series.data->steps.front())),
                              valueText(series.data->values.back()), locale.toString(qint64(series.data->steps.back())),
                              m_stepName);
        }
        if (!parts.isEmpty()) sentences << row.title + QStringLiteral(": ") + parts.join(QStringLiteral("; "));
    }
    return sentences.join(QStringLiteral(". "));
}

QStringList SeriesPlot::seriesShown() const
{
    QStringList shown;
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series)
            if (!m_hidden.contains(series.curve())) shown << series.id;
    return shown;
}

}  // namespace moebel
