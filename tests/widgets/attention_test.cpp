// What reaches the user beside the pages: the end of a run that nobody looks at, and text that is large enough.
#include <QHeaderView>
#include <QLabel>
#include <QtTest>

#include "app/workbench/application/text_size.h"
#include "app/workbench/page/live_page.h"
#include "app/workbench/settings/preferences.h"
#include "app/workbench/window/run_notice.h"
#include "moebel/worker/control.h"
#include "tests/support/window_world.h"
#include "widgets/plot/series_plot.h"
#include "widgets/support/qcustomplot.h"

using namespace moebel;
using namespace moebel::test;

class AttentionTest : public QObject
{
    Q_OBJECT

    WindowWorld m_world;

private Q_SLOTS:
    void init()
    {
        m_world.begin();
        QVERIFY(QDir(m_world.folder.path()).mkpath("runtime"));
        qputenv("XDG_RUNTIME_DIR", m_world.folder.filePath("runtime").toLocal8Bit());
    }

    void theEndOfARunIsToldToWhoLooksElsewhere_data()
    {
        QTest::addColumn<bool>("active");
        QTest::newRow("another window is active") << false;
        QTest::newRow("this window is active") << true;
    }

    void theEndOfARunIsToldToWhoLooksElsewhere()
    {
        QFETCH(bool, active);
        RunRecord record;
        record.device = thisMachine();
        Experiment experiment = madeUpExperiment();
        experiment.title = "ελληνικά & more";
        const auto run = createRun((m_world.project + "/runs").toStdString(), experiment, "{}", "", record);
        QVERIFY(run.ok());
        auto lock = std::make_unique<Result<RunLock>>(RunLock::acquire(*run));
        QVERIFY(lock->ok());
        Jobs jobs;
        Selection selection(jobs);
        QWidget window;
        QStringList told;
        RunNotice notice(selection, window, [&](const QString& title, const QString& text) { told << title + "|" + text; });
        selection.openProject(m_world.project.toStdString());
        QTRY_COMPARE(selection.project().runs.size(), std::size_t(2));
        QTRY_VERIFY(!jobs.busy());
        QVERIFY(told.isEmpty());  // the one that had ended before
        if (active) {
            window.show();
            window.activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(&window));
        }
        lock.reset();
        QVERIFY(writeExitRecord(*run, ExitRecord{"failed", 1, 0, "no space is left", 0}).ok());
        selection.refresh();
        QTRY_VERIFY(!jobs.busy());
        QTRY_VERIFY(std::none_of(selection.project().runs.begin(), selection.project().runs.end(),
                                 [](const RunSummary& one) { return isLive(one.status.state); }));
        QCOMPARE(told.size(), active ? 0 : 1);
        if (!active) QVERIFY2(told.first().startsWith("ελληνικά & more: failed|"), qPrintable(told.first()));
        selection.refresh();
        QTRY_VERIFY(!jobs.busy());
        QCOMPARE(told.size(), active ? 0 : 1);  // once
    }

    void theTextOfTheWholeWindowGrowsAndIsRemembered()
    {
        const double before = QApplication::font().pointSizeF();
        {
            MainWindow window(m_world.options());
            window.resize(1280, 800);
            window.show();
            drop(window, {m_world.project});
            QTRY_COMPARE(runs(window)->rowCount(), 1);
            window.showPage(PageId::Live);
            auto* plot = window.findChild<LivePage*>()->findChild<SeriesPlot*>();
            QTRY_VERIFY(!plot->rows().isEmpty());
            auto* table = window.findChild<QTableView*>("runsTable");
            const auto title = [&] {
                return window.findChild<QWidget*>("runsPage")->findChild<QLabel*>()->font().pointSizeF();
            };
            const auto axis = [&] {
                return plot->findChild<QCustomPlot*>()
                    ->axisRects()
                    .first()
                    ->axis(QCPAxis::atLeft)
                    ->tickLabelFont()
                    .pointSizeF();
            };
            const double titleBefore = title(), axisBefore = axis();
            const int rowBefore = table->verticalHeader()->defaultSectionSize();
            for (int i = 0; i < 5; ++i) window.actionTable().find("text.larger")->trigger();
            QCoreApplication::processEvents();
            QCOMPARE(QApplication::font().pointSizeF(), 1.5 * before);
            QVERIFY(std::abs(title() / titleBefore - 1.5) < 0.02);
            QVERIFY(std::abs(axis() / axisBefore - 1.5) < 0.02);
            QVERIFY(table->verticalHeader()->defaultSectionSize() > rowBefore);
            QCOMPARE(window.actionTable().find("text.larger")->shortcuts().contains(QKeySequence("Ctrl++")), true);
            window.close();
        }
        QCOMPARE(QApplication::font().pointSizeF(), before);
        MainWindow again(m_world.options());
        QCOMPARE(QApplication::font().pointSizeF(), 1.5 * before);
        again.actionTable().find("text.standard")->trigger();
        QCOMPARE(QApplication::font().pointSizeF(), before);
        QCOMPARE(Preferences(m_world.options().preferences).textPercent(), 100);
    }

    void theTextStaysReadable()
    {
        const double before = QApplication::font().pointSizeF();
        TextSize text(100000);
        QCOMPARE(QApplication::font().pointSizeF(), before * TextSize::kLargest / 100);
        text.choose(-5);
        QCOMPARE(text.percent(), TextSize::kSmallest);
    }
};

QTEST_MAIN(AttentionTest)
#include "attention_test.moc"
