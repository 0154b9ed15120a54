// What is thrown where a tokenizer's pattern takes too much of a text: it is the file's fault, and no part between could go on.
#pragma once

#include <stdexcept>

namespace moebel
{

struct PatternLimit : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace moebel
