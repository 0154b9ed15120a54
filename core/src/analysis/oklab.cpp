#include "oklab.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace moebel {

namespace {

double linear(std::uint32_t rgb, int shift)
{
    const double c = double((rgb >> shift) & 0xFF) / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

std::uint32_t encoded(double c)
{
    c = std::clamp(c, 0.0, 1.0);
    const double s = c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055;
    return std::uint32_t(std::lround(s * 255));
}

std::array<double, 3> linearRgb(const Oklab& colour)
{
    const double l = std::pow(colour.lightness + 0.3963377774 * colour.a + 0.2158037573 * colour.b, 3);
    const double m = std::pow(colour.lightness - 0.1055613458 * colour.a - 0.0638541728 * colour.b, 3);
    const double s = std::pow(colour.lightness - 0.0894841775 * colour.a - 1.2914855480 * colour.b, 3);
    return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

}  // namespace

Oklab toOklab(std::uint32_t rgb)
{
    const double red = linear(rgb, 16), green = linear(rgb, 8), blue = linear(rgb, 0);
    const double l = std::cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const double m = std::cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const double s = std::cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

std::uint32_t toRgb(Oklab colour)
{
    constexpr double kSlack = 5e-4;
    const auto exists = [&colour](double chroma) {
        const auto rgb = linearRgb({colour.lightness, colour.a * chroma, colour.b * chroma});
        return std::all_of(rgb.begin(), rgb.end(), [](double c) { return c > -kSlack && c < 1 + kSlack; });
    };
    double kept = 1;
    if (!exists(1)) {
        double low = 0, high = 1;
        for (int i = 0; i < 24; ++i) (exists((low + high) / 2) ? low : high) = (low + high) / 2;
        kept = low;
    }
    const auto rgb = linearRgb({colour.lightness, colour.a * kept, colour.b * kept});
    return encoded(rgb[0]) << 16 | encoded(rgb[1]) << 8 | encoded(rgb[2]);
}

std::uint32_t transformed(std::uint32_t rgb, const std::array<double, 9>& matrix)
{
    const double from[] = {linear(rgb, 16), linear(rgb, 8), linear(rgb, 0)};
    std::uint32_t result = 0;
    for (std::size_t row = 0; row < 3; ++row)
        result = result << 8 | encoded(matrix[3 * row] * from[0] + matrix[3 * row + 1] * from[1] + matrix[3 * row + 2] * from[2]);
    return result;
}

double luminance(std::uint32_t rgb) { return 0.2126 * linear(rgb, 16) + 0.7152 * linear(rgb, 8) + 0.0722 * linear(rgb, 0); }

}  // namespace moebel
