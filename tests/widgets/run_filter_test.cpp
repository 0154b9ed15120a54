// The words of the filter box, and finding by a few letters.
#include "app/workbench/control/run_filter.h"

#include <QtTest>
#include <limits>

#include "app/workbench/control/fuzzy.h"
#include "app/workbench/control/run_list_model.h"

using namespace moebel;

namespace
{

RunSummary paperRun()
{
    RunSummary run;
    run.id = "20261123-120000-greek";
    run.title = "Greek, Hungarian, Ελληνικά";
    run.method = "moe-lpr";
    run.status = {RunState::Finished, "", 900, 900};
    run.originalBitsPerByte = 2.1;
    run.expandedBitsPerByte = 2.7;
    run.restored = 0.79;
    run.kept = std::numeric_limits<double>::quiet_NaN();
    run.originalLanguages = {"en", "zh-CN"};
    run.expandedLanguages = {"hu"};
    run.notes.tags = {"paper", "second try"};
    run.notes.starred = true;
    return run;
}

bool found(const QString& filter)
{
    const RunSummary run = paperRun();
    return matches(parseRunFilter(filter).filter, run, runKeys(run, stateText(run.status.state)));
}

}  // namespace

class RunFilterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyWordMustHold_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<bool>("holds");
        const auto row = [](const char* filter, bool holds) { QTest::newRow(filter) << QString::fromUtf8(filter) << holds; };
        row("", true);
        row("greek", true);
        row("ελληνικα", true);
        row("greek norwegian", false);
        row("state:finished", true);
        row("state:failed", false);
        row("-state:failed", true);
        row("method:moe-lpr tag:paper lang:hu", true);
        row("method:dense", false);
        row("tag:\"second try\"", true);
        row("\"hungarian, ελλ\"", true);
        row("lang:zh", true);
        row("lang:zh-cn", true);
        row("lang:h", false);
        row("is:starred", true);
        row("-is:starred", false);
        row("restored>0.7", true);
        row("restored>80%", false);
        row("original<2.2 expanded>2.5", true);
        row("kept>0", false);
        row("tag:", true);
    }

    void everyWordMustHold()
    {
        QFETCH(QString, filter);
        QFETCH(bool, holds);
        QCOMPARE(found(filter), holds);
        QVERIFY2(parseRunFilter(filter).problem.isEmpty(), qPrintable(parseRunFilter(filter).problem));
    }

    void whatIsNotUnderstoodIsTold()
    {
        QVERIFY(parseRunFilter("colour:red").problem.contains("colour:"));
        QVERIFY(parseRunFilter("kept>much").problem.contains("kept>much"));
        QVERIFY(parseRunFilter("is:big greek").problem.contains("is:starred"));
        QCOMPARE(parseRunFilter("is:big greek").filter.terms.size(), std::size_t(1));
    }

    void lettersInOrderAreFoundAndTheBetterFitScoresMore()
    {
        QVERIFY(fuzzyScore("rsl", "reset layout"));
        QVERIFY(!fuzzyScore("lsr", "reset layout"));
        QVERIFY(fuzzyScore("layout reset", "reset layout"));
        QVERIFY(*fuzzyScore("lay", "reset layout") > *fuzzyScore("lay", "language display"));
        QVERIFY(*fuzzyScore("live", "live") > *fuzzyScore("live", "olive"));
    }

    void accentsOfLatinDoNotMatterAndOtherScriptsStayWhole()
    {
        QCOMPARE(folded(QString::fromUtf8("Türkçe")), QStringLiteral("turkce"));
        QVERIFY(fuzzyScore(folded(QString::fromUtf8("हिन्दी")), folded(QString::fromUtf8("Hindi हिन्दी (hi)"))));
        QVERIFY(!fuzzyScore(folded(QString::fromUtf8("हिन्दु")), folded(QString::fromUtf8("Hindi हिन्दी (hi)"))));
    }
};

QTEST_GUILESS_MAIN(RunFilterTest)
#include "run_filter_test.moc"
