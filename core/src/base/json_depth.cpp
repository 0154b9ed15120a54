#include "moebel/base/json_depth.h"

namespace moebel
{

bool isShallowJson(std::string_view text, int depth)
{
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
            if (++open > depth) return false;
        } else if (c == ']' || c == '}') {
            --open;
        }
    }
    return true;
}

}  // namespace moebel
