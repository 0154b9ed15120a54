#include "widgets/support/plot_style.h"

#include "moebel/analysis/colour.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

QColor colourOf(std::uint32_t rgb) { return QColor::fromRgb(int((rgb >> 16) & 0xFF), int((rgb >> 8) & 0xFF), int(rgb & 0xFF)); }

QColor mutedText(const QPalette& palette)
{
    const QColor text = palette.color(QPalette::Active, QPalette::WindowText);
    const QColor ground = palette.color(QPalette::Active, QPalette::Window);
    const auto mixed = [&](float share) {
        return QColor::fromRgbF(text.redF() * (1 - share) + ground.redF() * share,
                                text.greenF() * (1 - share) + ground.greenF() * share,
                                text.blueF() * (1 - share) + ground.blueF() * share);
    };
    float share = 0.4f;
    const auto rgb = [](const QColor& colour) { return std::uint32_t(colour.rgb() & 0xFFFFFF); };
    while (share > 0.05f && contrast(rgb(mixed(share)), rgb(ground)) < 4.5) share -= 0.05f;
    return mixed(share);
}

QPalette paperPalette()
{
    QPalette palette;
    palette.setColor(QPalette::Window, Qt::white);
    palette.setColor(QPalette::Base, Qt::white);
    palette.setColor(QPalette::WindowText, Qt::black);
    palette.setColor(QPalette::Text, Qt::black);
    palette.setColor(QPalette::Mid, QColor(0xc4, 0xca, 0xd2));
    palette.setColor(QPalette::Button, Qt::white);
    palette.setColor(QPalette::ButtonText, Qt::black);
    palette.setColor(QPalette::AlternateBase, QColor(0xf5, 0xf6, 0xf8));
    palette.setColor(QPalette::Highlight, QColor(0xe4, 0xe8, 0xee));
    palette.setColor(QPalette::HighlightedText, Qt::black);
    palette.setColor(QPalette::PlaceholderText, QColor(0x5f, 0x68, 0x75));
    palette.setColor(kErrorRole, QColor(0xb3, 0x33, 0x1a));
    palette.setColor(kWarningRole, QColor(0x8a, 0x5a, 0x00));
    return palette;
}

namespace
{

template <typename Colour>
QCPColorGradient gradientOf(const Colour& colour)
{
    QCPColorGradient gradient;
    gradient.clearColorStops();
    constexpr int kStops = 255;
    for (int i = 0; i <= kStops; ++i) gradient.setColorStopAt(double(i) / kStops, colourOf(colour(double(i) / kStops)));
    gradient.setLevelCount(256);
    gradient.setNanHandling(QCPColorGradient::nhTransparent);
    return gradient;
}

}  // namespace

QCPColorGradient sequentialGradient()
{
    return gradientOf([](double share) { return sequentialColour(share); });
}

QCPColorGradient divergingGradient(std::uint32_t middle)
{
    return gradientOf([middle](double share) { return divergingColour(2 * share - 1, middle); });
}

void applyPlotStyle(QCustomPlot& plot, const QPalette& palette)
{
    const QColor text = palette.color(QPalette::Active, QPalette::WindowText);
    const QColor muted = mutedText(palette);
    const QColor rule = palette.color(QPalette::Active, QPalette::Mid);
    plot.setPlottingHint(QCP::phFastPolylines);
    plot.setBackground(palette.color(QPalette::Active, QPalette::Window));
    const auto styleAxis = [&](QCPAxis* axis) {
        axis->setBasePen(QPen(rule));
        axis->setTickPen(QPen(rule));
        axis->setSubTickPen(QPen(rule));
        axis->setLabelColor(muted);
        axis->setTickLabelColor(text);
    };
    for (QCPAxisRect* rect : plot.axisRects())
        for (QCPAxis* axis : rect->axes()) styleAxis(axis);
    for (int i = 0; i < plot.plotLayout()->elementCount(); ++i) {
        QCPLayoutElement* element = plot.plotLayout()->elementAt(i);
        if (auto* title = qobject_cast<QCPTextElement*>(element)) title->setTextColor(text);
        if (auto* scale = qobject_cast<QCPColorScale*>(element)) styleAxis(scale->axis());
    }
}

}  // namespace moebel
