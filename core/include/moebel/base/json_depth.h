// Whether a JSON text may be given to code that follows its nesting and keeps its values.
#pragma once

#include <string>
#include <string_view>

namespace moebel
{

/// At most `depth` arrays and objects are inside each other. Looks at brackets outside of strings only; the text need not be
/// JSON.
bool isShallowJson(std::string_view text, int depth = 64);

/// Empty; or why the text is not to be read: it is nested more than `depth` deep, or it has more values than fit into 64 MiB and
/// three times its bytes (with the text itself: 64 MiB and four times its bytes), a value counted as 112 bytes.
std::string jsonExcess(std::string_view text, int depth = 64);

}  // namespace moebel
