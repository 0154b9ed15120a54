// Scanners cut every text as the expressions do that they stand for.
#include <QtTest>
#include <ctime>
#include <random>

#include "engine/text/tokenizer/text_pattern.h"

using namespace moebel;

namespace
{

constexpr const char* kPatterns[] = {
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
    R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)",
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)",
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    R"(\p{N})",
    R"( ?[^(\s|[.,!?…。，、।۔،])]+)",
};
constexpr const char* kNames[] = {"GPT-2", "GPT-2, shorter", "Llama 3", "GPT-4",   "GPT-4, newer",
                                  "Qwen2", "GPT-4o",         "Tekken",  "numbers", "BLOOM"};

/// The same expression in words that no scanner stands for.
std::string disguised(const std::string& pattern) { return "(?:" + pattern + ")"; }

using Parts = std::vector<std::string_view>;

Parts split(const TextPattern& pattern, std::string_view text, SplitBehaviour behaviour, bool invert)
{
    Parts parts;
    pattern.split(text, behaviour, invert, parts);
    return parts;
}

/// Letters of Unicode 14 and before, as PCRE2 10.42 and Qt 6.4 have them.
bool isKnownToBoth(char32_t c) { return (c < 0xD800 || c > 0xDFFF) && (QChar::unicodeVersion(c) != QChar::Unicode_Unassigned); }

class Texts
{
public:
    /// 1 to 24 characters: of all of Unicode, of one block, or of those that the expressions speak of.
    std::string next()
    {
        const char32_t block = 64 * below(0xC00);
        const std::size_t kind = below(4), size = 1 + below(24);
        std::string text;
        while (text.size() < size) {
            char32_t c = kLoved[below(std::size(kLoved) - 1)];
            if (kind == 1 && below(2) == 0) c = 1 + below(0x2FFFF);
            if (kind == 2 && below(4) != 0) c = block + below(64);
            if (kind == 3 && below(3) != 0) c = U"'sStTrReEvVmMlLdD\u017f "[below(19)];
            if (isKnownToBoth(c) && c > 0) text += QString::fromUcs4(&c, 1).toStdString();
        }
        return text;
    }

private:
    char32_t below(std::size_t end) { return char32_t(m_engine() % end); }
    static constexpr char32_t kLoved[] =
        U"  \n\r\t\v\u0085\u00a0\u2028\u3000\u200b\u180eaaBBzs'\u017f//.,(|)!19\u0663\u00bd\u2167"
        U"\u0301\u0903\u01c5\u02b0\u4e00\u0e01\u00e9\u00c9\U0001F600\u200d\ufe0f\u20ac_-\u212a";
    std::minstd_rand m_engine{20261123};
};

}  // namespace

class PieceScannerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyTextIsCutAsByTheExpression_data() { patterns(); }
    void everyTextIsCutAsByTheExpression();
    void everyCharacterHasItsClass();
    void timeGrowsWithTheText_data() { patterns(); }
    void timeGrowsWithTheText();

private:
    static void patterns()
    {
        QTest::addColumn<QByteArray>("expression");
        for (std::size_t i = 0; i < std::size(kPatterns); ++i) QTest::newRow(kNames[i]) << QByteArray(kPatterns[i]);
    }
};

void PieceScannerTest::everyTextIsCutAsByTheExpression()
{
    QFETCH(QByteArray, expression);
    QVERIFY(PieceScanner::of(expression.toStdString()).has_value());
    QVERIFY(!PieceScanner::of(disguised(expression.toStdString())).has_value());
    const TextPattern scanned = TextPattern::expression(expression.toStdString()).value();
    const TextPattern matched = TextPattern::expression(disguised(expression.toStdString())).value();
    Texts texts;
    for (int i = 0; i < 60'000; ++i) {
        const std::string text = texts.next();
        const SplitBehaviour behaviour = i % 3 == 0 ? SplitBehaviour(i / 3 % 5) : SplitBehaviour::Isolated;
        const bool invert = i % 9 == 0;
        const Parts found = split(scanned, text, behaviour, invert), expected = split(matched, text, behaviour, invert);
        if (found == expected) continue;
        for (const std::string_view part : found)
            qInfo("found    \"%s\"", QByteArray(part.data(), int(part.size())).toPercentEncoding().data());
        for (const std::string_view part : expected)
            qInfo("expected \"%s\"", QByteArray(part.data(), int(part.size())).toPercentEncoding().data());
        QFAIL(QByteArray::fromStdString(text).toPercentEncoding().data());
    }
}

// One character beside another, so that every one is met in every alternative.
void PieceScannerTest::everyCharacterHasItsClass()
{
    for (const char* pattern : {kPatterns[0], kPatterns[2], kPatterns[6]}) {
        const TextPattern scanned = TextPattern::expression(pattern).value();
        const TextPattern matched = TextPattern::expression(disguised(pattern)).value();
        for (char32_t c = 1; c < 0x110000; ++c) {
            if (!isKnownToBoth(c)) continue;
            const std::string letter = QString::fromUcs4(&c, 1).toStdString();
            const std::string text = "a" + letter + "A1" + letter + letter + "b  " + letter + "." + letter + "\n";
            if (split(scanned, text, SplitBehaviour::Isolated, false) != split(matched, text, SplitBehaviour::Isolated, false))
                QFAIL(qPrintable(QString("U+%1 in %2").arg(uint(c), 0, 16).arg(pattern)));
        }
    }
}

void PieceScannerTest::timeGrowsWithTheText()
{
    QFETCH(QByteArray, expression);
    const TextPattern scanned = TextPattern::expression(expression.toStdString()).value();
    for (const char* unit :
         {"a", " ", "\n", "1", "a.", "\u5b57", "\u0301", "A\u0301", "'", "\U0001F469\u200d", " \n a", "Aa"}) {
        const auto seconds = [&](int size) {
            const std::string text = QByteArray(unit).repeated(size / int(qstrlen(unit))).toStdString();
            const std::clock_t start = std::clock();  // of the processor: others may be busy
            const Parts parts = split(scanned, text, SplitBehaviour::Isolated, false);
            [&] { QVERIFY(!parts.empty() && parts.back().end() == text.data() + text.size()); }();
            return double(std::clock() - start) / CLOCKS_PER_SEC;
        };
        const auto one = std::min(seconds(1 << 20), seconds(1 << 20)), eight = seconds(8 << 20);
        QVERIFY2(eight < 40 * one + 0.05, qPrintable(QString("%1: %2 and %3 s").arg(unit).arg(one).arg(eight)));
    }
}

QTEST_GUILESS_MAIN(PieceScannerTest)
#include "piece_scanner_test.moc"
