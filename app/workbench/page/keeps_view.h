// A page whose look (columns, sorting, filter) belongs to the workspace and is remembered.
#pragma once

#include <QJsonObject>

namespace moebel
{

class KeepsView
{
public:
    virtual ~KeepsView() = default;
    virtual QJsonObject view() const = 0;
    /// An empty object means: as it was when the page was made.
    virtual void restoreView(const QJsonObject& view) = 0;
};

}  // namespace moebel
