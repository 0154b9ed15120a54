// Colours that mean something, the same in the report and in the window: one of a language, one of a share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace moebel
{

/// The same colour for a light and for a dark background, as 0xRRGGBB.
struct ColourPair {
    std::uint32_t light = 0;
    std::uint32_t dark = 0;
    bool operator==(const ColourPair&) const = default;
};

/// The colour of a language: the hue is that of its family, the shade its own; a function of the code alone, so that it is
/// the same in every run and picture. The languages of the papers (DMoE's 18 among them) can be told apart, also by red-blind
/// and green-blind eyes, and stand out from both backgrounds by a contrast of 3 or more. A code that is not in the table gets
/// one of its colours by a hash of the code.
ColourPair languageColour(std::string_view code);

/// Shapes of marks on curves that can be told apart.
inline constexpr int kMarkerShapes = 10;
/// A curve's colour, and the shape of its marks where colour is not enough: 0 = no marks, 1, 2, ... one shape each.
struct CurveLook {
    ColourPair colour;
    int marker = 0;
    bool operator==(const CurveLook&) const = default;
};
/// How the curves of these languages look in one picture: no two with nearly the same colour have the same marks.
std::vector<CurveLook> languageLooks(const std::vector<std::string>& codes);
/// Distance of two colours in Oklab (0 the same, 1 black to white) as those eyes see them that tell them apart least: normal,
/// red-blind and green-blind ones (Machado et al. 2009).
double colourDistance(std::uint32_t a, std::uint32_t b);

/// A perceptually uniform sequence from dark blue (0) over green to light yellow (1): equal steps of the number are equal steps
/// of lightness (Oklab, B. Ottosson 2020). Values outside [0, 1] are clamped.
std::uint32_t sequentialColour(double share);
/// A diverging pair for differences: blue (-1), the given middle (0: the background it stands on), orange (1); equal steps of
/// the number are equal steps in Oklab, and the ends stay apart for red-blind and green-blind eyes. Clamped; NaN is the middle.
std::uint32_t divergingColour(double share, std::uint32_t middle);
/// Black or white, whichever reads better on a background; the contrast is never below 4.5.
std::uint32_t inkOn(std::uint32_t background);
/// Contrast of two colours as defined by WCAG 2.1: 1 (equal) to 21 (black on white).
double contrast(std::uint32_t a, std::uint32_t b);

}  // namespace moebel
