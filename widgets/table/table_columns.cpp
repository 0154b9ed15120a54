#include "widgets/table/table_columns.h"

#include <QAbstractItemModel>
#include <QAbstractItemView>
#include <QAction>
#include <QEvent>
#include <QHeaderView>
#include <QJsonArray>
#include <QMenu>
#include <QScopedValueRollback>
#include <algorithm>

#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

constexpr int kNarrowest = 40;       // of a column that is shown again
constexpr int kWidestHeading = 200;  // a longer one stands in its tool tip
const QString kWidths = QStringLiteral("widths"), kHidden = QStringLiteral("hidden"), kOrder = QStringLiteral("order"),
              kSorted = QStringLiteral("sorted"), kDescending = QStringLiteral("descending");

QStringList textsOf(const QJsonValue& list)
{
    QStringList texts;
    for (const QJsonValue& text : list.toArray()) texts << text.toString();
    return texts;
}

}  // namespace

TableColumns::TableColumns(QAbstractItemView& view, QHeaderView& header, int always)
    : QObject(&view), m_view(view), m_header(header), m_always(always)
{
    readKeys();
    m_standardHidden = m_hidden = hiddenKeys();
    m_standardSorting = m_sorting = sorting();
    m_header.setSectionsMovable(true);
    m_header.setContextMenuPolicy(Qt::CustomContextMenu);
    m_header.viewport()->installEventFilter(this);
    m_view.installEventFilter(this);
    connect(&m_header, &QHeaderView::customContextMenuRequested, this, &TableColumns::showMenu);
    connect(&m_header, &QHeaderView::sectionResized, this, [this](int column, int, int width) {
        if (m_pressed && !m_applying && m_header.sectionResizeMode(column) == QHeaderView::Interactive && width > 0)
            m_widths[key(column)] = width;
    });
    connect(&m_header, &QHeaderView::sectionMoved, this, [this] {
        if (!m_applying) m_order = keysInOrder();
    });
    connect(&m_header, &QHeaderView::sortIndicatorChanged, this, [this] {
        if (m_applying) return;
        m_sorting = sorting();
        if (m_fits) fit(m_widest, m_air);
    });
    const auto again = [this] {
        readKeys();
        apply();
    };
    const QAbstractItemModel* model = m_view.model();
    connect(model, &QAbstractItemModel::modelReset, this, again);
    connect(model, &QAbstractItemModel::columnsInserted, this, again);
    connect(model, &QAbstractItemModel::columnsRemoved, this, again);
    connect(model, &QAbstractItemModel::headerDataChanged, this, again);
}

QString TableColumns::name() const { return m_view.objectName(); }

// Of several columns under one heading the later ones are numbered.
void TableColumns::readKeys()
{
    const QAbstractItemModel& model = *m_view.model();
    QMap<QString, int> seen;
    m_keys.clear();
    for (int column = 0; column < model.columnCount(); ++column) {
        const QVariant stored = model.headerData(column, Qt::Horizontal, StoredRole);
        const QString own = plainText((stored.isValid() ? stored : model.headerData(column, Qt::Horizontal)).toString());
        const int number = ++seen[own];
        m_keys << (number == 1 ? own : QStringLiteral("%1 #%2").arg(own).arg(number));
    }
}

QStringList TableColumns::keysInOrder() const
{
    QStringList keys;
    for (int i = 0; i < m_header.count(); ++i) keys << key(m_header.logicalIndex(i));
    return keys;
}

QStringList TableColumns::hiddenKeys() const
{
    QStringList keys;
    for (int column = 0; column < m_header.count(); ++column)
        if (m_header.isSectionHidden(column)) keys << key(column);
    return keys;
}

std::optional<TableColumns::Sorting> TableColumns::sorting() const
{
    const int column = m_header.sortIndicatorSection();
    if (!m_header.isSortIndicatorShown() || column < 0 || column >= m_header.count()) return std::nullopt;
    return Sorting{key(column), m_header.sortIndicatorOrder() == Qt::DescendingOrder};
}

QJsonObject TableColumns::layout() const
{
    QJsonObject layout, widths;
    for (const auto& [column, width] : m_widths.asKeyValueRange()) widths.insert(column, width);
    if (!widths.isEmpty()) layout.insert(kWidths, widths);
    if (m_hidden != m_standardHidden) layout.insert(kHidden, QJsonArray::fromStringList(m_hidden));
    if (!m_order.isEmpty()) layout.insert(kOrder, QJsonArray::fromStringList(m_order));
    if (m_sorting != m_standardSorting && m_sorting) {
        layout.insert(kSorted, m_sorting->column);
        layout.insert(kDescending, m_sorting->descending);
    }
    return layout;
}

void TableColumns::restore(const QJsonObject& layout)
{
    m_widths.clear();
    const QJsonObject widths = layout.value(kWidths).toObject();
    for (auto width = widths.begin(); width != widths.end(); ++width)
        if (width->toInt() > 0) m_widths.insert(width.key(), width->toInt());
    m_hidden = layout.contains(kHidden) ? textsOf(layout.value(kHidden)) : m_standardHidden;
    m_order = textsOf(layout.value(kOrder));
    m_sorting = m_standardSorting;
    if (layout.contains(kSorted)) m_sorting = Sorting{layout.value(kSorted).toString(), layout.value(kDescending).toBool()};
    apply();
    if (m_fits) fit(m_widest, m_air);
}

void TableColumns::apply()
{
    const QScopedValueRollback applying(m_applying, true);
    for (int column = 0; column < m_header.count(); ++column) {
        const QString its = key(column);
        m_header.setSectionHidden(column, column != m_always && m_hidden.contains(its));
        if (const int width = m_widths.value(its); width > 0 && !m_header.isSectionHidden(column))
            m_header.resizeSection(column, width);
    }
    applyOrder();
    if (!m_header.isSortIndicatorShown() || m_sorting == sorting()) return;
    applySorting(m_sorting.value_or(Sorting()));
}

// Columns that the order does not know stand behind.
void TableColumns::applyOrder()
{
    QMap<QString, int> columns;
    for (int column = 0; column < m_header.count(); ++column) columns.insert(key(column), column);
    QList<int> wanted;
    for (const QString& its : m_order)
        if (const auto found = columns.find(its); found != columns.end() && !wanted.contains(*found)) wanted << *found;
    for (int column = 0; column < m_header.count(); ++column)
        if (!wanted.contains(column)) wanted << column;
    for (int place = 0; place < wanted.size(); ++place)
        if (const int now = m_header.visualIndex(wanted[place]); now != place) m_header.moveSection(now, place);
}

void TableColumns::applySorting(const Sorting& sorting)
{
    const Qt::SortOrder order = sorting.descending ? Qt::DescendingOrder : Qt::AscendingOrder;
    for (int column = 0; column < m_header.count(); ++column)
        if (key(column) == sorting.column) return m_header.setSortIndicator(column, order);
    if (sorting.column.isEmpty()) m_header.setSortIndicator(-1, order);
}

// Only the heading that the table is sorted by has room for the arrow.
QList<int> TableColumns::widthsOfHeadings() const
{
    const bool arrow = m_header.isSortIndicatorShown();
    const int sorted = m_header.sortIndicatorSection();
    const int withArrow = arrow && sorted >= 0 && sorted < m_header.count() ? m_header.sectionSizeHint(sorted) : 0;
    m_header.setSortIndicatorShown(false);
    QList<int> widths;
    for (int column = 0; column < m_header.count(); ++column) widths << m_header.sectionSizeHint(column);
    m_header.setSortIndicatorShown(arrow);
    if (withArrow > 0) widths[sorted] = withArrow;
    for (int& width : widths) width = std::min(width, kWidestHeading);
    return widths;
}

void TableColumns::fit(int widest, int air)
{
    m_widest = widest;
    m_air = air;
    m_fits = true;
    const QScopedValueRollback applying(m_applying, true);
    const QList<int> headings = widthsOfHeadings();
    for (int column = 0; column < m_header.count(); ++column) {
        if (m_header.sectionResizeMode(column) != QHeaderView::Interactive || m_header.isSectionHidden(column)) continue;
        const int needed = std::max(m_view.sizeHintForColumn(column), headings[column]) + air;
        const int chosen = m_widths.value(key(column));
        m_header.resizeSection(column, chosen > 0 ? chosen : std::min(needed, widest));
    }
    giveWay();
}

void TableColumns::letGiveWay(int column, int narrowest)
{
    m_givesWay = column;
    m_narrowest = narrowest;
}

// A last column that takes what is left has room when its heading has.
void TableColumns::giveWay()
{
    if (m_givesWay < 0 || m_widths.contains(key(m_givesWay))) return;
    int needed = 0;
    for (int column = 0; column < m_header.count(); ++column) {
        const bool last = m_header.stretchLastSection() && m_header.visualIndex(column) == m_header.count() - 1;
        if (!m_header.isSectionHidden(column)) needed += last ? m_header.sectionSizeHint(column) : m_header.sectionSize(column);
    }
    const int own = m_header.sectionSize(m_givesWay), over = needed - m_view.viewport()->width();
    if (over > 0) m_header.resizeSection(m_givesWay, std::max(std::min(own, m_narrowest), own - over));
}

void TableColumns::followContents()
{
    const auto again = [this] { fit(m_widest, m_air); };
    connect(m_view.model(), &QAbstractItemModel::modelReset, this, again);
    connect(m_view.model(), &QAbstractItemModel::dataChanged, this, again);
    again();
}

bool TableColumns::eventFilter(QObject* watched, QEvent* event)
{
    const bool other = event->type() == QEvent::FontChange || (event->type() == QEvent::Resize && m_givesWay >= 0);
    if (watched == &m_view && other && m_fits) fit(m_widest, m_air);
    if (watched == &m_view) return false;
    if (event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonDblClick) m_pressed = true;
    if (event->type() == QEvent::MouseButtonRelease) m_pressed = false;
    return QObject::eventFilter(watched, event);
}

void TableColumns::showMenu(const QPoint& where)
{
    auto* menu = new QMenu(&m_view);
    menu->setObjectName(QStringLiteral("columnMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int column = 0; column < m_header.count(); ++column) {
        QString title = plainText(m_view.model()->headerData(column, Qt::Horizontal).toString());
        QAction* action = menu->addAction(title.replace(QLatin1Char('&'), QStringLiteral("&&")));
        action->setCheckable(true);
        action->setChecked(!m_header.isSectionHidden(column));
        action->setEnabled(column != m_always);
        connect(action, &QAction::toggled, this, [this, column](bool shown) {
            shown ? (void)m_hidden.removeAll(key(column)) : m_hidden.append(key(column));
            apply();
            if (shown && m_header.sectionSize(column) < kNarrowest) fit(m_widest, m_air);
        });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Columns as at the beginning")), &QAction::triggered, this, [this] { restore({}); });
    menu->popup(m_header.mapToGlobal(where));
}

}  // namespace moebel
