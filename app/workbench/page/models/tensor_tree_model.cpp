#include "app/workbench/page/models/tensor_tree_model.h"

#include <QLocale>
#include <algorithm>

#include "app/workbench/page/plan_view.h"
#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

constexpr qsizetype kDeepest = 16;  ///< levels of the tree; what a name says further stands in one part

}  // namespace

/// A tensor, or what lies above some: then its numbers are their sums, and its type is theirs where they have the same.
struct TensorTreeModel::Node {
    QString part, wholeName, type, shape;
    std::int64_t weights = 0, bytes = 0, tensors = 0;
    Node* parent = nullptr;
    int row = 0;
    std::vector<std::unique_ptr<Node>> children;

    Node& child(const QString& name)
    {
        // Tensors come by name: a part that is there already is the last one.
        if (!children.empty() && children.back()->part == name) return *children.back();
        auto made = std::make_unique<Node>();
        made->part = name;
        made->wholeName = wholeName.isEmpty() ? name : wholeName + QLatin1Char('.') + name;
        made->parent = this;
        made->row = int(children.size());
        children.push_back(std::move(made));
        return *children.back();
    }
    void take(const TensorFact& tensor)
    {
        type = tensors == 0 || type == tensor.type ? tensor.type : QStringLiteral("\u2026");
        weights += tensor.weights;
        bytes += tensor.bytes;
        ++tensors;
    }
};

TensorTreeModel::TensorTreeModel(QObject* parent) : QAbstractItemModel(parent), m_root(std::make_unique<Node>()) {}

TensorTreeModel::~TensorTreeModel() = default;

void TensorTreeModel::setTensors(const std::vector<TensorFact>& tensors)
{
    beginResetModel();
    m_tensors = tensors;
    m_root = std::make_unique<Node>();
    for (const TensorFact& tensor : m_tensors) {
        Node* node = m_root.get();
        const QStringList parts = tensor.name.split(QLatin1Char('.'));
        for (qsizetype level = 0; level < std::min(parts.size(), kDeepest); ++level) {
            const bool last = level + 1 == kDeepest;
            node = &node->child(last ? parts.mid(level).join(QLatin1Char('.')) : parts[level]);
            node->take(tensor);
        }
        node->shape = tensor.shape;
    }
    endResetModel();
}

QString TensorTreeModel::csv() const
{
    QString text = QStringLiteral("name,shape,type,weights,bytes\n");
    for (const TensorFact& tensor : m_tensors)
        text += QStringLiteral("%1,%2,%3,%4,%5\n")
                    .arg(csvField(tensor.name), csvField(tensor.shape), tensor.type)
                    .arg(tensor.weights)
                    .arg(tensor.bytes);
    return text;
}

TensorTreeModel::Node& TensorTreeModel::nodeOf(const QModelIndex& index) const
{
    return index.isValid() ? *static_cast<Node*>(index.internalPointer()) : *m_root;
}

QModelIndex TensorTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    const Node& above = nodeOf(parent);
    if (row < 0 || std::size_t(row) >= above.children.size() || column < 0 || column >= ColumnCount) return {};
    return createIndex(row, column, above.children[std::size_t(row)].get());
}

QModelIndex TensorTreeModel::parent(const QModelIndex& child) const
{
    Node* above = nodeOf(child).parent;
    return above == nullptr || above == m_root.get() ? QModelIndex() : createIndex(above->row, 0, above);
}

int TensorTreeModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : int(nodeOf(parent).children.size());
}

int TensorTreeModel::columnCount(const QModelIndex&) const { return ColumnCount; }

QVariant TensorTreeModel::data(const QModelIndex& index, int role) const
{
    const Node& node = nodeOf(index);
    if (role == WholeNameRole || role == Qt::ToolTipRole) return node.wholeName;
    if (role == Qt::TextAlignmentRole) return headerData(index.column(), Qt::Horizontal, role);
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
        case Name:
            return node.part;
        case Shape:
            return node.children.empty() ? node.shape : tr("tensors: %1").arg(node.tensors);
        case Type:
            return node.type;
        case Weights:
            return QLocale().toString(qlonglong(node.weights));
        default:
            return byteText(node.bytes);
    }
}

QVariant TensorTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return section == Weights || section == Bytes ? int(Qt::AlignRight | Qt::AlignVCenter)
                                                      : int(Qt::AlignLeading | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    const QString titles[] = {tr("Tensor"), tr("Shape"), tr("Type"), tr("Weights"), tr("Size")};
    return titles[section];
}

}  // namespace moebel
