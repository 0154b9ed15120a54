#include "app/workbench/page/models/model_table_model.h"

#include <QFileInfo>

#include "app/workbench/page/plan_view.h"
#include "widgets/support/table_text.h"

namespace moebel
{

QString modelTitle(const KnownModel& model)
{
    return model.facts && !model.facts->name.isEmpty() ? model.facts->name : QFileInfo(model.path).fileName();
}

ModelTableModel::ModelTableModel(KnownModels& models, QObject* parent) : QAbstractTableModel(parent), m_models(models)
{
    connect(&m_models, &KnownModels::listChanged, this, [this] {
        beginResetModel();
        endResetModel();
    });
    connect(&m_models, &KnownModels::modelChanged, this,
            [this](int row) { Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1)); });
}

int ModelTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_models.models().size()); }

int ModelTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString ModelTableModel::text(const KnownModel& model, int column) const
{
    if (column == Name) return modelTitle(model);
    if (column == State) {
        if (!model.failure.isEmpty()) return QStringLiteral("\u26a0 ") + tr("no model");
        if (!model.facts) return tr("looking\u2026");
        const int problems = int(model.facts->problems.size());
        return problems == 0 ? tr("usable") : QStringLiteral("\u26a0 ") + tr("problems: %1").arg(problems);
    }
    if (!model.facts) return {};
    if (column == Parameters) return model.facts->parameters > 0 ? parameterText(model.facts->parameters) : QString();
    return model.facts->weightBytes > 0 ? byteText(model.facts->weightBytes) : QString();
}

QVariant ModelTableModel::stored(const KnownModel& model, int column) const
{
    if (column == Name) return model.path;
    if (column == Parameters && model.facts) return qint64(model.facts->parameters);
    if (column == Weights && model.facts) return qint64(model.facts->weightBytes);
    return text(model, column);
}

QVariant ModelTableModel::data(const QModelIndex& index, int role) const
{
    const KnownModel& model = m_models.models()[std::size_t(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return text(model, column);
        case StoredRole:
            return stored(model, column);
        case Qt::TextAlignmentRole:
            return column == Parameters || column == Weights ? int(Qt::AlignRight | Qt::AlignVCenter)
                                                             : int(Qt::AlignLeading | Qt::AlignVCenter);
        case Qt::ToolTipRole: {
            QStringList lines = {model.path};
            if (!model.failure.isEmpty()) lines << model.failure;
            if (model.facts) lines << model.facts->problems;
            return lines.join(QLatin1Char('\n'));
        }
        default:
            return {};
    }
}

QVariant ModelTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return section == Parameters || section == Weights ? int(Qt::AlignRight | Qt::AlignVCenter)
                                                           : int(Qt::AlignLeading | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != StoredRole) return {};
    const QString titles[] = {tr("Model"), tr("Parameters"), tr("Size"), tr("State")};
    return titles[section];
}

}  // namespace moebel
