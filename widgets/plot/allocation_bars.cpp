#include "widgets/plot/allocation_bars.h"

#include <QAccessible>
#include <QLocale>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/support/qcustomplot.h"

namespace moebel
{

namespace
{

constexpr double kMarkWidth = 0.86;  // a little wider than the bar
constexpr double kHeadroom = 1.18;   // room to drag a bar higher
constexpr double kLeastTop = 4.6;
const QString kNumberLayer = QStringLiteral("numbers");  // over the curves, below the marks
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

QString shortNumber(double value) { return QLocale().toString(value, 'f', 3); }

}  // namespace

AllocationBars::AllocationBars(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Experts per layer"));
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->setAttribute(Qt::WA_NoMousePropagation, false);  // the context menu is asked of this widget
    m_plot->addLayer(kNumberLayer, m_plot->layer(QStringLiteral("overlay")), QCustomPlot::limBelow);
    build();
    buildExports();
    restyle(palette());
    connectMouse();
    connect(m_plot, &QCustomPlot::afterLayout, this, &AllocationBars::fillNumbers);
}

void AllocationBars::setPicture(AllocationPicture picture)
{
    if (picture == m_picture) return;
    m_picture = std::move(picture);
    if (m_layer >= layers()) m_layer = -1;
    fillBars();
    fillCurves();
    if (!m_dragging) fitRange();
    restyle(palette());
    showCurrent();
}

void AllocationBars::fillBars()
{
    QVector<double> places, present, addedPlaces, added, markPlaces, marks, classifierPlaces, classifierHeights;
    for (int layer = 0; layer < layers(); ++layer) {
        const auto at = std::size_t(layer);
        places << layer;
        present << double(m_picture.present[at]);
        if (m_picture.experts[at] > m_picture.present[at])
            addedPlaces << layer, added << double(m_picture.experts[at] - m_picture.present[at]);
        if (at < m_picture.marks.size()) {
            markPlaces << layer - kMarkWidth / 2 << layer + kMarkWidth / 2 << layer + kMarkWidth / 2;
            marks << double(m_picture.marks[at]) << double(m_picture.marks[at]) << kNone;
        }
        if (hasClassifier(layer)) classifierPlaces << layer, classifierHeights << 0.5;
    }
    m_present->setData(places, present, true);
    m_added->setData(addedPlaces, added, true);
    m_marks->setData(markPlaces, marks, true);
    m_classifiers->setData(classifierPlaces, classifierHeights, true);
    m_marks->setName(m_picture.marksName);
    const bool first =
        std::all_of(m_picture.present.begin(), m_picture.present.end(), [](std::int64_t count) { return count == 1; });
    m_present->setName(first ? tr("original") : tr("original and earlier rounds"));
    const auto inLegend = [](QCPAbstractPlottable* plottable, bool shown) {
        shown ? (void)plottable->addToLegend() : (void)plottable->removeFromLegend();
    };
    inLegend(m_marks, !m_picture.marks.empty());
    inLegend(m_classifiers, !classifierPlaces.isEmpty());
}

void AllocationBars::fillCurves()
{
    for (QCPGraph* curve : m_curves) m_plot->removeGraph(curve);
    m_curves.clear();
    double low = 0, high = 0;
    for (const LayerCurve& curve : m_picture.curves) {
        auto* graph = m_plot->addGraph(m_plot->xAxis, m_plot->yAxis2);
        graph->setName(curve.name);
        QVector<double> places, values;
        for (std::size_t layer = 0; layer < curve.values.size(); ++layer) {
            places << double(layer);
            values << curve.values[layer];
            if (std::isfinite(curve.values[layer])) {
                low = std::min(low, curve.values[layer]);
                high = std::max(high, curve.values[layer]);
            }
        }
        graph->setData(places, values, true);
        m_curves.push_back(graph);
    }
    m_plot->yAxis2->setVisible(!m_picture.curves.isEmpty());
    m_plot->yAxis2->setLabel(m_picture.curveTitle);
    const double air = (kHeadroom - 1) * (high - low);
    m_plot->yAxis2->setRange(low < 0 ? low - air / 2 : 0, high > low ? high + air : 1);
}

void AllocationBars::fitRange()
{
    std::int64_t highest = 0;
    for (const auto* list : {&m_picture.experts, &m_picture.marks})
        for (const std::int64_t count : *list) highest = std::max(highest, count);
    m_plot->xAxis->setRange(-0.5, std::max(1, layers()) - 0.5);
    m_plot->yAxis->setRange(0, std::max(kLeastTop, double(highest) * kHeadroom));
}

// Over each bar, where there is room.
void AllocationBars::fillNumbers()
{
    const bool fits = layers() > 0 && double(m_plot->axisRect()->width()) / layers() >=
                                          m_plot->fontMetrics().horizontalAdvance(QStringLiteral("00"));
    const auto wanted = std::size_t(fits ? layers() : 0);
    while (m_numbers.size() > wanted) {
        m_plot->removeItem(m_numbers.back());
        m_numbers.pop_back();
    }
    while (m_numbers.size() < wanted) {
        auto* number = new QCPItemText(m_plot);
        number->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
        number->setSelectable(false);
        number->setLayer(kNumberLayer);
        number->setPadding(QMargins(0, 0, 0, 1));
        m_numbers.push_back(number);
    }
    for (std::size_t layer = 0; layer < m_numbers.size(); ++layer) {
        m_numbers[layer]->setText(QString::number(m_picture.experts[layer]));
        m_numbers[layer]->position->setCoords(double(layer), double(m_picture.experts[layer]));
        m_numbers[layer]->setColor(m_plot->xAxis->tickLabelColor());
        m_numbers[layer]->setBrush(m_plot->palette().color(QPalette::Active, QPalette::Window));
    }
}

bool AllocationBars::hasClassifier(int layer) const
{
    return std::binary_search(m_picture.classifierLayers.begin(), m_picture.classifierLayers.end(), layer);
}

QString AllocationBars::readout(int layer) const
{
    if (layer < 0 || layer >= layers()) return {};
    const auto at = std::size_t(layer);
    const std::int64_t all = m_picture.experts[at];
    QStringList parts = {all == 1 ? tr("layer %1: 1 expert").arg(layer) : tr("layer %1: %2 experts").arg(layer).arg(all)};
    if (all == 1)
        parts << tr("stays dense, no router");
    else
        parts << tr("%1 new").arg(all - m_picture.present[at]);
    if (hasClassifier(layer)) parts << tr("language classifier");
    if (at < m_picture.marks.size()) parts << tr("%1 %2").arg(m_picture.marksName).arg(m_picture.marks[at]);
    for (const LayerCurve& curve : m_picture.curves)
        if (at < curve.values.size() && std::isfinite(curve.values[at]))
            parts << tr("%1 %2").arg(curve.name, shortNumber(curve.values[at]));
    return parts.join(QStringLiteral(", "));
}

QString AllocationBars::summary() const
{
    QStringList counts;
    std::int64_t total = 0, present = 0;
    for (const std::int64_t count : m_picture.experts) counts << QString::number(count), total += count;
    for (const std::int64_t count : m_picture.present) present += count;
    return tr("%1 layers, %2 experts, %3 of them new: %4")
        .arg(layers())
        .arg(total)
        .arg(total - present)
        .arg(counts.join(QStringLiteral(", ")));
}

void AllocationBars::setCurrentLayer(int layer)
{
    if (layer < 0 || layer >= layers()) layer = -1;
    if (layer == m_layer) return;
    m_layer = layer;
    showCurrent();
    Q_EMIT currentLayerChanged(layer);
}

void AllocationBars::showCurrent()
{
    m_frame->setVisible(m_layer >= 0);
    m_frame->topLeft->setCoords(m_layer - 0.5, 0);
    m_frame->bottomRight->setCoords(m_layer + 0.5, 1);
    m_frame->setPen(QPen(palette().color(hasFocus() ? QPalette::Highlight : QPalette::Mid), hasFocus() ? 2 : 1));
    const QString words = readout(m_layer);
    setAccessibleDescription(words.isEmpty() ? summary() : words + QStringLiteral(". ") + summary());
    Q_EMIT readoutChanged(words);
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

QPoint AllocationBars::topOf(int layer) const
{
    const double top = layer < layers() ? double(m_picture.experts[std::size_t(layer)]) : 0;
    return {int(m_plot->xAxis->coordToPixel(layer)), int(m_plot->yAxis->coordToPixel(top))};
}

double AllocationBars::pixelsOfOne() const { return m_plot->yAxis->coordToPixel(0) - m_plot->yAxis->coordToPixel(1); }

void AllocationBars::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        restyle(palette());
        showCurrent();
    }
    QWidget::changeEvent(event);
}

}  // namespace moebel
