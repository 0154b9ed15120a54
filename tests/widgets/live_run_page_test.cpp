// The Live page of a run that is going: attached to its worker, its curves and its map as they come.
#include <QLabel>
#include <QProgressBar>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>

#include "app/workbench/page/live_routing.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/routing_views.h"
#include "moebel/worker/control.h"
#include "tests/support/live_window.h"
#include "tests/support/made_up_run.h"
#include "tests/support/store_access.h"
#include "widgets/plot/routing_map_widget.h"
#include "widgets/plot/series_table_model.h"

using namespace moebel;

namespace
{

/// What a worker holds while it works.
struct LiveRun {
    QTemporaryDir project;
    RunControl control;
    RunFolder run;
    std::optional<RunLock> lock;
    std::unique_ptr<RunWriter> writer;
    std::unique_ptr<EventServer> server;

    LiveRun()
    {
        RunRecord record;
        record.device = thisMachine();
        run = createRun((project.path() + "/runs").toStdString(), test::madeUpExperiment(), "{}", "", record).value();
        lock.emplace(std::move(RunLock::acquire(run).value()));
        writer = std::move(RunWriter::open(run).value());
        server = std::move(EventServer::start(run, control).value());
    }
    void tell(const RunEvent& event)
    {
        writer->receive(event);
        server->receive(event);
    }
};

}  // namespace

class LiveRunPageTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_runtime;

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_RUNTIME_DIR", m_runtime.path().toLocal8Bit()); }

    void aLiveRunIsAttachedAndItsButtonsReachTheWorker()
    {
        LiveRun live;
        live.tell(RunStarted{live.run.id(), false, 0, 100, 2});
        live.tell(StageStarted{0, StageKind::PostPretraining, 0, 60, {3, 3}, 2, 10});
        live.tell(
            StepFinished{0, 1, {{"language-model-loss", "nats/token", "", 4.25}, {"tokens-per-second", "tokens/s", "", 2048}, {"flops-per-second", "FLOP/s", "", 8.15e10}}});
        test::LiveWindow opened(live.project.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.page->feed().attached(), 2000);
        QTRY_VERIFY_WITH_TIMEOUT(opened.button("pause").isEnabled(), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(opened.legend().shownValue("language-model-loss/"), QString("4.25"), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(opened.page->findChild<QLabel*>("progress")->text().contains("about 25 s left"), 20'000);
        QVERIFY(opened.page->findChild<QLabel*>("progress")->text().contains("tokens/s, 81.5 GFLOP/s"));
        QTest::mouseClick(&opened.button("pause"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(live.control.pause, 20'000);
        live.tell(RunPaused{1, ""});
        QTRY_COMPARE_WITH_TIMEOUT(opened.page->findChild<QLabel*>("state")->text(), QString("paused"), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(opened.button("pause").text().remove('&'), QString("Continue"), 20'000);
        QTest::mouseClick(&opened.button("stop"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(live.control.stop, 20'000);
        auto* line = opened.page->findChild<QLabel*>("line");
        QTRY_VERIFY_WITH_TIMEOUT(line->isVisible(), 20'000);
        QSet<QString> states;
        auto* state = opened.page->findChild<QLabel*>("state");
        QTimer look;
        connect(&look, &QTimer::timeout, &look, [&] { states.insert(state->text()); });
        look.start(5);
        live.tell(RunStopped{1});
        QVERIFY(live.writer->flush().ok());
        live.server.reset();
        live.writer.reset();
        {
            const RunLock gone = std::move(*live.lock);
        }
        QTRY_COMPARE_WITH_TIMEOUT(state->text(), QString("ending"), 20'000);
        QTest::qWait(400);  // the supervisor takes its time
        QVERIFY(!opened.button("resume").isEnabled());
        QVERIFY(writeExitRecord(live.run, ExitRecord{"stopped", 3, 0, "", 0}).ok());
        QElapsedTimer clock;
        clock.start();
        QTRY_COMPARE_WITH_TIMEOUT(state->text(), QString("stopped"), 20'000);
        qInfo("stopped is seen after %lld ms", static_cast<long long>(clock.elapsed()));
        QTRY_VERIFY_WITH_TIMEOUT(opened.button("resume").isEnabled(), 20'000);
        QVERIFY2(!states.contains("interrupted"), qPrintable(QStringList(states.begin(), states.end()).join(", ")));
        QVERIFY(!line->isVisible());
    }

    void theRoutingMapIsThatOfTheNewestCapture()
    {
        LiveRun live;
        const Experiment experiment = test::madeUpExperiment();
        live.tell(RunStarted{live.run.id(), false, 0, 100, 2});
        live.tell(StageStarted{0, StageKind::PostPretraining, 0, 60, {3, 3}, 2, 10});
        QVERIFY(live.writer->flush().ok());
        test::LiveWindow opened(live.project.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.page->feed().attached() && opened.page->feed().hasRead(), 20'000);
        auto& views = opened.page->findChild<LiveRouting*>()->views();
        const auto* map = qobject_cast<RoutingMapWidget*>(views.widget(0));
        for (const int stage : {1, 2}) {
            const RoutingStats stats = test::madeUpRouting(experiment, {3, 3}, stage);
            live.server->receive(RoutingSampled{0, 10 * stage, RoutingSplit::Training, stats});
            const double wanted = meanScore(stats, LanguageId{3}, {LayerId{1}, 2});  // Greek, the first of the expanded ones
            const auto shown = [&] { return map->map().values.size() == 2 ? map->map().values[1][2] : -1.0; };
            QTRY_VERIFY_WITH_TIMEOUT(map->heatMap().title.contains(QString("step %1").arg(10 * stage)), 20'000);
            QCOMPARE(shown(), wanted);
        }
    }

    void thePretrainingOfTheBaseIsWatched()
    {
        LiveRun live;
        const auto step = [&](std::int64_t number) {
            live.tell(StepFinished{-1,
                              number,
                              {{"language-model-loss", "nats/token", "", 8 - 0.02 * double(number)},
                               {"gradient-norm", "", "", 1.5},
                               {"learning-rate", "", "", 0.001 * double(number)}}});
        };
        live.tell(RunStarted{live.run.id(), false, 0, 100, 2});
        live.server->receive(Progress{"training the tokenizer", 0.25});
        QVERIFY(live.writer->flush().ok());
        test::LiveWindow opened(live.project.path());
        auto* progress = opened.page->findChild<QLabel*>("progress");
        auto* bar = opened.page->findChild<QProgressBar*>();
        QTRY_COMPARE_WITH_TIMEOUT(progress->text(), QString("training the tokenizer"), 20'000);
        QCOMPARE(bar->value(), bar->maximum() / 4);
        live.tell(StageStarted{-1, StageKind::Pretraining, 0, 200, {}, 2, 1000});
        for (std::int64_t number = 1; number <= 50; ++number) step(number);
        QVERIFY(live.writer->flush().ok());
        QTRY_COMPARE_WITH_TIMEOUT(opened.plot().rows().size(), qsizetype(3), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(opened.legend().shownValue("language-model-loss/"), QString("7"), 20'000);
        QCOMPARE(opened.legend().shownValue("learning-rate/"), QString("0.05"));
        QTRY_COMPARE(stageMarks(opened.page->feed().history()).value(0), StageMark({-201, "pretraining of the base"}));
        QTRY_VERIFY2_WITH_TIMEOUT(progress->text().startsWith("pretraining of the base model, step 50 of 200"),
                                  qPrintable(progress->text()), 20'000);
        QCOMPARE(bar->value(), bar->maximum() / 4);
        QTest::qWait(200);
        step(100);
        QTRY_VERIFY2_WITH_TIMEOUT(progress->text().contains("step 100 of 200, about"), qPrintable(progress->text()), 20'000);
        live.tell(StageStarted{0, StageKind::PostPretraining, 0, 60, {3, 3}, 2, 10});
        live.tell(StepFinished{0, 1, {{"loss", "nats/token", "", 6}, {"language-model-loss", "nats/token", "", 5.5}}});
        QVERIFY(live.writer->flush().ok());
        QTRY_COMPARE_WITH_TIMEOUT(opened.legend().shownValue("language-model-loss/"), QString("5.5"), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(progress->text(), QString("post-pretraining, step 1 of 100"), 20'000);
        opened.plot().setCrosshair(-101);
        QCOMPARE(opened.legend().shownValue("language-model-loss/"), QString("6"));
    }

    void theBaseAndTheStagesStandOnOneAxis()
    {
        LiveRun live;
        live.server.reset();  // the window reads the store
        const auto step = [&](std::int64_t stage, std::int64_t number, double loss) {
            live.writer->receive(StepFinished{
                stage, number, {{"loss", "nats/token", "", loss}, {"language-model-loss", "nats/token", "", loss}}});
        };
        live.writer->receive(RunStarted{live.run.id(), false, 0, 100, 2});
        live.writer->receive(StageStarted{-1, StageKind::Pretraining, 0, 40, {1, 1}, 1, 10});
        step(-1, 1, 8);
        step(-1, 2, 7.5);
        QVERIFY(live.writer->flush());
        test::LiveWindow opened(live.project.path());
        const auto* progress = opened.page->findChild<QLabel*>("progress");
        QTRY_COMPARE_WITH_TIMEOUT(progress->text(), QString("pretraining of the base model, step 2 of 40"), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(opened.plot().rows().size(), 1, 20'000);
        step(-1, 40, 6);
        live.writer->receive(BaseReady{BaseSource::Trained, "a base", 1});
        live.writer->receive(StageStarted{0, StageKind::PostPretraining, 0, 60, {3, 3}, 2, 10});
        step(0, 1, 5);
        QVERIFY(live.writer->flush());
        QTRY_COMPARE_WITH_TIMEOUT(opened.legend().shownValue("language-model-loss/"), QString("5"), 20'000);
        const auto xs = [&](const char* id) {
            QList<double> places;
            for (const PlotPoint& point : opened.plot().drawn(id)) places << point.x;
            return places;
        };
        QTRY_COMPARE_WITH_TIMEOUT(xs("base.language-model-loss/"), (QList<double>{-40, -39, -1}), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(xs("language-model-loss/"), QList<double>{1}, 20'000);
        const QList<StageMark> marks = stageMarks(opened.page->feed().history());
        QCOMPARE(marks, (QList<StageMark>{{-41, "pretraining of the base"}, {0, "post-pretraining"}}));
        // Every number is the record's: in the CSV, in the table and beside the curve.
        QVERIFY(opened.plot().csv().contains("base.language-model-loss/,40,6\n"));
        opened.page->findChild<QTabWidget*>("details")->setCurrentIndex(2);
        auto* table = opened.page->findChild<QTableView*>("curveTable")->model();
        QCOMPARE(table->index(2, 0).data().toString(), QString("base, 40"));
        QCOMPARE(table->index(2, 0).data(Qt::EditRole).toInt(), 40);
        QCOMPARE(table->index(3, 0).data().toString(), QString("1"));
        opened.plot().setCrosshair(-39);
        QCOMPARE(opened.legend().shownValue("language-model-loss/"), QString("7.5"));
    }
};

QTEST_MAIN(LiveRunPageTest)
#include "live_run_page_test.moc"
