// A HeatMapWidget on paper and as numbers.
#include "widgets/plot/heat_map_widget.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/table_text.h"

namespace moebel
{

void HeatMapWidget::buildExports()
{
    Exports exports;
    exports.name = QStringLiteral("map");
    exports.size = [this] { return m_plot->size(); };
    exports.paint = [this](QCPPainter& painter, const QPalette& colours) { paint(painter, colours); };
    exports.csv = [this] { return csv(); };
    m_exports = new ExportMenu(*this, std::move(exports));
    if (!m_compact) m_exports->attach();  // the many maps side by side have one menu
}

QString HeatMapWidget::csv() const
{
    const auto field = [](const QStringList& names, int index) {
        return names.isEmpty() ? QString::number(index) : csvField(plainText(names.value(index)));
    };
    QString text = QStringLiteral("row,column,value\n");
    for (int row = 0; row < m_heatMap.rows(); ++row)
        for (int column = 0; column < m_heatMap.columns(); ++column)
            if (hasValue(row, column))
                text += field(m_heatMap.rowNames, row) + QLatin1Char(',') + field(m_heatMap.columnNames, column) +
                        QLatin1Char(',') + exactText(m_heatMap.values[std::size_t(row)][std::size_t(column)]) +
                        QLatin1Char('\n');
    return text;
}

void HeatMapWidget::paint(QCPPainter& painter, const QPalette& colours)
{
    bringUpToDate(true);
    restyle(colours);
    m_plot->toPainter(&painter, m_plot->width(), m_plot->height());
    restyle(palette());
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace moebel
