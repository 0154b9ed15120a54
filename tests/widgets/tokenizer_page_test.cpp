// The Tokenizer page: what moebel measured stands in table and map, and a text is cut as the tokenizer cuts it.
#include "app/workbench/page/models/tokenizer_page.h"

#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTemporaryDir>
#include <QtTest>

#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/models/token_text.h"
#include "tests/support/fake_moebel.h"
#include "tests/support/page_world.h"
#include "widgets/plot/heat_map_widget.h"
#include "widgets/table/comparison_table.h"

using namespace moebel;

namespace
{

using Offsets = std::vector<std::pair<qint64, qint64>>;

const QString kAnswer = QStringLiteral(R"(echo "$@" >> calls
case "$*" in
*refused*) echo '{"error": {"code": "x", "message": "no text for el", "where": ""}}'; exit 2;;
tokenizer-report*) echo '{"tokenizer": {"file": "/t/tokenizer.json", "kind": "BPE", "vocabulary": 49152}, "languages": [
 {"language": "en", "fertility": 1.5, "continued_words": 0.1, "bytes_per_token": 4.0, "byte_fallback_share": 0.0,
  "tokens_per_document": 400},
 {"language": "el", "fertility": 6.1, "continued_words": 0.97, "bytes_per_token": null, "byte_fallback_share": 0.128,
  "tokens_per_document": 1545}], "vocabulary_overlap": [[1, 0.25], [0.25, 1]]}';;
tokenize*) cp "$5" asked; echo '{"ids": [5, 6, 7], "offsets": [[0, 1], [1, 2], [1, 3]]}';;
esac
)");

struct Shown {
    QTemporaryDir folder;
    test::FakeMoebel moebel{folder.path()};
    test::PageWorld world{moebel.program()};
    TokenizerPage page{world.context};

    explicit Shown(const QString& project = "project")
    {
        moebel.become(kAnswer);
        QDir(folder.path()).mkpath(project + "/runs");
        QFile file(folder.filePath(project + "/experiment.toml"));
        if (!file.open(QIODevice::WriteOnly)) qFatal("no file");
        page.resize(1100, 700);
        page.show();
        world.selection.openProject(folder.filePath(project).toStdString());
        settle();
    }
    void settle()
    {
        if (!QTest::qWaitFor([&] { return !world.jobs.busy(); }, 20000)) qFatal("the work did not end");
    }
    QString state() { return page.findChild<QLabel*>("tokenizerState")->text(); }
};

}  // namespace

class TokenizerPageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void theLanguagesOfTheExperimentAreMeasured()
    {
        Shown shown;
        QCOMPARE(shown.moebel.calls().first(),
                 "tokenizer-report --experiment " + shown.folder.filePath("project/experiment.toml") + " --json");
        QVERIFY2(shown.state().contains("BPE, 49152 tokens"), qPrintable(shown.state()));
        const auto* table = shown.page.findChild<ComparisonView*>("tokenizerTable");
        QCOMPARE(table->model()->rowCount(), 2);
        QCOMPARE(table->model()->index(1, 1).data().toString(), QStringLiteral("6.10"));
        QCOMPARE(table->model()->index(1, 3).data().toString(), QString());
        QVERIFY2(table->comparison().csv().contains("96.99") || table->comparison().csv().contains("97"),
                 qPrintable(table->comparison().csv()));
        const HeatMap& map = shown.page.findChild<HeatMapWidget*>()->heatMap();
        QCOMPARE(map.rowNames, (QStringList{"en", "el"}));
        QCOMPARE(map.values[1][0], 0.25);
    }

    void anotherTokenizerIsMeasuredWhenItIsChosen()
    {
        Shown shown;
        auto* choice = shown.page.findChild<QComboBox*>("tokenizerChoice");
        choice->addItem("x", "/other/tokenizer.json");
        const qsizetype before = shown.moebel.calls().size();
        choice->setCurrentIndex(choice->count() - 1);
        shown.settle();
        QVERIFY2(shown.moebel.calls()[before].endsWith("--tokenizer /other/tokenizer.json --json"),
                 qPrintable(shown.moebel.calls()[before]));
    }

    void aProjectWithoutAnExperimentLeadsToOne()
    {
        Shown shown;
        const QString bare = shown.folder.filePath("bare");
        QDir().mkpath(bare + "/runs");
        shown.world.selection.openProject(bare.toStdString());
        shown.settle();
        const auto* empty = shown.page.findChild<EmptyState*>();
        QTRY_VERIFY(empty->isVisible());
        QVERIFY(empty->sentence().contains("there is no experiment.toml yet"));
        QVERIFY(!shown.page.findChild<QWidget*>("tokenizerPanes")->isVisible());
        shown.world.selection.openProject(shown.folder.filePath("project").toStdString());
        shown.settle();
        QTRY_VERIFY(!empty->isVisible() && shown.page.findChild<QWidget*>("tokenizerPanes")->isVisible());
    }

    void aRefusalStandsInThePage()
    {
        Shown shown("refused");
        QCOMPARE(shown.state(), QStringLiteral("no text for el"));
        QVERIFY(!shown.page.findChild<TokenText*>()->isVisible());
    }

    void aTextIsCutWhileItIsWritten()
    {
        Shown shown;
        auto* text = shown.page.findChild<QPlainTextEdit*>("tokenText");
        text->setPlainText("a\u03b1");
        QTRY_COMPARE(shown.page.findChild<TokenText*>()->spans(), (std::vector<TokenSpan>{{0, 1, 1}, {1, 2, 2}}));
        QVERIFY(shown.page.findChild<QLabel*>("tokenCounts")->text().startsWith("Tokens: 3, bytes: 3"));
        QCOMPARE(text->extraSelections().size(), 2);
        QFile asked(shown.folder.filePath("asked"));
        QVERIFY(asked.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(asked.readAll()), QStringLiteral("\"a\u03b1\"\n"));
    }

    void bytesOfAnyScriptBecomeLetters()
    {
        // a, GREEK SMALL ALPHA (2 bytes), DEVANAGARI KA (3), an emoji (4 bytes, 2 letters)
        const QString text = QStringLiteral("a\u03b1\u0915\U0001F600");
        QCOMPARE(tokenSpans(text, {{0, 1}, {1, 3}, {3, 6}, {6, 10}}),
                 (std::vector<TokenSpan>{{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 5, 1}}));
        // Byte-level tokens that divide a character stand as one span; so do the empty ranges of SentencePiece's bytes.
        QCOMPARE(tokenSpans(text, {{0, 4}, {4, 5}, {5, 10}}), (std::vector<TokenSpan>{{0, 5, 3}}));
        QCOMPARE(tokenSpans(text, Offsets{{0, 3}, {3, 3}, {3, 3}, {3, 6}, {6, 10}}),
                 (std::vector<TokenSpan>{{0, 2, 1}, {2, 3, 3}, {3, 5, 1}}));
        QVERIFY(tokenSpans(QString(), Offsets{{0, 0}}).empty());
        QCOMPARE(tokenSpans("ab", Offsets{{-5, 99}}), (std::vector<TokenSpan>{{0, 2, 1}}));
    }
};

QTEST_MAIN(TokenizerPageTest)
#include "tokenizer_page_test.moc"
