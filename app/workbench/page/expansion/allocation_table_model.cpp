#include "app/workbench/page/expansion/allocation_table_model.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

constexpr int kMostExperts = 4096;

}  // namespace

// The rows stay while only their numbers change: what is chosen or being scrolled stays where it is.
void AllocationTableModel::setPicture(const AllocationPicture& picture)
{
    const bool same = picture.experts.size() == m_picture.experts.size() && picture.curves.size() == m_picture.curves.size() &&
                      picture.marksName == m_picture.marksName;
    if (!same) beginResetModel();
    m_picture = picture;
    if (!same) return endResetModel();
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

int AllocationTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_picture.experts.size());
}

int AllocationTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : FixedColumns + int(m_picture.curves.size());
}

bool AllocationTableModel::hasClassifier(std::size_t layer) const
{
    return std::binary_search(m_picture.classifierLayers.begin(), m_picture.classifierLayers.end(), std::int64_t(layer));
}

QVariant AllocationTableModel::stored(std::size_t layer, int column) const
{
    switch (column) {
        case Layer:
            return int(layer);
        case Experts:
            return int(m_picture.experts[layer]);
        case New:
            return int(m_picture.experts[layer] - m_picture.present[layer]);
        case Mark:
            return layer < m_picture.marks.size() ? QVariant(int(m_picture.marks[layer])) : QVariant();
        case Classifier:
            return hasClassifier(layer) ? 1 : 0;
        default:
            break;
    }
    const auto& values = m_picture.curves[column - FixedColumns].values;
    return layer < values.size() && !std::isnan(values[layer]) ? QVariant(values[layer]) : QVariant();
}

QVariant AllocationTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) return {};
    const auto layer = std::size_t(index.row());
    if (role == Qt::TextAlignmentRole) return QVariant::fromValue(Qt::Alignment(Qt::AlignTrailing | Qt::AlignVCenter));
    if (role == Qt::CheckStateRole && index.column() == Classifier) return hasClassifier(layer) ? Qt::Checked : Qt::Unchecked;
    if (role == StoredRole || role == Qt::EditRole) return stored(layer, index.column());
    if (role == Qt::AccessibleTextRole && index.column() == Classifier)
        return hasClassifier(layer) ? tr("language classifier") : tr("no language classifier");
    if (role != Qt::DisplayRole || index.column() == Classifier) return {};
    const QVariant value = stored(layer, index.column());
    if (index.column() < FixedColumns || !value.isValid()) return value;
    return QLocale().toString(value.toDouble(), 'f', 4);
}

QVariant AllocationTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    if (role == StoredRole) {
        static const char* const kNames[] = {"layer", "experts", "new", "ceiling", "classifier"};
        return section < FixedColumns ? QString::fromLatin1(kNames[section]) : m_picture.curves[section - FixedColumns].id;
    }
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Layer:
            return tr("Layer");
        case Experts:
            return tr("Experts");
        case New:
            return tr("New");
        case Mark:
            return tr("Ceiling");
        case Classifier:
            return tr("Classifier");
        default:
            return m_picture.curves[section - FixedColumns].name;
    }
}

Qt::ItemFlags AllocationTableModel::flags(const QModelIndex& index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.column() == Experts) flags |= Qt::ItemIsEditable;
    if (index.column() == Classifier) flags |= Qt::ItemIsUserCheckable;
    return flags;
}

bool AllocationTableModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!index.isValid()) return false;
    if (index.column() == Classifier && role == Qt::CheckStateRole) {
        Q_EMIT classifierWanted(index.row(), value.toInt() == Qt::Checked);
        return true;
    }
    bool number = false;
    const int experts = value.toInt(&number);
    if (index.column() != Experts || role != Qt::EditRole || !number || experts < 1 || experts > kMostExperts) return false;
    Q_EMIT expertsWanted(index.row(), experts);
    return true;
}

}  // namespace moebel
