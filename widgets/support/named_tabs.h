// Tabs with names that do not depend on the language of the window: for what is remembered and for the command line.
#pragma once

#include <QString>
#include <QStringList>

class QTabWidget;
class QWidget;

namespace moebel
{

void addNamedTab(QTabWidget& tabs, QWidget* page, const QString& title, const QString& name);
/// Of all tabs, in their order.
QStringList tabNames(const QTabWidget& tabs);
/// Of the one in front.
QString shownTab(const QTabWidget& tabs);
/// False when there is none of this name; then nothing changes.
bool showTab(QTabWidget& tabs, const QString& name);

}  // namespace moebel
