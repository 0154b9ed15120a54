// How the parts of a page share its room: what its splitters, tabs and columns of tables look like, as a value.
#pragma once

#include <QJsonObject>

class QWidget;

namespace moebel
{

/// Of the splitters, tabs and tables of the page that have a name.
QJsonObject pageLayout(const QWidget& page);
/// What the value does not tell of, or tells of another version of the page, stays as it is.
void restorePageLayout(QWidget& page, const QJsonObject& layout);

}  // namespace moebel
