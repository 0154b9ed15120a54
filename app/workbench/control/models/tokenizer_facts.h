// What `moebel tokenizer-report --json` says of a tokenizer and the languages of an experiment, as values.
#pragma once

#include <QJsonObject>
#include <QString>
#include <vector>

namespace moebel
{

/// Of the held-out text of one language; NaN where there is nothing to divide by.
struct LanguageTokens {
    QString language;  ///< code
    double fertility = 0, continuedWords = 0, bytesPerToken = 0, byteFallbackShare = 0, tokensPerDocument = 0;
};

struct TokenizerFacts {
    QString file, kind;
    qint64 vocabulary = 0;
    std::vector<LanguageTokens> languages;
    std::vector<std::vector<double>> overlap;  ///< Jaccard, language by language
};

TokenizerFacts tokenizerFacts(const QJsonObject& report);

/// Letters [begin, end) of a text that one token covers, or several that begin or end inside of a character.
struct TokenSpan {
    qsizetype begin = 0, end = 0;
    int tokens = 1;
    bool operator==(const TokenSpan&) const = default;
};
/// `offsets`: [begin, end) in bytes of the text's UTF-8, one pair a token, as `moebel tokenize` gives them.
std::vector<TokenSpan> tokenSpans(const QString& text, const std::vector<std::pair<qint64, qint64>>& offsets);

}  // namespace moebel
