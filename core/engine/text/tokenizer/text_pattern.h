// A splitting pattern of a tokenizer, written for Oniguruma: a scanner for the well-known ones, PCRE2 for the others.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/tokenizer/piece_scanner.h"
#include "moebel/base/result.h"

namespace moebel
{

/// What becomes of a match (tokenizers, SplitDelimiterBehavior).
enum class SplitBehaviour { Isolated, Removed, Contiguous, MergedWithPrevious, MergedWithNext };

class TextPattern
{
public:
    /// A regular expression; the well-known ones are not run as such but scanned (PieceScanner). Error "bad-tokenizer" with
    /// what PCRE2 says.
    static Result<TextPattern> expression(const std::string& pattern);
    /// These very characters.
    static Result<TextPattern> literal(const std::string& text);

    /// Every character with one of these bits (CharacterClass) is a match.
    static TextPattern characters(std::uint8_t bits);
    /// \w+|[^\w\s]+ as Rust has it.
    static TextPattern words();

    struct Span {
        std::string_view text;
        bool isMatch = false;
    };
    /// The matches and what lies between them; of a valid UTF-8 text, like the next one.
    std::vector<Span> spans(std::string_view text) const;
    /// Appends the parts of a valid UTF-8 text, in order. Linear where the pattern is; too many steps, or more than
    /// 2 s and 1 s a megabyte, throw PatternLimit with the pattern's name.
    void split(std::string_view text, SplitBehaviour behaviour, bool invert, std::vector<std::string_view>& parts) const;

private:
    struct Code;
    TextPattern() = default;
    explicit TextPattern(std::shared_ptr<const Code> code) : m_code(std::move(code)) {}
    /// `source`: the pattern as the file has it.
    static Result<TextPattern> compile(const std::string& pattern, std::uint32_t options, const std::string& source);
    std::vector<Span> expressionSpans(std::string_view text) const;

    std::shared_ptr<const Code> m_code;
    std::optional<PieceScanner> m_scanner;  ///< instead of the expression, where there is one
};

}  // namespace moebel
