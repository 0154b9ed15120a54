// sRGB <-> Oklab (B. Ottosson, "A perceptual color space for image processing", 2020).
#pragma once

#include <cstdint>

namespace moebel {

struct Oklab {
    double lightness = 0;  ///< 0 black, 1 white
    double a = 0;          ///< green to red
    double b = 0;          ///< blue to yellow
};

Oklab toOklab(std::uint32_t rgb);
/// Chroma is lowered until the colour exists in sRGB.
std::uint32_t toRgb(Oklab colour);
/// WCAG 2.1 relative luminance.
double luminance(std::uint32_t rgb);

}  // namespace moebel
