#include "text.h"

#include <charconv>
#include <chrono>
#include <cmath>

namespace moebel {

namespace {

constexpr std::string_view kDash = "\u2013";

std::string twoDigits(std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

}  // namespace

std::string fixed(double value, int digits)
{
    if (!std::isfinite(value)) return std::string(kDash);
    char buffer[400];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, digits);
    return {buffer, end.ptr};
}

std::string exact(double value)
{
    if (!std::isfinite(value)) return std::string(kDash);
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    return {buffer, end.ptr};
}

std::string grouped(std::int64_t value)
{
    std::string digits = std::to_string(value);
    const std::size_t first = value < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
    return digits;
}

std::string percent(double share) { return std::isfinite(share) ? fixed(100 * share, 1) + " %" : std::string(kDash); }

std::string dateTime(double unixSeconds)
{
    using namespace std::chrono;
    if (!std::isfinite(unixSeconds)) return std::string(kDash);
    const sys_seconds time{seconds(std::int64_t(unixSeconds))};
    const sys_days day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    return std::to_string(int(date.year())) + "-" + twoDigits(unsigned(date.month())) + "-" + twoDigits(unsigned(date.day())) +
           " " + twoDigits(clock.hours().count()) + ":" + twoDigits(clock.minutes().count()) + " UTC";
}

std::string duration(double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0) return std::string(kDash);
    const auto whole = std::int64_t(std::lround(seconds));
    if (whole >= 3600) return std::to_string(whole / 3600) + " h " + twoDigits(whole / 60 % 60) + " min";
    if (whole >= 60) return std::to_string(whole / 60) + " min " + twoDigits(whole % 60) + " s";
    return std::to_string(whole) + " s";
}

std::string bytesText(double bytes)
{
    constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < std::size(kUnits)) {
        bytes /= 1024;
        ++unit;
    }
    return fixed(bytes, unit == 0 || bytes >= 100 ? 0 : 1) + " " + kUnits[unit];
}

std::string escapeXml(std::string_view text)
{
    std::string out;
    for (char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
                    out += "\uFFFD";
                else
                    out += c;
        }
    }
    return out;
}

std::string escapeMarkdown(std::string_view text)
{
    std::string out;
    for (char c : text) {
        if (c == '\n' || c == '\r') {
            out += ' ';
            continue;
        }
        if (std::string_view("\\`*_{}[]<>#|~").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string escapeLatex(std::string_view text)
{
    std::string out;
    for (char c : text) {
        switch (c) {
            case '\\':
                out += "\\textbackslash{}";
                break;
            case '~':
                out += "\\textasciitilde{}";
                break;
            case '^':
                out += "\\textasciicircum{}";
                break;
            case '&':
            case '%':
            case '$':
            case '#':
            case '_':
            case '{':
            case '}':
                out += '\\';
                out += c;
                break;
            case '\n':
                out += ' ';
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace moebel
