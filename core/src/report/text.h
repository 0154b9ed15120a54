// Numbers and words as text for the three formats; independent of the locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace moebel {

/// "2.1453"; an en dash for NaN and infinity.
std::string fixed(double value, int digits);
/// The shortest text that reads back to the same number.
std::string exact(double value);
/// "1,234,567"
std::string grouped(std::int64_t value);
/// "76 %"; an en dash for NaN.
std::string percent(double share);
/// "2026-11-23 06:20 UTC" from unix seconds.
std::string dateTime(double unixSeconds);
/// "1 h 02 min", "4 min 31 s", "12 s".
std::string duration(double seconds);
/// "1.4 GiB"
std::string bytesText(double bytes);

/// For element content and attribute values; characters that XML forbids become U+FFFD.
std::string escapeXml(std::string_view text);
std::string escapeMarkdown(std::string_view text);
std::string escapeLatex(std::string_view text);

}  // namespace moebel
