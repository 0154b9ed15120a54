// Groups of languages side by side: a column of chips each.
#pragma once

#include <QScrollArea>
#include <vector>

#include "widgets/edit/group_column.h"

class QHBoxLayout;
class QLabel;

namespace moebel
{

struct BoardGroup {
    QString title;  ///< "G0, 3 languages"
    QString note;   ///< a second line
    QList<LanguageChip> chips;
    bool operator==(const BoardGroup&) const = default;
};

/// A chip is dragged into another column, or into the empty one behind the last for a group of its own. Keys: the arrows choose
/// a chip, Ctrl with left or right sends it to the next group, a digit to the group of that number, + to a new one; the context
/// menu lists them. The widget changes nothing by itself: what is wanted is told, and the next setGroups() shows it.
class GroupBoard : public QScrollArea
{
    Q_OBJECT

public:
    explicit GroupBoard(QWidget* parent = nullptr);

    void setGroups(const std::vector<BoardGroup>& groups);
    const std::vector<BoardGroup>& groups() const { return m_groups; }
    /// With the focus when the board has it.
    void setCurrentLanguage(const QString& code);
    QString currentLanguage() const { return m_current; }
    /// Of a group, the empty one behind the last included.
    GroupColumn* column(std::size_t group) const { return m_columns[group].list; }

    QSize sizeHint() const override { return {720, 170}; }

Q_SIGNALS:
    /// `group` may be the number of groups: a new one.
    void moveWanted(const QString& code, int group);
    void languageChosen(const QString& code);

private:
    struct Column {
        QWidget* box;
        QLabel* title;
        QLabel* note;
        GroupColumn* list;
    };
    void addColumn();
    void send(int from, const QString& code, int groups);
    void moveFocus(int from, int columns);
    void showMenu(int from, const QString& code, const QPoint& at);
    int columnOf(const QString& code) const;

    QHBoxLayout* m_row;
    std::vector<Column> m_columns;
    std::vector<BoardGroup> m_groups;
    QString m_current;
};

}  // namespace moebel
