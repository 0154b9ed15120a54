#include "widgets/table/comparison_table.h"

#include <QHeaderView>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "moebel/analysis/colour.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

constexpr int kMeasuredRows = 30;  // beside the visible ones, for the width of a column

// Alone in front, or together with those that are printed the same.
bool isBest(const ComparisonRow& row, const ComparisonCell& cell)
{
    if (row.better == Better::Unknown || std::isnan(cell.value) || row.cells.size() < 2) return false;
    const double sign = row.better == Better::Lower ? 1 : -1;
    return std::all_of(row.cells.begin(), row.cells.end(), [&](const ComparisonCell& other) {
        return std::isnan(other.value) || sign * cell.value <= sign * other.value || cell.text == other.text;
    });
}

// Written when it is looked at: a table may have many cells that nobody scrolls to.
QString shownText(const ComparisonCell& cell)
{
    if (cell.decimals < 0) return cell.text;
    return std::isnan(cell.value) ? QStringLiteral("\u2013") : QLocale().toString(cell.value, 'f', cell.decimals);
}

// What is not there is nothing in a file.
QString textOf(const ComparisonCell& cell)
{
    const QString text = shownText(cell);
    return text == QStringLiteral("\u2013") ? QString() : text;
}

class DifferenceDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const double share = index.data(ComparisonModel::ShareRole).toDouble();
        const bool coloured = !std::isnan(share) && share != 0;
        if (!coloured && !index.data(ComparisonModel::DiffersRole).toBool()) return;
        const std::uint32_t middle = option->palette.color(QPalette::Base).rgb() & 0xFFFFFF;
        const std::uint32_t ground = divergingColour(coloured ? 0.75 * share : 0.22, middle);
        option->backgroundBrush = colourOf(ground);
        option->palette.setColor(QPalette::Text, colourOf(inkOn(ground)));
    }
};

}  // namespace

void ComparisonModel::setTable(ComparisonTable table)
{
    beginResetModel();
    m_table = std::move(table);
    endResetModel();
}

int ComparisonModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_table.rows.size()); }

int ComparisonModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_table.columns.size()) + 1;
}

const ComparisonCell* ComparisonModel::cell(const QModelIndex& index) const
{
    const auto& cells = m_table.rows[std::size_t(index.row())].cells;
    const auto at = std::size_t(index.column() - 1);
    return index.column() > 0 && at < cells.size() ? &cells[at] : nullptr;
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const ComparisonRow& row = m_table.rows[std::size_t(index.row())];
    const ComparisonCell* cell = this->cell(index);
    if (role == Qt::FontRole && row.strong) {
        QFont font;
        font.setBold(true);
        return font;
    }
    if (!cell) return role == Qt::DisplayRole && index.column() == 0 ? QVariant(row.title) : QVariant();
    const bool hasDifference = !std::isnan(cell->difference);
    switch (role) {
        case Qt::DisplayRole:
            if (!hasDifference) return shownText(*cell);
            return QStringLiteral("%1   %2%3")
                .arg(shownText(*cell), cell->difference < 0 ? QStringLiteral("\u2212") : QStringLiteral("+"),
                     QLocale().toString(std::abs(cell->difference), 'f', 3));
        case Qt::TextAlignmentRole:
            return std::isnan(cell->value) && cell->decimals < 0 ? QVariant() : QVariant(int(Qt::AlignRight | Qt::AlignVCenter));
        case Qt::ToolTipRole:
            return !cell->note.isEmpty() || cell->text.size() <= 30 ? cell->note : cell->text;
        case ShareRole:
            return hasDifference && !cell->chance && m_table.scale > 0 ? cell->difference / m_table.scale
                                                                       : std::numeric_limits<double>::quiet_NaN();
        case DiffersRole:
            return cell->differs;
        case StoredRole:
            return std::isnan(cell->value) ? QVariant(textOf(*cell)) : QVariant(cell->value);
        case PrintedRole:
            return shownText(*cell);
        case BestRole:
            return isBest(row, *cell);
        default:
            return {};
    }
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == 0 ? m_table.corner : m_table.columns.value(section - 1);
}

QString ComparisonModel::csv() const
{
    const auto hasDifferences = [this](std::size_t column) {
        return std::any_of(m_table.rows.begin(), m_table.rows.end(), [&](const ComparisonRow& row) {
            return column < row.cells.size() && !std::isnan(row.cells[column].difference);
        });
    };
    QStringList head = {csvField(plainText(m_table.corner))};
    for (qsizetype column = 0; column < m_table.columns.size(); ++column) {
        head << csvField(plainText(m_table.columns[column]));
        if (hasDifferences(std::size_t(column))) head << QStringLiteral("difference");
    }
    QString text = head.join(QLatin1Char(',')) + QLatin1Char('\n');
    for (const ComparisonRow& row : m_table.rows) {
        QStringList fields = {csvField(plainText(row.title))};
        for (std::size_t column = 0; column < row.cells.size(); ++column) {
            const ComparisonCell& cell = row.cells[column];
            fields << (std::isnan(cell.value) ? csvField(plainText(textOf(cell))) : exactText(cell.value));
            if (hasDifferences(column)) fields << exactText(cell.difference);
        }
        text += fields.join(QLatin1Char(',')) + QLatin1Char('\n');
    }
    return text;
}

ComparisonView::ComparisonView(QWidget* parent) : QTableView(parent), m_model(new ComparisonModel(this))
{
    setModel(m_model);
    setItemDelegate(new DifferenceDelegate(this));
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setFrameShape(QFrame::NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    applyHeaderStyle(*horizontalHeader());
    horizontalHeader()->setResizeContentsPrecision(kMeasuredRows);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    Exports exports = tableExports(*this, QStringLiteral("comparison"));
    exports.csv = [this] { return m_model->csv(); };
    m_exports = new ExportMenu(*this, std::move(exports));
    m_exports->attach();
}

void ComparisonView::setTable(ComparisonTable table)
{
    m_model->setTable(std::move(table));
    resizeColumnsToContents();
    for (int column = 0; column < m_model->columnCount(); ++column)
        setColumnWidth(column, std::min(columnWidth(column) + 14, 320));
}

}  // namespace moebel
