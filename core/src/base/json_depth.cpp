#include "moebel/base/json_depth.h"

#include <algorithm>
#include <cstdint>

namespace moebel
{
namespace
{

/// What can be said of a text without parsing it.
struct Outline {
    int depth = 0;
    std::uint64_t values = 0;  ///< at most so many
};

/// Stops where it is deeper than `deepest`.
Outline outlineOf(std::string_view text, int deepest)
{
    Outline outline;
    int open = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            if (c == '\\') ++i;
            if (c == '"') inString = false;
        } else if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            ++outline.values;
            outline.depth = std::max(outline.depth, ++open);
            if (open > deepest) return outline;
        } else if (c == ']' || c == '}') {
            --open;
        } else if (c == ',') {
            ++outline.values;
        }
    }
    return outline;
}

}  // namespace

bool isShallowJson(std::string_view text, int depth) { return outlineOf(text, depth).depth <= depth; }

std::string jsonExcess(std::string_view text, int depth)
{
    constexpr std::uint64_t kFreeBytes = 64U << 20, kBytesOfValue = 112;
    const std::uint64_t most = (kFreeBytes + 3 * text.size()) / kBytesOfValue;
    const Outline outline = outlineOf(text, depth);
    if (outline.depth > depth) return "its arrays and objects are nested more than " + std::to_string(depth) + " deep";
    if (outline.values > most)
        return "it has " + std::to_string(outline.values) + " values, at most " + std::to_string(most) + " are read in a file of its size";
    return {};
}

}  // namespace moebel
