#include "output.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace moebel {
namespace {

/// Characters, not bytes: a continuation byte of UTF-8 takes no column.
std::size_t columnsOf(const std::string& text)
{
    return std::size_t(std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::string printed(const char* format, double value)
{
    char text[64];
    std::snprintf(text, sizeof(text), format, value);
    return text;
}

}  // namespace

int printError(const Error& error, bool json)
{
    std::cerr << "moebel: " << error.message << std::endl;
    if (json) printErrorJson(error);
    return exitCode(error.kind);
}

void printErrorJson(const Error& error)
{
    printJson({{"error", {{"code", error.code}, {"message", error.message}, {"where", error.where}}}});
}

void printJson(const nlohmann::ordered_json& value)
{
    std::cout << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

std::string formatTable(const std::vector<std::vector<std::string>>& rows, std::size_t numbersFrom)
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()), 0);
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths[column] = std::max(widths[column], columnsOf(row[column]));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column) {
            const std::string padding(widths[column] - columnsOf(row[column]), ' ');
            if (column > 0) line += "  ";
            line += column >= numbersFrom ? padding + row[column] : row[column] + padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string sizeText(double bytes)
{
    static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < std::size(kUnits)) {
        bytes /= 1000;
        ++unit;
    }
    return printed(bytes < 10 && unit > 0 ? "%.1f " : "%.0f ", bytes) + kUnits[unit];
}

std::string durationText(double seconds)
{
    const auto whole = std::int64_t(std::llround(std::max(0.0, seconds)));
    char text[64];
    if (whole < 60) {
        std::snprintf(text, sizeof(text), "%lld s", static_cast<long long>(whole));
    } else if (whole < 3600) {
        std::snprintf(text, sizeof(text), "%lld min %02lld s", static_cast<long long>(whole / 60),
                      static_cast<long long>(whole % 60));
    } else {
        std::snprintf(text, sizeof(text), "%lld h %02lld min", static_cast<long long>(whole / 3600),
                      static_cast<long long>(whole / 60 % 60));
    }
    return text;
}

std::string numberText(double value, int decimals)
{
    if (std::isnan(value)) return "-";
    char text[64];
    std::snprintf(text, sizeof(text), "%.*f", decimals, value);
    return text;
}

}  // namespace moebel
