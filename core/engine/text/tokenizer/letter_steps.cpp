// Steps that look at every character: BERT's normaliser and SentencePiece's map.
#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

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

/// 1 for characters that a grapheme may end before and behind, whatever comes.
const CodePointTable& loneCharacters()
{
    static const CodePointTable kTable = [] {
        std::vector<std::uint8_t> values(0x110000, 0);
        markSet(u"[:Grapheme_Cluster_Break=Other:]", 1, values);
        return CodePointTable(values);
    }();
    return kTable;
}

struct CloseText {
    void operator()(UText* text) const { utext_close(text); }
};

/// Where the graphemes of a text end; ICU is asked only where neighbours may belong together.
class Graphemes
{
public:
    explicit Graphemes(std::string_view text) : m_text(text) {}
    std::size_t endOf(std::size_t begin)
    {
        std::size_t end = begin;
        const bool isLone = loneCharacters()[decodeValid(m_text, end)] != 0;
        if (end == m_text.size()) return end;
        std::size_t next = end;
        if (isLone && loneCharacters()[decodeValid(m_text, next)] != 0) return end;
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
    return [map = std::make_shared<const CharactersMap>(std::move(map))](const AlignedText& text) {
        const std::string_view all = text.text();
        AlignedText::Rewriter rewriter(text);
        Graphemes graphemes(all);
        const auto change = [&](std::size_t end) {
            const auto found = map->find(all.substr(rewriter.at(), end - rewriter.at()));
            if (found) rewriter.replace(end - rewriter.at(), *found);
            return found.has_value();
        };
        while (rewriter.at() < all.size()) {
            const std::size_t end = graphemes.endOf(rewriter.at());
            if (end - rewriter.at() <= kLongestGrapheme && change(end)) continue;
            while (rewriter.at() < end) {
                std::size_t next = rewriter.at();
                (void)decodeValid(all, next);
                if (!change(next)) rewriter.keep(next - rewriter.at());
            }
        }
        return rewriter.done();
    };
}

}  // namespace moebel
