#include "app/workbench/control/models/tokenizer_facts.h"

#include <QJsonArray>
#include <algorithm>
#include <limits>

namespace moebel
{

namespace
{

double number(const QJsonValue& value) { return value.toDouble(std::numeric_limits<double>::quiet_NaN()); }

/// For every byte of the UTF-8, and for its end, the letter (UTF-16) whose character it belongs to, and whether it begins one.
struct Places {
    std::vector<qsizetype> letter;
    std::vector<bool> begins;

    explicit Places(const QString& text)
    {
        for (qsizetype at = 0; at < text.size();) {
            const bool pair = text[at].isHighSurrogate() && at + 1 < text.size() && text[at + 1].isLowSurrogate();
            const uint code = pair ? QChar::surrogateToUcs4(text[at], text[at + 1]) : text[at].unicode();
            const int bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
            for (int byte = 0; byte < bytes; ++byte) {
                letter.push_back(at);
                begins.push_back(byte == 0);
            }
            at += pair ? 2 : 1;
        }
        letter.push_back(text.size());
        begins.push_back(true);
    }
    std::size_t last() const { return letter.size() - 1; }
};

}  // namespace

TokenizerFacts tokenizerFacts(const QJsonObject& report)
{
    TokenizerFacts facts;
    const QJsonObject tokenizer = report[QLatin1String("tokenizer")].toObject();
    facts.file = tokenizer[QLatin1String("file")].toString();
    facts.kind = tokenizer[QLatin1String("kind")].toString();
    facts.vocabulary = tokenizer[QLatin1String("vocabulary")].toInteger();
    for (const QJsonValue& language : report[QLatin1String("languages")].toArray())
        facts.languages.push_back({language[QLatin1String("language")].toString(), number(language[QLatin1String("fertility")]),
                                   number(language[QLatin1String("continued_words")]),
                                   number(language[QLatin1String("bytes_per_token")]),
                                   number(language[QLatin1String("byte_fallback_share")]),
                                   number(language[QLatin1String("tokens_per_document")])});
    for (const QJsonValue& row : report[QLatin1String("vocabulary_overlap")].toArray()) {
        auto& values = facts.overlap.emplace_back();
        for (const QJsonValue& value : row.toArray()) values.push_back(number(value));
    }
    return facts;
}

std::vector<TokenSpan> tokenSpans(const QString& text, const std::vector<std::pair<qint64, qint64>>& offsets)
{
    const Places places(text);
    std::vector<TokenSpan> spans;
    bool open = false;  // the last span ends inside of a character: what comes next belongs to it
    for (const auto& [first, second] : offsets) {
        const std::size_t begin = std::min(std::size_t(std::max<qint64>(first, 0)), places.last());
        const std::size_t end = std::min(std::size_t(std::max<qint64>(second, 0)), places.last());
        // SentencePiece gives a character that is spelled as bytes to its last byte.
        const bool nothing = end <= begin;
        std::size_t whole = end;
        while (!places.begins[whole]) ++whole;
        const TokenSpan span{places.letter[begin], places.letter[nothing ? begin : whole], 1};
        if (open && !spans.empty()) {
            spans.back().end = std::max(spans.back().end, span.end);
            ++spans.back().tokens;
        } else {
            spans.push_back(span);
        }
        open = nothing || !places.begins[end];
    }
    std::erase_if(spans, [](const TokenSpan& span) { return span.begin == span.end; });
    return spans;
}

}  // namespace moebel
