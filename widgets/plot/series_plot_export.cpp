// A SeriesPlot on paper and as numbers.
#include <QStringBuilder>
#include <algorithm>
#include <limits>

#include "widgets/plot/curve_marker.h"
#include "widgets/plot/series_plot.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/table_text.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

constexpr int kSample = 26, kBetween = 18, kSide = 12;  ///< pixels of the legend below an exported plot

struct LegendEntry {
    const PlotSeries* series = nullptr;
    QRect place;  ///< from the legend's top
};

/// A curve that stands in several rows under the same name and look is told once; as many in a line as fit.
std::vector<LegendEntry> legendOf(const QList<PlotRow>& rows, const QSet<QString>& hidden, const QFont& font, int width)
{
    const QFontMetrics metrics(font);
    const int line = metrics.height() + 6;
    std::vector<LegendEntry> entries;
    QPoint next(kSide, 4);
    for (const PlotRow& row : rows)
        for (const PlotSeries& series : row.series) {
            const auto same = [&](const LegendEntry& entry) {
                return entry.series->name == series.name && entry.series->colour.light == series.colour.light &&
                       entry.series->dashed == series.dashed;
            };
            if (!series.data || series.data->empty() || hidden.contains(series.curve())) continue;
            if (std::any_of(entries.begin(), entries.end(), same)) continue;
            const int wide = kSample + 6 + metrics.horizontalAdvance(series.name);
            if (next.x() > kSide && next.x() + wide > width - kSide) next = {kSide, next.y() + line};
            entries.push_back({&series, QRect(next, QSize(wide, line))});
            next.rx() += wide + kBetween;
        }
    return entries;
}

}  // namespace

int SeriesPlot::legendHeight() const
{
    const std::vector<LegendEntry> entries = legendOf(m_rows, m_hidden, m_plot->font(), m_plot->width());
    return entries.empty() ? 0 : entries.back().place.bottom() + 7;
}

void SeriesPlot::paintLegend(QCPPainter& painter, const QPalette& colours, int top) const
{
    painter.save();
    painter.fillRect(0, top, m_plot->width(), legendHeight(), colours.color(QPalette::Active, QPalette::Window));
    painter.setFont(m_plot->font());
    for (const LegendEntry& entry : legendOf(m_rows, m_hidden, m_plot->font(), m_plot->width())) {
        const QRect place = entry.place.translated(0, top);
        const QColor colour = colourOf(isDark(colours) ? entry.series->colour.dark : entry.series->colour.light);
        painter.setPen(QPen(colour, 1.5, entry.series->dashed ? Qt::DashLine : Qt::SolidLine));
        painter.drawLine(QLineF(place.left(), place.center().y(), place.left() + kSample, place.center().y()));
        QCPScatterStyle marker = curveMarker(entry.series->marker, colour);
        if (!marker.isNone()) {
            marker.applyTo(&painter, QPen(colour));
            marker.drawShape(&painter, place.left() + kSample / 2.0, place.center().y());
        }
        painter.setPen(colours.color(QPalette::Active, QPalette::WindowText));
        painter.drawText(place.adjusted(kSample + 6, 0, 4, 0), Qt::AlignVCenter | Qt::TextDontClip, entry.series->name);
    }
    painter.restore();
}

void SeriesPlot::buildExports()
{
    Exports exports;
    exports.name = QStringLiteral("curves");
    exports.size = [this] { return m_plot->size() + QSize(0, legendHeight()); };
    exports.paint = [this](QCPPainter& painter, const QPalette& colours) {
        refill(std::numeric_limits<std::size_t>::max());
        restyle(colours);
        m_plot->toPainter(&painter, m_plot->width(), m_plot->height());
        paintLegend(painter, colours, m_plot->height());
        restyle();
    };
    exports.csv = [this] { return csv(); };
    m_exports = new ExportMenu(*this, std::move(exports));
}

QString SeriesPlot::csv() const
{
    QString text = QStringLiteral("series,%1,value\n").arg(m_stepColumn);
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series) {
            if (!series.data || m_hidden.contains(series.curve())) continue;
            const QString id = csvField(series.id) + QLatin1Char(',');
            for (std::size_t i = 0; i < series.data->size(); ++i)
                text += id % QString::number(qint64(series.data->steps[i])) % QLatin1Char(',') %
                        exactText(series.data->values[i]) % QLatin1Char('\n');
        }
    return text;
}

}  // namespace moebel
