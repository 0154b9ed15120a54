// The tensors of a model as a tree: the parts of their names between the dots are its levels.
#pragma once

#include <QAbstractItemModel>
#include <memory>
#include <vector>

#include "app/workbench/control/models/model_facts.h"

namespace moebel
{

class TensorTreeModel : public QAbstractItemModel
{
    Q_OBJECT

public:
    enum Column { Name, Shape, Type, Weights, Bytes, ColumnCount };
    /// The whole name of a tensor, or of what lies above tensors: what the search looks at.
    enum Role { WholeNameRole = Qt::UserRole };

    explicit TensorTreeModel(QObject* parent = nullptr);
    ~TensorTreeModel() override;

    void setTensors(const std::vector<TensorFact>& tensors);
    /// "name,shape,type,weights,bytes", one line a tensor.
    QString csv() const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;
    Node& nodeOf(const QModelIndex& index) const;

    std::vector<TensorFact> m_tensors;
    std::unique_ptr<Node> m_root;
};

}  // namespace moebel
