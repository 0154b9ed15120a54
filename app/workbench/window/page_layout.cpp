#include "app/workbench/window/page_layout.h"

#include <QSplitter>
#include <QTabWidget>

#include "widgets/support/named_tabs.h"

namespace moebel
{

QJsonObject pageLayout(const QWidget& page)
{
    QJsonObject layout;
    for (const QSplitter* splitter : page.findChildren<QSplitter*>())
        if (!splitter->objectName().isEmpty())
            layout.insert(splitter->objectName(), QString::fromLatin1(splitter->saveState().toBase64()));
    for (const QTabWidget* tabs : page.findChildren<QTabWidget*>())
        if (!tabs->objectName().isEmpty()) layout.insert(tabs->objectName(), shownTab(*tabs));
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
}

}  // namespace moebel
