// How a SeriesPlot is put together, and how it looks.
#include <algorithm>
#include <cmath>

#include "widgets/plot/curve_marker.h"
#include "widgets/plot/plot_title.h"
#include "widgets/plot/series_plot.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

constexpr int kPaleAlpha = 60;
constexpr int kBeneathAlpha = 80;
constexpr double kLinesOfARow = 1.8;    // of text, for each share of the height
constexpr double kRoomOfTheAxis = 0.8;  // the lowest row carries the numbers and the name of the x axis

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

// Steps of the axis; those below 0 as their part counts them.
class StepTicker : public QCPAxisTicker
{
public:
    explicit StepTicker(std::int64_t start) : m_start(double(start)) {}

protected:
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override
    {
        QVector<double> ticks;
        if (range.lower < 0) {
            const double first = std::ceil((std::max(range.lower, m_start) - m_start) / tickStep);
            for (double x = m_start + first * tickStep; x <= std::min(range.upper, -tickStep / 2); x += tickStep) ticks << x;
        }
        for (const double x : QCPAxisTicker::createTickVector(tickStep, range))
            if (x >= 0) ticks << x;
        return ticks;
    }
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override
    {
        return QCPAxisTicker::getTickLabel(tick < 0 ? tick - m_start : tick, locale, format, precision);
    }

private:
    double m_start;
};

}  // namespace

void SeriesPlot::showAxis()
{
    if (m_view.empty()) return;
    const std::int64_t start = m_scale == StepScale() ? earliestStart() : 0;
    for (Row& row : m_view)
        row.rect->axis(QCPAxis::atBottom)
            ->setTicker(QSharedPointer<QCPAxisTicker>(start < 0 ? new StepTicker(start) : new QCPAxisTicker));
    m_view.back().rect->axis(QCPAxis::atBottom)->setLabel(m_xLabel);
}

QSize SeriesPlot::minimumSizeHint() const
{
    const double line = QFontMetricsF(m_plot->font()).height();
    double shares = kRoomOfTheAxis;
    for (const PlotRow& row : m_rows) shares += row.height;
    const int height = int(std::ceil(line * (double(m_rows.size()) + kLinesOfARow * shares)));
    const QSize needed = QWidget::minimumSizeHint();
    return {needed.width(), std::max(needed.height(), height)};
}

void SeriesPlot::build()
{
    const auto [from, to] = xRange();
    m_plot->clearItems();
    m_stageNames.clear();
    m_plot->clearGraphs();
    m_plot->plotLayout()->clear();
    m_view.clear();
    m_view.resize(std::size_t(m_rows.size()));
    auto* margins = new QCPMarginGroup(m_plot);
    for (int i = 0; i < m_rows.size(); ++i) {
        buildRow(i);
        m_view[std::size_t(i)].rect->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
    }
    showAxis();
    buildStages();
    setLogarithmic(m_logarithmic);
    m_settingRange = true;
    for (Row& row : m_view) row.rect->axis(QCPAxis::atBottom)->setRange(from, to);
    m_settingRange = false;
    updateGeometry();
    restyle();
}

void SeriesPlot::buildRow(int index)
{
    const PlotRow& content = m_rows[index];
    Row& row = m_view[std::size_t(index)];
    const bool lowest = index + 1 == m_rows.size();
    row.title = new PlotTitle(m_plot);
    const QString title = content.unit.isEmpty() ? content.title : QStringLiteral("%1 (%2)").arg(content.title, content.unit);
    row.title->setText(content.note.isEmpty() ? title : QStringLiteral("%1 \u00b7 %2").arg(title, content.note));
    row.title->setFont(scaled(m_plot->font(), 0.9));
    row.title->setMargins(QMargins(8, 1, 8, 0));
    m_plot->plotLayout()->addElement(2 * index, 0, row.title);
    row.rect = new QCPAxisRect(m_plot);
    m_plot->plotLayout()->addElement(2 * index + 1, 0, row.rect);
    m_plot->plotLayout()->setRowStretchFactor(2 * index, 0.001);
    m_plot->plotLayout()->setRowStretchFactor(2 * index + 1, content.height + (lowest ? kRoomOfTheAxis : 0));
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
    left->setNumberPrecision(6);  // no powers of ten below a million
    left->setSubTicks(false);
    for (QCPAxis* axis : {bottom, left}) axis->setTickLength(0, 3), axis->setSubTickLength(0, 0);
    connect(bottom, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, &SeriesPlot::shareX);
    connect(left, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this, index] {
        if (!m_settingRange) m_view[std::size_t(index)].follows = false;
    });
    for (const PlotSeries& series : content.series) row.curves.push_back(buildCurve(series, *row.rect));
    const auto line = [&] {
        auto* made = new QCPItemStraightLine(m_plot);
        made->setClipAxisRect(row.rect);
        made->setLayer(m_cursor);
        made->setVisible(false);
        made->setAntialiased(false);
        for (QCPItemPosition* position : {made->point1, made->point2}) {
            position->setAxisRect(row.rect);
            position->setAxes(bottom, left);
            position->setTypeX(QCPItemPosition::ptPlotCoords);
            position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        }
        return made;
    };
    row.chosen = line();
    row.crosshair = line();
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
        name->setText(stage.warning ? QStringLiteral("\u26A0") : stage.name);
        name->setFont(scaled(m_plot->font(), 0.85));
        name->setClipAxisRect(first);
        name->setPositionAlignment(stage.warning ? Qt::AlignHCenter | Qt::AlignBottom : Qt::AlignLeft | Qt::AlignTop);
        name->setPadding(QMargins(3, 0, 3, 0));
        name->position->setAxisRect(first);
        name->position->setAxes(first->axis(QCPAxis::atBottom), first->axis(QCPAxis::atLeft));
        name->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        m_stageNames.push_back(name);
    }
    restyle();
}

QColor SeriesPlot::markColour(int mark, const QPalette& colours) const
{
    return m_stages[mark].warning ? colours.color(QPalette::Active, kWarningRole) : mutedText(colours);
}

void SeriesPlot::restyle(const QPalette& colours)
{
    applyPlotStyle(*m_plot, colours);
    const QColor text = colours.color(QPalette::Active, QPalette::WindowText);
    const QColor rule = colours.color(QPalette::Active, QPalette::Mid);
    for (std::size_t r = 0; r < m_view.size(); ++r) {
        Row& row = m_view[r];
        row.title->setTextColor(mutedText(colours));
        row.crosshair->setPen(QPen(text, 1));
        row.chosen->setPen(QPen(colours.color(QPalette::Active, QPalette::Link), 1, Qt::DashLine));
        for (std::size_t i = 0; i < row.stages.size(); ++i)
            row.stages[i]->setPen(QPen(markColour(int(i), colours), 1, Qt::DotLine));
        for (QCPAxis* axis : row.rect->axes()) {
            axis->grid()->setPen(QPen(pale(rule, 90), 1));
            axis->grid()->setZeroLinePen(Qt::NoPen);
        }
        const PlotRow& content = m_rows[qsizetype(r)];
        for (std::size_t i = 0; i < row.curves.size(); ++i)
            styleCurve(content.series[qsizetype(i)], row.curves[i], isDark(colours));
    }
    for (std::size_t i = 0; i < m_stageNames.size(); ++i) {
        m_stageNames[i]->setColor(markColour(int(i), colours));
        m_stageNames[i]->setBrush(pale(colours.color(QPalette::Active, QPalette::Window), 190));
    }
    queueReplot();
}

void SeriesPlot::styleCurve(const PlotSeries& series, Curve& curve, bool dark) const
{
    const bool behind = !m_highlighted.isEmpty() && m_highlighted != series.curve();
    QColor colour = colourOf(dark ? series.colour.dark : series.colour.light);
    if (behind) colour.setAlpha(kPaleAlpha);
    const bool seen = !m_hidden.contains(series.curve());
    const Qt::PenStyle style = series.dashed ? Qt::DashLine : Qt::SolidLine;
    curve.raw->setPen(QPen(m_smoothing > 0 ? pale(colour, behind ? kPaleAlpha / 2 : kBeneathAlpha) : colour, 1, style));
    curve.smooth->setPen(QPen(colour, 1, style));
    (m_smoothing > 0 ? curve.smooth : curve.raw)->setScatterStyle(curveMarker(series.marker, colour));
    (m_smoothing > 0 ? curve.raw : curve.smooth)->setScatterStyle({});
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

}  // namespace moebel
