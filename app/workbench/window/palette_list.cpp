#include "app/workbench/window/palette_list.h"

#include <algorithm>

#include "app/workbench/control/fuzzy.h"

namespace moebel
{

void PaletteList::setItems(std::vector<PaletteItem> items)
{
    m_items = std::move(items);
    m_keys.clear();
    m_keys.reserve(m_items.size());
    for (const PaletteItem& item : m_items) m_keys.push_back(folded(item.text));
    setPattern({});
}

void PaletteList::setPattern(const QString& pattern)
{
    struct Found {
        int score;
        std::size_t item;
    };
    std::vector<Found> found;
    const QString letters = folded(pattern);
    for (std::size_t i = 0; i < m_keys.size(); ++i)
        if (const auto score = fuzzyScore(letters, m_keys[i])) found.push_back({*score, i});
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.score > b.score; });
    if (found.size() > std::size_t(kMost)) found.resize(std::size_t(kMost));
    beginResetModel();
    m_shown.clear();
    for (const Found& one : found) m_shown.push_back(one.item);
    endResetModel();
}

int PaletteList::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_shown.size()); }

QVariant PaletteList::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const PaletteItem& found = item(index.row());
    if (role == Qt::DisplayRole) return found.text;
    if (role == DetailRole) return found.detail;
    if (role == Qt::AccessibleTextRole) return QStringLiteral("%1, %2").arg(found.text, found.detail);
    return {};
}

}  // namespace moebel
