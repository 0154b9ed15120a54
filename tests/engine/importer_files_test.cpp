// The user's own files: what becomes a document, and which lines are skipped and listed.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "engine/text/file_importers.h"

using namespace moebel;
using namespace std::string_literals;

class ImporterFilesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void blankLinesSeparateDocumentsOfATextFile();
    void everyFileOfAFolderIsADocument();
    void skipsTextThatIsNotUtf8();
    void readsTheTextFieldOfJsonLines();
    void listsBadJsonLines_data();
    void listsBadJsonLines();
    void survivesDeepJson();
    void refusesLinesThatAreTooLong();
    void namesALanguageWithoutText();

private:
    std::filesystem::path path(const std::string& name = {}) const
    {
        return std::filesystem::path(m_folder->path().toStdString()) / name;
    }
    void write(const std::string& name, const std::string& bytes) const
    {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << bytes;
    }
    DataSpec files(const std::string& language, const std::string& file) const
    {
        DataSpec data;
        data.files[language] = file;
        return data;
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void ImporterFilesTest::blankLinesSeparateDocumentsOfATextFile()
{
    write("el.txt", "\xEF\xBB\xBFα\nβ\r\n\n \t\nγ  δ\n\n\n");
    const Corpus corpus = makeTextFileImporter(files("el", "el.txt"), path())->load("el").value();
    QCOMPARE(corpus.documents, (std::vector<Document>{{"000000001", "α\nβ\n"}, {"000000005", "γ  δ\n"}}));
}

void ImporterFilesTest::everyFileOfAFolderIsADocument()
{
    write("el/b.txt", "δεύτερο\n\nίδιο");
    write("el/a/x.txt", "πρώτο");
    write("el/empty.txt", "  \n");
    const Corpus corpus = makeTextFileImporter(files("el", "el"), path())->load("el").value();
    QCOMPARE(corpus.documents, (std::vector<Document>{{"a/x.txt", "πρώτο"}, {"b.txt", "δεύτερο\n\nίδιο"}}));
}

void ImporterFilesTest::skipsTextThatIsNotUtf8()
{
    write("el.txt", "good\n\nbad \xC0\xAF\n\nlone \xED\xA0\x80\n\ngood\n");
    const Corpus corpus = makeTextFileImporter(files("el", "el.txt"), path())->load("el").value();
    QCOMPARE(corpus.documents.size(), std::size_t(2));
    QCOMPARE(corpus.warnings, std::vector<std::string>{"el.txt: 2 of 4 documents were skipped: 3, 5"});
}

void ImporterFilesTest::readsTheTextFieldOfJsonLines()
{
    write("el.jsonl",
          "{\"text\": \"α\\nβ\", \"id\": 1}\r\n\n{\"meta\": {\"text\": \"no\"}, \"text\": \"γ\"}\n"
          "{\"text\": \"zero\\u0000byte \\ud83d\\ude00\"}");
    const Corpus corpus = makeJsonLinesImporter(files("el", "el.jsonl"), path())->load("el").value();
    QCOMPARE(corpus.documents,
             (std::vector<Document>{{"000000001", "α\nβ"}, {"000000003", "γ"}, {"000000004", "zero\0byte 😀"s}}));
    QVERIFY(corpus.warnings.empty());
}

void ImporterFilesTest::listsBadJsonLines_data()
{
    QTest::addColumn<QByteArray>("line");
    const auto row = [](const char* name, const QByteArray& line) { QTest::newRow(name) << line; };
    row("no JSON", "hello");
    row("cut", "{\"text\": \"a");
    row("array", "[\"text\"]");
    row("string", "\"text\"");
    row("number", "7");
    row("no text", "{\"body\": \"a\"}");
    row("text is no string", "{\"text\": 3}");
    row("text is deeper", "{\"a\": {\"text\": \"x\"}}");
    row("two objects", "{\"text\": \"a\"}{\"text\": \"b\"}");
    row("lone high surrogate", "{\"text\": \"\\ud800\"}");
    row("lone low surrogate", "{\"text\": \"\\udc00x\"}");
    row("raw surrogate", "{\"text\": \"\xED\xA0\x80\"}");
    row("overlong", "{\"text\": \"\xC0\x80\"}");
    row("lone byte", "{\"text\": \"\xFF\"}");
    row("control character", QByteArray("{\"text\": \"a\x01\"}"));
    row("zero byte", QByteArray("{\"text\": \"a\0\"}", 13));
    row("huge number", "{\"n\": 1e999, \"text\": \"a\"}");
    row("bad escape", "{\"text\": \"\\x\"}");
    row("too deep", "{\"a\": " + QByteArray(64, '[') + QByteArray(64, ']') + ", \"text\": \"a\"}");
}

void ImporterFilesTest::listsBadJsonLines()
{
    QFETCH(const QByteArray, line);
    write("el.jsonl", "{\"text\": \"first\"}\n\n" + line.toStdString() + "\n{\"text\": \"last\"}\n");
    const Corpus corpus = makeJsonLinesImporter(files("el", "el.jsonl"), path())->load("el").value();
    QCOMPARE(corpus.documents, (std::vector<Document>{{"000000001", "first"}, {"000000004", "last"}}));
    QCOMPARE(corpus.warnings, std::vector<std::string>{"el.jsonl: 1 of 4 lines were skipped: 3"});
}

void ImporterFilesTest::survivesDeepJson()
{
    const std::string open(1'000'000, '['), objects = [] {
        std::string text;
        for (int i = 0; i < 100'000; ++i) text += "{\"a\":";
        return text;
    }();
    write("el.jsonl",
          "{\"text\": \"x\", \"a\": " + std::string(63, '[') + std::string(63, ']') + "}\n" + open + "\n" + objects + "\n");
    const Corpus corpus = makeJsonLinesImporter(files("el", "el.jsonl"), path())->load("el").value();
    QCOMPARE(corpus.documents.size(), std::size_t(1));
    QCOMPARE(corpus.warnings, std::vector<std::string>{"el.jsonl: 2 of 3 lines were skipped: 2, 3"});
}

void ImporterFilesTest::refusesLinesThatAreTooLong()
{
    const std::string longest = "{\"text\": \"" + std::string((std::size_t(16) << 20) - 12, 'a') + "\"}";
    write("el.jsonl", longest + "\n" + longest + " \n{\"text\": \"last\"}\n");
    const Corpus corpus = makeJsonLinesImporter(files("el", "el.jsonl"), path())->load("el").value();
    QCOMPARE(corpus.documents.size(), std::size_t(2));
    QCOMPARE(corpus.warnings, std::vector<std::string>{"el.jsonl: 1 of 3 lines were skipped: 2"});
}

void ImporterFilesTest::namesALanguageWithoutText()
{
    write("bad.jsonl", "\nnonsense\n");
    write("blank.txt", "\n\n");
    const auto checkError = [](const std::unique_ptr<CorpusImporter>& importer, const std::string& language) {
        const Error error = importer->load(language).error();
        QCOMPARE(error.code, "no-text"s);
        QVERIFY2(error.message.find("language " + language) != std::string::npos, error.message.c_str());
    };
    checkError(makeJsonLinesImporter(files("el", "bad.jsonl"), path()), "hu");
    checkError(makeTextFileImporter(files("el", "blank.txt"), path()), "hu");
    checkError(makeJsonLinesImporter(files("el", "missing.jsonl"), path()), "el");
    checkError(makeTextFileImporter(files("el", "missing.txt"), path()), "el");
    checkError(makeJsonLinesImporter(files("el", "bad.jsonl"), path()), "el");
    checkError(makeTextFileImporter(files("el", "blank.txt"), path()), "el");
}

QTEST_GUILESS_MAIN(ImporterFilesTest)
#include "importer_files_test.moc"
