// What is told of the project and its runs when the disk is looked at again, and who works at it.
#include "app/workbench/control/selection.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/workbench/page/when_seen.h"
#include "tests/support/store_fixture.h"

using namespace moebel;

namespace
{

struct Opened {
    QTemporaryDir folder;
    RunFolder first, second;
    Jobs jobs;
    Selection selection{jobs};

    Opened()
    {
        const std::filesystem::path runs = fixture::pathOf(folder) / "runs";
        first = fixture::makeRun(runs, "First");
        second = fixture::makeRun(runs, "Second");
        selection.openProject(fixture::pathOf(folder), first.id());
    }
    bool read()
    {
        return QTest::qWaitFor([this] { return !jobs.busy(); }, 20'000);
    }
    bool readAgain()
    {
        selection.refresh();
        return read();
    }
};

}  // namespace

class SelectionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anUnchangedProjectStaysTheSameObjectAndItsRunIsNotToldAgain()
    {
        Opened opened;
        QVERIFY(opened.read());
        const auto before = opened.selection.shared();
        QCOMPARE(before->runs.size(), std::size_t(2));
        QSignalSpy project(&opened.selection, &Selection::projectChanged), run(&opened.selection, &Selection::runChanged);
        QVERIFY(opened.readAgain());
        QCOMPARE(project.count(), 1);
        QCOMPARE(run.count(), 0);
        QCOMPARE(opened.selection.shared().get(), before.get());
    }

    void whatChangedInTheChosenRunIsTold()
    {
        Opened opened;
        QVERIFY(opened.read());
        QSignalSpy run(&opened.selection, &Selection::runChanged);
        QVERIFY(writeNotes(opened.first, {{}, "something new", false, {}}).ok());
        QVERIFY(opened.readAgain());
        QCOMPARE(run.count(), 1);
        QCOMPARE(opened.selection.run()->notes.notes, std::string("something new"));
        QVERIFY(opened.readAgain());
        QCOMPARE(run.count(), 1);
    }

    void whatChangedInAnotherRunMovesTheProjectButNotTheChosenRun()
    {
        Opened opened;
        QVERIFY(opened.read());
        const auto before = opened.selection.shared();
        QSignalSpy run(&opened.selection, &Selection::runChanged);
        QVERIFY(writeNotes(opened.second, {{}, "something new", false, {}}).ok());
        QVERIFY(opened.readAgain());
        QVERIFY(opened.selection.shared() != before);
        QCOMPARE(run.count(), 0);
    }

    void aProjectThatIsOpenedAgainTellsItsRun()
    {
        Opened opened;
        QVERIFY(opened.read());
        QSignalSpy run(&opened.selection, &Selection::runChanged);
        opened.selection.openProject(fixture::pathOf(opened.folder), opened.second.id());
        QVERIFY(opened.read());
        QCOMPARE(run.count(), 1);
        QCOMPARE(opened.selection.run()->id, opened.second.id());
    }

    void aPageBehindAnotherWorksOnceWhenItComesToTheFront()
    {
        QStackedWidget stack;
        auto* front = new QWidget;
        auto* behind = new QWidget;
        stack.addWidget(front);
        stack.addWidget(behind);
        int worked = 0;
        WhenSeen work(behind, [&worked] { ++worked; });
        work.touch();
        work.touch();
        QCOMPARE(worked, 0);
        stack.setCurrentWidget(behind);
        QCOMPARE(worked, 1);
        work.touch();
        QCOMPARE(worked, 2);
        stack.setCurrentWidget(front);
        stack.setCurrentWidget(behind);
        QCOMPARE(worked, 2);
    }

    void aPageThatNoStackHoldsWorksAtOnce()
    {
        QWidget page;
        int worked = 0;
        WhenSeen work(&page, [&worked] { ++worked; });
        work.touch();
        QCOMPARE(worked, 1);
        QVERIFY(!work.settle());
        QCOMPARE(worked, 1);
    }
};

QTEST_MAIN(SelectionTest)
#include "selection_test.moc"
