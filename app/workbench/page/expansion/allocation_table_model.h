// The bars of AllocationBars as a table: their twin for typing, for screen readers, for copying.
#pragma once

#include <QAbstractTableModel>

#include "widgets/plot/allocation_bars.h"

namespace moebel
{

/// One row a layer. Experts are typed, the classifier is a tick; both are told, and stay as they are until setPicture().
class AllocationTableModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    /// The curves follow these.
    enum Column { Layer, Experts, New, Mark, Classifier, FixedColumns };

    using QAbstractTableModel::QAbstractTableModel;

    void setPicture(const AllocationPicture& picture);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;

Q_SIGNALS:
    void expertsWanted(int layer, std::int64_t experts);
    void classifierWanted(int layer, bool on);

private:
    QVariant stored(std::size_t layer, int column) const;
    bool hasClassifier(std::size_t layer) const;

    AllocationPicture m_picture;
};

}  // namespace moebel
