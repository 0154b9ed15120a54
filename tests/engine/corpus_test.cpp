// Which pages are held out, and which importer a description gets.
#include "engine/text/corpus.h"

#include <QTest>

using namespace moebel;

class CorpusTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void holdsOutTheSamePagesInEveryLanguage();
    void numbersPagesOverAllLanguagesTogether();
    void keepsTheOrderOfPages();
    void makesAnImporterForEverySource();
};

namespace {

Corpus corpusOf(const std::string& language, const std::vector<std::string>& pages)
{
    Corpus corpus{language, {}, {}};
    for (const std::string& page : pages) corpus.documents.push_back({page, language + " " + page});
    return corpus;
}

std::vector<std::string> pagesOf(const std::vector<Document>& documents)
{
    std::vector<std::string> pages;
    for (const Document& document : documents) pages.push_back(document.page);
    return pages;
}

using Pages = std::vector<std::string>;

}  // namespace

void CorpusTest::holdsOutTheSamePagesInEveryLanguage()
{
    DataSpec data;
    data.heldoutEvery = 3;
    const Pages pages = {"a", "b", "c", "d", "e", "f", "g"};
    const std::vector<SplitCorpus> split = splitHeldout({corpusOf("en", pages), corpusOf("el", pages)}, data);
    for (const SplitCorpus& corpus : split) {
        QCOMPARE(pagesOf(corpus.heldout), (Pages{"c", "f"}));
        QCOMPARE(pagesOf(corpus.training), (Pages{"a", "b", "d", "e", "g"}));
    }
    QCOMPARE(split[1].heldout[0].text, std::string("el c"));
}

void CorpusTest::numbersPagesOverAllLanguagesTogether()
{
    // Greek lacks b: counted alone, its third page would be d, which English trains on.
    DataSpec data;
    data.heldoutEvery = 3;
    const std::vector<SplitCorpus> split =
        splitHeldout({corpusOf("en", {"a", "b", "c", "d"}), corpusOf("el", {"a", "c", "d", "x"})}, data);
    QCOMPARE(pagesOf(split[0].heldout), Pages{"c"});
    QCOMPARE(pagesOf(split[1].heldout), Pages{"c"});
    QCOMPARE(pagesOf(split[1].training), (Pages{"a", "d", "x"}));
}

void CorpusTest::keepsTheOrderOfPages()
{
    DataSpec data;
    data.heldoutEvery = 2;
    const std::vector<SplitCorpus> split = splitHeldout({corpusOf("en", {"d", "a", "c", "b"})}, data);
    QCOMPARE(pagesOf(split[0].training), (Pages{"a", "c"}));
    QCOMPARE(pagesOf(split[0].heldout), (Pages{"d", "b"}));
}

void CorpusTest::makesAnImporterForEverySource()
{
    for (const TextSource source : {TextSource::LibreOfficeHelp, TextSource::GnomeHelp, TextSource::TextFiles,
                                    TextSource::JsonLines, TextSource::Synthetic}) {
        DataSpec data;
        data.source = source;
        QVERIFY(makeImporter(data, {{"el", LanguageRole::Expanded}}, {1}, ".").ok());
    }
}

QTEST_GUILESS_MAIN(CorpusTest)
#include "corpus_test.moc"
