#include "widgets/support/table_text.h"

#include <QHeaderView>
#include <QLocale>
#include <QTableView>
#include <cmath>
#include <set>

#include "widgets/support/qcustomplot.h"

namespace moebel
{

namespace
{

QString textOf(const QVariant& value)
{
    const int type = value.typeId();
    if (type == QMetaType::Double || type == QMetaType::Float) return exactText(value.toDouble());
    return value.toString();
}

QString stored(const QModelIndex& index)
{
    const QVariant value = index.data(StoredRole);
    return plainText(textOf(value.isValid() ? value : index.data()));
}

QString heading(const QAbstractItemModel& model, int column)
{
    const QVariant value = model.headerData(column, Qt::Horizontal, StoredRole);
    return plainText((value.isValid() ? value : model.headerData(column, Qt::Horizontal)).toString());
}

QString tsvField(QString text) { return text.replace(QLatin1Char('\t'), QLatin1Char(' ')); }

bool holdsNumbers(const QAbstractItemModel& model, int column)
{
    for (int row = 0; row < model.rowCount(); ++row) {
        const int type = model.index(row, column).data(StoredRole).typeId();
        if (type == QMetaType::Double || type == QMetaType::LongLong) return true;
    }
    return false;
}

// What stands on top of the other in the window stands so on paper.
QString latexHeading(const QAbstractItemModel& model, int column)
{
    const QVariant printed = model.headerData(column, Qt::Horizontal, PrintedRole);
    const QVariant heading = printed.isValid() ? printed : model.headerData(column, Qt::Horizontal);
    const QStringList lines = heading.toString().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QStringList texts;
    for (const QString& line : lines) texts << latexText(line);
    if (texts.size() < 2) return texts.join(QString());
    return QStringLiteral("\\shortstack{%1}").arg(texts.join(QStringLiteral(" \\\\ ")));
}

QString latexCell(const QModelIndex& index)
{
    const QVariant printed = index.data(PrintedRole);
    const QString text = latexText((printed.isValid() ? printed : index.data()).toString());
    return index.data(BestRole).toBool() ? QStringLiteral("\\textbf{%1}").arg(text) : text;
}

QList<int> visibleColumns(const QTableView& table)
{
    const QHeaderView& header = *table.horizontalHeader();
    QList<int> columns;
    for (int place = 0; place < header.count(); ++place)
        if (const int column = header.logicalIndex(place); !header.isSectionHidden(column)) columns << column;
    return columns;
}

QModelIndexList chosenCells(const QTableView& table)
{
    QModelIndexList cells = table.selectionModel()->selectedIndexes();
    cells.removeIf([&](const QModelIndex& cell) { return table.isColumnHidden(cell.column()); });
    if (!cells.isEmpty()) return cells;
    for (int row = 0; row < table.model()->rowCount(); ++row)
        for (int column : visibleColumns(table)) cells << table.model()->index(row, column);
    return cells;
}

// As it is seen: in the colours that are asked for, without what is scrolled out of sight.
void paintTable(QTableView& table, QCPPainter& painter, const QPalette& colours)
{
    const QPalette before = table.palette();
    const bool own = table.testAttribute(Qt::WA_SetPalette);
    table.setPalette(colours);
    table.render(&painter, QPoint(), QRegion(), QWidget::DrawWindowBackground | QWidget::DrawChildren);
    table.setPalette(own ? before : QPalette());
}

}  // namespace

QString exactText(double number)
{
    return std::isnan(number) ? QString() : QString::number(number, 'g', QLocale::FloatingPointShortest);
}

QString plainText(QString text)
{
    text.remove(QChar(0x2068)).remove(QChar(0x2069));
    return text.replace(QLatin1Char('\n'), QStringLiteral(" / "));
}

QString csvField(const QString& text)
{
    const bool quotes = std::any_of(text.begin(), text.end(), [](QChar c) { return QStringLiteral(",\"\n\r").contains(c); });
    if (!quotes) return text;
    return QLatin1Char('"') + QString(text).replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
}

QString latexText(const QString& text)
{
    QString written;
    for (const QChar c : plainText(text)) {
        switch (c.unicode()) {
            case '&':
            case '%':
            case '$':
            case '#':
            case '_':
            case '{':
            case '}':
                written += QLatin1Char('\\') + QString(c);
                break;
            case '\\':
                written += QStringLiteral("\\textbackslash{}");
                break;
            case '~':
                written += QStringLiteral("\\textasciitilde{}");
                break;
            case '^':
                written += QStringLiteral("\\textasciicircum{}");
                break;
            case 0x2212:
                written += QStringLiteral("$-$");
                break;
            case 0x2013:
                written += QStringLiteral("--");
                break;
            default:
                written += c;
        }
    }
    return written;
}

QString csvOf(const QAbstractItemModel& model)
{
    const auto line = [&](const auto& field) {
        QStringList fields;
        for (int column = 0; column < model.columnCount(); ++column) fields << csvField(field(column));
        return fields.join(QLatin1Char(',')) + QLatin1Char('\n');
    };
    QString text = line([&](int column) { return heading(model, column); });
    for (int row = 0; row < model.rowCount(); ++row) text += line([&](int column) { return stored(model.index(row, column)); });
    return text;
}

QString tsvOf(const QAbstractItemModel& model, const QModelIndexList& cells)
{
    if (cells.size() == 1) return tsvField(stored(cells.first()));
    std::set<int> rows, columns;
    std::set<std::pair<int, int>> chosen;
    for (const QModelIndex& cell : cells) {
        rows.insert(cell.row());
        columns.insert(cell.column());
        chosen.insert({cell.row(), cell.column()});
    }
    QStringList fields;
    for (int column : columns) fields << tsvField(heading(model, column));
    QString text = fields.join(QLatin1Char('\t')) + QLatin1Char('\n');
    for (int row : rows) {
        fields.clear();
        for (int column : columns)
            fields << (chosen.contains({row, column}) ? tsvField(stored(model.index(row, column))) : QString());
        text += fields.join(QLatin1Char('\t')) + QLatin1Char('\n');
    }
    return text;
}

QString latexOf(const QAbstractItemModel& model, const QList<int>& columns)
{
    const auto line = [&](const auto& field) {
        QStringList fields;
        for (int column : columns) fields << field(column);
        return QStringLiteral("  ") + fields.join(QStringLiteral(" & ")) + QStringLiteral(" \\\\\n");
    };
    QString alignment;
    for (int column : columns) alignment += holdsNumbers(model, column) ? QLatin1Char('r') : QLatin1Char('l');
    QString text = QStringLiteral("\\begin{tabular}{%1}\n  \\toprule\n").arg(alignment);
    text += line([&](int column) { return latexHeading(model, column); }) + QStringLiteral("  \\midrule\n");
    for (int row = 0; row < model.rowCount(); ++row)
        text += line([&](int column) { return latexCell(model.index(row, column)); });
    return text + QStringLiteral("  \\bottomrule\n\\end{tabular}\n");
}

Exports tableExports(QTableView& table, const QString& name)
{
    Exports exports;
    exports.name = name;
    exports.size = [&table] { return table.size(); };
    exports.paint = [&table](QCPPainter& painter, const QPalette& colours) { paintTable(table, painter, colours); };
    exports.csv = [&table] { return csvOf(*table.model()); };
    exports.tsv = [&table] { return tsvOf(*table.model(), chosenCells(table)); };
    exports.latex = [&table] { return latexOf(*table.model(), visibleColumns(table)); };
    return exports;
}

}  // namespace moebel
