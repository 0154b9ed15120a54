#include "widgets/table/comparison_table.h"

#include <QHeaderView>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "moebel/analysis/colour.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/table_text.h"
#include "widgets/table/table_columns.h"

namespace moebel
{

namespace
{

constexpr int kMeasuredRows = 30;  // beside the visible ones, for the width of a column
constexpr int kWidest = 320, kAir = 14;
constexpr int kLongestHeading = 30;  // letters

const ComparisonCell* cellOf(const ComparisonRow& row, int column)
{
    const auto at = std::size_t(column - 1);
    return column > 0 && at < row.cells.size() ? &row.cells[at] : nullptr;
}

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

// Not a number, nor the dash of one that is missing.
bool isText(const ComparisonCell& cell)
{
    return std::isnan(cell.value) && cell.decimals < 0 && cell.text != QStringLiteral("\u2013");
}

// A heading whose both ends are seen; all of it is its tool tip.
QString shortened(const QString& line)
{
    const QString plain = plainText(line);
    if (plain.size() <= kLongestHeading) return line;
    return QStringLiteral("\u2068%1\u2026%2\u2069")
        .arg(plain.left(kLongestHeading * 2 / 3).trimmed(), plain.right(kLongestHeading / 3));
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
        // A number and its difference are read from the left, also in a mirrored window.
        if (index.data(StoredRole).typeId() == QMetaType::Double)
            option->text = QStringLiteral("\u2066%1\u2069").arg(option->text);
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
    m_order = sorted();
    endResetModel();
}

void ComparisonModel::sort(int column, Qt::SortOrder order)
{
    m_sortedBy = column;
    m_sortOrder = order;
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const std::vector<std::size_t> before = std::exchange(m_order, sorted());
    std::vector<int> rows(m_order.size());
    for (std::size_t row = 0; row < m_order.size(); ++row) rows[m_order[row]] = int(row);
    QModelIndexList moved;
    for (const QModelIndex& from : persistentIndexList()) moved << index(rows[before[std::size_t(from.row())]], from.column());
    changePersistentIndexList(persistentIndexList(), moved);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

std::vector<std::size_t> ComparisonModel::sorted() const
{
    std::vector<std::size_t> order(m_table.rows.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    if (m_sortedBy < 0 || m_sortedBy > m_table.columns.size()) return order;
    const bool differences = std::any_of(m_table.rows.begin(), m_table.rows.end(), [this](const ComparisonRow& row) {
        const ComparisonCell* cell = cellOf(row, m_sortedBy);
        return cell && !std::isnan(cell->difference);
    });
    const double sign = m_sortOrder == Qt::AscendingOrder ? 1 : -1;
    // Rank, number, text.
    const auto keyOf = [&](std::size_t at) {
        const ComparisonRow& row = m_table.rows[at];
        const ComparisonCell* cell = cellOf(row, m_sortedBy);
        const double number = !cell ? std::nan("") : differences ? cell->difference : cell->value;
        const QString text = m_sortedBy == 0 ? row.title : cell ? cell->text : QString();
        const bool none = std::isnan(number) && (differences || text.isEmpty());
        return std::tuple(row.strong ? 2 : none ? 1 : 0, std::isnan(number) ? 0 : sign * number, text);
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const auto [rankA, numberA, textA] = keyOf(a);
        const auto [rankB, numberB, textB] = keyOf(b);
        if (rankA != rankB) return rankA < rankB;
        if (rankA == 2) return false;
        if (numberA != numberB) return numberA < numberB;
        return differences ? false : sign * QString::localeAwareCompare(textA, textB) < 0;
    });
    return order;
}

int ComparisonModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_table.rows.size()); }

int ComparisonModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_table.columns.size()) + 1;
}

const ComparisonCell* ComparisonModel::cell(const QModelIndex& index) const
{
    return cellOf(rowAt(index.row()), index.column());
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const ComparisonRow& row = rowAt(index.row());
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
            return isText(*cell) ? QVariant() : QVariant(int(Qt::AlignRight | Qt::AlignVCenter));
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
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole && section > 0 && rowCount() > 0) return index(0, section).data(role);
    const QString whole = section == 0 ? m_table.corner : m_table.columns.value(section - 1);
    if (role == Qt::ToolTipRole || role == StoredRole || role == PrintedRole) return whole;
    if (role != Qt::DisplayRole) return {};
    QStringList lines = whole.split(QLatin1Char('\n'));
    for (QString& line : lines) line = shortened(line);
    return lines.join(QLatin1Char('\n'));
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
    setRowAir(*this, 10);
    applyHeaderStyle(*horizontalHeader());
    horizontalHeader()->setResizeContentsPrecision(kMeasuredRows);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    Exports exports = tableExports(*this, QStringLiteral("comparison"));
    exports.csv = [this] { return m_model->csv(); };
    m_exports = new ExportMenu(*this, std::move(exports));
    m_exports->attach();
    horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    horizontalHeader()->setSortIndicatorClearable(true);
    setSortingEnabled(true);
    m_columns = new TableColumns(*this, *horizontalHeader());
}

void ComparisonView::setTable(ComparisonTable table)
{
    m_model->setTable(std::move(table));
    m_columns->fit(kWidest, kAir);
}

void ComparisonView::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    if (m_model->rowCount() > 0) return;
    QPainter painter(viewport());
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(viewport()->rect(), int(Qt::AlignCenter) | Qt::TextWordWrap, m_nothing);
}

}  // namespace moebel
