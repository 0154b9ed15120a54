// The runs of a project as a table.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "moebel/store/project.h"

namespace moebel {

class RunListModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { State, Title, Method, Progress, OriginalBits, ExpandedBits, Created, Remark, ColumnCount };
    /// The raw value of a cell, for sorting; and done share (double, 0..1) of column Progress.
    enum Role { SortRole = Qt::UserRole, ShareRole };

    explicit RunListModel(QObject* parent = nullptr);

    /// Keeps rows and selection where the same runs come again in the same order.
    void setRuns(std::vector<RunSummary> runs);
    const std::vector<RunSummary>& runs() const { return m_runs; }
    /// Row of a run; -1 when it is not in the list.
    int rowOf(const std::string& id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QString text(const RunSummary& run, int column) const;
    QVariant sortValue(const RunSummary& run, int column) const;

    std::vector<RunSummary> m_runs;
};

/// "running" and the like as a word of the window.
QString stateText(RunState state);

}  // namespace moebel
