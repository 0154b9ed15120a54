// Paragraphs of help pages, read with libxml2: no network, no DTD, no external entities, at most 64 MiB and depth 256.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"

namespace moebel {

inline constexpr std::uint64_t kLargestPage = std::uint64_t(64) << 20;

/// Text of the element with the id or class `area`, a paragraph a block element (a line of program text is one too), white
/// space simplified, empty ones left out. Error "bad-page" when there is no such element or the page cannot be read.
Result<std::vector<std::string>> htmlParagraphs(const std::string& page, std::string_view area);

/// The same for a Mallard page: titles, paragraphs, list items and program text; not what is inside <info>.
Result<std::vector<std::string>> mallardParagraphs(const std::string& page);

}  // namespace moebel
