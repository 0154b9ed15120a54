// A table of values beside a baseline's: rows of text or numbers with their differences, coloured.
#pragma once

#include <QAbstractTableModel>
#include <QStyledItemDelegate>
#include <QTableView>
#include <limits>
#include <vector>

namespace moebel
{

struct ComparisonCell {
    QString text;
    double value = std::numeric_limits<double>::quiet_NaN();       ///< sorted by and exported; NaN: the text is
    double difference = std::numeric_limits<double>::quiet_NaN();  ///< to the baseline; NaN: none
    bool differs = false;                                          ///< a text that is not the baseline's
    bool chance = false;                                           ///< the difference may be chance: it is not coloured
    int decimals = -1;                                             ///< from 0 on: the text is the value with so many
    QString note{};                                                ///< more about the cell, in its tool tip
    bool operator==(const ComparisonCell&) const = default;
};

enum class Better { Unknown, Lower, Higher };

struct ComparisonRow {
    QString title;
    bool strong = false;  ///< a mean or a sum
    std::vector<ComparisonCell> cells;
    Better better = Better::Unknown;  ///< which of its values is the best
};

struct ComparisonTable {
    QString corner;       ///< over the titles
    QStringList columns;  ///< may have two lines
    std::vector<ComparisonRow> rows;
    double scale = 1;  ///< the difference that gets the full colour
};

/// Column 0 holds the titles. A difference below 0 is drawn blue (better: less bits, a lower loss), above 0 orange; its sign is
/// written, so that nothing is told by colour alone.
class ComparisonModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    /// The difference as a share of the scale (double, NaN none or by chance), and whether a text differs (bool). Export roles
    /// as well.
    enum Role { ShareRole = Qt::UserRole, DiffersRole };

    using QAbstractTableModel::QAbstractTableModel;

    void setTable(ComparisonTable table);
    const ComparisonTable& table() const { return m_table; }
    /// By the differences of a column, where it has some, else by its values or texts; means and sums stay behind, and what has
    /// no value before them. Column -1: in the table's own order.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    /// All of it in the table's own order, numbers at full precision, a column "difference" behind each that has some.
    QString csv() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    const ComparisonRow& rowAt(int row) const { return m_table.rows[m_order[std::size_t(row)]]; }
    const ComparisonCell* cell(const QModelIndex& index) const;
    std::vector<std::size_t> sorted() const;

    ComparisonTable m_table;
    std::vector<std::size_t> m_order;  ///< of the table's rows, as they are shown
    int m_sortedBy = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
};

class ExportMenu;
class TableColumns;

/// The view: coloured cells, columns to choose, move and sort by, and what can be taken out of them.
class ComparisonView : public QTableView
{
    Q_OBJECT

public:
    explicit ComparisonView(QWidget* parent = nullptr);

    void setTable(ComparisonTable table);
    /// What stands in a table without rows.
    void setNothing(const QString& sentence) { m_nothing = sentence; }
    const ComparisonModel& comparison() const { return *m_model; }

    ExportMenu& exportMenu() const { return *m_exports; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    ComparisonModel* m_model;
    ExportMenu* m_exports;
    TableColumns* m_columns;
    QString m_nothing;
};

}  // namespace moebel
