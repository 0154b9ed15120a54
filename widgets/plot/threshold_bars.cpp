#include "widgets/plot/threshold_bars.h"

#include <QAccessible>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/plot/plot_exports.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/table_text.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

constexpr double kSmallStep = 0.01, kLargeStep = 0.1;
constexpr double kTop = 1.08;  // of the axis
constexpr int kReach = 8;      // pixels around the line

QString threeDigits(double value) { return QLocale().toString(value, 'g', 3); }

}  // namespace

ThresholdBars::ThresholdBars(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Deviation of the layers, and the threshold"));
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->setAttribute(Qt::WA_NoMousePropagation, false);  // the context menu is asked of this widget
    build();
    buildExports();
    restyle(palette());
    connect(m_plot, &QCustomPlot::mousePress, this, [this](const QMouseEvent* event) { press(*event); });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) { move(*event); });
    connect(m_plot, &QCustomPlot::mouseRelease, this, [this] { m_dragging = false; });
}

void ThresholdBars::build()
{
    m_plot->setInteractions({});
    m_plot->xAxis->setLabel(tr("Layer"));
    QSharedPointer<QCPAxisTickerFixed> ticker(new QCPAxisTickerFixed);
    ticker->setTickStep(1);
    ticker->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    ticker->setTickCount(16);
    m_plot->xAxis->setTicker(ticker);
    m_plot->xAxis->setNumberFormat(QStringLiteral("f"));
    m_plot->xAxis->setNumberPrecision(0);
    m_plot->xAxis->grid()->setVisible(false);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setSubTicks(false);
        axis->setTickLength(0, 4);
    }
    m_plot->yAxis->setRange(0, kTop);
    m_others = new QCPBars(m_plot->xAxis, m_plot->yAxis);
    m_chosen = new QCPBars(m_plot->xAxis, m_plot->yAxis);
    for (QCPBars* bars : {m_others, m_chosen}) bars->setWidth(0.72);
    m_line = new QCPItemStraightLine(m_plot);
    m_label = new QCPItemText(m_plot);
    m_label->setPositionAlignment(Qt::AlignRight | Qt::AlignBottom);
    m_label->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_label->setPadding(QMargins(4, 1, 4, 1));
    m_frame = new QCPItemRect(m_plot);
    m_frame->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_frame->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    for (QCPAbstractItem* item : {static_cast<QCPAbstractItem*>(m_line), static_cast<QCPAbstractItem*>(m_label),
                                  static_cast<QCPAbstractItem*>(m_frame)})
        item->setSelectable(false);
}

void ThresholdBars::restyle(const QPalette& colours)
{
    applyPlotStyle(*m_plot, colours);
    const QColor text = colours.color(QPalette::Active, QPalette::WindowText);
    const QColor chosen = colours.color(QPalette::Active, QPalette::Link);
    QColor pale = chosen;
    pale.setAlpha(110);
    m_others->setPen(QPen(outlineColour(colours)));
    m_others->setBrush(colours.color(QPalette::Active, QPalette::Mid));
    m_chosen->setPen(QPen(chosen));
    m_chosen->setBrush(pale);
    m_line->setPen(QPen(text, 2));
    m_label->setColor(text);
    m_label->setBrush(colours.color(QPalette::Active, QPalette::Window));
}

void ThresholdBars::setPicture(ThresholdPicture picture)
{
    if (picture == m_picture) return;
    m_picture = std::move(picture);
    if (m_layer >= layers()) m_layer = -1;
    fill();
    showCurrent();
}

void ThresholdBars::fill()
{
    QVector<double> chosenPlaces, chosen, otherPlaces, others;
    for (int layer = 0; layer < layers(); ++layer) {
        const auto at = std::size_t(layer);
        (m_picture.chosen[at] ? chosenPlaces : otherPlaces) << layer;
        (m_picture.chosen[at] ? chosen : others) << m_picture.values[at];
    }
    m_chosen->setData(chosenPlaces, chosen, true);
    m_others->setData(otherPlaces, others, true);
    m_line->point1->setCoords(0, m_picture.threshold);
    m_line->point2->setCoords(1, m_picture.threshold);
    m_label->position->setCoords(1, m_picture.threshold);
    m_label->setText(QStringLiteral("\u03b5 = ") + QLocale().toString(m_picture.threshold, 'f', 2));
    m_plot->yAxis->setLabel(m_picture.valueTitle);
    m_plot->xAxis->setRange(-0.5, std::max(1, layers()) - 0.5);
}

QString ThresholdBars::readout(int layer) const
{
    if (layer < 0 || layer >= layers()) return {};
    const auto at = std::size_t(layer);
    return tr("layer %1: mean norm %2, normalised %3, %4")
        .arg(QString::number(layer), threeDigits(m_picture.raw[at]), threeDigits(m_picture.values[at]),
             m_picture.chosen[at] ? tr("becomes MoE") : tr("stays dense"));
}

void ThresholdBars::showCurrent()
{
    m_frame->setVisible(m_layer >= 0);
    m_frame->topLeft->setCoords(m_layer - 0.5, 0);
    m_frame->bottomRight->setCoords(m_layer + 0.5, 1);
    m_frame->setPen(QPen(palette().color(hasFocus() ? QPalette::Highlight : QPalette::Mid), hasFocus() ? 2 : 1));
    const auto count = std::count(m_picture.chosen.begin(), m_picture.chosen.end(), true);
    const QString all = tr("threshold %1: %2 of %3 layers").arg(threeDigits(m_picture.threshold)).arg(count).arg(layers());
    const QString words = readout(m_layer);
    setAccessibleDescription(words.isEmpty() ? all : words + QStringLiteral(". ") + all);
    Q_EMIT readoutChanged(words);
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

int ThresholdBars::lineY() const { return int(m_plot->yAxis->coordToPixel(m_picture.threshold)); }

int ThresholdBars::pixelsOf(double share) const
{
    return int(m_plot->yAxis->coordToPixel(0) - m_plot->yAxis->coordToPixel(share));
}

void ThresholdBars::want(double threshold)
{
    const double rounded = std::round(std::clamp(threshold, 0.0, 1.0) * 100) / 100;
    if (rounded != m_picture.threshold && layers() > 0) Q_EMIT thresholdWanted(rounded);
}

int ThresholdBars::layerAt(const QPointF& position) const
{
    if (!m_plot->axisRect()->rect().contains(position.toPoint())) return -1;
    const int layer = int(std::floor(m_plot->xAxis->pixelToCoord(position.x()) + 0.5));
    return layer < layers() ? layer : -1;
}

void ThresholdBars::press(const QMouseEvent& event)
{
    setFocus(Qt::MouseFocusReason);
    if (event.button() != Qt::LeftButton) return;
    m_dragging = std::abs(event.position().y() - lineY()) <= kReach;
    if (m_dragging) return;
    m_layer = layerAt(event.position());
    showCurrent();
}

void ThresholdBars::move(const QMouseEvent& event)
{
    if (m_dragging) return want(m_plot->yAxis->pixelToCoord(event.position().y()));
    m_plot->setCursor(std::abs(event.position().y() - lineY()) <= kReach ? Qt::SizeVerCursor : Qt::ArrowCursor);
    const QString words = readout(layerAt(event.position()));
    QToolTip::showText(event.globalPosition().toPoint(), words, m_plot);
    Q_EMIT readoutChanged(words.isEmpty() ? readout(m_layer) : words);
}

void ThresholdBars::keyPressEvent(QKeyEvent* event)
{
    const double now = m_picture.threshold;
    if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier)) return QWidget::keyPressEvent(event);
    switch (event->key()) {
        case Qt::Key_Up:
            return want(now + kSmallStep);
        case Qt::Key_Down:
            return want(now - kSmallStep);
        case Qt::Key_PageUp:
            return want(now + kLargeStep);
        case Qt::Key_PageDown:
            return want(now - kLargeStep);
        case Qt::Key_Left:
        case Qt::Key_Right:
            m_layer = std::clamp(m_layer + (event->key() == Qt::Key_Right ? 1 : -1), 0, std::max(0, layers() - 1));
            return showCurrent();
        default:
            QWidget::keyPressEvent(event);
    }
}

void ThresholdBars::focusInEvent(QFocusEvent* event)
{
    showCurrent();
    QWidget::focusInEvent(event);
}

void ThresholdBars::focusOutEvent(QFocusEvent* event)
{
    showCurrent();
    QWidget::focusOutEvent(event);
}

void ThresholdBars::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        restyle(palette());
        showCurrent();
    }
    QWidget::changeEvent(event);
}

QString ThresholdBars::csv() const
{
    QString text = QStringLiteral("layer,mean,normalised,chosen\n");
    for (std::size_t layer = 0; layer < m_picture.values.size(); ++layer)
        text += QString::number(layer) + QLatin1Char(',') + exactText(m_picture.raw[layer]) + QLatin1Char(',') +
                exactText(m_picture.values[layer]) +
                (m_picture.chosen[layer] ? QStringLiteral(",1\n") : QStringLiteral(",0\n"));
    return text;
}

void ThresholdBars::buildExports()
{
    const auto paint = [this](const QPalette& colours) { restyle(colours); };
    m_exports = new ExportMenu(*this, exportsOf(*this, *m_plot, QStringLiteral("deviation"), paint, [this] { return csv(); }));
    m_exports->attach();
}

}  // namespace moebel
