// Comma-separated values without quotes: the tables of numbers that the methods exchange.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace moebel
{

struct CsvLine {
    std::size_t number = 0;  ///< in the file, from 1
    std::vector<std::string> cells;
};

/// Lines that are not blank; cells without the blanks around them. Lines may end in CR LF; a byte order mark is skipped.
std::vector<CsvLine> csvLines(const std::string& text, char separator = ',');

/// A finite number that fills the text.
std::optional<double> numberFrom(const std::string& text);
std::optional<long long> wholeFrom(const std::string& text);

}  // namespace moebel
