// Help pages in small trees made here: what becomes text, what is left out, what is said when something is wrong.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "engine/text/help_importers.h"
#include "engine/text/markup_text.h"

using namespace moebel;
using namespace std::string_literals;

class ImporterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void readsTheDisplayAreaOfHelpPages();
    void keepsLinesOfProgramTextApart();
    void survivesDeepAndBrokenHtml();
    void readsMallardWithoutInfo();
    void refusesDocumentTypesAndEntities();
    void namesPackagesAndFoldersOfLanguages();
    void leavesOutParagraphsThatAreStillEnglish();
    void prefersInstalledPackages();
    void namesAMissingPackageAndHowToGetIt();
    void listsPagesThatCannotBeRead();
    void readsGnomeHelp();
    void fingerprintFollowsTheFiles();

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
    HelpFolders folders() const { return {path("system"), path("cache")}; }
    std::unique_ptr<QTemporaryDir> m_folder;
};

namespace {

std::string helpPage(const std::string& content)
{
    return "<!DOCTYPE html><html><head><title>no</title></head><body><div>menu</div>"
           "<div id=\"DisplayArea\">" +
           content + "</div><footer><p>debug</p></footer></body></html>";
}

std::string mallard(const std::string& content)
{
    return "<?xml version=\"1.0\"?><page xmlns=\"http://projectmallard.org/1.0/\"><info><desc>secret</desc></info>" + content +
           "</page>";
}

const std::string kGreek = "cache/libreoffice-help-el/usr/share/libreoffice/help/el/text/";
const std::string kEnglish = "cache/libreoffice-help-en-us/usr/share/libreoffice/help/en-US/text/";

}  // namespace

void ImporterTest::readsTheDisplayAreaOfHelpPages()
{
    const auto paragraphs = htmlParagraphs(helpPage("<h1>Τίτλος</h1>\n<p>One <b>two</b>\n  three &amp; four&nbsp;five</p>"
                                                    "<script>no()</script><ul><li>a</li><li>b<p>c</p></li></ul><p> </p>"
                                                    "<span><span class=\"MAC\">Cmd</span><span>Ctrl</span></span><br>x"),
                                           "DisplayArea");
    QCOMPARE(paragraphs.value(), (std::vector<std::string>{"Τίτλος", "One two three & four five", "a", "b", "c", "Ctrl x"}));
    QCOMPARE(htmlParagraphs("<html><body><p>x</p></body></html>", "DisplayArea").error().code, "bad-page"s);
    QCOMPARE(htmlParagraphs("<html><body><p class='DisplayArea'>x</p></body></html>", "DisplayArea").value(),
             std::vector<std::string>{"x"});
}

void ImporterTest::keepsLinesOfProgramTextApart()
{
    QCOMPARE(htmlParagraphs(helpPage("<pre><code>Sub A\n  <span>x</span> = 1\nEnd Sub</code></pre><p>y\nz</p>"), "DisplayArea")
                 .value(),
             (std::vector<std::string>{"Sub A", "x = 1", "End Sub", "y z"}));
}

void ImporterTest::survivesDeepAndBrokenHtml()
{
    std::string deep;
    for (int i = 0; i < 200'000; ++i) deep += "<div>";
    (void)htmlParagraphs(helpPage(deep + "x"), "DisplayArea");
    (void)htmlParagraphs(deep, "DisplayArea");
    QCOMPARE(htmlParagraphs(helpPage("<p>a<li>b</p></table>"), "DisplayArea").value(), (std::vector<std::string>{"a", "b"}));
    QVERIFY(!htmlParagraphs("", "DisplayArea").ok());
    QVERIFY(!htmlParagraphs(std::string("\0\0\0", 3), "DisplayArea").ok());
}

void ImporterTest::readsMallardWithoutInfo()
{
    QCOMPARE(mallardParagraphs(mallard("<title>T</title><p>Press <key>A</key> and\n <code>b</code></p>"
                                       "<steps><item><p>one</p></item><item><p>two</p></item></steps><code>x\ny</code>"))
                 .value(),
             (std::vector<std::string>{"T", "Press A and b", "one", "two", "x", "y"}));
    QVERIFY(!mallardParagraphs("<html/>").ok());
    QVERIFY(!mallardParagraphs("<page><p>x</page>").ok());
}

void ImporterTest::refusesDocumentTypesAndEntities()
{
    write("secret.txt", "SECRET");
    const std::string type =
        "<?xml version=\"1.0\"?><!DOCTYPE page [<!ENTITY e SYSTEM \"" + path("secret.txt").string() + "\">]>";
    QVERIFY(!mallardParagraphs(type + "<page><p>&e;</p></page>").ok());
    const auto html =
        htmlParagraphs("<!DOCTYPE html [<!ENTITY e SYSTEM \"" + path("secret.txt").string() + "\">]>" + helpPage("<p>&e;x</p>"),
                       "DisplayArea");
    for (const std::string& paragraph : html.ok() ? html.value() : std::vector<std::string>())
        QVERIFY(paragraph.find("SECRET") == std::string::npos);
}

void ImporterTest::namesPackagesAndFoldersOfLanguages()
{
    QCOMPARE(libreOfficeHelpPackage("en"), "libreoffice-help-en-us"s);
    QCOMPARE(libreOfficeHelpPackage("zh-CN"), "libreoffice-help-zh-cn"s);
    QCOMPARE(libreOfficeHelpPackage("pt-BR"), "libreoffice-help-pt-br"s);
    QCOMPARE(libreOfficeHelpPackage("el"), "libreoffice-help-el"s);
    QCOMPARE(libreOfficeHelpPackage("../x"), ""s);
    QCOMPARE(gnomeHelpFolder("en"), "C"s);
    QCOMPARE(gnomeHelpFolder("pt-BR"), "pt_BR"s);
    QCOMPARE(gnomeHelpFolder("sr-Latn"), "sr@latin"s);
    QCOMPARE(gnomeHelpFolder("a/b"), ""s);
}

void ImporterTest::leavesOutParagraphsThatAreStillEnglish()
{
    write(kEnglish + "shared/a.html", helpPage("<p>Open a file.</p><p>Save.</p>"));
    write(kEnglish + "shared/b.html", helpPage("<p>Only English.</p>"));
    write(kGreek + "shared/a.html", helpPage("<p>Save.</p><p>Άνοιγμα αρχείου.</p><p>Open a file.</p>"));
    write(kGreek + "shared/b.html", helpPage("<p>Only English.</p>"));
    write(kGreek + "shared/c.html", helpPage("<p>Save.</p>"));  // another page
    write(kGreek + "shared/d.txt", "no page");
    const auto importer = makeLibreOfficeHelpImporter(folders());
    const Corpus greek = importer->load("el").value();
    QCOMPARE(greek.documents, (std::vector<Document>{{"shared/a.html", "Άνοιγμα αρχείου.\n"}, {"shared/c.html", "Save.\n"}}));
    QVERIFY(greek.warnings.empty());
    QCOMPARE(importer->load("en").value().documents.size(), std::size_t(2));
}

void ImporterTest::prefersInstalledPackages()
{
    write(kEnglish + "a.html", helpPage("<p>English</p>"));
    write(kGreek + "a.html", helpPage("<p>cache</p>"));
    write("system/usr/share/libreoffice/help/el/text/a.html", helpPage("<p>system</p>"));
    QCOMPARE(makeLibreOfficeHelpImporter(folders())->load("el").value().documents[0].text, "system\n"s);
}

void ImporterTest::namesAMissingPackageAndHowToGetIt()
{
    const auto importer = makeLibreOfficeHelpImporter(folders());
    const Error missing = importer->load("el").error();
    QCOMPARE(missing.code, "no-text"s);
    QCOMPARE(missing.kind, ErrorKind::InvalidInput);
    QVERIFY2(missing.message.find("apt-get install libreoffice-help-el'") != std::string::npos, missing.message.c_str());
    QVERIFY(missing.message.find(path("cache").string()) != std::string::npos);
    write(kGreek + "a.html", helpPage("<p>x</p>"));
    QVERIFY(importer->load("el").error().message.find("libreoffice-help-en-us") != std::string::npos);
    QVERIFY(makeGnomeHelpImporter(folders())->load("el").error().message.find("gnome-user-docs") != std::string::npos);
    QCOMPARE(importer->load("../el").error().code, "bad-language"s);
}

void ImporterTest::listsPagesThatCannotBeRead()
{
    write(kEnglish + "a.html", helpPage("<p>x</p>"));
    write(kGreek + "a.html", helpPage("<p>α</p>"));
    write(kGreek + "b.html", "<html><body>nothing here</body></html>");
    write(kGreek + "c.html", helpPage("<p>\xFF</p>"));
    const Corpus corpus = makeLibreOfficeHelpImporter(folders())->load("el").value();
    QCOMPARE(corpus.documents.size(), std::size_t(1));
    QCOMPARE(corpus.warnings, std::vector<std::string>{"el: 2 of 3 pages were skipped: b.html, c.html"});
}

void ImporterTest::readsGnomeHelp()
{
    const std::string help = "cache/gnome-user-docs/usr/share/help/";
    write(help + "C/gnome-help/a.page", mallard("<title>Sound</title><p>Loud.</p>"));
    write(help + "pt_BR/gnome-help/a.page", mallard("<title>Som</title><p>Loud.</p>"));
    write(help + "pt_BR/gnome-help/legal.xml", "<p>no</p>");
    const auto importer = makeGnomeHelpImporter(folders());
    QCOMPARE(importer->load("pt-BR").value().documents, (std::vector<Document>{{"a.page", "Som\n"}}));
    QCOMPARE(importer->load("en").value().documents, (std::vector<Document>{{"a.page", "Sound\nLoud.\n"}}));
    const Error missing = importer->load("xx").error();
    QCOMPARE(missing.code, "no-text"s);
    QVERIFY(missing.message.find("language xx") != std::string::npos);
}

void ImporterTest::fingerprintFollowsTheFiles()
{
    write(kEnglish + "a.html", helpPage("<p>x</p>"));
    write(kGreek + "a.html", helpPage("<p>α</p>"));
    const auto fingerprint = [&] { return makeLibreOfficeHelpImporter(folders())->fingerprint("el").value(); };
    const std::string before = fingerprint();
    QCOMPARE(fingerprint(), before);
    write(kGreek + "b.html", helpPage("<p>β</p>"));
    const std::string after = fingerprint();
    QVERIFY(after != before);
    write(kEnglish + "b.html", helpPage("<p>b</p>"));
    QVERIFY(fingerprint() != after);
}

QTEST_GUILESS_MAIN(ImporterTest)
#include "importer_test.moc"
