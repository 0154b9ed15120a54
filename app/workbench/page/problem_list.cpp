#include "app/workbench/page/problem_list.h"

#include <QLabel>
#include <QListView>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/support/theme_roles.h"
#include "widgets/support/title_label.h"

namespace moebel
{

namespace
{

class ProblemDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        option->palette.setColor(QPalette::Text, option->palette.color(kErrorRole));
    }
};

}  // namespace

void ProblemListModel::setProblems(const std::vector<Problem>& problems)
{
    if (problems == m_problems) return;
    beginResetModel();
    m_problems = problems;
    endResetModel();
}

int ProblemListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_problems.size()); }

QVariant ProblemListModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Problem& problem = m_problems[std::size_t(index.row())];
    const QString message = QString::fromStdString(problem.message);
    switch (role) {
        case Qt::DisplayRole:
            if (problem.line > 0) return tr("%1:%2  \u2068%3\u2069").arg(problem.line).arg(problem.column).arg(message);
            return message;
        case Qt::ToolTipRole:
            return problem.path.empty() ? message
                                        : tr("%1\nIn the file: %2").arg(message, QString::fromStdString(problem.path));
        case PathRole:
            return QString::fromStdString(problem.path);
        case LineRole:
            return problem.line;
        case ColumnRole:
            return problem.column;
        default:
            return {};
    }
}

ProblemList::ProblemList(QWidget* parent)
    : QWidget(parent), m_model(new ProblemListModel(this)), m_title(new QLabel(this)), m_list(new QListView(this))
{
    m_title->setObjectName(QStringLiteral("problemTitle"));
    m_title->setForegroundRole(QPalette::PlaceholderText);
    beginWithLine(*m_title);
    m_list->setObjectName(QStringLiteral("problemList"));
    m_list->setAccessibleName(tr("Problems of the experiment"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new ProblemDelegate(m_list));
    m_list->setWordWrap(true);
    m_list->setTextElideMode(Qt::ElideNone);
    m_list->setResizeMode(QListView::Adjust);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    const auto choose = [this](const QModelIndex& index) {
        if (index.isValid()) Q_EMIT chosen(m_model->problems()[std::size_t(index.row())]);
    };
    connect(m_list, &QListView::clicked, this, choose);
    connect(m_list, &QListView::activated, this, choose);  // Return; twice the same place does no harm
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_title);
    layout->addWidget(m_list, 1);
    setProblems({});
}

void ProblemList::setProblems(const std::vector<Problem>& problems)
{
    m_model->setProblems(problems);
    m_list->setVisible(!problems.empty());
    m_list->setFixedHeight(std::min<int>(6, int(problems.size()) + 2) * fontMetrics().lineSpacing() + 8);
    m_title->setText(problems.empty() ? tr("\u2713 No problems") : tr("Problems: %1").arg(problems.size()));
}

}  // namespace moebel
