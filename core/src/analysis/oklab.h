// sRGB <-> Oklab (B. Ottosson, "A perceptual color space for image processing", 2020).
#pragma once

#include <array>
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
/// A matrix (rows of red, green, blue) on linear RGB, clamped to what exists.
std::uint32_t transformed(std::uint32_t rgb, const std::array<double, 9>& matrix);
/// WCAG 2.1 relative luminance.
double luminance(std::uint32_t rgb);

}  // namespace moebel
