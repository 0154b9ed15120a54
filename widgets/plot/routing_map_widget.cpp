#include "widgets/plot/routing_map_widget.h"

#include <QFileInfo>
#include <QLocale>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QToolTip>
#include <QVBoxLayout>
#include <cmath>
#include <limits>

#include "moebel/analysis/colour.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"

namespace moebel {

namespace {

constexpr int kNumberedCells = 1200;  // more numbers than that are not read by anyone

Status cannotWrite(const QString& file, const QString& why)
{
    return failed(
        "cannot-write",
        QStringLiteral("%1: the picture could not be written (%2); choose another place").arg(file, why).toStdString(),
        file.toStdString());
}

QSharedPointer<QCPAxisTickerFixed> wholeNumbers()
{
    QSharedPointer<QCPAxisTickerFixed> ticker(new QCPAxisTickerFixed);
    ticker->setTickStep(1);
    ticker->setTickCount(16);
    ticker->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    return ticker;
}

}  // namespace

RoutingMapWidget::RoutingMapWidget(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    setAccessibleName(tr("Routing map"));
    buildPlot();
    restyle(palette());
    clear(QString());
    connect(m_plot, &QCustomPlot::mouseMove, this, &RoutingMapWidget::showReadout);
    connect(m_plot, &QCustomPlot::afterLayout, this, &RoutingMapWidget::updateNumbers);
}

void RoutingMapWidget::buildPlot()
{
    m_title = new QCPTextElement(m_plot);
    m_title->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
    m_title->setMargins(QMargins(8, 6, 8, 4));
    QFont font = m_plot->font();
    font.setPointSizeF(font.pointSizeF() * 1.15);
    font.setBold(true);
    m_title->setFont(font);
    m_plot->plotLayout()->insertRow(0);
    m_plot->plotLayout()->addElement(0, 0, m_title);
    m_cells = new QCPColorMap(m_plot->xAxis, m_plot->yAxis);
    m_cells->setInterpolate(false);
    m_scale = new QCPColorScale(m_plot);
    m_scale->setType(QCPAxis::atRight);
    m_scale->setBarWidth(14);
    m_plot->plotLayout()->addElement(1, 1, m_scale);
    m_cells->setColorScale(m_scale);  // before any range is set: otherwise the map takes the scale's own
    m_scale->setGradient(sequentialGradient());
    auto* group = new QCPMarginGroup(m_plot);
    m_plot->axisRect()->setMarginGroup(QCP::msBottom | QCP::msTop, group);
    m_scale->setMarginGroup(QCP::msBottom | QCP::msTop, group);
    m_plot->xAxis->setLabel(tr("expert (0 = original)"));
    m_plot->yAxis->setLabel(tr("layer"));
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setTicker(wholeNumbers());
        axis->setNumberFormat(QStringLiteral("f"));
        axis->setNumberPrecision(0);
        axis->setSubTicks(false);
        axis->setTickLength(0, 4);
        axis->grid()->setVisible(false);
    }
}

void RoutingMapWidget::setMap(const RoutingMap& map, const QString& title, double most)
{
    m_map = map;
    m_most = most;
    m_title->setText(title);
    const int experts = std::max(1, int(map.widestLayer())), layers = std::max(1, int(map.layers()));
    QCPColorMapData* cells = m_cells->data();
    cells->setSize(experts, layers);
    cells->setRange(QCPRange(0, std::max(experts - 1, 1)), QCPRange(0, std::max(layers - 1, 1)));
    cells->fill(std::numeric_limits<double>::quiet_NaN());
    for (std::size_t layer = 0; layer < map.values.size(); ++layer)
        for (std::size_t expert = 0; expert < map.values[layer].size(); ++expert)
            cells->setCell(int(expert), int(layer), map.values[layer][expert]);
    m_scale->setDataRange(QCPRange(0, most));
    m_scale->axis()->setLabel(QString::fromUtf8(name(map.measure).data(), qsizetype(name(map.measure).size())));
    m_plot->xAxis->setRange(-0.5, experts - 0.5);
    m_plot->yAxis->setRange(-0.5, layers - 0.5);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void RoutingMapWidget::clear(const QString& title) { setMap(RoutingMap{}, title, 1); }

QString RoutingMapWidget::readout(int layer, int expert) const
{
    if (layer < 0 || layer >= int(m_map.layers())) return {};
    const auto& values = m_map.values[std::size_t(layer)];
    if (expert < 0 || expert >= int(m_map.widestLayer())) return {};
    if (values.size() <= 1) return tr("layer %1: dense, no router").arg(layer);
    if (expert >= int(values.size())) return tr("layer %1: no expert %2, it has %3").arg(layer).arg(expert).arg(values.size());
    const double value = values[std::size_t(expert)];
    if (!std::isfinite(value)) return tr("layer %1, expert %2: no tokens").arg(layer).arg(expert);
    const QString measure = QString::fromUtf8(name(m_map.measure).data(), qsizetype(name(m_map.measure).size()));
    const QLocale locale;
    return tr("layer %1, expert %2: %3 %4, in the top-K of %5 of %6 tokens")
        .arg(layer)
        .arg(expert)
        .arg(measure, locale.toString(value, 'f', 4),
             locale.toString(qint64(m_map.counts[std::size_t(layer)][std::size_t(expert)])),
             locale.toString(qint64(m_map.tokens)));
}

QColor RoutingMapWidget::cellColour(int layer, int expert) const
{
    if (layer < 0 || layer >= int(m_map.layers()) || expert < 0 || expert >= int(m_map.values[std::size_t(layer)].size()))
        return {};
    const double value = m_map.values[std::size_t(layer)][std::size_t(expert)];
    return std::isfinite(value) ? colourOf(sequentialColour(value / m_most)) : QColor();
}

QString RoutingMapWidget::csv() const
{
    QString text = QStringLiteral("layer,expert,value,count,tokens\n");
    for (std::size_t layer = 0; layer < m_map.values.size(); ++layer)
        for (std::size_t expert = 0; expert < m_map.values[layer].size(); ++expert) {
            const double value = m_map.values[layer][expert];
            if (!std::isfinite(value)) continue;
            text += QStringLiteral("%1,%2,%3,%4,%5\n")
                        .arg(layer)
                        .arg(expert)
                        .arg(QString::number(value, 'g', QLocale::FloatingPointShortest),
                             QString::number(m_map.counts[layer][expert], 'g', QLocale::FloatingPointShortest),
                             QString::number(m_map.tokens, 'g', QLocale::FloatingPointShortest));
        }
    return text;
}

// A number an item, white or black after its cell; none where they would not fit.
void RoutingMapWidget::updateNumbers()
{
    m_plot->clearItems();
    const auto experts = m_map.widestLayer(), layers = m_map.layers();
    if (experts * layers == 0 || experts * layers > kNumberedCells) return;
    const QRect room = m_plot->axisRect()->rect();
    const QFontMetrics metrics(m_plot->font());
    const QString widest = QStringLiteral("0.00");
    if (room.width() / double(experts) < metrics.horizontalAdvance(widest) + 8) return;
    if (room.height() / double(layers) < metrics.height() + 2) return;
    for (int layer = 0; layer < int(layers); ++layer)
        for (int expert = 0; expert < int(experts); ++expert) {
            const QColor colour = cellColour(layer, expert);
            if (!colour.isValid()) continue;
            auto* item = new QCPItemText(m_plot);
            item->position->setCoords(expert, layer);
            item->setText(QString::number(m_map.values[std::size_t(layer)][std::size_t(expert)], 'f', 2));
            item->setColor(colourOf(inkOn(std::uint32_t(colour.rgb() & 0xFFFFFF))));
            item->setSelectable(false);
        }
}

void RoutingMapWidget::restyle(const QPalette& palette)
{
    applyPlotStyle(*m_plot, palette);
    m_plot->axisRect()->setBackground(QBrush(palette.color(QPalette::Active, QPalette::Mid), Qt::BDiagPattern));
}

void RoutingMapWidget::showReadout(QMouseEvent* event)
{
    const QPointF at = event->position();
    const bool inside = m_plot->axisRect()->rect().contains(at.toPoint());
    const int expert = int(std::floor(m_plot->xAxis->pixelToCoord(at.x()) + 0.5));
    const int layer = int(std::floor(m_plot->yAxis->pixelToCoord(at.y()) + 0.5));
    const QString words = inside ? readout(layer, expert) : QString();
    QToolTip::showText(event->globalPosition().toPoint(), words, m_plot);
    Q_EMIT readoutChanged(words);
}

Status RoutingMapWidget::save(const QString& file)
{
    const QString ending = QFileInfo(file).suffix().toLower();
    if (ending == QLatin1String("csv")) {
        QSaveFile out(file);
        const bool written = out.open(QIODevice::WriteOnly) && out.write(csv().toUtf8()) >= 0 && out.commit();
        return written ? Status(Done{}) : cannotWrite(file, out.errorString());
    }
    if (ending == QLatin1String("png")) return m_plot->savePng(file, 0, 0, 2) ? Status(Done{}) : cannotWrite(file, tr("PNG"));
    if (ending != QLatin1String("svg") && ending != QLatin1String("pdf"))
        return invalidInput(
            "unknown-ending",
            QStringLiteral("%1: the ending .%2 is unknown, expected .png, .svg, .pdf or .csv").arg(file, ending).toStdString());
    restyle(paperPalette());
    bool written = true;
    if (ending == QLatin1String("pdf")) {
        written = m_plot->savePdf(file);
    } else {
        QSvgGenerator generator;
        generator.setFileName(file);
        generator.setSize(m_plot->size());
        generator.setViewBox(m_plot->rect());
        generator.setTitle(m_title->text());
        QCPPainter painter;
        written = painter.begin(&generator);
        painter.setMode(QCPPainter::pmVectorized);
        m_plot->toPainter(&painter, m_plot->width(), m_plot->height());
    }
    restyle(palette());
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    return written ? Status(Done{}) : cannotWrite(file, ending);
}

void RoutingMapWidget::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        restyle(palette());
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    }
    QWidget::changeEvent(event);
}

}  // namespace moebel
