// The line of text above a map or a row of curves.
#pragma once

#include "widgets/support/qcustomplot.h"

namespace moebel
{

/// As high as its font asks for whatever the script, so that plots beside one another are aligned; what is too long ends in an
/// ellipsis.
class PlotTitle : public QCPTextElement
{
public:
    explicit PlotTitle(QCustomPlot* plot);

protected:
    void draw(QCPPainter* painter) override;
    QSize minimumOuterSizeHint() const override;
    QSize maximumOuterSizeHint() const override;

private:
    int height() const;
};

}  // namespace moebel
