// A small SVG writer. Colours stand as attributes (so that a picture cut out of the page keeps them) and as classes, through
// which the page's style sheet gives them their dark variants.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "moebel/analysis/colour.h"

namespace moebel {

/// "#0a756e"
std::string hexColour(std::uint32_t rgb);

struct SvgAttribute {
    std::string_view name;
    std::string value;

    SvgAttribute(std::string_view n, std::string_view text) : name(n), value(text) {}
    SvgAttribute(std::string_view n, const char* text) : name(n), value(text) {}
    /// Two decimals at most.
    SvgAttribute(std::string_view n, double number);
};
using SvgAttributes = std::initializer_list<SvgAttribute>;

class Svg {
public:
    /// Sizes in pixels at 1x; `title` is what a screen reader says.
    Svg(double width, double height, std::string_view title);

    void open(std::string_view element, SvgAttributes attributes = {});
    void close();
    /// An element without content, or with a title that shows as a tooltip.
    void add(std::string_view element, SvgAttributes attributes, std::string_view tooltip = {});
    /// Text in the colour of ink; `classes` may hold "muted", "small", "strong", "end", "middle".
    void text(double x, double y, std::string_view words, std::string_view classes = {}, SvgAttributes attributes = {});
    void line(double x1, double y1, double x2, double y2, std::string_view classes, std::string_view colour);

    /// Ends the picture; call once.
    std::string finish();

private:
    void begin(std::string_view element, SvgAttributes attributes);
    void write(SvgAttributes attributes);

    std::string m_text;
    std::vector<std::string> m_open;
};

/// The points of a path: "M1,2L3,4".
std::string pathThrough(const std::vector<std::pair<double, double>>& points);

/// Rounded tick positions that cover a range with about `wanted` steps.
struct Ticks {
    std::vector<double> values;
    int digits = 0;  ///< decimals that tell them apart
};
Ticks ticksFor(double low, double high, int wanted);

}  // namespace moebel
