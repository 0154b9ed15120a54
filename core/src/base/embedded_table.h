// The table that embed.cmake fills.
#pragma once

#include <string_view>

namespace moebel {

struct EmbeddedEntry {
    std::string_view path;
    std::string_view content;
};

extern const EmbeddedEntry kEmbeddedFiles[];  ///< ends with an empty path

}  // namespace moebel
