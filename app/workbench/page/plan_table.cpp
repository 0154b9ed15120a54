#include "app/workbench/page/plan_table.h"

#include <QFont>
#include <QHeaderView>

#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/table_text.h"

namespace moebel
{

void PlanTableModel::setRows(const PlanRows& rows)
{
    if (rows == m_rows) return;
    const bool sameShape = rows.headers == m_rows.headers && rows.rows.size() == m_rows.rows.size();
    if (!sameShape) beginResetModel();
    m_rows = rows;
    if (!sameShape)
        endResetModel();
    else if (!m_rows.rows.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

int PlanTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_rows.rows.size()); }

int PlanTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_rows.headers.size()); }

QVariant PlanTableModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    if (role == Qt::DisplayRole) return m_rows.rows[index.row()].value(index.column());
    if (role == StoredRole && index.column() > 0) return m_rows.stored.value(index.row()).value(index.column() - 1);
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter | (index.column() == 0 ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::FontRole && m_rows.boldFrom >= 0 && index.row() >= m_rows.boldFrom) {
        QFont bold;
        bold.setBold(true);
        return bold;
    }
    return {};
}

QVariant PlanTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::DisplayRole) return m_rows.headers.value(section);
    if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignVCenter | (section == 0 ? Qt::AlignLeft : Qt::AlignRight));
    return {};
}

PlanTable::PlanTable(const QString& accessibleName, QWidget* parent)
    : QTableView(parent),
      m_model(new PlanTableModel(this)),
      m_exports(new ExportMenu(*this, tableExports(*this, QStringLiteral("plan"))))
{
    setModel(m_model);
    setAccessibleName(accessibleName);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setFrameShape(NoFrame);
    setAlternatingRowColors(true);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    verticalHeader()->hide();
    setRowAir(*this, 5);
    applyHeaderStyle(*horizontalHeader());
    horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_exports->attach();
}

void PlanTable::setRows(const PlanRows& rows)
{
    m_model->setRows(rows);
    if (m_model->columnCount() > 1) horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    const int height = int(rows.rows.size()) * verticalHeader()->defaultSectionSize();
    setFixedHeight(horizontalHeader()->sizeHint().height() + height + 2);
}

}  // namespace moebel
