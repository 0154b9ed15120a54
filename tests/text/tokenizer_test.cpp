// Tokenizers: what goes in comes out, ids and byte offsets agree, training is repeatable.
#include "engine/text/tokenizer.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <chrono>
#include <fstream>
#include <random>

#include "engine/text/synthetic_languages.h"
#include "moebel/base/file.h"

using namespace moebel;

class TokenizerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void hasTheVocabularyAskedFor();
    void decodesWhatItEncoded_data();
    void decodesWhatItEncoded();
    void decodesRandomTextOfAllOfUnicode();
    void offsetsCoverTheTextInOrder();
    void longTextsComeBackWhole_data();
    void longTextsComeBackWhole();
    void readsInvalidBytesAsReplacementCharacters();
    void refusesIdsOutsideTheVocabulary();
    void trainingTwiceGivesTheSameBytes();
    void givesEachLanguageItsShareOfThePieces();
    void namesTheLargestVocabularyThatTheTextAllows();
    void refusesAVocabularyThatIsTooSmall();
    void opensAFolderToo();
    void refusesFilesThatAreNoTokenizer();
    void marksAroundATextAreThoseThatTheFolderAsksFor();

private:
    std::filesystem::path file(const char* name) const { return m_folder.filePath(name).toStdString(); }
    QTemporaryDir m_folder;
    std::unique_ptr<Tokenizer> m_tokenizer;
};

namespace
{

std::vector<Corpus> corpora()
{
    const std::vector<Language> languages = {{"en", LanguageRole::Original}, {"el", LanguageRole::Expanded}};
    DataSpec data;
    data.syntheticDocuments = 80;
    const auto importer = makeSyntheticImporter(data, languages, {1});
    return {importer->load("en").value(), importer->load("el").value()};
}

std::vector<TokenizerText> textsOf(const std::vector<Corpus>& all)
{
    std::vector<TokenizerText> texts;
    for (const Corpus& corpus : all) {
        texts.push_back({corpus.language, {}});
        for (const Document& document : corpus.documents) texts.back().documents.push_back(document.text);
    }
    return texts;
}

void appendUtf8(std::string& text, char32_t character) { text += QString::fromUcs4(&character, 1).toStdString(); }

}  // namespace

void TokenizerTest::initTestCase()
{
    const std::vector<Corpus> all = corpora();
    const Status trained = trainTokenizer(textsOf(all), 600, 30'000, file("tokenizer.model"));
    QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message.c_str());
    m_tokenizer = openTokenizer(file("tokenizer.model")).value();
}

void TokenizerTest::hasTheVocabularyAskedFor()
{
    QCOMPARE(m_tokenizer->vocabularySize(), std::int64_t(600));
    QCOMPARE(m_tokenizer->endOfDocument(), 2);
    QCOMPARE(m_tokenizer->hash().size(), std::size_t(64));
    const std::string text = corpora()[1].documents[0].text;
    QVERIFY(m_tokenizer->encode(text).size() * 3 < text.size());  // more than a byte a token
}

void TokenizerTest::decodesWhatItEncoded_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("newlines") << QByteArray("\n\na\n b\n\n\n");
    QTest::newRow("tabs and spaces") << QByteArray("\t a  b   c\t\t ");
    QTest::newRow("carriage returns") << QByteArray("a\r\nb\r");
    QTest::newRow("zero byte") << QByteArray("a\0b", 3);
    QTest::newRow("other scripts") << QByteArray("Καλημέρα 你好 שלום สวัสดี 😀👨‍👩‍👧");
    QTest::newRow("the symbols of the library") << QByteArray("▁a▁▁b ▅ <0x41> </s> <unk> ⁇");
    QTest::newRow("byte order mark") << QByteArray("\xEF\xBB\xBFx");
    QTest::newRow("no-break spaces") << QByteArray(
        "a\xC2\xA0"
        "b\xE2\x80\x89"
        "c\xE3\x80\x80");
}

void TokenizerTest::decodesWhatItEncoded()
{
    QFETCH(const QByteArray, text);
    const std::string source = text.toStdString();
    QCOMPARE(m_tokenizer->decode(m_tokenizer->encode(source)).value(), source);
}

void TokenizerTest::decodesRandomTextOfAllOfUnicode()
{
    std::mt19937 random(20240811);
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (int i = 0; i < 60; ++i) {
            auto character = char32_t(random() % (random() % 2 ? 0x250 : 0x110000));
            if (random() % 5 == 0) character = U" \n\t\u2581"[random() % 4];
            if (character < 0xD800 || character > 0xDFFF) appendUtf8(text, character);
        }
        QCOMPARE(m_tokenizer->decode(m_tokenizer->encode(text)).value(), text);
    }
}

void TokenizerTest::offsetsCoverTheTextInOrder()
{
    const std::string text = corpora()[0].documents[3].text + " 中▁x\n\n" + corpora()[1].documents[3].text;
    const Encoding encoding = m_tokenizer->encodeWithOffsets(text);
    QCOMPARE(encoding.ids, m_tokenizer->encode(text));
    QCOMPARE(encoding.offsets.size(), encoding.ids.size());
    std::int64_t position = 0;
    for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
        const auto [begin, end] = encoding.offsets[i];
        QCOMPARE(begin, position);
        QVERIFY(end >= begin);
        if (end - begin > 1 && encoding.ids[i] >= 259) {
            const std::string piece = m_tokenizer->decode({encoding.ids[i]}).value();
            QCOMPARE(piece, text.substr(std::size_t(begin), std::size_t(end - begin)));
        }
        position = end;
    }
    QCOMPARE(position, std::int64_t(text.size()));
}

void TokenizerTest::longTextsComeBackWhole_data()
{
    QTest::addColumn<QByteArray>("unit");
    QTest::newRow("one letter") << QByteArray("a");
    QTest::newRow("spaces") << QByteArray(" ");
    QTest::newRow("points") << QByteArray("a.");
    QTest::newRow("Chinese") << QByteArray("中");
    QTest::newRow("combining marks") << QByteArray("\xCC\x81");
}

void TokenizerTest::longTextsComeBackWhole()
{
    QFETCH(const QByteArray, unit);
    const auto secondsFor = [&](qsizetype bytes) {
        const std::string text = unit.repeated(bytes / unit.size()).toStdString();
        const auto start = std::chrono::steady_clock::now();
        const std::vector<std::int32_t> ids = m_tokenizer->encode(text);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        [&] { QVERIFY(m_tokenizer->decode(ids).value() == text); }();
        return took.count();
    };
    const double one = secondsFor(1 << 20), four = secondsFor(1 << 22);
    qInfo("%s: 1 MiB in %.2f s, 4 MiB in %.2f s", unit.constData(), one, four);
}

void TokenizerTest::readsInvalidBytesAsReplacementCharacters()
{
    QCOMPARE(m_tokenizer
                 ->decode(m_tokenizer->encode("a\xFF"
                                              "b"))
                 .value(),
             std::string("a\xEF\xBF\xBD"
                         "b"));
}

void TokenizerTest::refusesIdsOutsideTheVocabulary()
{
    for (const std::int32_t id : {-1, 600, 2'000'000'000}) {
        const Result<std::string> text = m_tokenizer->decode({5, id});
        QCOMPARE(text.error().code, std::string("bad-token"));
        QVERIFY(text.error().message.find(std::to_string(id)) != std::string::npos);
    }
}

void TokenizerTest::trainingTwiceGivesTheSameBytes()
{
    const std::vector<Corpus> all = corpora();
    QVERIFY(trainTokenizer(textsOf(all), 600, 30'000, file("again.model")).ok());
    QCOMPARE(readFile(file("again.model")).value(), readFile(file("tokenizer.model")).value());
}

void TokenizerTest::givesEachLanguageItsShareOfThePieces()
{
    std::vector<Corpus> all = corpora();
    all[1].documents.resize(6);  // far less Greek text; it is repeated
    QVERIFY(trainTokenizer(textsOf(all), 600, 30'000, file("small.model")).ok());
    const auto tokenizer = openTokenizer(file("small.model")).value();
    const std::string greek = all[1].documents[0].text;
    QVERIFY(tokenizer->encode(greek).size() * 4 < greek.size());
}

void TokenizerTest::namesTheLargestVocabularyThatTheTextAllows()
{
    const std::vector<Corpus> all = corpora();
    const Status trained = trainTokenizer(textsOf(all), 60'000, 30'000, file("large.model"));
    QCOMPARE(trained.error().code, std::string("vocabulary-too-large"));
    const QRegularExpressionMatch match =
        QRegularExpression("at most (\\d+) is possible").match(QString::fromStdString(trained.error().message));
    QVERIFY2(match.hasMatch(), trained.error().message.c_str());
    QVERIFY(!std::filesystem::exists(file("large.model")));
    QVERIFY(trainTokenizer(textsOf(all), match.captured(1).toLongLong(), 30'000, file("largest.model")).ok());
}

void TokenizerTest::refusesAVocabularyThatIsTooSmall()
{
    QCOMPARE(trainTokenizer(textsOf(corpora()), 200, 30'000, file("tiny.model")).error().code,
             std::string("vocabulary-too-small"));
    QVERIFY(trainTokenizer(textsOf(corpora()), 275, 30'000, file("tiny.model")).ok());
    QCOMPARE(trainTokenizer({{"el", {}}}, 600, 30'000, file("tiny.model")).error().code, std::string("no-text"));
}

void TokenizerTest::opensAFolderToo()
{
    QCOMPARE(openTokenizer(m_folder.path().toStdString()).value()->hash(), m_tokenizer->hash());
}

void TokenizerTest::refusesFilesThatAreNoTokenizer()
{
    QVERIFY(!openTokenizer(file("missing.model")).ok());
    const std::string whole = readFile(file("tokenizer.model")).value();
    for (const std::string& bytes : {std::string(), std::string("hello"), whole.substr(0, whole.size() / 2) + "\xFF\xFF"}) {
        std::ofstream(file("bad.model"), std::ios::binary) << bytes;
        const Result<std::unique_ptr<Tokenizer>> opened = openTokenizer(file("bad.model"));
        QVERIFY(!opened.ok());
        QVERIFY2(opened.error().message.find("bad.model") != std::string::npos, opened.error().message.c_str());
    }
}

void TokenizerTest::marksAroundATextAreThoseThatTheFolderAsksFor()
{
    const std::filesystem::path folder = file("marked");
    std::filesystem::create_directory(folder);
    std::filesystem::copy_file(file("tokenizer.model"), folder / "tokenizer.model");
    const auto opened = [&](const std::string& config) {
        (void)writeFileAtomically(folder / "tokenizer_config.json", config);
        return openTokenizer(folder).value();
    };
    using Ids = std::vector<std::int32_t>;
    QCOMPARE(m_tokenizer->frame().before, Ids());
    QCOMPARE(opened("{}")->frame().after, Ids());
    const auto both = opened(R"({"add_bos_token": true, "add_eos_token": true, "eos_token": {"content": "</s>"}})");
    QCOMPARE(both->frame().before, Ids{1});
    QCOMPARE(both->frame().after, Ids{2});
    const std::int32_t other = m_tokenizer->encode("e").front();
    const auto piece = m_tokenizer->decode({other}, true).value();
    QCOMPARE(opened("{\"eos_token\": \"" + piece + "\"}")->endOfDocument(), other);
    QCOMPARE(opened("{\"eos_token\": \"<none>\"}")->endOfDocument(), 2);
    QCOMPARE(opened("{\"add_bos_token\": 7, \"eos_token\"")->frame().before, Ids());
}

QTEST_GUILESS_MAIN(TokenizerTest)
#include "tokenizer_test.moc"
