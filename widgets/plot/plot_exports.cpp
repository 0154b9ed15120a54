#include "widgets/plot/plot_exports.h"

#include "widgets/support/qcustomplot.h"

namespace moebel
{

Exports exportsOf(const QWidget& widget, QCustomPlot& plot, const QString& name, const std::function<void(const QPalette&)>& restyle,
                  std::function<QString()> csv)
{
    Exports exports;
    exports.name = name;
    exports.size = [&plot] { return plot.size(); };
    exports.paint = [&widget, &plot, restyle](QCPPainter& painter, const QPalette& colours) {
        restyle(colours);
        plot.toPainter(&painter, plot.width(), plot.height());
        restyle(widget.palette());
        plot.replot(QCustomPlot::rpQueuedReplot);
    };
    exports.csv = std::move(csv);
    return exports;
}

}  // namespace moebel
