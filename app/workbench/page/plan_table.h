// A small table of text and numbers that is as high as its rows; its cells are exported.
#pragma once

#include <QAbstractTableModel>
#include <QTableView>

namespace moebel
{

/// The first column is text, the others are numbers.
struct PlanRows {
    QStringList headers;
    QList<QStringList> rows;
    int boldFrom = -1;                ///< rows from here on are sums
    QList<QVariantList> stored = {};  ///< the numbers behind the rows, without the first column

    bool operator==(const PlanRows&) const = default;
};

class PlanTableModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;
    void setRows(const PlanRows& rows);
    const PlanRows& rows() const { return m_rows; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    PlanRows m_rows;
};

class ExportMenu;

class PlanTable : public QTableView
{
    Q_OBJECT

public:
    explicit PlanTable(const QString& accessibleName, QWidget* parent = nullptr);
    void setRows(const PlanRows& rows);

    ExportMenu& exportMenu() const { return *m_exports; }

private:
    PlanTableModel* m_model;
    ExportMenu* m_exports;
};

}  // namespace moebel
