// The cells of tables as CSV, TSV and LaTeX: the stored numbers, and text that means something to none of them.
#include "widgets/support/table_text.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QtTest>
#include <limits>

#include "tests/support/comparison_fixture.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/plot_style.h"

using namespace moebel;

namespace
{

QString copied() { return QGuiApplication::clipboard()->text(); }

}  // namespace

class TableTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbersAreReadBackAsTheyWere();
    void wordsAreQuotedOnlyWhereTheyMustBe();
    void aTableIsSavedAsItIsStored();
    void theSelectionOfATableIsCopiedAsTsv();
    void theBestOfARowIsBoldInLatex();
    void valuesThatArePrintedAlikeAreBothTheBest();
    void aDarkTableIsPrintedOnWhite();
};

void TableTextTest::numbersAreReadBackAsTheyWere()
{
    QLocale::setDefault(QLocale(QLocale::German));
    for (const double number : {1.0 / 3, 0.1, 2.5, 1e-300, -7.0 / 9, 123456789.123})
        QCOMPARE(exactText(number).toDouble(), number);
    QCOMPARE(exactText(0.1), "0.1");
    QCOMPARE(exactText(std::numeric_limits<double>::quiet_NaN()), "");
    QLocale::setDefault(QLocale::c());
}

void TableTextTest::wordsAreQuotedOnlyWhereTheyMustBe()
{
    QCOMPARE(csvField("plain"), "plain");
    QCOMPARE(csvField("a,b"), "\"a,b\"");
    QCOMPARE(csvField("say \"a\""), "\"say \"\"a\"\"\"");
    QCOMPARE(latexText("50 % & a_b#$ ~^\\"), "50 \\% \\& a\\_b\\#\\$ \\textasciitilde{}\\textasciicircum{}\\textbackslash{}");
    QCOMPARE(latexText(QStringLiteral("\u2068\u22121\u2069 \u2013")), "$-$1 --");
}

void TableTextTest::aTableIsSavedAsItIsStored()
{
    ComparisonView table;
    table.setTable(test::scores());
    QCOMPARE(table.comparison().csv(),
             "Bits & bytes,base,run_1 / review,difference\n\"Greek, el\",2.5,2.3333333333333335,-0.16666666666666666\n"
             "kept,0.8,0.75,\nrule,a_b,,\n");
}

void TableTextTest::theSelectionOfATableIsCopiedAsTsv()
{
    ComparisonView table;
    table.setTable(test::scores());
    table.show();
    table.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&table));
    table.setFocus();
    table.selectRow(0);
    QTest::keySequence(&table, QKeySequence::Copy);
    QCOMPARE(copied(), "Bits & bytes\tbase\trun_1 / review\nGreek, el\t2.5\t2.3333333333333335\n");
    table.selectionModel()->select(table.model()->index(0, 2), QItemSelectionModel::ClearAndSelect);
    table.exportMenu().copyData();
    QCOMPARE(copied(), "2.3333333333333335");
    table.clearSelection();
    table.exportMenu().copyData();
    QCOMPARE(copied().count('\n'), 4);
}

void TableTextTest::theBestOfARowIsBoldInLatex()
{
    ComparisonView table;
    table.setTable(test::scores());
    table.exportMenu().copyLatex();
    QCOMPARE(copied(),
             "\\begin{tabular}{lrr}\n  \\toprule\n  Bits \\& bytes & base & \\shortstack{run\\_1 \\\\ review} \\\\\n"
             "  \\midrule\n  Greek, el & 2.500 & \\textbf{2.333} \\\\\n  kept & \\textbf{80 \\%} & 75 \\% \\\\\n"
             "  rule & a\\_b &  \\\\\n  \\bottomrule\n\\end{tabular}\n");
}

void TableTextTest::valuesThatArePrintedAlikeAreBothTheBest()
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    ComparisonView table;
    table.setTable(
        {"x",
         {"a", "b", "c"},
         {{"el", false, {{"2.125", 2.1251, nan, false}, {"2.125", 2.1249, nan, false}, {"3", 3, nan, false}}, Better::Lower}},
         1});
    const auto best = [&](int column) { return table.model()->index(0, column).data(BestRole).toBool(); };
    QVERIFY(best(1) && best(2) && !best(3));
}

void TableTextTest::aDarkTableIsPrintedOnWhite()
{
    QPalette dark;
    for (const auto role : {QPalette::Window, QPalette::Base, QPalette::AlternateBase, QPalette::Button})
        dark.setColor(role, QColor(0x16, 0x19, 0x1f));
    ComparisonView table;
    table.setPalette(dark);
    table.setTable(test::scores());
    table.resize(600, 300);
    table.show();
    const Exports& exports = table.exportMenu().exports();
    QCOMPARE(pictureOf(exports, paperPalette()).pixelColor(1190, 590), QColor(Qt::white));
    QVERIFY(pictureOf(exports, table.palette()).pixelColor(1190, 590).lightness() < 60);
    QCOMPARE(table.palette().color(QPalette::Base), QColor(0x16, 0x19, 0x1f));
    QVERIFY(!svgOf(exports).contains("#16191f"));
}

QTEST_MAIN(TableTextTest)
#include "table_text_test.moc"
