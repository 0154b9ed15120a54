// How AllocationBars are put together, how they look, and what they give away.
#include <algorithm>
#include <cmath>

#include "widgets/plot/allocation_bars.h"
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

constexpr double kBarWidth = 0.72;  // of a layer

QColor pale(QColor colour, int alpha)
{
    colour.setAlpha(alpha);
    return colour;
}

}  // namespace

void AllocationBars::build()
{
    m_plot->setInteractions({});
    m_plot->xAxis->setLabel(tr("Layer"));
    m_plot->yAxis->setLabel(tr("Experts"));
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        QSharedPointer<QCPAxisTickerFixed> ticker(new QCPAxisTickerFixed);
        ticker->setTickStep(1);
        ticker->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
        ticker->setTickCount(axis == m_plot->xAxis ? 16 : 6);
        axis->setTicker(ticker);
        axis->setNumberFormat(QStringLiteral("f"));
        axis->setNumberPrecision(0);
    }
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis, m_plot->yAxis2}) {
        axis->setSubTicks(false);
        axis->setTickLength(0, 4);
    }
    m_plot->xAxis->grid()->setVisible(false);
    m_plot->yAxis2->ticker()->setTickCount(4);
    m_present = new QCPBars(m_plot->xAxis, m_plot->yAxis);
    m_added = new QCPBars(m_plot->xAxis, m_plot->yAxis);
    m_added->setName(tr("new"));
    m_added->moveAbove(m_present);
    for (QCPBars* bars : {m_present, m_added}) bars->setWidth(kBarWidth);
    m_marks = m_plot->addGraph();
    m_marks->setLayer(QStringLiteral("overlay"));  // over the numbers that stand on the bars
    m_classifiers = m_plot->addGraph();
    m_classifiers->setLineStyle(QCPGraph::lsNone);
    m_classifiers->setName(tr("classifier"));
    m_frame = new QCPItemRect(m_plot);
    m_frame->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_frame->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_frame->setVisible(false);
    m_legend = m_plot->legend;  // below the bars, not over them
    m_plot->axisRect()->insetLayout()->take(m_legend);
    m_plot->plotLayout()->addElement(1, 0, m_legend);
    m_plot->plotLayout()->setRowStretchFactor(1, 0.001);
    m_legend->setFillOrder(QCPLayoutGrid::foColumnsFirst);
    m_legend->setWrap(7);
    m_legend->setMargins(QMargins(6, 0, 6, 0));
    m_legend->setVisible(true);
}

void AllocationBars::restyle(const QPalette& colours)
{
    applyPlotStyle(*m_plot, colours);
    const QColor text = colours.color(QPalette::Active, QPalette::WindowText);
    const QColor added = colours.color(QPalette::Active, QPalette::Link);
    m_plot->yAxis->grid()->setPen(QPen(pale(colours.color(QPalette::Active, QPalette::Mid), 120), 0, Qt::DotLine));
    m_present->setPen(QPen(outlineColour(colours)));
    m_present->setBrush(colours.color(QPalette::Active, QPalette::Mid));
    m_added->setPen(QPen(added));
    m_added->setBrush(pale(added, 110));
    m_marks->setPen(QPen(text, 1.5, Qt::SolidLine));
    m_classifiers->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDiamond, QPen(text, 1), QBrush(text), 9));
    m_legend->setFont(m_plot->font());
    m_legend->setTextColor(text);
    m_legend->setBrush(Qt::NoBrush);
    m_legend->setBorderPen(Qt::NoPen);
    for (std::size_t i = 0; i < m_curves.size(); ++i) {
        const LayerCurve& curve = m_picture.curves[qsizetype(i)];
        const QColor colour = colourOf(isDark(colours) ? curve.colour.dark : curve.colour.light);
        m_curves[i]->setPen(QPen(colour, 1, curve.dashed ? Qt::DashLine : Qt::SolidLine));
        m_curves[i]->setScatterStyle(QCPScatterStyle(curve.dashed ? QCPScatterStyle::ssCircle : QCPScatterStyle::ssDisc, 5));
    }
    for (QCPItemText* number : m_numbers) number->setColor(text);
}

QString AllocationBars::csv() const
{
    QStringList head = {QStringLiteral("layer"), QStringLiteral("experts"), QStringLiteral("present"), QStringLiteral("marks"),
                        QStringLiteral("classifier")};
    for (const LayerCurve& curve : m_picture.curves) head << csvField(curve.id);
    QString text = head.join(QLatin1Char(',')) + QLatin1Char('\n');
    for (int layer = 0; layer < layers(); ++layer) {
        const auto at = std::size_t(layer);
        QStringList cells = {QString::number(layer), QString::number(m_picture.experts[at]),
                             QString::number(m_picture.present[at]),
                             at < m_picture.marks.size() ? QString::number(m_picture.marks[at]) : QString(),
                             hasClassifier(layer) ? QStringLiteral("1") : QStringLiteral("0")};
        for (const LayerCurve& curve : m_picture.curves)
            cells << (at < curve.values.size() ? exactText(curve.values[at]) : QString());
        text += cells.join(QLatin1Char(',')) + QLatin1Char('\n');
    }
    return text;
}

void AllocationBars::buildExports()
{
    const auto paint = [this](const QPalette& colours) { restyle(colours); };
    m_exports = new ExportMenu(*this, exportsOf(*this, *m_plot, QStringLiteral("allocation"), paint, [this] { return csv(); }));
    m_exports->attach();
}

}  // namespace moebel
