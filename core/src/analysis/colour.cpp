#include "moebel/analysis/colour.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>

#include "oklab.h"

namespace moebel
{

namespace
{

// The colours were searched so that the smallest distance between any two (Oklab, as seen by normal, red-blind and green-blind
// eyes after Machado et al. 2009) is large: 0.08 among all, 0.12 among the first six, which the papers' default languages use.
struct Family {
    ColourPair colour;
    std::string_view members;  ///< in the order in which shades were given away: append only
};
constexpr Family kFamilies[] = {
    {{0x678AFF, 0x5373F0}, " en de nl sv da nb no is af lb fy "},           // Germanic
    {{0x5B3100, 0xE0996E}, " es fr pt it ca ro gl pt-BR oc la "},           // Romance
    {{0xAF401A, 0xD94719}, " zh-CN zh zh-TW yue my bo "},                   // Sino-Tibetan
    {{0x0A756E, 0x92FFF3}, " el sq hy ka eu ga cy "},                       // Hellenic and single branches of Europe
    {{0x4D0790, 0xE0A8FF}, " hu fi et "},                                   // Uralic
    {{0xAA8908, 0xEED014}, " tr az kk uz ky tk "},                          // Turkic
    {{0x700048, 0xBE519F}, " hi bn ne mr gu as pa ur si or fa ku tg "},     // Indo-Iranian
    {{0xEB5FAD, 0xFFB3BC}, " ru pl uk cs sr hr sl bg sk mk be lt lv "},     // Balto-Slavic
    {{0x0FA767, 0xBCFF8E}, " ar he am mt ha sw yo ig zu "},                 // Afro-Asiatic and Niger-Congo
    {{0x704ACB, 0xA68CFF}, " ja ko ta te kn ml vi th id ms tl km lo mn "},  // the rest of Asia
};
constexpr std::size_t kFamilyCount = std::size(kFamilies);
constexpr std::uint32_t kLightGround = 0xFFFFFF;
constexpr std::uint32_t kDarkGround = 0x16191F;

struct Place {
    std::size_t family = 0;
    std::size_t shade = 0;
};

std::optional<Place> placeOf(std::string_view code)
{
    const std::string word = " " + std::string(code) + " ";
    for (std::size_t family = 0; family < kFamilyCount; ++family) {
        const std::string_view members = kFamilies[family].members;
        const std::size_t found = members.find(word);
        if (found == std::string_view::npos) continue;
        return Place{family, std::size_t(std::count(members.begin(), members.begin() + std::ptrdiff_t(found), ' '))};
    }
    return std::nullopt;
}

Place hashedPlace(std::string_view code)
{
    std::uint32_t hash = 2166136261u;  // FNV-1a
    for (char c : code) hash = (hash ^ std::uint32_t(static_cast<unsigned char>(c))) * 16777619u;
    return {hash % kFamilyCount, hash / kFamilyCount % 4};
}

// Another lightness of the same hue, moved away from the background where the contrast would get too small.
std::uint32_t shadeOf(std::uint32_t base, std::size_t shade, std::uint32_t ground)
{
    constexpr double kSteps[] = {0, 0.14, 0.26, 0.07};
    Oklab colour = toOklab(base);
    if (shade == 0) return base;
    const bool lightGround = luminance(ground) > 0.5;
    const double middle = lightGround ? 0.45 : 0.78;
    colour.lightness += (colour.lightness > middle ? -1 : 1) * kSteps[shade % 4];
    for (int i = 0; i < 40 && contrast(toRgb(colour), ground) < 3; ++i) colour.lightness += lightGround ? -0.02 : 0.02;
    return toRgb(colour);
}

}  // namespace

ColourPair languageColour(std::string_view code)
{
    std::optional<Place> place = placeOf(code);
    if (!place) place = placeOf(code.substr(0, code.find('-')));
    if (!place) place = hashedPlace(code);
    const ColourPair& base = kFamilies[place->family].colour;
    return {shadeOf(base.light, place->shade, kLightGround), shadeOf(base.dark, place->shade, kDarkGround)};
}

std::uint32_t sequentialColour(double share)
{
    const double t = std::isnan(share) ? 0 : std::clamp(share, 0.0, 1.0);
    const double hue = (285 - 180 * t) * std::numbers::pi / 180;
    const double chroma = 0.105 + 0.035 * t;
    return toRgb({0.25 + 0.69 * t, chroma * std::cos(hue), chroma * std::sin(hue)});
}

std::uint32_t divergingColour(double share, std::uint32_t middle)
{
    constexpr std::uint32_t kBelow = 0x2B6CB0, kAbove = 0xC05A12;
    const double t = std::isnan(share) ? 0 : std::clamp(share, -1.0, 1.0);
    const Oklab from = toOklab(middle), to = toOklab(t < 0 ? kBelow : kAbove);
    const auto between = [&](double a, double b) { return a + (b - a) * std::abs(t); };
    return t == 0 ? middle : toRgb({between(from.lightness, to.lightness), between(from.a, to.a), between(from.b, to.b)});
}

double contrast(std::uint32_t a, std::uint32_t b)
{
    const double first = luminance(a) + 0.05, second = luminance(b) + 0.05;
    return std::max(first, second) / std::min(first, second);
}

std::uint32_t inkOn(std::uint32_t background)
{
    return contrast(0xFFFFFF, background) >= contrast(0x000000, background) ? 0xFFFFFFu : 0x000000u;
}

}  // namespace moebel
