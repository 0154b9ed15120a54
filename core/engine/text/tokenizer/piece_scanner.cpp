#include "engine/text/tokenizer/piece_scanner.h"

#include <array>

#include "engine/text/tokenizer/code_points.h"

namespace moebel
{
namespace
{

constexpr std::string_view kLongS = "\xC5\xBF";  // a small s to those who look away from case

const CodePointTable& classes()
{
    static const CodePointTable& kTable = characterClasses();
    return kTable;
}

/// The class of the character at `at`, which moves behind it.
std::uint8_t take(std::string_view text, std::size_t& at) { return classes()[decodeValid(text, at)]; }

template <typename Belongs>
std::size_t runEnd(std::string_view text, std::size_t at, Belongs belongs)
{
    const CodePointTable& table = classes();
    for (std::size_t next = at; at < text.size(); at = next)
        if (!belongs(table[decodeValid(text, next)])) break;
    return at;
}

bool isLetter(std::uint8_t bits) { return (bits & kLetter) != 0; }
bool isNumber(std::uint8_t bits) { return (bits & kNumber) != 0; }
bool isOther(std::uint8_t bits) { return (bits & (kWhiteSpace | kLetter | kNumber)) == 0; }
bool isPrefix(std::uint8_t bits) { return (bits & (kLineEnd | kLetter | kNumber)) == 0; }
bool isUpperPart(std::uint8_t bits) { return (bits & kMark) != 0 || (bits & (kLetter | kSmall)) == kLetter; }
bool isLowerPart(std::uint8_t bits) { return (bits & kMark) != 0 || (bits & (kLetter | kCapital)) == kLetter; }

/// Behind 's 't 're 've 'm 'll 'd, or `at` where there is none.
std::size_t contractionEnd(std::string_view text, std::size_t at, bool anyCase)
{
    const auto letter = [&](std::size_t i) {
        const char c = at + i < text.size() ? text[at + i] : '\0';
        return anyCase && c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    };
    if (letter(0) != '\'') return at;
    const char first = letter(1), second = letter(2);
    if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l')) return at + 3;
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return at + 2;
    return anyCase && text.substr(at + 1, 2) == kLongS ? at + 3 : at;
}

/// BLOOM: neither white space nor one of its stops.
bool isStop(char32_t c)
{
    constexpr std::u32string_view kStops = U"(|).,!?…。，、।۔،";
    return (classes()[c] & kWhiteSpace) != 0 || kStops.find(c) != std::u32string_view::npos;
}

std::size_t spacedWordEnd(std::string_view text, std::size_t at)
{
    const std::size_t begin = text[at] == ' ' ? at + 1 : at;
    std::size_t end = begin;
    for (std::size_t next = begin; next < text.size(); end = next)
        if (isStop(decodeValid(text, next))) break;
    return end > begin ? end : at;
}

/// Behind [upper]*[lower]+, the longest that begins so, or `at`.
std::size_t lowerFormEnd(std::string_view text, std::size_t at)
{
    std::size_t next = at, end = at;  // end: behind the last letter of the run that may be the small one
    while (next < text.size()) {
        const std::uint8_t bits = take(text, next);
        if (!isUpperPart(bits)) return isLowerPart(bits) ? runEnd(text, next, isLowerPart) : end;
        if (isLowerPart(bits)) end = next;
    }
    return end;
}

std::size_t upperFormEnd(std::string_view text, std::size_t at) { return runEnd(text, at, isUpperPart); }

}  // namespace

std::optional<PieceScanner> PieceScanner::of(std::string_view expression)
{
    struct Known {
        std::string_view expression;
        Rules rules;
    };
    static const std::array<Known, 10> kKnown = {{
        {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
         {.contractions = Contractions::Exact}},
        {R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", {.contractions = Contractions::Exact}},
        {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         {.contractions = Contractions::AnyCase, .anyPrefix = true, .digits = 3}},
        {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)",
         {.contractions = Contractions::AnyCase, .anyPrefix = true, .digits = 3}},
        {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)",
         {.contractions = Contractions::AnyCase, .anyPrefix = true, .digits = 3}},
        {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         {.contractions = Contractions::AnyCase, .anyPrefix = true, .digits = 1}},
        {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         {.contractions = Contractions::Behind, .anyPrefix = true, .byCase = true, .digits = 3, .slashes = true}},
        {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         {.anyPrefix = true, .byCase = true, .digits = 1, .slashes = true}},
        {R"(\p{N})", {.single = kNumber}},
        {R"( ?[^(\s|[.,!?…。，、।۔،])]+)", {.onlyWords = true}},
    }};
    for (const Known& known : kKnown)
        if (known.expression == expression) return PieceScanner(known.rules);
    return std::nullopt;
}

PieceScanner PieceScanner::characters(std::uint8_t bits) { return PieceScanner({.single = bits}); }

PieceScanner PieceScanner::words() { return PieceScanner({.wordsAndSigns = true}); }

PieceScanner::Span PieceScanner::next(std::string_view text, std::size_t at) const
{
    if (m_rules.single != 0) {
        std::size_t end = at;
        if ((take(text, end) & m_rules.single) != 0) return {end, true};
        return {runEnd(text, at, [this](std::uint8_t bits) { return (bits & m_rules.single) == 0; }), false};
    }
    if (m_rules.wordsAndSigns) {
        const auto kindAt = [&](std::size_t& place) {
            const char32_t c = decodeValid(text, place);
            return (classes()[c] & kWhiteSpace) != 0 ? 0 : 1 + wordCharacters()[c];
        };
        std::size_t end = at;
        const int kind = kindAt(end);
        for (std::size_t next = end; end < text.size() && kindAt(next) == kind;) end = next;
        return {end, kind != 0};
    }
    if (m_rules.onlyWords) {
        std::size_t end = at;
        if (const std::size_t found = spacedWordEnd(text, at); found > at) return {found, true};
        do (void)take(text, end);
        while (end < text.size() && spacedWordEnd(text, end) == end);
        return {end, false};
    }
    if (m_rules.contractions == Contractions::Exact || m_rules.contractions == Contractions::AnyCase)
        if (const std::size_t end = contractionEnd(text, at, m_rules.contractions == Contractions::AnyCase); end > at)
            return {end};
    if (const std::size_t end = m_rules.byCase ? casedWordEnd(text, at) : wordEnd(text, at); end > at) return {end};
    if (const std::size_t end = numberEnd(text, at); end > at) return {end};
    if (const std::size_t end = othersEnd(text, at); end > at) return {end};
    return {spacesEnd(text, at)};
}

// Every ...End() below gives `at` where its alternative does not match.

std::size_t PieceScanner::wordEnd(std::string_view text, std::size_t at) const
{
    std::size_t next = at;
    const std::uint8_t first = take(text, next);
    if (!isLetter(first)) {
        const bool prefix = m_rules.anyPrefix ? isPrefix(first) : text[at] == ' ';
        if (!prefix || next == text.size() || !isLetter(take(text, next))) return at;
    }
    return runEnd(text, next, isLetter);
}

// With a prefix or without: [upper]*[lower]+, or else [upper]+; what follows of a contraction belongs to it.
std::size_t PieceScanner::casedWordEnd(std::string_view text, std::size_t at) const
{
    std::size_t behind = at;
    const bool prefix = isPrefix(take(text, behind));
    for (const auto ending : {lowerFormEnd, upperFormEnd})
        for (const std::size_t begin : {prefix ? behind : at, at})
            if (const std::size_t end = ending(text, begin); end > begin)
                return m_rules.contractions == Contractions::Behind ? contractionEnd(text, end, true) : end;
    return at;
}

std::size_t PieceScanner::numberEnd(std::string_view text, std::size_t at) const
{
    if (m_rules.digits == 0) {
        const std::size_t begin = text[at] == ' ' ? at + 1 : at, end = runEnd(text, begin, isNumber);
        return end > begin ? end : at;
    }
    std::size_t end = at;
    for (int i = 0; i < m_rules.digits && end < text.size(); ++i) {
        std::size_t next = end;
        if (!isNumber(take(text, next))) break;
        end = next;
    }
    return end;
}

std::size_t PieceScanner::othersEnd(std::string_view text, std::size_t at) const
{
    const std::size_t begin = text[at] == ' ' ? at + 1 : at;
    std::size_t end = runEnd(text, begin, isOther);
    if (end == begin) return at;
    const auto isTail = [this](char c) { return c == '\r' || c == '\n' || (c == '/' && m_rules.slashes); };
    while (m_rules.anyPrefix && end < text.size() && isTail(text[end])) ++end;
    return end;
}

// To the last line end; without one, all but the last space before something else.
std::size_t PieceScanner::spacesEnd(std::string_view text, std::size_t at) const
{
    std::size_t end = at, last = at, lineEnd = at;
    while (end < text.size()) {
        std::size_t next = end;
        const std::uint8_t bits = take(text, next);
        if ((bits & kWhiteSpace) == 0) break;
        last = end;
        end = next;
        if ((bits & kLineEnd) != 0) lineEnd = end;
    }
    if (m_rules.anyPrefix && lineEnd > at) return lineEnd;
    return end == text.size() || last == at ? end : last;
}

}  // namespace moebel
