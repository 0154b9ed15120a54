// A SeriesPlot on paper, on the clipboard and as numbers.
#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QFileInfo>
#include <QLocale>
#include <QMimeData>
#include <QSaveFile>
#include <QSvgGenerator>

#include "widgets/plot/series_plot.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"

namespace moebel
{

namespace
{

Status cannotWrite(const QString& file, const QString& why)
{
    return failed("cannot-write",
                  QStringLiteral("%1: the file could not be written (%2); choose another place").arg(file, why).toStdString(),
                  file.toStdString());
}

}  // namespace

QString SeriesPlot::csv() const
{
    QString text = QStringLiteral("series,step,value\n");
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series) {
            if (!series.data || m_hidden.contains(series.id)) continue;
            for (std::size_t i = 0; i < series.data->size(); ++i)
                text += QStringLiteral("%1,%2,%3\n")
                            .arg(series.id)
                            .arg(series.data->steps[i])
                            .arg(QString::number(series.data->values[i], 'g', QLocale::FloatingPointShortest));
        }
    return text;
}

bool SeriesPlot::drawSvg(QIODevice& device)
{
    QSvgGenerator generator;
    generator.setOutputDevice(&device);
    generator.setSize(m_plot->size());
    generator.setViewBox(m_plot->rect());
    generator.setTitle(accessibleName());
    QCPPainter painter;
    if (!painter.begin(&generator)) return false;
    painter.setMode(QCPPainter::pmVectorized);
    m_plot->toPainter(&painter, m_plot->width(), m_plot->height());
    return painter.end();
}

Status SeriesPlot::save(const QString& file)
{
    const QString ending = QFileInfo(file).suffix().toLower();
    if (!QStringList{"png", "svg", "pdf", "csv"}.contains(ending))
        return invalidInput(
            "unknown-ending",
            QStringLiteral("%1: the ending .%2 is unknown, expected .png, .svg, .pdf or .csv").arg(file, ending).toStdString());
    if (ending == QLatin1String("png")) return m_plot->savePng(file, 0, 0, 2) ? Status(Done{}) : cannotWrite(file, tr("PNG"));
    if (ending == QLatin1String("csv")) {
        QSaveFile out(file);
        const bool written = out.open(QIODevice::WriteOnly) && out.write(csv().toUtf8()) >= 0 && out.commit();
        return written ? Status(Done{}) : cannotWrite(file, out.errorString());
    }
    bool written = false;
    QString why = ending;
    restyle(paperPalette());
    if (ending == QLatin1String("pdf")) {
        written = m_plot->savePdf(file);
    } else {
        QSaveFile out(file);
        written = out.open(QIODevice::WriteOnly) && drawSvg(out) && out.commit();
        why = out.errorString();
    }
    restyle(palette());
    return written ? Status(Done{}) : cannotWrite(file, why);
}

void SeriesPlot::copyImage()
{
    QBuffer vector;
    vector.open(QIODevice::WriteOnly);
    auto* mime = new QMimeData;
    restyle(paperPalette());
    mime->setImageData(m_plot->toPixmap(0, 0, 2).toImage());
    if (drawSvg(vector)) mime->setData(QStringLiteral("image/svg+xml"), vector.data());
    restyle(palette());
    QApplication::clipboard()->setMimeData(mime);
}

}  // namespace moebel
