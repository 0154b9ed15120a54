// What is wrong with a tokenizer.json, or not supported, is refused with one sentence that says where.
#include <QtTest>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/text/tokenizer.h"
#include "moebel/base/file.h"

using namespace moebel;
namespace fs = std::filesystem;
using nlohmann::json;

class TokenizerFaultsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFaultHasItsSentence_data();
    void everyFaultHasItsSentence();
    void everyFaultOfAGgufVocabularyHasItsSentence_data();
    void everyFaultOfAGgufVocabularyHasItsSentence();
    void deepNestingIsRefused();
    void aFileCutAnywhereIsRefused();
    void aTokenizerWithoutAnEndOfDocumentSaysSo();

private:
    std::string refusal(const json& tokenizer) const;

    QTemporaryDir m_folder;
};

void TokenizerFaultsTest::deepNestingIsRefused()
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

std::string TokenizerFaultsTest::refusal(const json& tokenizer) const
{
    const fs::path file = m_folder.filePath("tokenizer.json").toStdString();
    (void)writeFileAtomically(file, tokenizer.is_string() ? tokenizer.get<std::string>() : tokenizer.dump());
    const auto opened = openTokenizer(file);
    return opened ? std::string("opened") : opened.error().message.substr(file.string().size());
}

void TokenizerFaultsTest::everyFaultHasItsSentence_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* family, const char* path, const char* value, const char* message) {
        QTest::addRow("%s%s = %s", family, path, value) << family << path << value << message;
    };
    row("gpt-2", "", "7", ": this is no tokenizer: there is no object with a \"model\"");
    row("gpt-2", "", "{\"a\": ", ": this is no tokenizer: there is no object with a \"model\"");
    row("gpt-2", "", "[]", ": this is no tokenizer: there is no object with a \"model\"");
    row("gpt-2", "", "{\"model\": \"\\ud800\"}", ": this is no tokenizer: there is no object with a \"model\"");
    row("gpt-2", "/model", "null", ": this is no tokenizer: there is no object with a \"model\"");
    row("gpt-2", "/model/type", "\"Odd\"", ".model: type \"Odd\" is not supported");
    row("gpt-2", "/model/type", "7", ".model: type is 7, expected a text");
    row("gpt-2", "/model/type", "\"Unigram\"", ".model: type \"Unigram\" behind ByteLevel is not supported");
    row("gpt-2", "/model/type", "\"WordPiece\"", ".model: type \"WordPiece\" behind ByteLevel is not supported");
    row("gpt-2", "/model/type", "\"WordLevel\"", ".model: type \"WordLevel\" is not supported");
    row("gpt-2", "/model/dropout", "0.1", ".model: dropout is not supported");
    row("gpt-2", "/model/end_of_word_suffix", "\"</w>\"", ".model: end_of_word_suffix is not supported");
    row("gpt-2", "/model/continuing_subword_prefix", "\"##\"", ".model: continuing_subword_prefix is not supported");
    row("gpt-2", "/model/vocab", "[]", ".model: vocab is not an object with tokens");
    row("gpt-2", "/model/vocab", "{}", ".model: vocab is not an object with tokens");
    row("gpt-2", "/model/vocab", "null", ".model: vocab is not an object with tokens");
    row("gpt-2", "/model/vocab/a", "-1", ".model: the id of \"a\" is -1, expected 0 to 4194303");
    row("gpt-2", "/model/vocab/a", "\"7\"", ".model: the id of \"a\" is \"7\", expected 0 to 4194303");
    row("gpt-2", "/model/vocab/a", "1.5", ".model: the id of \"a\" is 1.5, expected 0 to 4194303");
    row("gpt-2", "/model/vocab/a", "3000000000", ".model: the id of \"a\" is 3000000000, expected 0 to 4194303");
    row("gpt-2", "/model/vocab/a", "18446744073709551615",
        ".model: the id of \"a\" is 18446744073709551615, expected 0 to 4194303");
    row("gpt-2", "/model/vocab/new", "5", ".model: \"&\" and \"new\" have the same id 5");
    row("gpt-2", "/model/merges", "7", ".model: merges is not an array");
    row("gpt-2", "/model/merges", "null", ".model: merges is not an array");
    row("gpt-2", "/model/merges/0", "\"a b c\"", ".model.merges[0]: \"a b c\" is not two tokens with a space between them");
    row("gpt-2", "/model/merges/0", "\"ab\"", ".model.merges[0]: \"ab\" is not two tokens with a space between them");
    row("gpt-2", "/model/merges/0", "[\"a\"]", ".model.merges[0]: expected two tokens, found [\"a\"]");
    row("gpt-2", "/model/merges/0", "[\"a\", 7]", ".model.merges[0]: expected two tokens, found [\"a\",7]");
    row("gpt-2", "/model/merges/0", "7", ".model.merges[0]: expected two tokens, found 7");
    row("gpt-2", "/model/merges/3", "[\"a\", \"zzz\"]", ".model: merge 3, \"a zzz\": \"zzz\" is not in the vocabulary");
    row("gpt-2", "/model/merges/3", "[\"zzz\", \"a\"]", ".model: merge 3, \"zzz a\": \"zzz\" is not in the vocabulary");
    row("gpt-2", "/model/merges/3", "[\"a\", \"z\"]", ".model: merge 3, \"a z\": \"az\" is not in the vocabulary");
    row("gpt-2", "/model/unk_token", "\"<none>\"", ".model: the unknown token \"<none>\" is not in the vocabulary");
    row("gpt-2", "/model/unk_token", "7", ".model: unk_token is 7, expected a text");
    row("gpt-2", "/model/byte_fallback", "\"yes\"", ".model: byte_fallback is \"yes\", expected true or false");
    row("gpt-2", "/normalizer", "{\"type\": \"Odd\"}", ".normalizer: type \"Odd\" is not supported");
    row("gpt-2", "/normalizer", "7", ".normalizer: it has no \"type\"");
    row("gpt-2", "/normalizer", "{\"type\": \"Sequence\"}", ".normalizer: normalizers is not an array");
    row("gpt-2", "/normalizer", "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFC\"}, {\"type\": \"Nmt\"}]}",
        ".normalizer.normalizers[1]: type \"Nmt\" is not supported");
    row("gpt-2", "/normalizer", "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"[a\"}, \"content\": \"\"}",
        ".normalizer.pattern: the pattern \"[a\" is not understood at byte 2: missing terminating ] for character class");
    row("gpt-2", "/normalizer", "{\"type\": \"Replace\", \"content\": \"\"}",
        ".normalizer.pattern: the pattern has 0 bytes, expected 1 to 4096");
    row("gpt-2", "/normalizer", "{\"type\": \"Prepend\", \"prepend\": 7}", ".normalizer: prepend is 7, expected a text");
    row("gpt-2", "/normalizer", "{\"type\": \"Precompiled\"}",
        ".normalizer: the map of characters has 0 bytes and a trie of 0");
    row("gpt-2", "/normalizer", "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"A*==\"}",
        ".normalizer: precompiled_charsmap is not in base64");
    row("gpt-2", "/normalizer", "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"CAAAAAAA\"}",
        ".normalizer: the map of characters has 6 bytes and a trie of 8");
    row("gpt-2", "/normalizer", "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"BAAAAAAAAAD/\"}",
        ".normalizer: the map of characters has replacements that are no UTF-8");
    row("gpt-2", "/normalizer", "{\"type\": \"BertNormalizer\", \"lowercase\": 1}",
        ".normalizer: lowercase is 1, expected true or false");
    row("gpt-2", "/pre_tokenizer", "{\"type\": \"UnicodeScripts\"}",
        ".pre_tokenizer: type \"UnicodeScripts\" is not supported");
    row("gpt-2", "/pre_tokenizer",
        "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"ByteLevel\"}, {\"type\": \"Digits\"}]}",
        ".pre_tokenizer.pretokenizers[1]: a pre-tokenizer behind ByteLevel is not supported");
    row("gpt-2", "/pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"(a\"}, \"behavior\": \"Isolated\"}",
        ".pre_tokenizer.pattern: the pattern \"(a\" is not understood at byte 2: missing closing parenthesis");
    row("gpt-2", "/pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"\"}, \"behavior\": \"Isolated\"}",
        ".pre_tokenizer.pattern: the pattern has 0 bytes, expected 1 to 4096");
    row("gpt-2", "/pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"a\"}, \"behavior\": \"Odd\"}",
        ".pre_tokenizer: behavior \"Odd\" is not supported");
    row("gpt-2", "/pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"a\"}, \"behavior\": 7}",
        ".pre_tokenizer: behavior is 7, expected a text");
    row("gpt-2", "/pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"[^\\\\S]\"}, \"behavior\": \"Isolated\"}",
        ".pre_tokenizer.pattern: the pattern \"[^\\S]\" has \\S in a set, which is not supported");
    row("gpt-2", "/pre_tokenizer", "{\"type\": \"Punctuation\", \"behavior\": \"Odd\"}",
        ".pre_tokenizer: behavior \"Odd\" is not supported");
    row("gpt-2", "/pre_tokenizer", "{\"type\": \"Metaspace\", \"prepend_scheme\": \"odd\"}",
        ".pre_tokenizer: prepend_scheme \"odd\" is not supported");
    row("gpt-2", "/pre_tokenizer", "{\"type\": \"Metaspace\", \"prepend_scheme\": true}",
        ".pre_tokenizer: prepend_scheme is true, expected a text");
    row("gpt-2", "/post_processor", "{\"type\": \"Odd\"}", ".post_processor: type \"Odd\" is not supported");
    row("gpt-2", "/post_processor", "{\"type\": \"Sequence\", \"processors\": 7}",
        ".post_processor: processors is not an array");
    row("gpt-2", "/post_processor", "{\"type\": \"BertProcessing\", \"cls\": [\"a\"], \"sep\": [\"b\", 1]}",
        ".post_processor: cls is not a pair of a token and its id");
    row("gpt-2", "/post_processor", "{\"type\": \"BertProcessing\", \"cls\": [\"a\", \"x\"], \"sep\": [\"b\", 1]}",
        ".post_processor: the id of a mark is \"x\", expected a number of the vocabulary");
    row("gpt-2", "/post_processor", "{\"type\": \"BertProcessing\", \"cls\": [\"a\", 99999], \"sep\": [\"b\", 1]}",
        ".post_processor: it adds token 99999, which is not in the vocabulary");
    row("gpt-2", "/post_processor", "{\"type\": \"RobertaProcessing\", \"cls\": [\"a\", 4294967297], \"sep\": [\"b\", 1]}",
        ".post_processor: the id of a mark is 4294967297, expected a number of the vocabulary");
    row("gpt-2", "/post_processor", "{\"type\": \"TemplateProcessing\", \"single\": []}",
        ".post_processor: the template has no sequence");
    row("gpt-2", "/post_processor", "{\"type\": \"TemplateProcessing\", \"single\": [{\"Sequence\": {}}, {\"Sequence\": {}}]}",
        ".post_processor.single[1]: a second sequence in a template is not supported");
    row("gpt-2", "/post_processor", "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"<s>\"}}]}",
        ".post_processor.single[0]: \"<s>\" is not in special_tokens");
    row("gpt-2", "/post_processor",
        "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"x\"}}], \"special_tokens\": {\"x\": "
        "{\"ids\": [\"1\"]}}}",
        ".post_processor.single[0]: the id of a mark is \"1\", expected a number of the vocabulary");
    row("gpt-2", "/decoder", "{\"type\": \"CTC\"}", ".decoder: type \"CTC\" is not supported");
    row("gpt-2", "/decoder", "{\"type\": \"Sequence\", \"decoders\": {}}", ".decoder: decoders is not an array");
    row("gpt-2", "/decoder", "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"a\"}, \"content\": \"\"}",
        ".decoder: a Replace whose pattern is an expression is not supported");
    row("gpt-2", "/decoder", "{\"type\": \"Strip\", \"content\": \" \", \"start\": \"1\"}",
        ".decoder: start is \"1\", expected a number");
    row("gpt-2", "/decoder", "{\"type\": \"WordPiece\", \"cleanup\": \"no\"}",
        ".decoder: cleanup is \"no\", expected true or false");
    row("gpt-2", "/added_tokens", "7", ": added_tokens is not an array");
    row("gpt-2", "/added_tokens/0/content", "\"\"", ".added_tokens[0]: content is missing");
    row("gpt-2", "/added_tokens/0/content", "7", ".added_tokens: content is 7, expected a text");
    row("gpt-2", "/added_tokens/0/content", ('"' + std::string(1025, 'n') + '"').c_str(),
        ".added_tokens[0]: content has 1025 bytes, at most 1024 are read");
    row("gpt-2", "/added_tokens/0/id", "7", ".added_tokens[0]: \"(\" and \"<|endoftext|>\" have the same id 7");
    row("gpt-2", "/added_tokens/0/id", "-7", ".added_tokens[0]: the id of \"<|endoftext|>\" is -7, expected 0 to 4194303");
    row("gpt-2", "/added_tokens/0/id", "\"7\"",
        ".added_tokens[0]: the id of \"<|endoftext|>\" is \"7\", expected 0 to 4194303");
    row("gpt-2", "/added_tokens/0/lstrip", "1", ".added_tokens: lstrip is 1, expected true or false");
    row("t5", "/model/vocab", "{}", ".model: vocab is not an array with tokens and their scores");
    row("t5", "/model/vocab", "[]", ".model: vocab is not an array with tokens and their scores");
    row("t5", "/model/vocab/4", "[\"a\"]", ".model.vocab[4]: expected a token and its score, found [\"a\"]");
    row("t5", "/model/vocab/4", "[\"a\", \"b\"]", ".model.vocab[4]: expected a token and its score, found [\"a\",\"b\"]");
    row("t5", "/model/vocab/4", "[7, -1.5]", ".model.vocab[4]: expected a token and its score, found [7,-1.5]");
    row("t5", "/model/unk_id", "null", ".model: unk_id is missing: an unknown character would have no token");
    row("t5", "/model/unk_id", "99999", ".model: unk_id is 99999, expected 0 to 312");
    row("t5", "/model/unk_id", "\"2\"", ".model: unk_id is \"2\", expected a number");
    row("bert", "/model/vocab", "[]", ".model: vocab is not an object with tokens");
    row("bert", "/model/unk_token", "\"[none]\"", ".model: the unknown token \"[none]\" is not in the vocabulary");
    row("bert", "/model/max_input_chars_per_word", "\"100\"", ".model: max_input_chars_per_word is \"100\", expected a number");
}

void TokenizerFaultsTest::everyFaultHasItsSentence()
{
    QFETCH(QString, family);
    QFETCH(QString, path);
    QFETCH(QString, value);
    QFETCH(QString, message);
    const fs::path good = fs::path(MOEBEL_SOURCE_DIR) / "tests/golden/tokenizers" / (family.toStdString() + ".json");
    json tokenizer = json::parse(readFile(good).value());
    if (path.isEmpty())
        tokenizer = value.toStdString();
    else
        tokenizer[json::json_pointer(path.toStdString())] = json::parse(value.toStdString());
    QCOMPARE(QString::fromStdString(refusal(tokenizer)), message);
}

void TokenizerFaultsTest::everyFaultOfAGgufVocabularyHasItsSentence_data()
{
    QTest::addColumn<QByteArray>("behind");  // what is changed stands behind this in the file
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QString>("message");
    QTest::newRow("another kind") << QByteArray("tokenizer.ggml.model") << QByteArray("llama") << QByteArray("plamo")
                                  << ": a vocabulary of the kind \"plamo\" is not supported; these are: gpt2, llama";
    QTest::newRow("another splitting") << QByteArray("tokenizer.ggml.pre") << QByteArray("default") << QByteArray("chatglm")
                                       << ": the splitting \"chatglm\" of a scored vocabulary is not supported";
    QTest::newRow("no tokens") << QByteArray() << QByteArray("tokenizer.ggml.tokens") << QByteArray("tokenizer.ggml.tokenz")
                               << ": it has no tokens";
    QTest::newRow("no scores") << QByteArray() << QByteArray("tokenizer.ggml.scores") << QByteArray("tokenizer.ggml.scorez")
                               << ": it has 1100 tokens, 0 scores and 1100 types, expected as many of each";
    QTest::newRow("no types") << QByteArray() << QByteArray("tokenizer.ggml.token_type")
                              << QByteArray("tokenizer.ggml.token_typo")
                              << ": it has 1100 tokens, 1100 scores and 0 types, expected as many of each";
    QTest::newRow("a token of other bytes")
        << QByteArray("tokenizer.ggml.tokens") << QByteArray("<unk>") << QByteArray("<un\xFF>") << ": token 0 is not UTF-8";
    QTest::newRow("an unknown token that is none")
        << QByteArray("tokenizer.ggml.unknown_token_id") << QByteArray("\4\0\0\0\0\0\0\0", 8)
        << QByteArray("\4\0\0\0\0\0\1\0", 8) << ": its unknown token 65536 is not in the vocabulary";
}

void TokenizerFaultsTest::everyFaultOfAGgufVocabularyHasItsSentence()
{
    QFETCH(QByteArray, behind);
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QString, message);
    const fs::path good = fs::path(MOEBEL_SOURCE_DIR) / "tests/golden/tokenizers/scored-llama.gguf";
    QByteArray bytes = QByteArray::fromStdString(readFile(good).value());
    const qsizetype place = bytes.indexOf(from, bytes.indexOf(behind) + behind.size());
    QVERIFY(place > 0);
    bytes.replace(place, from.size(), to);
    const fs::path file = m_folder.filePath("vocabulary.gguf").toStdString();
    QVERIFY(writeFileAtomically(file, bytes.toStdString()));
    const auto opened = openTokenizer(file);
    QVERIFY(!opened);
    QCOMPARE(QString::fromStdString(opened.error().message.substr(file.string().size())), message);
}

// Every 97th byte of a small file: never opened, never more than a sentence.
void TokenizerFaultsTest::aFileCutAnywhereIsRefused()
{
    const std::string whole = readFile(fs::path(MOEBEL_SOURCE_DIR) / "tests/golden/tokenizers/t5.json").value();
    for (std::size_t size = 0; size + 2 < whole.size(); size += 97)
        QCOMPARE(refusal(json(whole.substr(0, size))),
                 std::string(": this is no tokenizer: there is no object with a \"model\""));
}

// Files beside it that are broken name no end.
void TokenizerFaultsTest::aTokenizerWithoutAnEndOfDocumentSaysSo()
{
    json tokenizer = json::parse(readFile(fs::path(MOEBEL_SOURCE_DIR) / "tests/golden/tokenizers/bert.json").value());
    for (const char* config :
         {"", "7", "[]", "{\"eos_token\": 7}", "{\"eos_token\": \"<none>\"}", "{\"eos_token\": {\"content\": 7}}",
          "{\"eos_token_id\": -1}", "{\"eos_token_id\": 999999}", "{\"eos_token_id\": []}", "{\"eos_"}) {
        for (const char* name : {"tokenizer_config.json", "config.json"})
            QVERIFY(writeFileAtomically(fs::path(m_folder.filePath(name).toStdString()), config));
        QCOMPARE(refusal(tokenizer), std::string("opened"));
        const auto opened = openTokenizer(m_folder.filePath("tokenizer.json").toStdString());
        QCOMPARE((*opened)->endOfDocument(), -1);
        QCOMPARE(needsEndOfDocument(**opened).error().message,
                 m_folder.filePath("tokenizer.json").toStdString() +
                     ": no file says which token ends a document; set \"eos_token\" in tokenizer_config.json beside it");
    }
}

QTEST_GUILESS_MAIN(TokenizerFaultsTest)
#include "tokenizer_faults_test.moc"
