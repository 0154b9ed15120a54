// A SeriesPlot on paper and as numbers.
#include "widgets/plot/series_plot.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/table_text.h"

namespace moebel
{

void SeriesPlot::buildExports()
{
    Exports exports;
    exports.name = QStringLiteral("curves");
    exports.size = [this] { return m_plot->size(); };
    exports.paint = [this](QCPPainter& painter, const QPalette& colours) {
        refill();
        restyle(colours);
        m_plot->toPainter(&painter, m_plot->width(), m_plot->height());
        restyle();
    };
    exports.csv = [this] { return csv(); };
    m_exports = new ExportMenu(*this, std::move(exports));
}

QString SeriesPlot::csv() const
{
    QString text = QStringLiteral("series,step,value\n");
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series) {
            if (!series.data || m_hidden.contains(series.id)) continue;
            for (std::size_t i = 0; i < series.data->size(); ++i)
                text += QStringLiteral("%1,%2,%3\n")
                            .arg(csvField(series.id))
                            .arg(series.data->steps[i])
                            .arg(exactText(series.data->values[i]));
        }
    return text;
}

}  // namespace moebel
