#include "widgets/plot/plot_title.h"

namespace moebel
{

namespace
{

constexpr int kNarrowest = 60;  // a long title makes no window wider

}  // namespace

PlotTitle::PlotTitle(QCustomPlot* plot) : QCPTextElement(plot) { setTextFlags(Qt::AlignLeft | Qt::AlignVCenter); }

int PlotTitle::height() const { return QFontMetrics(mFont).height() + mMargins.top() + mMargins.bottom(); }

QSize PlotTitle::minimumOuterSizeHint() const { return {kNarrowest, height()}; }

QSize PlotTitle::maximumOuterSizeHint() const { return {QWIDGETSIZE_MAX, height()}; }

void PlotTitle::draw(QCPPainter* painter)
{
    painter->setFont(mainFont());
    painter->setPen(mainTextColor());
    const QString shown = QFontMetrics(mainFont()).elidedText(mText, Qt::ElideRight, mRect.width());
    painter->drawText(mRect, mTextFlags | Qt::TextDontClip, shown);
}

}  // namespace moebel
