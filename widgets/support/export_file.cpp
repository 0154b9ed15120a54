#include "widgets/support/export_file.h"

#include <QBuffer>
#include <QFileInfo>
#include <QGuiApplication>
#include <QPageSize>
#include <QPdfWriter>
#include <QSaveFile>
#include <QScreen>
#include <QSvgGenerator>
#include <optional>

#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"

namespace moebel
{

namespace
{

constexpr int kPictureScale = 2;
constexpr double kPointsPerInch = 72;

// Fonts are measured in points: with the screen's dots per inch they are as large on paper as on screen.
int dotsPerInch()
{
    const QScreen* screen = QGuiApplication::primaryScreen();
    return screen ? qRound(screen->logicalDotsPerInch()) : 96;
}

void paintVectors(const Exports& exports, QPaintDevice& device)
{
    QCPPainter painter;
    if (!painter.begin(&device)) return;
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    exports.paint(painter, paperPalette());
}

QByteArray pngOf(const Exports& exports)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    pictureOf(exports, paperPalette()).save(&buffer, "PNG");
    return buffer.data();
}

// None for an ending that is not known, or that there is nothing for.
std::optional<QByteArray> contentOf(const Exports& exports, const QString& ending)
{
    if (ending == QLatin1String("csv") && exports.csv) return exports.csv().toUtf8();
    if (!exports.paint) return std::nullopt;
    if (ending == QLatin1String("png")) return pngOf(exports);
    if (ending == QLatin1String("svg")) return svgOf(exports);
    if (ending == QLatin1String("pdf")) return pdfOf(exports);
    return std::nullopt;
}

}  // namespace

QImage pictureOf(const Exports& exports, const QPalette& colours)
{
    QImage image(exports.size() * kPictureScale, QImage::Format_ARGB32_Premultiplied);
    image.setDotsPerMeterX(qRound(dotsPerInch() / 0.0254));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    image.fill(colours.color(QPalette::Active, QPalette::Window));
    QCPPainter painter;
    if (!painter.begin(&image)) return image;
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmNonCosmetic);
    painter.scale(kPictureScale, kPictureScale);
    exports.paint(painter, colours);
    return image;
}

QByteArray svgOf(const Exports& exports)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(dotsPerInch());
    generator.setSize(exports.size());
    generator.setViewBox(QRect(QPoint(), exports.size()));
    generator.setTitle(exports.name);
    paintVectors(exports, generator);
    return buffer.data();
}

QByteArray pdfOf(const Exports& exports)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(dotsPerInch());
    writer.setPageSize(
        QPageSize(QSizeF(exports.size()) * kPointsPerInch / dotsPerInch(), QPageSize::Point, {}, QPageSize::ExactMatch));
    writer.setPageMargins({});
    writer.setTitle(exports.name);
    paintVectors(exports, writer);
    return buffer.data();
}

Status saveExport(const Exports& exports, const QString& file)
{
    const QString ending = QFileInfo(file).suffix().toLower();
    const std::optional<QByteArray> content = contentOf(exports, ending);
    if (!content)
        return invalidInput(
            "unknown-ending",
            QStringLiteral("%1: the ending .%2 is unknown, expected .png, .svg, .pdf or .csv").arg(file, ending).toStdString(),
            file.toStdString());
    QSaveFile out(file);
    if (out.open(QIODevice::WriteOnly) && out.write(*content) == content->size() && out.commit()) return Done{};
    return failed("cannot-write",
                  QStringLiteral("%1: the file could not be written (%2); choose another place")
                      .arg(file, out.errorString())
                      .toStdString(),
                  file.toStdString());
}

}  // namespace moebel
