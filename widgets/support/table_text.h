// The cells of any table as CSV, TSV and LaTeX.
#pragma once

#include <QModelIndex>
#include <QString>

#include "widgets/support/export_file.h"

class QTableView;

namespace moebel
{

/// Roles of a model that is exported: what is stored in a cell, or stands over a column in a file (number or text), what is
/// printed (without them what is shown counts), and whether it is the best value of its row.
enum ExportRole { StoredRole = 0x1000, PrintedRole, BestRole };

/// The shortest text that is read back as the same number, in the C locale; empty for NaN.
QString exactText(double number);
/// In one line, without isolates.
QString plainText(QString text);
/// A field of a CSV line, in quotes where it needs them.
QString csvField(const QString& text);
/// Letters that mean something else to LaTeX are written so that they are printed; isolates are left out.
QString latexText(const QString& text);

/// All of it, as stored.
QString csvOf(const QAbstractItemModel& model);
/// The rows and columns of these cells as stored, below their headings; one cell stands alone.
QString tsvOf(const QAbstractItemModel& model, const QModelIndexList& cells);
/// A booktabs table of what is shown in these columns, the best of a row in bold. Columns of numbers are set to the right.
QString latexOf(const QAbstractItemModel& model, const QList<int>& columns);

/// Everything that a table gives away: all rows, the visible columns in their order for LaTeX, the selection (else all) as TSV.
Exports tableExports(QTableView& table, const QString& name);

}  // namespace moebel
