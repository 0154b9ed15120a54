#include "widgets/support/named_tabs.h"

#include <QTabBar>
#include <QTabWidget>

namespace moebel
{

void addNamedTab(QTabWidget& tabs, QWidget* page, const QString& title, const QString& name)
{
    tabs.tabBar()->setTabData(tabs.addTab(page, title), name);
}

QStringList tabNames(const QTabWidget& tabs)
{
    QStringList names;
    for (int i = 0; i < tabs.count(); ++i) names << tabs.tabBar()->tabData(i).toString();
    return names;
}

QString shownTab(const QTabWidget& tabs) { return tabs.tabBar()->tabData(tabs.currentIndex()).toString(); }

bool showTab(QTabWidget& tabs, const QString& name)
{
    const qsizetype index = tabNames(tabs).indexOf(name);
    if (index >= 0) tabs.setCurrentIndex(int(index));
    return index >= 0;
}

}  // namespace moebel
