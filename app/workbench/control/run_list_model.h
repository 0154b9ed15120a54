// The runs of a project as a table: filtered and sorted here, because ten thousand rows in a proxy are slow.
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "app/workbench/control/readers.h"
#include "app/workbench/control/run_filter.h"

namespace moebel
{

class RunNotesEditor;
class RunSparklines;

class RunListModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column {
        Star,
        State,
        Title,
        Method,
        Progress,
        Loss,
        OriginalBits,
        ExpandedBits,
        Restored,
        Kept,
        Languages,
        Created,
        Tags,
        Notes,
        Remark,
        ColumnCount
    };
    /// Done share (double, 0..1) of column Progress, or bool of column Star; the points (std::vector<float>) of column Loss; id
    /// and RunState (int) of a run.
    enum Role { ShareRole = Qt::UserRole, PointsRole, IdRole, StateRole };

    explicit RunListModel(QObject* parent = nullptr);

    /// Where stars, tags and notes are changed; without one they are shown only.
    void setNotesEditor(RunNotesEditor* editor);
    /// Where curves come from; without it the column of the loss is empty.
    void setSparklines(RunSparklines* sparklines);

    /// Keeps rows, selection and persistent indexes where the same runs come again.
    void setProject(std::shared_ptr<const ProjectContents> project);
    void setRuns(std::vector<RunSummary> runs);
    void setFilter(const RunFilter& filter);
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    const RunSummary& run(int row) const { return m_project->runs[m_shown[std::size_t(row)]]; }
    /// Row of a run; -1 when it is not shown.
    int rowOf(const std::string& id) const;
    bool starred(int row) const { return notes(run(row)).starred; }
    /// How many there are, those that the filter hides included.
    int total() const { return int(m_project->runs.size()); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::vector<std::size_t> wantedRows(const ProjectContents& project) const;
    void show(std::shared_ptr<const ProjectContents> project);
    void removeAllBut(const std::vector<bool>& stays);
    void reorder(std::vector<std::size_t> rows);
    void insertUpTo(const std::vector<std::size_t>& wanted);
    void rowChanged(const QString& id);
    QVariant pointsOf(const RunSummary& run) const;
    const RunNotes& notes(const RunSummary& run) const;

    std::shared_ptr<const ProjectContents> m_project = std::make_shared<ProjectContents>();
    std::vector<std::size_t> m_shown;  ///< rows -> runs of the project
    RunFilter m_filter;
    int m_sortColumn = Created;
    Qt::SortOrder m_sortOrder = Qt::DescendingOrder;
    RunNotesEditor* m_notes = nullptr;
    RunSparklines* m_sparklines = nullptr;
};

/// "running" and the like as a word of the window.
QString stateText(RunState state);
/// The same, or "ending" while the supervisor is about to say how it ended.
QString stateText(const RunStatus& status);

}  // namespace moebel
