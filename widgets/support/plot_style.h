// How every plot looks: colours from the palette, so that a plot follows the theme.
#pragma once

#include <QColor>
#include <QPalette>
#include <cstdint>

class QCustomPlot;
class QCPColorGradient;

namespace moebel {

/// 0xRRGGBB as a colour.
QColor colourOf(std::uint32_t rgb);
/// Text that matters less than the palette's text, on its window colour, with a contrast of 4.5 or more.
QColor mutedText(const QPalette& palette);
/// A plain light palette: what goes on paper, whatever the theme of the window is.
QPalette paperPalette();
/// The perceptually uniform sequence of moebel/analysis/colour.h; NaN is transparent.
QCPColorGradient sequentialGradient();
/// Blue, `middle`, orange (moebel/analysis/colour.h); NaN is transparent.
QCPColorGradient divergingGradient(std::uint32_t middle);
/// Background, axes, labels and fast polylines.
void applyPlotStyle(QCustomPlot& plot, const QPalette& palette);

}  // namespace moebel
