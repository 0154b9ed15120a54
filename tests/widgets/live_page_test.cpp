// The Live page in a real window: its numbers are those of the record, read by somebody else's SQL.
#include "app/workbench/page/live_page.h"

#include <QComboBox>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "app/workbench/page/live_routing.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/window/main_window.h"
#include "tests/support/live_window.h"
#include "tests/support/made_up_run.h"
#include "tests/support/store_access.h"
#include "widgets/plot/series_legend.h"
#include "widgets/plot/series_plot.h"
#include "widgets/plot/series_table_model.h"

using namespace moebel;

class LivePageTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_project;
    RunFolder m_run;

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(QDir(m_project.path()).mkdir("runtime"));
        qputenv("XDG_RUNTIME_DIR", m_project.filePath("runtime").toLocal8Bit());
        const auto run = test::writeMadeUpRun((m_project.path() + "/runs").toStdString(), test::madeUpExperiment());
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message.c_str());
        m_run = *run;
    }

    void everyCurveHasTheValuesOfTheRecord()
    {
        test::LiveWindow opened(m_project.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.plot().rows().size() >= 2, 20'000);
        opened.plot().resetView();
        QTRY_VERIFY_WITH_TIMEOUT(!opened.plot().drawn("loss/").empty() || !opened.plot().drawn("language-model-loss/").empty(),
                                 20'000);
        fixture::OwnSql sql(m_run);
        int curves = 0;
        for (const PlotRow& row : opened.plot().rows())
            for (const PlotSeries& series : row.series) {
                const QString where =
                    QStringLiteral("FROM v_metric WHERE name || '/' || language = '%1' ORDER BY step").arg(series.id);
                const QStringList steps = sql.column(qPrintable("SELECT step " + where));
                const QStringList values = sql.column(qPrintable("SELECT printf('%.17g', value) " + where));
                const auto drawn = opened.plot().drawn(series.id);
                QCOMPARE(qsizetype(drawn.size()), steps.size());
                for (std::size_t i = 0; i < drawn.size(); ++i) {
                    QCOMPARE(drawn[i].x, steps[qsizetype(i)].toDouble());
                    QCOMPARE(drawn[i].y, values[qsizetype(i)].toDouble());
                }
                QCOMPARE(opened.legend().shownValue(series.id), valueText(values.last().toDouble()));
                ++curves;
            }
        QCOMPARE(curves, 13);  // six languages twice, and all languages together
    }

    void theDiamondsAreTheScoresBetweenTheStages()
    {
        test::LiveWindow opened(m_project.path());
        QTRY_VERIFY_WITH_TIMEOUT(!opened.plot().rows().isEmpty(), 20'000);
        fixture::OwnSql sql(m_run);
        for (const PlotSeries& series : opened.plot().rows().first().series) {
            const QString language = series.id.section('/', 1);
            const QStringList scores = sql.column(
                qPrintable(QStringLiteral("SELECT printf('%.17g', value) FROM v_score WHERE boundary = 1 AND metric = "
                                          "'bits-per-byte' AND language = '%1' ORDER BY step")
                               .arg(language)));
            QCOMPARE(qsizetype(series.marks.size()), scores.size());
            for (std::size_t i = 0; i < series.marks.size(); ++i)
                QCOMPARE(series.marks.values[i], scores[qsizetype(i)].toDouble());
        }
    }

    void originalLanguagesAreDashedAndHaveTheBaseAsALine()
    {
        test::LiveWindow opened(m_project.path());
        QTRY_VERIFY_WITH_TIMEOUT(!opened.plot().rows().isEmpty(), 20'000);
        for (const PlotSeries& series : opened.plot().rows().first().series) {
            const bool original = QStringList{"en", "es", "zh-CN"}.contains(series.id.section('/', 1));
            QCOMPARE(series.dashed, original);
            QCOMPARE(series.reference.has_value(), original);
            if (original) QCOMPARE(*series.reference, series.data->values.front());
        }
    }

    void aFinishedRunShowsItsStagesAndNothingCanBeAsked()
    {
        test::LiveWindow opened(m_project.path());
        QTRY_COMPARE_WITH_TIMEOUT(opened.page->findChild<QLabel*>("progress")->text(), QString("review, step 100 of 100"),
                                  20'000);
        for (const char* name : {"pause", "save", "stop", "resume"}) QVERIFY2(!opened.button(name).isEnabled(), name);
        QCOMPARE(opened.page->feed().history().stages().size(), std::size_t(2));
    }

    void theTableIsTheTwinOfThePlot()
    {
        test::LiveWindow opened(m_project.path());
        QTRY_VERIFY_WITH_TIMEOUT(!opened.plot().rows().isEmpty(), 20'000);
        auto* table = opened.page->findChild<QTableView*>("curveTable");
        opened.page->findChild<QTabWidget*>("details")->setCurrentIndex(2);
        fixture::OwnSql sql(m_run);
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->columnCount(), 14, 20'000);
        QCOMPARE(table->model()->rowCount(),
                 sql.column("SELECT count(DISTINCT step) FROM v_metric WHERE name IN ('bits-per-byte', 'language-model-loss')")
                     .first()
                     .toInt());
    }

    void everyMetricOfARunHasItsRow()
    {
        RunHistory history;
        RunReading reading;
        reading.whole = true;
        reading.languages = test::madeUpExperiment().languages;
        history.take(reading);
        StepFinished step{0, 1, {}};
        for (const char* metric : {"loss", "language-model-loss", "balance-loss", "prior-loss", "gradient-norm",
                                   "learning-rate", "tokens-per-second"})
            step.metrics.push_back({metric, "", "", 1});
        for (const Language& language : reading.languages) step.metrics.push_back({"bits-per-byte", "", language.code, 2});
        history.take(RunEvent(step));
        QStringList ids;
        for (const PlotRow& row : liveRows(history))
            for (const PlotSeries& series : row.series) {
                ids << series.id;
                QVERIFY(series.blocks && series.data->size() == 1);
            }
        QCOMPARE(ids.filter("bits-per-byte/").size(), 6);
        for (const char* metric :
             {"language-model-loss/", "balance-loss/", "prior-loss/", "gradient-norm/", "learning-rate/", "tokens-per-second/"})
            QVERIFY2(ids.contains(metric), metric);
    }

    void smoothingIsOffUntilItIsChosenAndThenTellsItsFormula()
    {
        test::LiveWindow opened(m_project.path());
        QTRY_VERIFY_WITH_TIMEOUT(!opened.plot().rows().isEmpty(), 20'000);
        auto* smoothing = opened.page->findChild<QComboBox*>("smoothing");
        const auto* formula = opened.page->findChild<QLabel*>("formula");
        QCOMPARE(smoothing->currentData().toDouble(), 0.0);
        QVERIFY(!formula->isVisible());
        smoothing->setCurrentIndex(smoothing->findData(0.9));
        QVERIFY(formula->isVisible() && formula->text().contains("the values beneath"));
        smoothing->setCurrentIndex(0);
        QVERIFY(!formula->isVisible());
    }

    void largeTextScrollsTheCurvesAndTheMapStays()
    {
        WorkbenchOptions options;
        options.textPercent = 140;
        test::LiveWindow opened(m_project.path(), options);
        opened.window.resize(1280, 640);
        auto* rows = opened.page->findChild<QScrollArea*>("rows");
        QTRY_VERIFY_WITH_TIMEOUT(opened.plot().rows().size() >= 2 && !opened.window.jobs().busy(), 20'000);
        QTRY_VERIFY(rows->verticalScrollBar()->maximum() > 0);
        const int line = QFontMetrics(opened.plot().font()).height();
        QVERIFY(opened.plot().height() >= opened.plot().minimumSizeHint().height());
        QVERIFY(rows->viewport()->height() >= 4 * line);
        auto* map = opened.page->findChild<LiveRouting*>();
        QVERIFY(map->isVisible() && map->height() >= 6 * line);
        QVERIFY(opened.page->rect().contains(QRect(map->mapTo(opened.page, QPoint()), map->size())));
    }

    void aLineOfTheLogNamesItsStep_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<qint64>("step");
        QTest::newRow("progress") << "[2026-11-23 08:29:46] [info] review 633/1200, 1 min 47 s left, loss 6.177" << qint64(633);
        QTest::newRow("checkpoint") << "[2026-11-23 08:28:17] [info] checkpoint checkpoints/step-000200 (17 MB)" << qint64(200);
        QTest::newRow("evaluation") << "[info] evaluation (base, step 0): original languages 2.146" << qint64(0);
        QTest::newRow("event") << "[2026-11-23 08:28:17] step 601  stage-started  review, 600 steps" << qint64(601);
        QTest::newRow("none") << "[2026-11-23 08:27:46] [info] base model: from the cache 100 %" << qint64(-1);
    }

    void aLineOfTheLogNamesItsStep()
    {
        QFETCH(QString, line);
        QFETCH(qint64, step);
        QCOMPARE(qint64(stepOfLine(line).value_or(-1)), step);
    }

    void warningsStandOnTheAxis()
    {
        test::LiveWindow opened(m_project.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.page->feed().hasRead(), 20'000);
        const QList<StageMark> marks = stageMarks(opened.page->feed().history());
        QCOMPARE(marks.size(), 3);
        QCOMPARE(marks.last(), (StageMark{70, "a warning with <angles> & an ampersand", true}));
    }

    void aProjectWithoutRunsSaysWhatToDo()
    {
        QTemporaryDir empty;
        QVERIFY(QDir(empty.path()).mkdir("runs"));
        test::LiveWindow opened(empty.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.page->findChildren<QLabel*>().size() > 0, 20'000);
        const auto sentence = [&] {
            for (const QLabel* label : opened.page->findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains("no run yet")) return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(sentence(), 20'000);
    }

    void aPartOfTheRunCanBeLookedAtAlone()
    {
        test::LiveWindow opened(m_project.path());
        auto* span = opened.page->findChild<QComboBox*>("span");
        QTRY_COMPARE_WITH_TIMEOUT(span->count(), 3, 20'000);
        QCOMPARE(span->itemText(2), QString("review"));
        span->setCurrentIndex(2);
        QTRY_VERIFY_WITH_TIMEOUT(std::abs(opened.plot().xRange().first - 60) < 1, 20'000);
        QVERIFY(std::abs(opened.plot().xRange().second - 100) < 1);
        span->setCurrentIndex(0);
        QTRY_VERIFY_WITH_TIMEOUT(opened.plot().xRange().first < 1, 20'000);
    }

    void aRunThatGoesOnFromAnotherHasThatOnesEndAsItsLine()
    {
        QTemporaryDir project;
        Experiment experiment = test::madeUpExperiment();
        RunRecord record;
        record.device = thisMachine();
        record.parentRun = "20261127-000000-round-one";
        const auto run = createRun((project.path() + "/runs").toStdString(), experiment, "{}", "", record);
        QVERIFY(run.ok());
        auto writer = RunWriter::open(*run);
        QVERIFY(writer.ok());
        (*writer)->receive(RunStarted{run->id(), false, 0, 100, 2});
        const std::vector<Score> end = test::madeUpScores(experiment, 1, 0);  // of round one
        std::vector<Score> begin = end;
        for (Score& score : begin) score.value += 2;  // the routers begin anew
        for (Score& score : begin) score.checkpoint = "base";
        std::vector<Score> base = end;
        for (Score& score : base) score.checkpoint = "base";
        (*writer)->receive(EvaluationFinished{-1, 0, true, base});
        (*writer)->receive(EvaluationFinished{-1, 0, false, begin});
        // Round one has learned Greek: nothing of it is in the text of this round's first stage.
        (*writer)->receive(StageStarted{0, StageKind::PostPretraining, 0, 60, {3, 3}, 2, 10, {0, 0, 0, 0, 0.5, 0.5}});
        QVERIFY((*writer)->flush());
        test::LiveWindow opened(project.path());
        QTRY_VERIFY_WITH_TIMEOUT(!opened.plot().rows().isEmpty(), 20'000);
        for (const PlotSeries& series : opened.plot().rows().first().series) {
            const QString language = series.id.section('/', 1);
            const bool known = QStringList{"en", "es", "zh-CN", "el"}.contains(language);
            QCOMPARE(series.dashed, known);
            QCOMPARE(series.reference.has_value(), known);
            const auto of = std::find_if(base.begin(), base.end(), [&](const Score& score) {
                return score.metric == "bits-per-byte" && score.language == language.toStdString();
            });
            if (known) QCOMPARE(*series.reference, of->value);
        }
    }
};

QTEST_MAIN(LivePageTest)
#include "live_page_test.moc"
