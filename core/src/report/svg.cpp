#include "svg.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "text.h"

namespace moebel {

namespace {

std::string coordinate(double value)
{
    std::string text = fixed(value, 2);
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text == "-0" ? "0" : text;
}

std::string anchorOf(std::string_view classes)
{
    if (classes.find("end") != std::string_view::npos) return "end";
    return classes.find("middle") != std::string_view::npos ? "middle" : "start";
}

}  // namespace

std::string hexColour(std::uint32_t rgb)
{
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text = "#";
    for (int shift = 20; shift >= 0; shift -= 4) text += kDigits[(rgb >> shift) & 0xF];
    return text;
}

SvgAttribute::SvgAttribute(std::string_view n, double number) : name(n), value(coordinate(number)) {}

Svg::Svg(double width, double height, std::string_view title)
{
    open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                 {"viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)},
                 {"width", width},
                 {"height", height},
                 {"role", "img"},
                 {"font-family", "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif"},
                 {"font-size", "12"}});
    m_text += "<title>" + escapeXml(title) + "</title>\n";
}

void Svg::begin(std::string_view element, SvgAttributes attributes)
{
    m_text += '<';
    m_text += element;
    write(attributes);
}

void Svg::write(SvgAttributes attributes)
{
    for (const SvgAttribute& attribute : attributes) {
        m_text += ' ';
        m_text += attribute.name;
        m_text += "=\"" + escapeXml(attribute.value) + '"';
    }
}

void Svg::open(std::string_view element, SvgAttributes attributes)
{
    begin(element, attributes);
    m_text += ">\n";
    m_open.emplace_back(element);
}

void Svg::close()
{
    m_text += "</" + m_open.back() + ">\n";
    m_open.pop_back();
}

void Svg::add(std::string_view element, SvgAttributes attributes, std::string_view tooltip)
{
    begin(element, attributes);
    if (tooltip.empty()) {
        m_text += "/>\n";
        return;
    }
    m_text += "><title>" + escapeXml(tooltip) + "</title></";
    m_text += element;
    m_text += ">\n";
}

void Svg::text(double x, double y, std::string_view words, std::string_view classes, SvgAttributes attributes)
{
    const bool muted = classes.find("muted") != std::string_view::npos;
    begin("text", {{"x", x},
                   {"y", y},
                   {"class", std::string(muted ? "" : "ink ") + std::string(classes)},
                   {"fill", muted ? "#5b6370" : "#1c2128"},
                   {"text-anchor", anchorOf(classes)}});
    if (classes.find("small") != std::string_view::npos) m_text += " font-size=\"10.5\"";
    if (classes.find("strong") != std::string_view::npos) m_text += " font-weight=\"600\"";
    write(attributes);
    m_text += '>' + escapeXml(words) + "</text>\n";
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view classes, std::string_view colour)
{
    add("line", {{"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}, {"class", classes}, {"stroke", colour}});
}

std::string Svg::finish()
{
    while (!m_open.empty()) close();
    return std::move(m_text);
}

std::string pathThrough(const std::vector<std::pair<double, double>>& points)
{
    std::string path;
    for (const auto& [x, y] : points) path += (path.empty() ? "M" : "L") + coordinate(x) + "," + coordinate(y);
    return path;
}

Ticks ticksFor(double low, double high, int wanted)
{
    Ticks ticks;
    if (!(high > low)) return {{low}, 2};
    const double rough = (high - low) / std::max(1, wanted);
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10 * power;
    for (double candidate : {1.0, 2.0, 5.0})
        if (candidate * power >= rough * (1 - 1e-9)) {
            step = candidate * power;
            break;
        }
    ticks.digits = std::max(0, -int(std::floor(std::log10(step) + 1e-9)));
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
        ticks.values.push_back(i * step + 0.0);  // + 0.0: no minus zero
    return ticks;
}

}  // namespace moebel
