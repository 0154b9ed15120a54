#include "engine/text/tokenizer/text_steps.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>

#include <memory>

#include "engine/text/tokenizer/code_points.h"
#include "engine/text/utf8.h"

namespace moebel
{
namespace
{

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// The text with ICU's edits in it.
AlignedText edited(const AlignedText& text, const icu::Edits& edits, const std::string& after)
{
    AlignedText::Rewriter rewriter(text);
    UErrorCode error = U_ZERO_ERROR;
    for (auto edit = edits.getFineIterator(); edit.next(error);) {
        if (edit.hasChange())
            rewriter.replace(std::size_t(edit.oldLength()), std::string_view(after).substr(std::size_t(edit.destinationIndex()),
                                                                                           std::size_t(edit.newLength())));
        else
            rewriter.keep(std::size_t(edit.oldLength()));
    }
    return rewriter.done();
}

constexpr std::uint8_t kMayChange = 255;  // no combining class is as large

/// Of every character its combining class, or that it may change (Unicode, annex 15, quick check).
CodePointTable ordersFor(const icu::Normalizer2& normalizer, const icu::UnicodeSet& known)
{
    std::vector<std::uint8_t> orders(0x110000, 0);
    for (std::int32_t i = 0; i < known.getRangeCount(); ++i)
        for (UChar32 c = known.getRangeStart(i); c <= known.getRangeEnd(i); ++c)
            if (!normalizer.isInert(c)) {
                const icu::UnicodeString letter(c);
                UErrorCode error = U_ZERO_ERROR;
                const bool stays = normalizer.quickCheck(letter, error) == UNORM_YES;
                orders[std::size_t(c)] = stays ? normalizer.getCombiningClass(c) : kMayChange;
            }
    return CodePointTable(orders);
}

bool isSurelyNormal(std::string_view text, const CodePointTable& orders)
{
    std::uint8_t last = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::uint8_t order = orders[decodeValid(text, at)];
        if (order == kMayChange || (order != 0 && order < last)) return false;
        last = order;
    }
    return true;
}

icu::StringPiece pieceOf(std::string_view text) { return {text.data(), std::int32_t(text.size())}; }

bool startsWithSpace(std::string_view text, std::size_t at, std::size_t& next)
{
    next = at;
    return at < text.size() && u_isUWhiteSpace(UChar32(nextCodePoint(text, next))) != 0;
}

}  // namespace

Result<TextStep> unicodeNormalisation(const char* name, bool decompose)
{
    UErrorCode error = U_ZERO_ERROR;
    const auto* newest = icu::Normalizer2::getInstance(nullptr, name, decompose ? UNORM2_DECOMPOSE : UNORM2_COMPOSE, error);
    // The tables of tokenizers are those of Unicode 9: what came later stays as it is.
    const auto known = std::make_shared<icu::UnicodeSet>(icu::UnicodeString("[:age=9.0:]"), error);
    if (U_FAILURE(error)) return failed("icu", std::string("ICU has no data for ") + name + ": " + u_errorName(error));
    const auto normalizer = std::make_shared<icu::FilteredNormalizer2>(*newest, *known);
    const auto orders = std::make_shared<const CodePointTable>(ordersFor(*newest, *known));
    return TextStep([normalizer, known, orders](const AlignedText& text) {
        UErrorCode failure = U_ZERO_ERROR;
        if (isSurelyNormal(text.text(), *orders) || normalizer->isNormalizedUTF8(pieceOf(text.text()), failure)) return text;
        std::string after;
        icu::StringByteSink<std::string> sink(&after);
        icu::Edits edits;
        normalizer->normalizeUTF8(0, pieceOf(text.text()), sink, &edits, failure);
        return edited(text, edits, after);
    });
}

// Letter by letter: a sigma at the end of a word is no other one, as in the reference.
TextStep lowercase()
{
    return [](const AlignedText& text) {
        AlignedText::Rewriter rewriter(text);
        while (rewriter.at() < text.text().size()) {
            std::size_t next = rewriter.at();
            (void)nextCodePoint(text.text(), next);
            const std::string_view letter = text.text().substr(rewriter.at(), next - rewriter.at());
            std::string lower;
            icu::StringByteSink<std::string> sink(&lower);
            UErrorCode failure = U_ZERO_ERROR;
            icu::CaseMap::utf8ToLower("", 0, pieceOf(letter), sink, nullptr, failure);
            lower == letter ? rewriter.keep(letter.size()) : rewriter.replace(letter.size(), lower);
        }
        return rewriter.done();
    };
}

TextStep prepended(std::string mark)
{
    return [mark = std::move(mark)](const AlignedText& text) {
        if (text.text().empty()) return text;
        AlignedText::Rewriter rewriter(text);
        rewriter.replace(0, mark);
        rewriter.keep(text.text().size());
        return rewriter.done();
    };
}

TextStep replaced(std::string from, std::string to)
{
    return [from = std::move(from), to = std::move(to)](const AlignedText& text) {
        if (from.empty() || text.text().find(from) == std::string_view::npos) return text;
        AlignedText::Rewriter rewriter(text);
        for (std::size_t at = 0; (at = text.text().find(from, rewriter.at())) != std::string_view::npos;) {
            rewriter.keep(at - rewriter.at());
            rewriter.replace(from.size(), to);
        }
        rewriter.keep(text.text().size() - rewriter.at());
        return rewriter.done();
    };
}

TextStep replaced(TextPattern pattern, std::string to)
{
    return [pattern = std::move(pattern), to = std::move(to)](const AlignedText& text) {
        AlignedText::Rewriter rewriter(text);
        for (const TextPattern::Span& span : pattern.spans(text.text()))
            span.isMatch ? rewriter.replace(span.text.size(), to) : rewriter.keep(span.text.size());
        return rewriter.done();
    };
}

TextStep stripped(bool left, bool right)
{
    return [left, right](const AlignedText& text) {
        std::size_t begin = 0, end = text.text().size(), next = 0;
        while (left && startsWithSpace(text.text(), begin, next)) begin = next;
        while (right && end > begin && startsWithSpace(text.text(), previousCharacter(text.text(), end), next))
            end = previousCharacter(text.text(), end);
        return text.part(begin, end);
    };
}

TextStep metaspace(std::string mark, PrependScheme scheme)
{
    return [mark, spaces = replaced(" ", mark), front = prepended(mark), scheme](const AlignedText& text) {
        const AlignedText marked = spaces(text);
        if (marked.text().empty() || marked.text().starts_with(mark)) return marked;
        const bool wanted = scheme == PrependScheme::Always || (scheme == PrependScheme::First && marked.beginsSource());
        return wanted ? front(marked) : marked;
    };
}

TextStep prefixSpace()
{
    return [front = prepended(" ")](const AlignedText& text) { return text.text().starts_with(' ') ? text : front(text); };
}

AlignedText applied(const TextSteps& steps, AlignedText text)
{
    for (const TextStep& step : steps) text = step(text);
    return text;
}

AlignedText validUtf8(std::string_view text, bool tracked)
{
    const AlignedText source(text, 0, tracked);
    if (isValidUtf8(text)) return source;
    AlignedText::Rewriter rewriter(source);
    while (rewriter.at() < text.size()) {
        std::size_t next = rewriter.at();
        const bool broken = nextCodePoint(text, next) == 0xFFFD && text.substr(rewriter.at(), 3) != kReplacement;
        broken ? rewriter.replace(next - rewriter.at(), kReplacement) : rewriter.keep(next - rewriter.at());
    }
    return rewriter.done();
}

}  // namespace moebel
