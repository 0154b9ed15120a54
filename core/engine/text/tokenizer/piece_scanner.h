// The splitting patterns that nearly all byte-level vocabularies use, as scanners: the same pieces as the expressions, in one
// pass.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace moebel
{

class PieceScanner
{
public:
    /// For the published expressions of GPT-2, Llama 3 (GPT-4, OLMo 2), Qwen2 (to 3), GPT-4o and Tekken, BLOOM, and a single
    /// \p{N}; compared letter by letter, none for another one.
    static std::optional<PieceScanner> of(std::string_view expression);

    /// Every character with one of these bits (CharacterClass) is a match.
    static PieceScanner characters(std::uint8_t bits);
    /// \w+|[^\w\s]+ as Rust has it.
    static PieceScanner words();

    struct Span {
        std::size_t end = 0;
        bool isMatch = true;
    };
    /// The match that begins at `at`, or what stands before the next one. Precondition: at < text.size(), valid UTF-8.
    Span next(std::string_view text, std::size_t at) const;

private:
    enum class Contractions { None, Exact, AnyCase, Behind };
    /// How the expressions differ.
    struct Rules {
        Contractions contractions = Contractions::None;
        bool anyPrefix = false;      ///< any one character but a line end, letter or number may precede letters; else a space
        bool byCase = false;         ///< a capital after a small letter begins a piece
        std::uint8_t single = 0;     ///< characters of these classes are the matches, one by one
        bool onlyWords = false;      ///< BLOOM: what lies between white space and stops, with the space before it
        bool wordsAndSigns = false;  ///< runs of word characters, and runs of others that are no white space
        int digits = 0;              ///< most in a piece; 0: no limit, and a space may precede them
        bool slashes = false;        ///< a run of others takes the slashes behind it with the line ends
    };
    explicit PieceScanner(const Rules& rules) : m_rules(rules) {}
    std::size_t wordEnd(std::string_view text, std::size_t at) const;
    std::size_t casedWordEnd(std::string_view text, std::size_t at) const;
    std::size_t numberEnd(std::string_view text, std::size_t at) const;
    std::size_t othersEnd(std::string_view text, std::size_t at) const;
    std::size_t spacesEnd(std::string_view text, std::size_t at) const;

    Rules m_rules;
};

}  // namespace moebel
