// Steps that look at every character: BERT's normaliser and SentencePiece's map.
#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <initializer_list>
#include <memory>

#include "engine/text/tokenizer/code_points.h"
#include "engine/text/tokenizer/text_steps.h"

namespace moebel
{
namespace
{

constexpr std::size_t kLongestGrapheme = 5;  // bytes; a longer one is looked at character by character

bool isKnownSince(char32_t c, int unicode)
{
    UVersionInfo age;
    u_charAge(UChar32(c), age);
    return age[0] <= unicode;
}

bool isOneOf(char32_t c, std::initializer_list<char32_t> some) { return std::find(some.begin(), some.end(), c) != some.end(); }

bool isMark(char32_t c, std::uint32_t kinds) { return (U_GET_GC_MASK(UChar32(c)) & kinds) != 0; }

/// The reference looks categories up in Unicode 8; some characters have another one since.
bool isControl(char32_t c)
{
    if (isOneOf(c, {'\t', '\n', '\r'})) return false;
    return c == 0 || c == 0xFFFD || (isMark(c, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK) && isKnownSince(c, 8));
}

bool isAccent(char32_t c)
{
    if (isOneOf(c, {0x1885, 0x1886, 0xA9BD, 0x111C9})) return false;
    return c == 0x1734 || (isMark(c, U_GC_MN_MASK) && isKnownSince(c, 8));
}

/// In Unicode 9, for StripAccents.
bool isMarkOfAnyKind(char32_t c)
{
    if (c == 0x111C9) return false;
    return isOneOf(c, {0x1CF2, 0x1CF3}) || (isMark(c, U_GC_M_MASK) && isKnownSince(c, 9));
}

bool isIdeograph(char32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x2F800 && c <= 0x2FA1F);
}

/// change(character, its size, rewriter) keeps or replaces it.
template <typename Change>
TextStep letterByLetter(Change change)
{
    return [change](const AlignedText& text) {
        AlignedText::Rewriter rewriter(text);
        while (rewriter.at() < text.text().size()) {
            std::size_t next = rewriter.at();
            const char32_t c = decodeValid(text.text(), next);
            change(c, next - rewriter.at(), rewriter);
        }
        return rewriter.done();
    };
}

template <typename Goes>
TextStep without(Goes goes)
{
    return letterByLetter([goes](char32_t c, std::size_t size, AlignedText::Rewriter& rewriter) {
        goes(c) ? rewriter.replace(size, {}) : rewriter.keep(size);
    });
}

constexpr std::uint8_t kLone = 1;   ///< a grapheme may end before and behind it, whatever comes
constexpr std::uint8_t kJoins = 2;  ///< may belong together with what follows, whatever that is
constexpr std::uint8_t kKnown = 4;  ///< an entry of the map begins with it

/// The bits of a character that graphemes need.
std::vector<std::uint8_t> graphemeBits()
{
    std::vector<std::uint8_t> values(0x110000, 0);
    markSet(u"[:Grapheme_Cluster_Break=Other:]", kLone, values);
    markSet(u"[[:Grapheme_Cluster_Break=Prepend:][:Grapheme_Cluster_Break=ZWJ:]]", kJoins, values);
    return values;
}

void appendUtf8(char32_t c, std::string& text)
{
    char bytes[U8_MAX_LENGTH];
    std::int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, c);
    text.append(bytes, std::size_t(size));
}

/// All bits.
CodePointTable kindsFor(const CharactersMap& map)
{
    constexpr char32_t kBlock = 64;  // characters whose UTF-8 differs in its last byte only
    std::vector<std::uint8_t> values = graphemeBits();
    for (char32_t block = 0; block < values.size(); block += kBlock) {
        std::string text;
        appendUtf8(block, text);
        if (block >= 0x80 && !map.knows(std::string_view(text).substr(0, text.size() - 1))) continue;
        for (char32_t c = block; c < block + kBlock; ++c) {
            text.clear();
            appendUtf8(c, text);
            if (map.knows(text)) values[c] |= kKnown;
        }
    }
    return CodePointTable(values);
}

/// What nothing changes in.
struct Unchanged {
    std::size_t end = 0;    ///< where a grapheme surely begins
    std::size_t known = 0;  ///< the first character that an entry begins with; the text's end without one
};
/// From `begin` on, where a grapheme begins.
Unchanged unchangedFrom(std::string_view text, std::size_t begin, const CodePointTable& kinds)
{
    std::size_t sure = begin;
    std::uint8_t before = kJoins;
    for (std::size_t at = begin; at < text.size();) {
        std::size_t next = at;
        const std::uint8_t kind = kinds[decodeValid(text, next)];
        if ((kind & kLone) != 0 && (before & kJoins) == 0) sure = at;
        if ((kind & kKnown) != 0) return {sure, at};
        before = kind;
        at = next;
    }
    return {text.size(), text.size()};
}

struct CloseText {
    void operator()(UText* text) const { utext_close(text); }
};

/// Where the graphemes of a text end; ICU is asked only where neighbours may belong together.
class Graphemes
{
public:
    Graphemes(std::string_view text, const CodePointTable& kinds) : m_text(text), m_kinds(kinds) {}
    std::size_t endOf(std::size_t begin)
    {
        std::size_t end = begin;
        const bool isLone = (m_kinds[decodeValid(m_text, end)] & kLone) != 0;
        if (end == m_text.size()) return end;
        std::size_t next = end;
        if (isLone && (m_kinds[decodeValid(m_text, next)] & kLone) != 0) return end;
        if (!m_opened) open();
        return std::size_t(iterator().following(std::int32_t(begin)));
    }

private:
    static icu::BreakIterator& iterator()
    {
        thread_local const std::unique_ptr<icu::BreakIterator> kIterator = [] {
            UErrorCode error = U_ZERO_ERROR;
            return std::unique_ptr<icu::BreakIterator>(
                icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), error));
        }();
        return *kIterator;
    }
    void open()
    {
        UErrorCode error = U_ZERO_ERROR;
        m_opened.reset(utext_openUTF8(nullptr, m_text.data(), std::int64_t(m_text.size()), &error));
        iterator().setText(m_opened.get(), error);
    }
    std::string_view m_text;
    const CodePointTable& m_kinds;
    std::unique_ptr<UText, CloseText> m_opened;
};

}  // namespace

TextStep cleaned()
{
    return letterByLetter([](char32_t c, std::size_t size, AlignedText::Rewriter& rewriter) {
        if (isControl(c))
            rewriter.replace(size, {});
        else if (u_isUWhiteSpace(UChar32(c)) != 0)
            rewriter.replace(size, " ");
        else
            rewriter.keep(size);
    });
}

TextStep spacedIdeographs()
{
    return [](const AlignedText& text) {
        AlignedText::Rewriter rewriter(text);
        while (rewriter.at() < text.text().size()) {
            std::size_t next = rewriter.at();
            const char32_t c = decodeValid(text.text(), next);
            const std::string_view letter = text.text().substr(rewriter.at(), next - rewriter.at());
            isIdeograph(c) ? rewriter.replace(letter.size(), ' ' + std::string(letter) + ' ') : rewriter.keep(letter.size());
        }
        return rewriter.done();
    };
}

TextStep withoutAccents() { return without(isAccent); }
TextStep withoutMarks() { return without(isMarkOfAnyKind); }

TextStep mapped(CharactersMap map)
{
    const auto kinds = std::make_shared<const CodePointTable>(kindsFor(map));
    return [map = std::make_shared<const CharactersMap>(std::move(map)), kinds](const AlignedText& text) {
        const std::string_view all = text.text();
        Unchanged unchanged = unchangedFrom(all, 0, *kinds);
        if (unchanged.end == all.size()) return text;
        AlignedText::Rewriter rewriter(text);
        Graphemes graphemes(all, *kinds);
        const auto change = [&](std::size_t end) {
            const auto found = map->find(all.substr(rewriter.at(), end - rewriter.at()));
            if (found) rewriter.replace(end - rewriter.at(), *found);
            return found.has_value();
        };
        const auto changeGrapheme = [&] {
            const std::size_t end = graphemes.endOf(rewriter.at());
            if (end - rewriter.at() <= kLongestGrapheme && change(end)) return;
            while (rewriter.at() < end) {
                std::size_t next = rewriter.at();
                (void)decodeValid(all, next);
                if (!change(next)) rewriter.keep(next - rewriter.at());
            }
        };
        for (;;) {
            rewriter.keep(unchanged.end - rewriter.at());
            while (rewriter.at() < all.size() && rewriter.at() <= unchanged.known) changeGrapheme();
            if (rewriter.at() == all.size()) return rewriter.done();
            unchanged = unchangedFrom(all, rewriter.at(), *kinds);
        }
    };
}

}  // namespace moebel
