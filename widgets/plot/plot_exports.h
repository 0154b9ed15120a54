// What a plot with one style can give away.
#pragma once

#include "widgets/support/export_file.h"

class QCustomPlot;
class QWidget;

namespace moebel
{

/// The picture and the numbers of the plot of a widget. `restyle` puts it into the colours of a palette; on screen it has the widget's.
Exports exportsOf(const QWidget& widget, QCustomPlot& plot, const QString& name, const std::function<void(const QPalette&)>& restyle,
                  std::function<QString()> csv);

}  // namespace moebel
