#include "app/workbench/window/page_layout.h"

#include <QSplitter>
#include <QTabWidget>

#include "widgets/support/named_tabs.h"
#include "widgets/table/table_columns.h"

namespace moebel
{

namespace
{

QString keyOf(const TableColumns& columns) { return QStringLiteral("columns of ") + columns.name(); }

}  // namespace

QJsonObject pageLayout(const QWidget& page)
{
    QJsonObject layout;
    for (const QSplitter* splitter : page.findChildren<QSplitter*>())
        if (!splitter->objectName().isEmpty())
            layout.insert(splitter->objectName(), QString::fromLatin1(splitter->saveState().toBase64()));
    for (const QTabWidget* tabs : page.findChildren<QTabWidget*>())
        if (!tabs->objectName().isEmpty()) layout.insert(tabs->objectName(), shownTab(*tabs));
    for (const TableColumns* columns : page.findChildren<TableColumns*>())
        if (!columns->name().isEmpty()) layout.insert(keyOf(*columns), columns->layout());
    return layout;
}

void restorePageLayout(QWidget& page, const QJsonObject& layout)
{
    for (QSplitter* splitter : page.findChildren<QSplitter*>()) {
        const QString state = layout.value(splitter->objectName()).toString();
        if (!state.isEmpty()) splitter->restoreState(QByteArray::fromBase64(state.toLatin1()));
    }
    for (QTabWidget* tabs : page.findChildren<QTabWidget*>()) {
        const QString name = layout.value(tabs->objectName()).toString();
        if (!name.isEmpty()) showTab(*tabs, name);
    }
    for (TableColumns* columns : page.findChildren<TableColumns*>())
        if (layout.contains(keyOf(*columns))) columns->restore(layout.value(keyOf(*columns)).toObject());
}

}  // namespace moebel
