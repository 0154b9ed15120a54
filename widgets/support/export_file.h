// What a plot or a table can give away, and how it is written into a file.
#pragma once

#include <QByteArray>
#include <QImage>
#include <QPalette>
#include <QSize>
#include <QString>
#include <functional>

#include "moebel/base/result.h"

class QCPPainter;

namespace moebel
{

/// What is left empty cannot be had.
struct Exports {
    QString name;                                             ///< offered for a file, without ending
    std::function<QSize()> size;                              ///< of the picture on screen
    std::function<void(QCPPainter&, const QPalette&)> paint;  ///< the picture from (0, 0), in the colours of the palette
    std::function<QString()> csv;                             ///< all numbers as they are stored, C locale
    std::function<QString()> tsv;                             ///< the selection of a table, as stored
    std::function<QString()> latex;                           ///< a table for booktabs
    std::function<QString()> command;                         ///< a line for a shell that gives the same data
};

/// Twice as large as on screen.
QImage pictureOf(const Exports& exports, const QPalette& colours);
/// On white.
QByteArray svgOf(const Exports& exports);
QByteArray pdfOf(const Exports& exports);
/// .png, .svg, .pdf (all on white) or .csv, by the file's ending; the file is whole or as it was before. Errors
/// "unknown-ending" and "cannot-write".
Status saveExport(const Exports& exports, const QString& file);

}  // namespace moebel
