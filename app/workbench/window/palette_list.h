// What the command palette offers, filtered by what was typed.
#pragma once

#include <QAbstractListModel>
#include <QString>
#include <functional>
#include <vector>

namespace moebel
{

struct PaletteItem {
    QString text;
    QString detail;  ///< kind, shortcut: drawn at the other side
    std::function<void()> act;
};

class PaletteList : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { DetailRole = Qt::UserRole };
    /// More than these are never listed: one types another letter instead of scrolling.
    static constexpr int kMost = 60;

    using QAbstractListModel::QAbstractListModel;

    void setItems(std::vector<PaletteItem> items);
    /// The best first; all in their order for an empty pattern.
    void setPattern(const QString& pattern);
    const PaletteItem& item(int row) const { return m_items[m_shown[std::size_t(row)]]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    std::vector<PaletteItem> m_items;
    std::vector<QString> m_keys;  ///< folded
    std::vector<std::size_t> m_shown;
};

}  // namespace moebel
