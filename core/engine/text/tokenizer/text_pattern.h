// A splitting pattern of a tokenizer, written for Oniguruma and run by PCRE2.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"

namespace moebel
{

/// What becomes of a match (tokenizers, SplitDelimiterBehavior).
enum class SplitBehaviour { Isolated, Removed, Contiguous, MergedWithPrevious, MergedWithNext };

class TextPattern
{
public:
    /// A regular expression. Error "bad-tokenizer" with what PCRE2 says.
    static Result<TextPattern> expression(const std::string& pattern);
    /// These very characters.
    static Result<TextPattern> literal(const std::string& text);

    /// Parts of a valid UTF-8 text, in order. Linear where the pattern is; a match that takes too many steps throws
    /// std::runtime_error with the pattern's name.
    std::vector<std::string_view> split(std::string_view text, SplitBehaviour behaviour, bool invert) const;

private:
    struct Code;
    struct Span {
        std::string_view text;
        bool isMatch = false;
    };
    explicit TextPattern(std::shared_ptr<const Code> code) : m_code(std::move(code)) {}
    static Result<TextPattern> compile(const std::string& pattern, std::uint32_t options);
    std::vector<Span> spans(std::string_view text) const;

    std::shared_ptr<const Code> m_code;
};

}  // namespace moebel
