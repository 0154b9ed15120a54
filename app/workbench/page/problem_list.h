// What is wrong with the experiment, one line each; a line leads to its place.
#pragma once

#include <QAbstractListModel>
#include <QWidget>
#include <vector>

#include "moebel/experiment/experiment_file.h"

class QLabel;
class QListView;

namespace moebel
{

class ProblemListModel : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { PathRole = Qt::UserRole, LineRole, ColumnRole };

    using QAbstractListModel::QAbstractListModel;
    void setProblems(const std::vector<Problem>& problems);
    const std::vector<Problem>& problems() const { return m_problems; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    std::vector<Problem> m_problems;
};

class ProblemList : public QWidget
{
    Q_OBJECT

public:
    explicit ProblemList(QWidget* parent = nullptr);
    void setProblems(const std::vector<Problem>& problems);

Q_SIGNALS:
    /// A line was clicked or Return was pressed on it.
    void chosen(const moebel::Problem& problem);

private:
    ProblemListModel* m_model;
    QLabel* m_title;
    QListView* m_list;
};

}  // namespace moebel
