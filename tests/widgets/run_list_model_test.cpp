// The table of runs.
#include "app/workbench/control/run_list_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>
#include <limits>

using namespace moebel;

namespace
{

RunSummary finishedRun()
{
    RunSummary run;
    run.id = std::string("20261123-120000-a");
    run.title = std::string("A");
    run.method = "moe-lpr";
    run.status = {RunState::Finished, "", 900, 900};
    run.createdAt = 1'795'000'000;
    run.originalBitsPerByte = 2.1453;
    run.expandedBitsPerByte = 2.7068;
    return run;
}

RunSummary damagedRun()
{
    RunSummary run;
    run.id = "20261122-120000-b";
    run.status = {RunState::Damaged, "run.sqlite is not a database", 0, 0};
    run.originalBitsPerByte = run.expandedBitsPerByte = std::numeric_limits<double>::quiet_NaN();
    return run;
}

QString cell(const RunListModel& model, int row, int column, int role = Qt::DisplayRole)
{
    return model.data(model.index(row, column), role).toString();
}

}  // namespace

class RunListModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void modelKeepsQtsRules()
    {
        RunListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRuns({finishedRun(), damagedRun()});
        model.setRuns({damagedRun()});
        model.setRuns({});
        QCOMPARE(model.rowCount(), 0);
    }

    void cellsSayWhatTheSummarySays()
    {
        RunListModel model;
        model.setRuns({finishedRun()});
        QCOMPARE(cell(model, 0, RunListModel::State), QStringLiteral("finished"));
        QCOMPARE(cell(model, 0, RunListModel::Title), QStringLiteral("A"));
        QCOMPARE(cell(model, 0, RunListModel::Method), QStringLiteral("moe-lpr"));
        QCOMPARE(cell(model, 0, RunListModel::Progress), QStringLiteral("\u2068900 of 900\u2069"));
        QCOMPARE(cell(model, 0, RunListModel::OriginalBits), QStringLiteral("2.145"));
        QCOMPARE(cell(model, 0, RunListModel::ExpandedBits), QStringLiteral("2.707"));
    }

    void damagedRunsAreListedWithTheirReason()
    {
        RunListModel model;
        model.setRuns({finishedRun(), damagedRun()});
        QCOMPARE(cell(model, 1, RunListModel::State), QStringLiteral("damaged"));
        QCOMPARE(cell(model, 1, RunListModel::Title), QStringLiteral("20261122-120000-b"));
        QCOMPARE(cell(model, 1, RunListModel::Remark), QStringLiteral("run.sqlite is not a database"));
        QCOMPARE(cell(model, 1, RunListModel::OriginalBits), QStringLiteral("\u2013"));
        QVERIFY(cell(model, 1, RunListModel::Title, Qt::ToolTipRole).contains(QStringLiteral("not a database")));
    }

    void numbersSortAsNumbersAndMissingOnesLast()
    {
        RunSummary worse = finishedRun();
        worse.id = std::string("c");
        worse.originalBitsPerByte = 10.5;
        RunListModel model;
        model.setRuns({damagedRun(), worse, finishedRun()});
        model.sort(RunListModel::OriginalBits);
        QCOMPARE(cell(model, 0, RunListModel::OriginalBits), QStringLiteral("2.145"));
        QCOMPARE(cell(model, 1, RunListModel::OriginalBits), QStringLiteral("10.500"));
        QCOMPARE(cell(model, 2, RunListModel::State), QStringLiteral("damaged"));
        model.sort(RunListModel::OriginalBits, Qt::DescendingOrder);
        QCOMPARE(cell(model, 0, RunListModel::OriginalBits), QStringLiteral("10.500"));
        QCOMPARE(cell(model, 2, RunListModel::State), QStringLiteral("damaged"));
    }

    void runsSortByTheirNewestLoss()
    {
        std::vector<RunSummary> runs(3, finishedRun());
        for (std::size_t i = 0; i < runs.size(); ++i) runs[i].id += std::to_string(i);
        runs[0].loss = std::nan("");
        runs[1].loss = 11.25;
        runs[2].loss = 2.5;
        RunListModel model;
        model.setRuns(runs);
        model.sort(RunListModel::Loss);
        QCOMPARE(cell(model, 0, RunListModel::Loss), QStringLiteral("2.500"));
        QCOMPARE(cell(model, 1, RunListModel::Loss), QStringLiteral("11.250"));
        QCOMPARE(cell(model, 2, RunListModel::Loss), QStringLiteral("\u2013"));
        model.sort(RunListModel::Loss, Qt::DescendingOrder);
        QCOMPARE(cell(model, 0, RunListModel::Loss), QStringLiteral("11.250"));
        QCOMPARE(cell(model, 2, RunListModel::Loss), QStringLiteral("\u2013"));
    }

    void progressOfTheSameRunsKeepsTheRows()
    {
        RunListModel model;
        RunSummary run = finishedRun();
        run.status = {RunState::Running, "", 100, 900};
        model.setRuns({run});
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset), changes(&model, &QAbstractItemModel::dataChanged);
        run.status.step = 200;
        model.setRuns({run});
        QCOMPARE(resets.size(), 0);
        QCOMPARE(changes.size(), 1);
        QCOMPARE(cell(model, 0, RunListModel::Progress), QStringLiteral("\u2068200 of 900\u2069"));
        run.status = {RunState::NotResponding, "its worker does not answer", 0, 900, 12, 40};
        model.setRuns({run});
        QCOMPARE(cell(model, 0, RunListModel::Progress), QStringLiteral("\u2068base: 12 of 40\u2069"));
        QCOMPARE(cell(model, 0, RunListModel::State), QStringLiteral("not responding"));
        QCOMPARE(cell(model, 0, RunListModel::Remark), QStringLiteral("its worker does not answer"));
        QCOMPARE(model.rowOf(run.id), 0);
        QCOMPARE(model.rowOf("none"), -1);
    }
};

QTEST_GUILESS_MAIN(RunListModelTest)
#include "run_list_model_test.moc"
