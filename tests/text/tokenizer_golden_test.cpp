// Every kind of tokenizer.json gives the ids and texts of Hugging Face's tokenizers (tests/golden/make_tokenizers.py).
#include <QRegularExpression>
#include <QtTest>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/text/tokenizer/tokenizer_report.h"
#include "moebel/base/file.h"

using namespace moebel;
namespace fs = std::filesystem;
using nlohmann::json;

namespace
{

fs::path folder() { return fs::path(MOEBEL_SOURCE_DIR) / "tests/golden/tokenizers"; }

json read(const fs::path& file) { return json::parse(readFile(file).value()); }

std::unique_ptr<Tokenizer> open(const fs::path& file)
{
    auto tokenizer = openTokenizer(file);
    if (!tokenizer) qFatal("%s", tokenizer.error().message.c_str());
    return std::move(*tokenizer);
}

std::vector<std::int32_t> framed(const Tokenizer& tokenizer, std::vector<std::int32_t> ids)
{
    const SpecialFrame& frame = tokenizer.frame();
    ids.insert(ids.begin(), frame.before.begin(), frame.before.end());
    ids.insert(ids.end(), frame.after.begin(), frame.after.end());
    return ids;
}

}  // namespace

using Place = std::pair<std::int64_t, std::int64_t>;

/// The places that make_tokenizers.py, places(), wrote down: "3*2 @7:1" is [0, 3), [3, 6), [7, 8).
std::vector<Place> placesOf(const std::string& line)
{
    std::vector<Place> places;
    for (const QString& word : QString::fromStdString(line).split(' ', Qt::SkipEmptyParts)) {
        const QStringList parts = word.split('*');
        for (int i = 0; i < (parts.size() > 1 ? parts[1].toInt() : 1); ++i) {
            const QStringList place = parts[0].mid(parts[0].startsWith('@') ? 1 : 0).split(':');
            const std::int64_t begin = place.size() > 1 ? place[0].toLongLong() : places.empty() ? 0 : places.back().second;
            places.emplace_back(begin, begin + place.last().toLongLong());
        }
    }
    return places;
}

/// As the reference says it: in whole characters; a mark that was put in has the place of the character behind it.
Place inCharacters(const std::string& text, Place place)
{
    const auto size = std::int64_t(text.size());
    const auto isInside = [&](std::int64_t at) { return at < size && (std::uint8_t(text[std::size_t(at)]) & 0xC0U) == 0x80U; };
    while (isInside(place.first)) --place.first;
    if (place.first == place.second) ++place.second;
    while (isInside(place.second)) ++place.second;
    return {place.first, std::min(place.second, size)};
}

/// Nothing for the family's normaliser to put together, to reorder or to leave out. Elsewhere our places have all characters
/// that became the token, the reference's only some of them.
bool isPlain(const std::string& text, const QString& family)
{
    const QString words = QString::fromStdString(text);
    if (family == "qwen-2") return words.normalized(QString::NormalizationForm_C) == words;
    const bool joinsSpaces = family == "t5" || family == "xlm-r";
    return words.normalized(QString::NormalizationForm_KD) == words &&
           !(joinsSpaces && words.contains(QRegularExpression("\\s\\s|\\p{C}")));
}

class TokenizerGoldenTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_texts = read(folder() / "texts.json"); }
    void idsAreThoseOfTheReference_data() { families(); }
    void idsAreThoseOfTheReference();
    void decodedTextsAreThoseOfTheReference_data() { families(); }
    void decodedTextsAreThoseOfTheReference();
    void placesAreThoseOfTheReference_data() { families(); }
    void placesAreThoseOfTheReference();
    void modelsOfSentencePieceGiveTheIdsOfTheLibrary_data();
    void modelsOfSentencePieceGiveTheIdsOfTheLibrary();
    void scoredVocabulariesGiveTheIdsOfSentencePiece_data();
    void scoredVocabulariesGiveTheIdsOfSentencePiece();
    void offsetsCoverTheText_data() { families(); }
    void offsetsCoverTheText();
    void aMegabyteOfOneLetterIsNoProblem_data() { families(); }
    void aMegabyteOfOneLetterIsNoProblem();
    void invalidBytesAreReadAsReplacementCharacters();
    void theReportCountsWhatWasDrawn();
    void aByteWithoutATokenIsTheUnknownOne();

private:
    static void families();

    json m_texts;
    QTemporaryDir m_folder;
};

void TokenizerGoldenTest::families()
{
    QTest::addColumn<QString>("family");
    for (const char* family : {"gpt-2", "roberta", "llama-3", "qwen-2", "smollm", "bloom", "llama-2", "mistral", "gemma",
                               "olmo-2", "gpt-4o", "t5", "xlm-r", "unigram-bytes", "bert", "bert-cased"})
        QTest::newRow(family) << family;
}

void TokenizerGoldenTest::idsAreThoseOfTheReference()
{
    QFETCH(QString, family);
    const auto tokenizer = open(folder() / (family.toStdString() + ".json"));
    const json golden = read(folder() / (family.toStdString() + ".golden.json"));
    QCOMPARE(golden.size(), m_texts.size());
    for (std::size_t i = 0; i < golden.size(); ++i) {
        const auto text = m_texts[i].get<std::string>();
        const std::vector<std::int32_t> ids = tokenizer->encode(text), expected = golden[i]["ids"];
        if (ids != expected)
            qInfo("%s\n%s\n%s", m_texts[i].dump().c_str(), json(ids).dump().c_str(), json(expected).dump().c_str());
        QVERIFY2(ids == expected, ("text " + std::to_string(i)).c_str());
        QCOMPARE(tokenizer->encodeWithOffsets(text).ids, expected);
        if (!golden[i]["framed"].is_null())
            QCOMPARE(framed(*tokenizer, ids), golden[i]["framed"].get<std::vector<std::int32_t>>());
    }
}

void TokenizerGoldenTest::decodedTextsAreThoseOfTheReference()
{
    QFETCH(QString, family);
    const auto tokenizer = open(folder() / (family.toStdString() + ".json"));
    const json golden = read(folder() / (family.toStdString() + ".golden.json"));
    for (std::size_t i = 0; i < golden.size(); ++i)
        for (const bool special : {false, true}) {
            const json& expected = golden[i][special ? "special" : "text"];
            const std::string text = tokenizer->decode(golden[i]["ids"], special).value();
            QCOMPARE(QString::fromStdString(text), QString::fromStdString(expected.is_null() ? m_texts[i] : expected));
        }
}

void TokenizerGoldenTest::placesAreThoseOfTheReference()
{
    QFETCH(QString, family);
    const auto tokenizer = open(folder() / (family.toStdString() + ".json"));
    const json golden = read(folder() / (family.toStdString() + ".golden.json"));
    for (std::size_t i = 0; i < golden.size(); ++i) {
        const auto text = m_texts[i].get<std::string>();
        const std::vector<Place> found = tokenizer->encodeWithOffsets(text).offsets;
        const std::vector<Place> expected = placesOf(golden[i]["places"]);
        QCOMPARE(found.size(), expected.size());
        for (std::size_t token = 0; token < found.size(); ++token) {
            const Place ours = inCharacters(text, found[token]);
            const bool normalises = family == "qwen-2" || family == "t5" || family == "xlm-r" || family == "unigram-bytes" ||
                                    family.startsWith("bert");
            const bool within = normalises && ours.first <= expected[token].first && expected[token].second <= ours.second;
            if (ours == expected[token] || (within && !isPlain(text, family))) continue;
            QFAIL(qPrintable(QString("token %1 of %2: [%3, %4), expected [%5, %6)")
                                 .arg(token)
                                 .arg(m_texts[i].dump().c_str())
                                 .arg(ours.first)
                                 .arg(ours.second)
                                 .arg(expected[token].first)
                                 .arg(expected[token].second)));
        }
    }
}

void TokenizerGoldenTest::scoredVocabulariesGiveTheIdsOfSentencePiece_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("with a space before the text, and bytes") << "scored-llama";
    QTest::newRow("without it, with marks of spaces and line ends") << "scored-gemma";
}

void TokenizerGoldenTest::modelsOfSentencePieceGiveTheIdsOfTheLibrary_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("byte pairs, bytes, no space before the text") << "sentence-piece-bytes";
    QTest::newRow("unigram, with its normaliser") << "sentence-piece-unigram";
}

// All texts: U+2581 in them is a space, as in the library.
void TokenizerGoldenTest::modelsOfSentencePieceGiveTheIdsOfTheLibrary()
{
    QFETCH(QString, name);
    const auto tokenizer = open(folder() / (name.toStdString() + ".model"));
    int marked = 0;
    for (const json& entry : read(folder() / (name.toStdString() + ".golden.json"))) {
        const auto text = m_texts[entry["text"].get<std::size_t>()].get<std::string>();
        marked += text.find("\u2581") != std::string::npos ? 1 : 0;
        const std::vector<std::int32_t> ids = tokenizer->encode(text), expected = entry["ids"];
        QVERIFY2(ids == expected, json(text).dump().c_str());
        QCOMPARE(tokenizer->encodeWithOffsets(text).ids, expected);
        QCOMPARE(tokenizer->decode(ids).value(), entry["decoded"].is_null() ? text : entry["decoded"].get<std::string>());
    }
    QVERIFY(marked > 0);
}

void TokenizerGoldenTest::scoredVocabulariesGiveTheIdsOfSentencePiece()
{
    QFETCH(QString, name);
    const auto tokenizer = open(folder() / (name.toStdString() + ".gguf"));
    QCOMPARE(tokenizer->vocabularySize(), 1100);
    QCOMPARE(tokenizer->endOfDocument(), 2);
    QCOMPARE(tokenizer->frame().before, std::vector<std::int32_t>{1});
    for (const json& entry : read(folder() / (name.toStdString() + ".golden.json"))) {
        const auto text = m_texts[entry["text"].get<std::size_t>()].get<std::string>();
        const std::vector<std::int32_t> ids = tokenizer->encode(text), expected = entry["ids"];
        if (ids != expected)
            qInfo("%s\n%s\n%s", json(text).dump().c_str(), json(ids).dump().c_str(), json(expected).dump().c_str());
        QCOMPARE(ids, expected);
        QCOMPARE(tokenizer->decode(ids).value(), entry["decoded"].is_null() ? text : entry["decoded"].get<std::string>());
    }
}

// In order; without gaps, but where a family leaves spaces and control characters out.
void TokenizerGoldenTest::offsetsCoverTheText()
{
    QFETCH(QString, family);
    const auto tokenizer = open(folder() / (family.toStdString() + ".json"));
    const bool leavesOut = family == "t5" || family == "xlm-r" || family.startsWith("bert");
    for (const json& value : m_texts) {
        const auto text = value.get<std::string>();
        std::int64_t done = 0, last = 0;
        for (const auto& [begin, end] : tokenizer->encodeWithOffsets(text).offsets) {
            QVERIFY(begin <= end && end <= std::int64_t(text.size()) && last <= begin);
            QVERIFY2(begin <= done || leavesOut, value.dump().c_str());
            done = std::max(done, end);
            last = begin;
        }
        if (!leavesOut) QCOMPARE(done, std::int64_t(text.size()));
    }
}

void TokenizerGoldenTest::aMegabyteOfOneLetterIsNoProblem()
{
    QFETCH(QString, family);
    const auto tokenizer = open(folder() / (family.toStdString() + ".json"));
    for (const char* letter : {"a", " ", "\u5b57"}) {
        std::string text;
        while (text.size() < (std::size_t(1) << 20)) text += letter;
        const auto encoding = tokenizer->encodeWithOffsets(text);
        const std::int64_t end = encoding.offsets.empty() ? 0 : encoding.offsets.back().second;
        QVERIFY(end == std::int64_t(text.size()) || *letter == ' ');
    }
}

void TokenizerGoldenTest::invalidBytesAreReadAsReplacementCharacters()
{
    const auto tokenizer = open(folder() / "gpt-2.json");
    for (const auto& [broken, whole] : {std::pair<std::string, std::string>{"a\xFF z", "a\uFFFD z"},
                                        {"\xE2\x82", "\uFFFD"},
                                        {"\xC3\x28", "\uFFFD("},
                                        {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
                                        {"x\xF0\x9F\x98", "x\uFFFD"}}) {
        QCOMPARE(tokenizer->encode(broken), tokenizer->encode(whole));
        QCOMPARE(tokenizer->encodeWithOffsets(broken).offsets.back().second, std::int64_t(broken.size()));
    }
}

// Byte-level with three merges: a word of one token, one of two, a letter of two bytes.
void TokenizerGoldenTest::theReportCountsWhatWasDrawn()
{
    json tokenizer = read(folder() / "gpt-2.json");
    auto& model = tokenizer["model"];
    model["vocab"].erase(model["vocab"].begin(), model["vocab"].end());
    std::int32_t id = 0;
    for (const char* token : {"a", "b", "\u0120", "\u00c3", "\u00a9", "ab", "\u0120ab"}) model["vocab"][token] = id++;
    model["merges"] = json::array({"a b", "\u0120 ab"});
    tokenizer["added_tokens"] = json::array();
    const fs::path file = m_folder.filePath("drawn.json").toStdString();
    QVERIFY(writeFileAtomically(file, tokenizer.dump()));
    const auto drawn = open(file);
    const TokenizerReport report = measureTokenizer(*drawn, "ab ab aba \u00e9");  // ab| ab| ab|a| |\303|\251
    QCOMPARE(report.tokens, 7);
    QCOMPARE(report.words, 4);
    QCOMPARE(report.characters, 11);
    QCOMPARE(report.bytes, 12);
    QCOMPARE(report.continuedWords, 2);
    QCOMPARE(report.partTokens, 2);
    QCOMPARE(report.fertility(), 7.0 / 4);
    QCOMPARE(vocabularyOverlap(report, measureTokenizer(*drawn, "ab")), 1.0 / 6);
    QVERIFY(std::isnan(measureTokenizer(*drawn, "").fertility()));
}

// Ids and offsets of tokenizers 0.23.3.
void TokenizerGoldenTest::aByteWithoutATokenIsTheUnknownOne()
{
    json tokenizer = read(folder() / "gpt-2.json");
    auto& model = tokenizer["model"];
    model["vocab"] = {{"a", 0}, {"b", 1}, {"ab", 2}};
    model["merges"] = json::array({"a b"});
    tokenizer["added_tokens"] = json::array();
    for (const bool known : {true, false}) {
        if (known) model["unk_token"] = "b";
        if (!known) model.erase("unk_token");
        const fs::path file = m_folder.filePath("few.json").toStdString();
        QVERIFY(writeFileAtomically(file, tokenizer.dump()));
        const Encoding found = open(file)->encodeWithOffsets("abab zab");
        QCOMPARE(found.ids, known ? (std::vector<std::int32_t>{2, 2, 1, 1, 2}) : (std::vector<std::int32_t>{2, 2, 2}));
        QCOMPARE(found.offsets.back(), (std::pair<std::int64_t, std::int64_t>{6, 8}));
    }
}

QTEST_GUILESS_MAIN(TokenizerGoldenTest)
#include "tokenizer_golden_test.moc"
