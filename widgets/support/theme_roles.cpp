#include "widgets/support/theme_roles.h"

#include "moebel/analysis/colour.h"

namespace moebel
{

namespace
{

std::uint32_t rgb(const QColor& colour) { return std::uint32_t(colour.rgb() & 0xFFFFFF); }

QColor between(const QColor& a, const QColor& b, float share)
{
    return QColor::fromRgbF(a.redF() + (b.redF() - a.redF()) * share, a.greenF() + (b.greenF() - a.greenF()) * share,
                            a.blueF() + (b.blueF() - a.blueF()) * share);
}

}  // namespace

bool isDark(const QPalette& palette) { return palette.color(QPalette::Active, QPalette::Window).lightness() < 128; }

QColor goodColour(const QPalette& palette) { return isDark(palette) ? QColor(0x3f, 0xc3, 0x95) : QColor(0x0b, 0x74, 0x53); }

QColor outlineColour(const QPalette& palette)
{
    constexpr double kEnough = 3.1;
    const QColor text = palette.color(QPalette::Active, QPalette::WindowText);
    const QColor window = palette.color(QPalette::Active, QPalette::Window);
    const auto reads = [&](const QColor& colour) {
        for (QPalette::ColorRole ground : {QPalette::Window, QPalette::Base, QPalette::AlternateBase})
            if (contrast(rgb(colour), rgb(palette.color(QPalette::Active, ground))) < kEnough) return false;
        return true;
    };
    float share = 0.3f;
    while (share < 1 && !reads(between(window, text, share))) share += 0.05f;
    return between(window, text, share);
}

}  // namespace moebel
