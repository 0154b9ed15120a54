#include "widgets/plot/heat_map_widget.h"

#include <QAccessible>
#include <QLabel>
#include <QLocale>
#include <QMouseEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "moebel/analysis/colour.h"
#include "widgets/plot/heat_map_cells.h"
#include "widgets/plot/heat_map_frame.h"
#include "widgets/plot/plot_title.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"

namespace moebel
{

namespace
{

// Each has a picture of its own, laid over the others whenever the plot is painted: new values, or another frame, draw nothing
// else again. More of them would cost more than they save.
const QString kCellLayer = QStringLiteral("cells"), kFrameLayer = QStringLiteral("overlay");
constexpr int kNumberedCells = 1200;  // more numbers than that are not read by anyone

// Whole numbers, or names; thinned where there are many.
QSharedPointer<QCPAxisTicker> tickerOf(const QStringList& names)
{
    if (!names.isEmpty()) {
        QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
        const qsizetype every = 1 + (names.size() - 1) / 60;
        for (qsizetype i = 0; i < names.size(); i += every) ticker->addTick(double(i), names[i]);
        return ticker;
    }
    QSharedPointer<QCPAxisTickerFixed> ticker(new QCPAxisTickerFixed);
    ticker->setTickStep(1);
    ticker->setTickCount(16);
    ticker->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    return ticker;
}

bool diverges(const ValueScale& scale) { return !std::isnan(scale.centre); }

// Only the values differ: axes, titles and colours stay as they were drawn.
bool sameFrame(const HeatMap& a, const HeatMap& b)
{
    const auto sameLength = [](const auto& x, const auto& y) { return x.size() == y.size(); };
    const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.title == b.title && a.rowTitle == b.rowTitle && a.columnTitle == b.columnTitle && a.valueTitle == b.valueTitle &&
           a.rowNames == b.rowNames && a.columnNames == b.columnNames && a.rows() == b.rows() && a.columns() == b.columns() &&
           same(a.scale.from, b.scale.from) && same(a.scale.to, b.scale.to) && same(a.scale.centre, b.scale.centre) &&
           a.firstRowOnTop == b.firstRowOnTop && a.framedFrom == b.framedFrom && a.rowNotes == b.rowNotes && a.decimals == b.decimals &&
           (a.framedFrom == 0 || std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), sameLength));
}

std::uint32_t middleOf(const QPalette& palette) { return palette.color(QPalette::Active, QPalette::Window).rgb() & 0xFFFFFF; }

}  // namespace

int HeatMap::columns() const
{
    std::size_t widest = 0;
    for (const auto& row : values) widest = std::max(widest, row.size());
    return int(widest);
}

HeatMapWidget::HeatMapWidget(QWidget* parent, bool compact)
    : QWidget(parent), m_compact(compact), m_plot(new QCustomPlot(this)), m_nothing(new QLabel(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    layout->addWidget(m_nothing);
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    m_nothing->setTextFormat(Qt::PlainText);
    m_nothing->setForegroundRole(QPalette::PlaceholderText);
    setFocusPolicy(Qt::StrongFocus);
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->setAttribute(Qt::WA_NoMousePropagation, false);  // the context menu is asked of this widget
    buildPlot();
    restyle(palette());
    setHeatMap({});
    connect(m_plot, &QCustomPlot::mouseMove, this, &HeatMapWidget::showReadout);
    connect(m_plot, &QCustomPlot::mousePress, this, [this](const QMouseEvent* event) {
        setFocus(Qt::MouseFocusReason);
        if (event->button() != Qt::LeftButton) return;
        if (const auto cell = cellAt(event->position())) choose(*cell);
    });
    connect(m_plot, &QCustomPlot::beforeReplot, this, &HeatMapWidget::showAxes);
    connect(m_plot, &QCustomPlot::afterLayout, this, &HeatMapWidget::fitColumnNames);
    connect(m_plot, &QCustomPlot::afterLayout, this, &HeatMapWidget::updateNumbers);
    connect(m_plot, &QCustomPlot::afterLayout, this, &HeatMapWidget::laidOut);
    m_plot->installEventFilter(this);
    buildExports();
}

void HeatMapWidget::buildPlot()
{
    m_title = new PlotTitle(m_plot);
    m_title->setMargins(m_compact ? QMargins(4, 4, 4, 4) : QMargins(8, 6, 8, 4));
    m_plot->plotLayout()->insertRow(0);
    m_plot->plotLayout()->addElement(0, 0, m_title);
    m_plot->addLayer(kCellLayer, m_plot->layer(QStringLiteral("legend")), QCustomPlot::limAbove);
    m_plot->layer(kCellLayer)->setMode(QCPLayer::lmBuffered);
    m_cells = new HeatMapCells(m_plot->xAxis, m_plot->yAxis);
    m_cells->setLayer(kCellLayer);
    m_scale = new QCPColorScale(m_plot);
    m_scale->setType(QCPAxis::atRight);
    m_scale->setBarWidth(14);
    if (m_compact)
        m_scale->setVisible(false);
    else
        m_plot->plotLayout()->addElement(1, 1, m_scale);
    m_scale->axis()->setVisible(!m_compact);
    auto* group = new QCPMarginGroup(m_plot);
    m_plot->axisRect()->setMarginGroup(QCP::msBottom | QCP::msTop, group);
    if (!m_compact) m_scale->setMarginGroup(QCP::msBottom | QCP::msTop, group);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setNumberFormat(QStringLiteral("f"));
        axis->setNumberPrecision(0);
        axis->setSubTicks(false);
        axis->setTickLength(0, m_compact ? 0 : 4);
        axis->grid()->setVisible(false);
    }
    m_border = new HeatMapFrame(m_plot->xAxis, m_plot->yAxis);
    m_border->setLayer(kFrameLayer);
    m_frame = new QCPItemRect(m_plot);
    m_frame->setLayer(kFrameLayer);
    m_frame->setVisible(false);
    applyFont();
}

void HeatMapWidget::applyFont()
{
    QFont title = font();
    if (!m_compact) title.setPointSizeF(title.pointSizeF() * 1.15);
    title.setBold(true);
    m_title->setFont(title);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis, m_scale->axis()}) {
        axis->setLabelFont(font());
        axis->setTickLabelFont(font());
    }
}

void HeatMapWidget::setHeatMap(HeatMap map)
{
    const bool values = m_stale != Stale::All && m_numbers.empty() && sameFrame(map, m_heatMap);
    m_stale = values ? Stale::Values : Stale::All;
    m_heatMap = std::move(map);
    m_plot->setVisible(m_heatMap.rows() > 0);
    m_nothing->setVisible(m_heatMap.rows() == 0);
    m_nothing->setText(m_heatMap.title);
    if (m_current && (m_current->row >= m_heatMap.rows() || m_current->column >= m_heatMap.columns())) m_current.reset();
    updateFrame();
    // Of the plot, not of this widget: the plot covers all of it.
    if (!m_plot->visibleRegion().isEmpty()) bringUpToDate(false);
}

// `now`: before this returns; otherwise with what else is drawn next. Whatever asks for a replot first draws the newest map:
// showAxes() is called before each of them.
void HeatMapWidget::bringUpToDate(bool now) const
{
    switch (m_stale) {
        case Stale::Nothing:
            return;
        case Stale::Values:
            m_stale = Stale::Nothing;
            m_cells->setValues(m_heatMap.values, m_heatMap.columns());
            return m_plot->layer(kCellLayer)->replot();
        case Stale::All:
            return m_plot->replot(now ? QCustomPlot::rpQueuedRefresh : QCustomPlot::rpQueuedReplot);
    }
}

void HeatMapWidget::showAxes() const
{
    if (std::exchange(m_stale, Stale::Nothing) == Stale::Nothing) return;
    const HeatMap& map = m_heatMap;
    m_title->setText(map.title);
    m_scale->setDataRange(QCPRange(map.scale.from, map.scale.to));
    m_scale->axis()->setLabel(m_compact ? QString() : map.valueTitle);
    m_plot->xAxis->setLabel(m_compact ? QString() : map.columnTitle);
    m_plot->yAxis->setLabel(m_compact ? QString() : map.rowTitle);
    m_plot->xAxis->setTicker(tickerOf(map.columnNames));
    m_plot->yAxis->setTicker(tickerOf(map.rowNames));
    m_plot->xAxis->setRange(-0.5, std::max(1, map.columns()) - 0.5);
    m_plot->yAxis->setRange(-0.5, std::max(1, map.rows()) - 0.5);
    m_plot->yAxis->setRangeReversed(map.firstRowOnTop);
    m_border->setFrame(map.values, map.framedFrom);
    m_border->setNotes(map.rowNotes);
    m_scale->setGradient(diverges(map.scale) ? divergingGradient(middleOf(palette())) : sequentialGradient());
    m_cells->setColours(m_scale->gradient(), m_scale->dataRange());
    m_cells->setValues(map.values, map.columns());
}

// What is scrolled or switched into view gets its picture in the same pass in which it is painted.
bool HeatMapWidget::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_plot && event->type() == QEvent::Paint) bringUpToDate(true);
    return QWidget::eventFilter(watched, event);
}

bool HeatMapWidget::hasValue(int row, int column) const
{
    if (row < 0 || row >= m_heatMap.rows() || column < 0) return false;
    const auto& values = m_heatMap.values[std::size_t(row)];
    return column < int(values.size()) && std::isfinite(values[std::size_t(column)]);
}

QString HeatMapWidget::readout(int row, int column) const
{
    if (row < 0 || row >= m_heatMap.rows() || column < 0 || column >= m_heatMap.columns()) return {};
    const auto named = [](const QString& title, const QStringList& names, int index) {
        return names.isEmpty() ? QStringLiteral("%1 %2").arg(title).arg(index)
                               : QStringLiteral("\u2068%1\u2069").arg(names.value(index));
    };
    const QString place = named(m_heatMap.rowTitle, m_heatMap.rowNames, row) + QStringLiteral(", ") +
                          named(m_heatMap.columnTitle, m_heatMap.columnNames, column);
    if (!hasValue(row, column)) return tr("%1: no value").arg(place);
    return tr("%1: %2 %3")
        .arg(place, m_heatMap.valueTitle,
             QLocale().toString(m_heatMap.values[std::size_t(row)][std::size_t(column)], 'f',
                                m_heatMap.decimals > 0 ? m_heatMap.decimals + 2 : 0));
}

QColor HeatMapWidget::cellColour(int row, int column) const
{
    if (!hasValue(row, column)) return {};
    const double value = m_heatMap.values[std::size_t(row)][std::size_t(column)];
    const ValueScale& scale = m_heatMap.scale;
    if (!diverges(scale)) return colourOf(sequentialColour((value - scale.from) / (scale.to - scale.from)));
    return colourOf(divergingColour((value - scale.centre) / (scale.to - scale.centre), middleOf(palette())));
}

QRectF HeatMapWidget::cellRect(int row, int column) const
{
    const QPointF one(m_plot->xAxis->coordToPixel(column - 0.5), m_plot->yAxis->coordToPixel(row - 0.5));
    const QPointF other(m_plot->xAxis->coordToPixel(column + 0.5), m_plot->yAxis->coordToPixel(row + 0.5));
    return QRectF(one, other).normalized();
}

// Names that would run into one another stand on end; the next picture has them so.
void HeatMapWidget::fitColumnNames()
{
    const QFontMetrics metrics(m_plot->xAxis->tickLabelFont());
    int widest = 0;
    for (const QString& name : m_heatMap.columnNames) widest = std::max(widest, metrics.horizontalAdvance(name));
    const double room = m_plot->axisRect()->width() / double(std::max(1, m_heatMap.columns()));
    const double rotation = widest + metrics.averageCharWidth() > room ? -90 : 0;
    if (m_plot->xAxis->tickLabelRotation() == rotation) return;
    m_plot->xAxis->setTickLabelRotation(rotation);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

// A number an item, white or black after its cell; none where they would not fit.
void HeatMapWidget::updateNumbers()
{
    for (QCPItemText* number : m_numbers) m_plot->removeItem(number);
    m_numbers.clear();
    const int columns = m_heatMap.columns(), rows = m_heatMap.rows();
    if (columns * rows == 0 || columns * rows > kNumberedCells) return;
    const QRect room = m_plot->axisRect()->rect();
    const QFontMetrics metrics(m_plot->font());
    const QString widest = QStringLiteral("\u22120.00");
    if (room.width() / double(columns) < metrics.horizontalAdvance(widest) + 4) return;
    if (room.height() / double(rows) < metrics.height() + 2) return;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const QColor colour = cellColour(row, column);
            if (!colour.isValid()) continue;
            auto* item = new QCPItemText(m_plot);
            item->setLayer(kCellLayer);
            item->position->setCoords(column, row);
            item->setText(QLocale::c()
                              .toString(m_heatMap.values[std::size_t(row)][std::size_t(column)], 'f', m_heatMap.decimals)
                              .replace('-', QChar(0x2212)));
            item->setColor(colourOf(inkOn(std::uint32_t(colour.rgb() & 0xFFFFFF))));
            item->setSelectable(false);
            m_numbers.push_back(item);
        }
}

void HeatMapWidget::updateFrame()
{
    m_frame->setVisible(m_current.has_value());
    if (m_current) {
        m_frame->topLeft->setCoords(m_current->column - 0.5, m_current->row - 0.5);
        m_frame->bottomRight->setCoords(m_current->column + 0.5, m_current->row + 0.5);
        m_frame->setPen(QPen(palette().color(hasFocus() ? QPalette::Highlight : QPalette::WindowText), 2));
    }
    setAccessibleDescription(m_current ? readout(m_current->row, m_current->column) : QString());
}

void HeatMapWidget::setCurrentCell(std::optional<HeatMapCell> cell)
{
    const bool inside =
        cell && cell->row >= 0 && cell->row < m_heatMap.rows() && cell->column >= 0 && cell->column < m_heatMap.columns();
    const auto wanted = inside ? cell : std::nullopt;
    if (wanted == m_current) return;
    m_current = wanted;
    updateFrame();
    m_frame->layer()->replot();
    if (!m_current) return;
    Q_EMIT readoutChanged(accessibleDescription());
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
}

void HeatMapWidget::choose(const HeatMapCell& cell)
{
    setCurrentCell(cell);
    if (m_current) Q_EMIT cellChosen(*m_current);
}

void HeatMapWidget::restyle(const QPalette& palette)
{
    applyPlotStyle(*m_plot, palette);
    m_border->setPen(QPen(palette.color(QPalette::Active, QPalette::WindowText), m_compact ? 1 : 1.5));
    m_border->setNoteStyle(mutedText(palette), palette.color(QPalette::Active, QPalette::Window));
    m_plot->axisRect()->setBackground(QBrush(palette.color(QPalette::Active, QPalette::Mid), Qt::BDiagPattern));
    if (diverges(m_heatMap.scale)) {
        m_scale->setGradient(divergingGradient(middleOf(palette)));
        m_cells->setColours(m_scale->gradient(), m_scale->dataRange());
        m_cells->setValues(m_heatMap.values, m_heatMap.columns());
    }
    updateFrame();
}

void HeatMapWidget::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        restyle(palette());
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    }
    QWidget::changeEvent(event);
    if (event->type() != QEvent::FontChange) return;
    applyFont();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace moebel
