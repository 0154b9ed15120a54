#include "engine/text/tokenizer/tokenizer_report.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace moebel
{
namespace
{

double share(double part, double whole) { return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN(); }

bool insideCharacter(std::string_view text, std::int64_t at)
{
    return at < std::int64_t(text.size()) && (std::uint8_t(text[std::size_t(at)]) & 0xC0U) == 0x80U;
}

struct CloseText {
    void operator()(UText* text) const { utext_close(text); }
};

/// Byte ranges of the words, in order.
std::vector<std::pair<std::int64_t, std::int64_t>> wordsOf(std::string_view text)
{
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<icu::BreakIterator> words(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error));
    const std::unique_ptr<UText, CloseText> opened(utext_openUTF8(nullptr, text.data(), std::int64_t(text.size()), &error));
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    if (U_FAILURE(error)) return ranges;
    words->setText(opened.get(), error);
    for (std::int32_t begin = words->first(), end = words->next(); end != icu::BreakIterator::DONE;
         begin = end, end = words->next())
        if (words->getRuleStatus() >= UBRK_WORD_NONE_LIMIT) ranges.emplace_back(begin, end);
    return ranges;
}

/// Words that two tokens or more overlap.
std::int64_t countContinued(const std::vector<std::pair<std::int64_t, std::int64_t>>& words, const Encoding& encoding)
{
    std::int64_t continued = 0;
    std::size_t token = 0;
    for (const auto& [begin, end] : words) {
        while (token < encoding.offsets.size() && encoding.offsets[token].second <= begin) ++token;
        std::int64_t parts = 0;
        for (std::size_t i = token; i < encoding.offsets.size() && encoding.offsets[i].first < end; ++i) ++parts;
        if (parts > 1) ++continued;
    }
    return continued;
}

}  // namespace

double TokenizerReport::fertility() const { return share(double(tokens), double(words)); }
double TokenizerReport::continuedShare() const { return share(double(continuedWords), double(words)); }
double TokenizerReport::bytesPerToken() const { return share(double(bytes), double(tokens)); }
double TokenizerReport::charactersPerToken() const { return share(double(characters), double(tokens)); }
double TokenizerReport::byteFallbackShare() const { return share(double(partTokens), double(tokens)); }

double TokenizerReport::tokensPerDocument() const { return share(double(tokens), double(documents)); }

void TokenizerReport::add(const TokenizerReport& other)
{
    documents += other.documents;
    bytes += other.bytes;
    characters += other.characters;
    words += other.words;
    tokens += other.tokens;
    continuedWords += other.continuedWords;
    partTokens += other.partTokens;
    ids.insert(other.ids.begin(), other.ids.end());
}

TokenizerReport measureTokenizer(const Tokenizer& tokenizer, std::string_view text)
{
    const Encoding encoding = tokenizer.encodeWithOffsets(text);
    const auto words = wordsOf(text);
    TokenizerReport report;
    report.documents = 1;
    report.bytes = std::int64_t(text.size());
    for (std::int64_t at = 0; at < report.bytes; ++at) report.characters += insideCharacter(text, at) ? 0 : 1;
    report.words = std::int64_t(words.size());
    report.tokens = std::int64_t(encoding.ids.size());
    report.continuedWords = countContinued(words, encoding);
    report.ids.insert(encoding.ids.begin(), encoding.ids.end());
    bool emptyBefore = false;  // SentencePiece: the last byte of a character has all of it, those before it nothing
    for (const auto& [begin, end] : encoding.offsets) {
        const bool isPart = begin == end || emptyBefore || insideCharacter(text, begin) || insideCharacter(text, end);
        report.partTokens += isPart ? 1 : 0;
        emptyBefore = begin == end;
    }
    return report;
}

double vocabularyOverlap(const TokenizerReport& a, const TokenizerReport& b)
{
    const auto shared = std::count_if(a.ids.begin(), a.ids.end(), [&](std::int32_t id) { return b.ids.contains(id); });
    return share(double(shared), double(a.ids.size() + b.ids.size()) - double(shared));
}

}  // namespace moebel
