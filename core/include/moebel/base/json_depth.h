// Whether a JSON text may be given to code that follows its nesting.
#pragma once

#include <string_view>

namespace moebel
{

/// At most `depth` arrays and objects are inside each other. Looks at brackets outside of strings only; the text need not be
/// JSON.
bool isShallowJson(std::string_view text, int depth = 64);

}  // namespace moebel
