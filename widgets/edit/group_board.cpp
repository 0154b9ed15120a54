#include "widgets/edit/group_board.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QVBoxLayout>
#include <algorithm>

namespace moebel
{

GroupBoard::GroupBoard(QWidget* parent) : QScrollArea(parent)
{
    auto* inside = new QWidget(this);
    m_row = new QHBoxLayout(inside);
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(8);
    setWidget(inside);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Groups of languages"));
    setMinimumHeight(130);
}

void GroupBoard::addColumn()
{
    const int index = int(m_columns.size());
    Column column{new QWidget(widget()), nullptr, nullptr, nullptr};
    column.title = new QLabel(column.box);
    column.note = new QLabel(column.box);
    column.list = new GroupColumn(column.box);
    QFont strong = font();
    strong.setBold(true);
    column.title->setFont(strong);
    column.note->setForegroundRole(QPalette::PlaceholderText);
    for (QLabel* label : {column.title, column.note}) label->setTextFormat(Qt::PlainText);
    auto* layout = new QVBoxLayout(column.box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(column.title);
    layout->addWidget(column.note);
    layout->addWidget(column.list, 1);
    column.box->setMinimumWidth(116);
    m_row->addWidget(column.box, 1);
    m_columns.push_back(column);
    connect(column.list, &GroupColumn::dropped, this, [this, index](const QString& code) { Q_EMIT moveWanted(code, index); });
    connect(column.list, &GroupColumn::sendWanted, this,
            [this, index](const QString& code, int groups) { send(index, code, groups); });
    connect(column.list, &GroupColumn::sendToWanted, this, [this](const QString& code, int group) {
        if (group < int(m_groups.size())) Q_EMIT moveWanted(code, group);
    });
    connect(column.list, &GroupColumn::focusMoved, this, [this, index](int columns) { moveFocus(index, columns); });
    connect(column.list, &GroupColumn::menuWanted, this,
            [this, index](const QString& code, const QPoint& at) { showMenu(index, code, at); });
    connect(column.list, &GroupColumn::codeChosen, this, [this](const QString& code) {
        m_current = code;
        Q_EMIT languageChosen(code);
    });
}

void GroupBoard::setGroups(const std::vector<BoardGroup>& groups)
{
    if (groups == m_groups && !m_columns.empty()) return;
    const bool focused = isAncestorOf(focusWidget());
    m_groups = groups;
    while (m_columns.size() < groups.size() + 1) addColumn();
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const bool isGroup = i < groups.size();
        const Column& column = m_columns[i];
        column.box->setVisible(i <= groups.size());
        column.title->setText(isGroup ? groups[i].title : tr("New group"));
        column.note->setText(isGroup ? groups[i].note : tr("drop a language"));
        column.list->setAccessibleName(column.title->text());
        column.list->setChips(isGroup ? groups[i].chips : QList<LanguageChip>());
    }
    const QString current = m_current;
    setCurrentLanguage(current);
    if (const int at = columnOf(current); focused && at >= 0) m_columns[std::size_t(at)].list->setFocus(Qt::OtherFocusReason);
}

int GroupBoard::columnOf(const QString& code) const
{
    for (std::size_t group = 0; group < m_groups.size(); ++group)
        for (const LanguageChip& chip : m_groups[group].chips)
            if (chip.code == code) return int(group);
    return -1;
}

void GroupBoard::setCurrentLanguage(const QString& code)
{
    m_current = code;
    const int at = columnOf(code);
    for (int i = 0; i < int(m_columns.size()); ++i) {
        GroupColumn* list = m_columns[std::size_t(i)].list;
        const QSignalBlocker quiet(list);
        if (i == at)
            list->choose(code);
        else
            list->setCurrentItem(nullptr);
    }
    if (at >= 0) ensureWidgetVisible(m_columns[std::size_t(at)].box, 4, 0);
}

void GroupBoard::send(int from, const QString& code, int groups)
{
    const int to = groups == 0 ? int(m_groups.size()) : std::clamp(from + groups, 0, int(m_groups.size()));
    m_current = code;
    if (to != from) Q_EMIT moveWanted(code, to);
}

void GroupBoard::moveFocus(int from, int columns)
{
    const int to = std::clamp(from + columns, 0, int(m_groups.size()) - 1);
    if (to == from || to < 0) return;
    GroupColumn* list = m_columns[std::size_t(to)].list;
    const int row = m_columns[std::size_t(from)].list->currentRow();
    list->setFocus(Qt::OtherFocusReason);
    list->setCurrentRow(std::clamp(row, 0, std::max(0, list->count() - 1)));
    setCurrentLanguage(list->currentCode());
}

void GroupBoard::showMenu(int from, const QString& code, const QPoint& at)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("moveMenu"));
    for (int group = 0; group <= int(m_groups.size()); ++group) {
        if (group == from) continue;
        const QString title = group < int(m_groups.size()) ? tr("Move to G%1").arg(group) : tr("Move to a new group");
        menu->addAction(title, this, [this, code, group] {
            m_current = code;
            Q_EMIT moveWanted(code, group);
        });
    }
    menu->popup(at);
}

}  // namespace moebel
