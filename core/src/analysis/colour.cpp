#include "moebel/analysis/colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "oklab.h"

namespace moebel
{

namespace
{

// The shades were searched (simulated annealing in Oklab, hue of the family +- 28 degrees, contrast of 3 on both themes) so
// that the smallest distance between any two is large: as normal eyes see them 0.10 among DMoE's 18 languages, 0.09 among the
// 20 of its GNOME text, 0.12 among those of MoE-LPR and LayerMoE and 0.03 among all; for red-blind and green-blind eyes 0.05,
// 0.04 and 0.07 in these sets. The first six, which the example uses, are 0.17 and 0.12 apart.
struct Family {
    std::string_view members;  ///< in the order in which shades were given away: append only
    std::vector<ColourPair> shades;
};
const Family kFamilies[] = {
    // Germanic
    {" en de nl sv da nb no is af lb fy nn ",
     {{0x678AFF, 0x5373F0},
      {0x6E50BC, 0x7B3BFF},
      {0x5432F4, 0x356EAC},
      {0x13009B, 0x6394CE},
      {0x004E9A, 0x0065F7},
      {0x6C87C5, 0x6AB1FF},
      {0x382FE8, 0x7B9EFF},
      {0x5B3EA0, 0xDDE7FF}}},
    // Romance
    {" es fr pt it ca ro gl ast oc la pt-BR kea ",
     {{0x5B3100, 0xE0996E},
      {0xFF4B13, 0xD37B00},
      {0x7E412D, 0xFFAE35},
      {0x811E00, 0xFFC35E},
      {0xB6853C, 0xFFD89B},
      {0xC16B54, 0xDF0000},
      {0x614C00, 0xAE5000},
      {0x9E2700, 0xE68981}}},
    // Sino-Tibetan
    {" zh-CN zh zh-TW yue my bo ",
     {{0xAF401A, 0xD94719},
      {0x622200, 0xFFA09B},
      {0xAD7544, 0xFF9B72},
      {0xE44154, 0xD46F7E},
      {0xCB0007, 0xEE804F},
      {0x95000A, 0xFD7487}}},
    // Hellenic and single branches of Europe
    {" el sq hy ka eu ga cy ",
     {{0x0A756E, 0x92FFF3},
      {0x007954, 0x00C3D7},
      {0x006E7E, 0x50EFFF},
      {0x006854, 0x00DDD0},
      {0x008A9B, 0x009C8D},
      {0x00616A, 0x00939C},
      {0x008485, 0x00B89D}}},
    // Uralic
    {" hu fi et ", {{0x4D0790, 0xE0A8FF}, {0x5A0076, 0xAFADF4}, {0x9A00C3, 0xD580BD}}},
    // Turkic
    {" tr az kk uz ky tk ug tt ",
     {{0xAA8908, 0xEED014},
      {0x675900, 0xF9E963},
      {0x5B6500, 0xD1DF00},
      {0x9F5C00, 0xAD8B00},
      {0xA87B00, 0xC2B500},
      {0x7A4900, 0xCDF12E},
      {0x5D3D00, 0xE3B95E},
      {0x766100, 0xE2BA00}}},
    // Indo-Iranian
    {" hi bn ne mr gu as ur pa si or sd fa ku ckb ps tg ",
     {{0x8E0052, 0xC300A7},
      {0xFF1FD4, 0xAD698C},
      {0xB246A0, 0xFF41BD},
      {0xA20095, 0xC8829E},
      {0xC36CC1, 0xD661BC},
      {0x84003B, 0xCC00CC},
      {0xB57AAB, 0xFF63B7},
      {0xEF0094, 0xE726BE}}},
    // Balto-Slavic
    {" ru pl uk cs sr hr sl bg sk mk be bs lt lv ",
     {{0x590043, 0xFFBAC2},
      {0xD4566C, 0xFF8FD2},
      {0xC43C9C, 0xF10078},
      {0xE300DF, 0xAA5F51},
      {0xD00051, 0xFF5D54},
      {0x975279, 0xFFE1ED},
      {0x68002F, 0xFF899B},
      {0xAD417A, 0xF84126}}},
    // Afro-Asiatic
    {" ar he am mt ha so om ",
     {{0x009E84, 0x88FF8F},
      {0x215C00, 0x069957},
      {0x004C37, 0x00E493},
      {0x008A4A, 0xA4FFC9},
      {0x598C51, 0x697600},
      {0x006C17, 0xA2F194},
      {0x008629, 0x518731}}},
    // Japonic, Koreanic, Mongolic
    {" ja ko mn ", {{0x2200D2, 0x9293FF}, {0x4E197B, 0xC6C8FF}, {0x5B5591, 0x9652F3}}},
    // Dravidian
    {" ta te kn ml ", {{0x004E17, 0x82BD00}, {0x918D00, 0x507D00}, {0x4B6F00, 0xFFDF77}, {0x717D00, 0xBBA700}}},
    // Mainland South-East Asia
    {" th vi km lo ", {{0x004E66, 0xA9F2FF}, {0x1B7BBD, 0x00C0F4}, {0x00669F, 0x5F88C6}, {0x00405A, 0x0087D7}}},
    // Austronesian
    {" id ms tl fil jv ceb mi ",
     {{0xE50056, 0xFF8374},
      {0x750000, 0xC06600},
      {0xBA7073, 0xFFDBC5},
      {0xA8000B, 0xB94360},
      {0x943046, 0xEA899C},
      {0xBD0037, 0xBA422B},
      {0x56191C, 0xFFD0D7}}},
    // Atlantic-Congo, Nilo-Saharan
    {" sw yo ig zu xh sn ny lg ln nso kam umb wo ff luo ",
     {{0x00A16F, 0x6BEDBC},
      {0x454E00, 0x00F686},
      {0x005745, 0x35AC82},
      {0x006232, 0x85BD7C},
      {0x7A9900, 0x00C25F},
      {0x00984D, 0x78A569},
      {0x5D7700, 0x44794C},
      {0x154000, 0xB7D374}}},
};
constexpr std::size_t kFamilyCount = std::size(kFamilies);
constexpr double kAlike = 0.025;  // closer than this two curves are taken for one

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
    return {hash % kFamilyCount, hash / kFamilyCount};
}

using Matrix = std::array<double, 9>;
// Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB.
constexpr Matrix kRedBlind = {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998};
constexpr Matrix kGreenBlind = {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881};

double distance(const Oklab& a, const Oklab& b) { return std::hypot(a.lightness - b.lightness, a.a - b.a, a.b - b.b); }

bool alike(const ColourPair& a, const ColourPair& b)
{
    return colourDistance(a.light, b.light) < kAlike || colourDistance(a.dark, b.dark) < kAlike;
}

}  // namespace

ColourPair languageColour(std::string_view code)
{
    std::optional<Place> place = placeOf(code);
    if (!place) place = placeOf(code.substr(0, code.find('-')));
    if (!place) place = hashedPlace(code);
    const std::vector<ColourPair>& shades = kFamilies[place->family].shades;
    return shades[place->shade % shades.size()];
}

std::vector<CurveLook> languageLooks(const std::vector<std::string>& codes)
{
    std::vector<CurveLook> looks;
    for (const std::string& code : codes) {
        CurveLook look{languageColour(code), 0};
        const auto taken = [&look](const CurveLook& other) {
            return other.marker == look.marker && alike(other.colour, look.colour);
        };
        while (std::any_of(looks.begin(), looks.end(), taken)) ++look.marker;
        looks.push_back(look);
    }
    return looks;
}

double colourDistance(std::uint32_t a, std::uint32_t b)
{
    double least = distance(toOklab(a), toOklab(b));
    for (const Matrix& eye : {kRedBlind, kGreenBlind})
        least = std::min(least, distance(toOklab(transformed(a, eye)), toOklab(transformed(b, eye))));
    return least;
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
