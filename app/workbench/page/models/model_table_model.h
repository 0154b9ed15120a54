// The known models as a table.
#pragma once

#include <QAbstractTableModel>

#include "app/workbench/control/models/known_models.h"

namespace moebel
{

class ModelTableModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, Parameters, Weights, State, ColumnCount };

    explicit ModelTableModel(KnownModels& models, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const KnownModel& model, int column) const;
    QVariant stored(const KnownModel& model, int column) const;

    KnownModels& m_models;
};

/// What it calls itself, else its folder's name.
QString modelTitle(const KnownModel& model);

}  // namespace moebel
