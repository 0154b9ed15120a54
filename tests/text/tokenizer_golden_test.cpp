// Every kind of tokenizer.json gives the ids and texts of Hugging Face's tokenizers (tests/golden/make_tokenizers.py).
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

class TokenizerGoldenTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_texts = read(folder() / "texts.json"); }
    void idsAreThoseOfTheReference_data() { families(); }
    void idsAreThoseOfTheReference();
    void decodedTextsAreThoseOfTheReference_data() { families(); }
    void decodedTextsAreThoseOfTheReference();
    void offsetsCoverTheText_data() { families(); }
    void offsetsCoverTheText();
    void aMegabyteOfOneLetterIsNoProblem_data() { families(); }
    void aMegabyteOfOneLetterIsNoProblem();
    void invalidBytesAreReadAsReplacementCharacters();
    void theReportCountsWhatWasDrawn();
    void aByteWithoutATokenIsTheUnknownOne();
    void deepNestingIsRefused();
    void whatIsNotSupportedIsRefusedByName_data();
    void whatIsNotSupportedIsRefusedByName();

private:
    static void families();
    std::string refusal(const json& tokenizer) const;

    json m_texts;
    QTemporaryDir m_folder;
};

void TokenizerGoldenTest::families()
{
    QTest::addColumn<QString>("family");
    for (const char* family : {"gpt-2", "roberta", "llama-3", "qwen-2", "smollm", "bloom", "llama-2", "mistral", "gemma"})
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

// In order, without gaps other than what a mark or a normaliser leaves.
void TokenizerGoldenTest::offsetsCoverTheText()
{
    QFETCH(QString, family);
    const auto tokenizer = open(folder() / (family.toStdString() + ".json"));
    for (const json& value : m_texts) {
        const auto text = value.get<std::string>();
        std::int64_t done = 0;
        for (const auto& [begin, end] : tokenizer->encodeWithOffsets(text).offsets) {
            QVERIFY(begin <= end && end <= std::int64_t(text.size()));
            QVERIFY2(begin <= done, value.dump().c_str());
            done = std::max(done, end);
        }
        QCOMPARE(done, std::int64_t(text.size()));
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
        QCOMPARE(encoding.offsets.back().second, std::int64_t(text.size()));
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

void TokenizerGoldenTest::deepNestingIsRefused()
{
    const auto nested = [](const std::string& begin, const std::string& open, const std::string& inside,
                           const std::string& close) {
        std::string text = begin;
        for (int i = 0; i < 200'000; ++i) text += open;
        text += inside;
        for (int i = 0; i < 200'000; ++i) text += close;
        return json(text + "}");
    };
    const std::string message = ": its objects are nested too deeply";
    QCOMPARE(refusal(nested("{\"model\": {}, \"normalizer\": ", "{\"type\": \"Sequence\", \"normalizers\": [", "", "]}")),
             message);
    QCOMPARE(refusal(nested("{\"model\": ", "[", "1", "]")), message);
}

std::string TokenizerGoldenTest::refusal(const json& tokenizer) const
{
    const fs::path file = m_folder.filePath("tokenizer.json").toStdString();
    (void)writeFileAtomically(file, tokenizer.is_string() ? tokenizer.get<std::string>() : tokenizer.dump());
    const auto opened = openTokenizer(file);
    return opened ? std::string("opened") : opened.error().message.substr(file.string().size());
}

void TokenizerGoldenTest::whatIsNotSupportedIsRefusedByName_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* path, const char* value, const char* message) {
        QTest::addRow("%s = %s", path, value) << path << value << message;
    };
    row("", "7", ": this is no tokenizer: there is no object with a \"model\"");
    row("", "{\"a\": ", ": this is no tokenizer: there is no object with a \"model\"");
    row("/model", "null", ": this is no tokenizer: there is no object with a \"model\"");
    row("/model/type", "\"Unigram\"", ".model: type \"Unigram\" is not supported");
    row("/model/dropout", "0.1", ".model: dropout is not supported");
    row("/model/end_of_word_suffix", "\"</w>\"", ".model: end_of_word_suffix is not supported");
    row("/model/continuing_subword_prefix", "\"##\"", ".model: continuing_subword_prefix is not supported");
    row("/model/vocab", "[]", ".model: vocab is not an object with tokens");
    row("/model/vocab", "{}", ".model: vocab is not an object with tokens");
    row("/model/vocab/a", "-1", ".model: the id of \"a\" is -1, expected 0 to 4194303");
    row("/model/vocab/a", "\"7\"", ".model: the id of \"a\" is not a number");
    row("/model/vocab/a", "3000000000", ".model: the id of \"a\" is 3000000000, expected 0 to 4194303");
    row("/model/vocab/new", "5", "have the same id 5");
    row("/model/merges", "7", ".model: merges is not an array");
    row("/model/merges/0", "\"a b c\"", ".model.merges[0]: \"a b c\" is not two tokens with a space between them");
    row("/model/merges/0", "[\"a\"]", ".model.merges[0]: expected two tokens, found [\"a\"]");
    row("/model/merges/3", "[\"a\", \"zzz\"]", ".model: merge 3, \"a zzz\": \"zzz\" is not in the vocabulary");
    row("/model/unk_token", "\"<none>\"", ".model: the unknown token \"<none>\" is not in the vocabulary");
    row("/normalizer", "{\"type\": \"Precompiled\"}", ".normalizer: type \"Precompiled\" is not supported");
    row("/normalizer", "{\"type\": \"Sequence\"}", ".normalizer: normalizers is not an array");
    row("/normalizer", "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"a\"}}",
        ".normalizer: a Replace whose pattern is an expression is not supported");
    row("/pre_tokenizer", "{\"type\": \"UnicodeScripts\"}", ".pre_tokenizer: type \"UnicodeScripts\" is not supported");
    row("/pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"(a\"}, \"behavior\": \"Isolated\"}",
        ".pre_tokenizer: the pattern \"(a\" is not understood at byte 2: missing closing parenthesis");
    row("/pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"\"}, \"behavior\": \"Isolated\"}",
        ".pre_tokenizer.pattern: the pattern has 0 bytes, expected 1 to 4096");
    row("/pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"a\"}, \"behavior\": \"Odd\"}",
        ".pre_tokenizer: behavior \"Odd\" is not supported");
    row("/post_processor", "{\"type\": \"Odd\"}", ".post_processor: type \"Odd\" is not supported");
    row("/post_processor", "{\"type\": \"BertProcessing\", \"cls\": [\"a\"], \"sep\": [\"b\", 1]}",
        ".post_processor: cls is not a pair of a token and its id");
    row("/post_processor", "{\"type\": \"BertProcessing\", \"cls\": [\"a\", 99999], \"sep\": [\"b\", 1]}",
        ".post_processor: it adds token 99999, which is not in the vocabulary");
    row("/decoder", "{\"type\": \"CTC\"}", ".decoder: type \"CTC\" is not supported");
    row("/added_tokens/0/content", "\"\"", ".added_tokens[0]: content is missing");
    row("/added_tokens/0/id", "7", "have the same id 7");
    row("/added_tokens/0/lstrip", "1", ".added_tokens: lstrip is 1, expected true or false");
    row("/model/byte_fallback", "\"yes\"", ".model: byte_fallback is \"yes\", expected true or false");
    row("/post_processor", "{\"type\": \"TemplateProcessing\", \"single\": []}",
        ".post_processor: the template has no sequence");
    row("/pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"[^\\\\S]\"}, \"behavior\": \"Isolated\"}",
        "has \\S in a set, which is not supported");
}

void TokenizerGoldenTest::whatIsNotSupportedIsRefusedByName()
{
    QFETCH(QString, path);
    QFETCH(QString, value);
    QFETCH(QString, message);
    json tokenizer = read(folder() / "gpt-2.json");
    if (path.isEmpty())
        tokenizer = value.toStdString();
    else
        tokenizer[json::json_pointer(path.toStdString())] = json::parse(value.toStdString());
    const QString found = QString::fromStdString(refusal(tokenizer));
    QVERIFY2(found.contains(message), qPrintable(found));
}

QTEST_GUILESS_MAIN(TokenizerGoldenTest)
#include "tokenizer_golden_test.moc"
