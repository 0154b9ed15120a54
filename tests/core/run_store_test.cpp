// run.sqlite: what goes in comes out, what was superseded does not.
#include <QtTest>

#include <cmath>

#include "tests/support/store_access.h"
#include "tests/support/store_fixture.h"

using namespace moebel;
using namespace fixture;

class RunStoreTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void theRowOfTheRunComesBack();
    void theRunThatARunContinuesComesBackWithItsLanguages();
    void languagesAndStagesComeBack();
    void metricsAreSeriesByNameAndLanguage();
    void notANumberComesBackAsNotANumber();
    void scoresOfBoundariesAreListedAndOthersAreOnlyCurves();
    void itemsOfAScoreAreThoseOfTheNewestAttempt();
    void routingComesBackToTheLastBit();
    void expertZeroIsReadAtTheBoundaries();
    void expertsOfGroupsAreNoOriginalOnes();
    void checkpointsRememberTheirRemoval();
    void eventsAreTheHistory();
    void pretrainingOfTheBaseHasItsOwnCurves();
    void pretrainingThatGoesOnSupersedesWhatItDoesAgain();
    void whatARunIsMadeOfComesBack();
    void theProbeTheGroupsAndWhoseCopyAnExpertIsComeBack();
    void rowsAfterTheResumeStepAreKeptButLeftOut();
    void aStepDoneTwiceCountsOnce();
    void viewsAreForPeopleWithTheirOwnSql();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    RunFolder m_run;
};

void RunStoreTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_run = fixture::makeRun(fixture::pathOf(*m_folder));
}

void RunStoreTest::theRowOfTheRunComesBack()
{
    RunRecord record;
    record.device = {"cpu", "a cpu", "avx2 avx512f", 2, 24'000'000'000, "float32", 2, "2.11.0"};
    record.programVersion = "0.1.0";
    record.parentRun = "the one before";
    Experiment experiment = fixture::experiment();
    experiment.seed = {0xFFFF'FFFF'FFFF'FFF0};
    const auto run = createRun(fixture::pathOf(*m_folder), experiment, "{}", "My name", record);
    QVERIFY(run.ok());
    QCOMPARE(record.title, std::string("My name"));
    QCOMPARE(record.method, std::string("moe-lpr"));
    QCOMPARE(record.seed, 0xFFFF'FFFF'FFFF'FFF0);
    QVERIFY(readerOf(*run).record().value() == record);
}

void RunStoreTest::theRunThatARunContinuesComesBackWithItsLanguages()
{
    RunRecord record;
    record.base = BaseRun{{"/a folder/\u03b5\u03bb"},
                          "checkpoints/step-000400",
                          std::string(64, 'c'),
                          2,
                          {{"en", LanguageRole::Original}, {"el", LanguageRole::Expanded}}};
    Experiment experiment = fixture::experiment();
    experiment.languages.push_back({"hi", LanguageRole::Expanded});
    const auto run = createRun(fixture::pathOf(*m_folder), experiment, "{}", "round three", record);
    QVERIFY(run.ok());
    std::vector<Score> scores = {fixture::score("en", "base", 0, 1), fixture::score("el", "base", 0, 2),
                                 fixture::score("hi", "base", 0, 3)};
    tell(*writerOf(*run),
         {EvaluationFinished{-1, 0, true, scores},
          ModelExpanded{{{ExpertOrigin::Original, ExpertOrigin::Earlier, ExpertOrigin::Copy}}, 2, 0, {{0, 2, 3}}}});
    const RunReader reader = readerOf(*run);
    QVERIFY(reader.record()->base == record.base);
    scores[1].isEarlier = true;  // which the record of the base says
    QVERIFY(reader.scores().value() == scores);
    const std::vector<ExpertRecord> experts = {
        {{{0}, 0}, ExpertOrigin::Original, 0}, {{{0}, 1}, ExpertOrigin::Earlier, 2}, {{{0}, 2}, ExpertOrigin::Copy, 3}};
    QVERIFY(reader.experts().value() == experts);
    QVERIFY(!readerOf(m_run).record()->base);
}

void RunStoreTest::languagesAndStagesComeBack()
{
    tell(*writerOf(m_run), {StageStarted{0, StageKind::PostPretraining, 0, 10, {3, 1, 2}, 2, 99},
                            StageStarted{1, StageKind::Review, 10, 5, {3, 1, 2}, 1, 7}});
    const RunReader reader = readerOf(m_run);
    QVERIFY(reader.languages().value() == fixture::experiment().languages);
    const std::vector<StageRecord> stages = {{0, StageKind::PostPretraining, 0, 10, {3, 1, 2}, 2, 99},
                                             {1, StageKind::Review, 10, 5, {3, 1, 2}, 1, 7}};
    QVERIFY(reader.stages().value() == stages);
}

void RunStoreTest::metricsAreSeriesByNameAndLanguage()
{
    tell(*writerOf(m_run), {fixture::step(1, 4), fixture::step(2, 3), fixture::step(3, 0.1)});
    const RunReader reader = readerOf(m_run);
    const std::vector<MetricId> metrics = {{"language-model-loss", "el", "nats/token"}, {"loss", "", "nats/token"}};
    QVERIFY(reader.metrics().value() == metrics);
    const MetricSeries loss = {{"loss", "", "nats/token"}, {{1, 4}, {2, 3}, {3, 0.1}}};
    QVERIFY(reader.series("loss", "").value() == loss);
    QCOMPARE(reader.series("loss", "", 2)->points.size(), std::size_t(1));
    QCOMPARE(reader.series("loss", "", 2)->points.front().step, 3);
    QVERIFY(reader.series("no such metric", "")->points.empty());
    QCOMPARE(reader.reached()->step, 3);
}

void RunStoreTest::notANumberComesBackAsNotANumber()
{
    tell(*writerOf(m_run), {fixture::step(1, std::nan("")), fixture::step(2, INFINITY)});
    const MetricSeries series = readerOf(m_run).series("loss", "").value();
    const auto& points = series.points;
    QCOMPARE(points.size(), std::size_t(2));
    QVERIFY(std::isnan(points[0].value));
    QCOMPARE(points[1].value, double(INFINITY));
}

void RunStoreTest::scoresOfBoundariesAreListedAndOthersAreOnlyCurves()
{
    const Score base = fixture::score("el", "base", 0, 4);
    const Score end = fixture::score("el", "post-pretraining", 10, 2);
    tell(*writerOf(m_run), {EvaluationFinished{-1, 0, true, {base}},
                            EvaluationFinished{0, 5, false, {fixture::score("el", "post-pretraining", 5, 3)}},
                            EvaluationFinished{0, 10, true, {end}}});
    const RunReader reader = readerOf(m_run);
    const std::vector<Score> scores = {base, end};
    QVERIFY(reader.scores().value() == scores);
    const MetricSeries curve = {{"bits-per-byte", "el", "bits/byte"}, {{0, 4}, {5, 3}, {10, 2}}};
    QVERIFY(reader.series("bits-per-byte", "el").value() == curve);
}

void RunStoreTest::routingComesBackToTheLastBit()
{
    const RoutingSampled training{0, 5, RoutingSplit::Training, fixture::routing(1)};
    RoutingSampled evaluation{0, 5, RoutingSplit::Evaluation, fixture::routing(1e15)};
    const auto rowSize = std::size_t(evaluation.stats.rowSize());
    evaluation.profiles.languages.resize(std::size_t(evaluation.stats.languages()));
    evaluation.profiles.languages[0] = {{40, std::vector<float>(rowSize, 0.25F)}, {7, std::vector<float>(rowSize, 1e-7F)}};
    RoutingStats other({4, 4}, 2);
    other.tokens(LanguageId{1}) = 3;
    tell(*writerOf(m_run), {training, evaluation, RoutingSampled{1, 9, RoutingSplit::Training, other}});
    const RunReader reader = readerOf(m_run);
    const std::vector<RoutingCapture> captures = {
        {0, 5, RoutingSplit::Evaluation}, {0, 5, RoutingSplit::Training}, {1, 9, RoutingSplit::Training}};
    QVERIFY(reader.captures().value() == captures);
    QVERIFY(reader.routing(captures[0]).value() == evaluation.stats);
    QVERIFY(reader.routing(captures[1]).value() == training.stats);
    QVERIFY(reader.routing(captures[2]).value() == other);
    QVERIFY(reader.profiles(captures[0]).value() == evaluation.profiles);
    QVERIFY(reader.profiles(captures[1]).value().empty());
    QCOMPARE(reader.routing({7, 7, RoutingSplit::Training}).error().code, std::string("no-capture"));
}

void RunStoreTest::expertZeroIsReadAtTheBoundaries()
{
    const RoutingStats stats = fixture::routing();
    tell(*writerOf(m_run), {StageStarted{0, StageKind::PostPretraining, 0, 10, {3, 1, 2}, 2, 0},
                            StageStarted{1, StageKind::Review, 10, 5, {3, 1, 2}, 2, 0},
                            RoutingSampled{0, 0, RoutingSplit::Evaluation, stats},
                            RoutingSampled{0, 5, RoutingSplit::Evaluation, stats},
                            RoutingSampled{0, 10, RoutingSplit::Training, stats},
                            RoutingSampled{0, 10, RoutingSplit::Evaluation, stats},
                            RoutingSampled{1, 15, RoutingSplit::Evaluation, stats}});
    const auto scores = readerOf(m_run).expertZero();
    QVERIFY(scores.ok());
    QCOMPARE(scores->size(), std::size_t(3 * 2 * 2));  // boundaries, languages, layers with a router
    QStringList checkpoints;
    for (const ExpertZeroScore& score : *scores) checkpoints << QString::fromStdString(score.checkpoint);
    checkpoints.removeDuplicates();
    QCOMPARE(checkpoints, QStringList({"expansion", "post-pretraining", "review"}));
    const ExpertZeroScore& last = scores->back();
    const ExpertId expert{LayerId{2}, 0};
    const ExpertZeroScore expected{"review", "el", 2, meanScore(stats, LanguageId{1}, expert), topOneShare(stats, LanguageId{1}, expert)};
    QVERIFY(last == expected);
}

void RunStoreTest::expertsOfGroupsAreNoOriginalOnes()
{
    QVERIFY(readerOf(m_run).hasOriginalExpert().value());
    tell(*writerOf(m_run), {StageStarted{0, StageKind::GroupWarmup, 0, 10, {3, 1, 2}, 2, 0},
                            RoutingSampled{0, 10, RoutingSplit::Evaluation, fixture::routing()}});
    QVERIFY(!readerOf(m_run).hasOriginalExpert().value());
    QVERIFY(readerOf(m_run).expertZero().value().empty());
}

void RunStoreTest::checkpointsRememberTheirRemoval()
{
    const CheckpointWritten first{0, 5, "checkpoints/step-000005", "aa", 10, ""};
    const CheckpointWritten second{0, 10, "checkpoints/step-000010", "bb", 11, first.folder};
    tell(*writerOf(m_run), {first, second, CheckpointRemoved{first.folder}});
    const std::vector<CheckpointRecord> expected = {{0, 5, first.folder, "aa", 10, "", true},
                                                    {0, 10, second.folder, "bb", 11, first.folder, false}};
    QVERIFY(readerOf(m_run).checkpoints().value() == expected);
}

void RunStoreTest::eventsAreTheHistory()
{
    tell(*writerOf(m_run), fixture::everyEvent());
    const RunReader reader = readerOf(m_run);
    QStringList kinds;
    const auto events = reader.events();
    for (const EventRecord& event : *events) kinds << QString::fromStdString(event.kind);
    QStringList expected;
    for (const RunEvent& event : fixture::everyEvent())
        if (kindName(event) != "step" && kindName(event) != "routing")
            expected << QString::fromStdString(std::string(kindName(event)));
    QCOMPARE(kinds, expected);
    QCOMPARE(reader.events(events->at(2).row)->size(), events->size() - 3);
    QCOMPARE(events->back().message, std::string("the disk is full"));
    QVERIFY(events->back().time > 1.6e9);
    QCOMPARE(reader.lastState().value(), std::string("run-failed"));

    OwnSql sql(m_run);
    const auto details = sql.column("SELECT detail FROM event ORDER BY event");
    QVERIFY(fromJsonLine(details.back().toStdString()).value() == fixture::everyEvent().back());
}

void RunStoreTest::pretrainingOfTheBaseHasItsOwnCurves()
{
    tell(*writerOf(m_run), {StageStarted{-1, StageKind::Pretraining, 0, 3, {1, 1}, 1, 5}, fixture::step(1, 9, -1),
                            fixture::step(2, 8, -1), fixture::step(3, 7, -1), fixture::step(1, 5)});
    QCOMPARE(stepsOf(readerOf(m_run), "base.loss"), QList<std::int64_t>({1, 2, 3}));
    QCOMPARE(stepsOf(readerOf(m_run), "loss"), QList<std::int64_t>({1}));
    QCOMPARE(readerOf(m_run).reached()->step, 1);

    tell(*writerOf(m_run, 0), {fixture::step(1, 6)});  // the base came from the cache
    QCOMPARE(stepsOf(readerOf(m_run), "base.loss"), QList<std::int64_t>({1, 2, 3}));
    tell(*writerOf(m_run, 0), {StageStarted{-1, StageKind::Pretraining, 0, 3, {1, 1}, 1, 5}, fixture::step(1, 2, -1)});
    QCOMPARE(stepsOf(readerOf(m_run), "base.loss"), QList<std::int64_t>({1}));
}

void RunStoreTest::pretrainingThatGoesOnSupersedesWhatItDoesAgain()
{
    const auto pretraining = [](std::int64_t done) { return StageStarted{-1, StageKind::Pretraining, 0, 4, {1, 1}, 1, 5, {1, 0}, done}; };
    tell(*writerOf(m_run), {RunStarted{m_run.id(), false, 0, 20, 1}, pretraining(0), fixture::step(1, 9, -1), fixture::step(2, 8, -1),
                            CheckpointWritten{-1, 2, "checkpoints/base-000002", "h", 1, ""}, fixture::step(3, 7, -1),
                            CheckpointWritten{-1, 3, "checkpoints/base-000003", "h", 1, "checkpoints/base-000002"}});
    RunReader::Reached reached = *readerOf(m_run).reached();
    QCOMPARE(reached.baseStep, 3);
    QCOMPARE(reached.baseSteps, 4);
    QCOMPARE(std::max<std::int64_t>(0, reached.step), 0);

    tell(*writerOf(m_run, 0), {RunStarted{m_run.id(), true, 0, 20, 1}, pretraining(2)});  // its newest checkpoint was damaged
    QCOMPARE(stepsOf(readerOf(m_run), "base.loss"), QList<std::int64_t>({1, 2}));
    QCOMPARE(readerOf(m_run).reached()->baseStep, 2);
    QCOMPARE(readerOf(m_run).checkpoints()->size(), std::size_t(1));
    QCOMPARE(readerOf(m_run).checkpoints()->front().folder, std::string("checkpoints/base-000002"));

    tell(*writerOf(m_run, 0), {pretraining(2), fixture::step(3, 70, -1), fixture::step(4, 60, -1), BaseReady{BaseSource::Trained, "b", 1},
                               fixture::step(1, 5), CheckpointWritten{0, 1, "checkpoints/step-000001", "h", 1, ""}});
    const RunReader reader = readerOf(m_run);
    const MetricSeries expected = {{"base.loss", "", "nats/token"}, {{1, 9}, {2, 8}, {3, 70}, {4, 60}}};
    QVERIFY(reader.series("base.loss", "").value() == expected);
    QCOMPARE(stepsOf(reader, "loss"), QList<std::int64_t>({1}));
    QCOMPARE(OwnSql(m_run).column("SELECT step || ':' || value FROM v_metric WHERE name = 'base.loss' ORDER BY step"),
             QStringList({"1:9.0", "2:8.0", "3:70.0", "4:60.0"}));
    QCOMPARE(reader.checkpoints()->back().folder, std::string("checkpoints/step-000001"));  // the newest, although of fewer steps
}

void RunStoreTest::whatARunIsMadeOfComesBack()
{
    QVERIFY(readerOf(m_run).inputs().value() == RunInputs());
    QVERIFY(readerOf(m_run).expertOrigins()->empty());
    const TextReady text{"tokens", "data", {{"en", 9, 900, 300, 1}, {"el", 18, 1800, 700, 2}}};
    tell(*writerOf(m_run), {text, BaseReady{BaseSource::Cache, "a base", 2},
                            ModelExpanded{{{ExpertOrigin::Original, ExpertOrigin::Earlier, ExpertOrigin::Copy}, {ExpertOrigin::Original}}, 2, 0},
                            StageStarted{-1, StageKind::Pretraining, 0, 3, {1, 1}, 1, 5, {1, 0}}, BaseReady{BaseSource::Trained, "another", 1},
                            StageStarted{1, StageKind::Review, 10, 5, {3, 1}, 2, 7, {0.25, 0.75}}});
    const RunReader reader = readerOf(m_run);
    const RunInputs inputs = {"tokens", "data", "trained", "another", 1};
    QVERIFY(reader.inputs().value() == inputs);
    QVERIFY(reader.text().value() == text.languages);
    const std::vector<std::vector<std::string>> origins = {{"original", "earlier", "copy"}, {"original"}};
    QVERIFY(reader.expertOrigins().value() == origins);
    const std::vector<MixtureShare> mixture = {{-1, "en", 1}, {-1, "el", 0}, {1, "en", 0.25}, {1, "el", 0.75}};
    QVERIFY(reader.mixture().value() == mixture);
}

void RunStoreTest::theProbeTheGroupsAndWhoseCopyAnExpertIsComeBack()
{
    QVERIFY(!*readerOf(m_run).deviation() && !*readerOf(m_run).groups());
    const std::vector<ExpertOrigin> layer = {ExpertOrigin::Earlier, ExpertOrigin::Earlier, ExpertOrigin::Copy};
    tell(*writerOf(m_run), {fixture::deviation(), fixture::adaptedGroups(), ModelExpanded{{layer, {ExpertOrigin::Original}}, 2, 0, {{1, 1, 2}, {0}}}});
    const RunReader reader = readerOf(m_run);
    QVERIFY(*reader.deviation() == fixture::deviation());
    QVERIFY(*reader.groups() == fixture::adaptedGroups());
    std::vector<std::int64_t> copies;
    const auto experts = reader.experts();
    for (const ExpertRecord& expert : *experts) copies.push_back(expert.copyOf);
    QCOMPARE(copies, (std::vector<std::int64_t>{-1, -1, 1, -1}));
    // "el" is a language of the run, "hu" is not
    QCOMPARE(OwnSql(m_run).column("SELECT layer || ':' || language || ':' || value FROM deviation ORDER BY layer"),
             QStringList({"0:1:0.5", "1:1:0.25", "2:1:0.75"}));
    const auto events = reader.events();
    QCOMPARE(events->at(1).message, std::string("el | hu tr | hi mr"));
}

void RunStoreTest::rowsAfterTheResumeStepAreKeptButLeftOut()
{
    tell(*writerOf(m_run),
         {fixture::step(1, 1), fixture::step(2, 2), fixture::step(3, 3), RoutingSampled{0, 2, RoutingSplit::Training, fixture::routing(1)},
          RoutingSampled{0, 3, RoutingSplit::Training, fixture::routing(2)},
          EvaluationFinished{0, 2, true, {fixture::score("el", "post-pretraining", 2, 2)}},
          EvaluationFinished{0, 3, true, {fixture::score("el", "review", 3, 3)}},
          CheckpointWritten{0, 2, "checkpoints/step-000002", "h", 1, ""}, CheckpointWritten{0, 3, "checkpoints/step-000003", "h", 1, ""}});
    {
        const auto writer = writerOf(m_run, 2);
        const RunReader reader = readerOf(m_run);
        QCOMPARE(stepsOf(reader, "loss"), QList<std::int64_t>({1, 2}));
        QCOMPARE(reader.captures()->size(), std::size_t(1));
        QCOMPARE(reader.scores()->size(), std::size_t(1));
        QCOMPARE(reader.checkpoints()->size(), std::size_t(1));
        QCOMPARE(reader.reached()->step, 2);
        QVERIFY(!reader.routing({0, 3, RoutingSplit::Training}).ok());
        tell(*writer, {fixture::step(3, 33), RoutingSampled{0, 3, RoutingSplit::Training, fixture::routing(22)}});
        QCOMPARE(reader.series("loss", "")->points.back().value, 33.0);
        QVERIFY(reader.routing({0, 3, RoutingSplit::Training}).value() == fixture::routing(22));
    }
    QCOMPARE(OwnSql(m_run).column("SELECT count(*) FROM metric_point JOIN metric USING (metric) WHERE name = 'loss'").front(), "4");

    const auto fresh = writerOf(m_run);  // from the beginning: nothing before counts
    QVERIFY(stepsOf(readerOf(m_run), "loss").isEmpty());
    QVERIFY(readerOf(m_run).scores()->empty());
}

void RunStoreTest::itemsOfAScoreAreThoseOfTheNewestAttempt()
{
    const auto scored = [](std::int64_t step, std::vector<SampleScore> items) {
        Score score = fixture::score("el", "review", step, 2);
        score.items = std::move(items);
        return score;
    };
    const std::vector<SampleScore> first = {{"a", 1.5, 100}, {"b", 2.5, 100}}, again = {{"b", 3, 40}};
    tell(*writerOf(m_run), {EvaluationFinished{0, 1, false, {scored(1, first)}}, EvaluationFinished{0, 2, true, {scored(2, first)}}});
    const Score asked = fixture::score("el", "review", 2, 2);
    QVERIFY(readerOf(m_run).samples(asked).value() == first);
    QVERIFY(readerOf(m_run).samples(fixture::score("el", "review", 1, 2)).value().empty());  // not a boundary
    tell(*writerOf(m_run, 1), {EvaluationFinished{0, 2, true, {scored(2, first)}}, EvaluationFinished{0, 2, true, {scored(2, again)}}});
    QVERIFY(readerOf(m_run).samples(asked).value() == again);
}

void RunStoreTest::aStepDoneTwiceCountsOnce()
{
    const auto evaluation = [](double value) {
        return EvaluationFinished{0, 2, true, {fixture::score("el", "review", 2, value)}};
    };
    tell(*writerOf(m_run), {evaluation(5), RoutingSampled{0, 2, RoutingSplit::Evaluation, fixture::routing(1)}});
    tell(*writerOf(m_run, 2), {evaluation(6), RoutingSampled{0, 2, RoutingSplit::Evaluation, fixture::routing(2)}, evaluation(7)});
    const RunReader reader = readerOf(m_run);
    QCOMPARE(reader.scores()->size(), std::size_t(1));
    QCOMPARE(reader.scores()->front().value, 7.0);
    QCOMPARE(reader.series("bits-per-byte", "el")->points.size(), std::size_t(1));
    QCOMPARE(reader.series("bits-per-byte", "el")->points.front().value, 7.0);
    QCOMPARE(reader.captures()->size(), std::size_t(1));
    QVERIFY(reader.routing({0, 2, RoutingSplit::Evaluation}).value() == fixture::routing(2));
}

void RunStoreTest::viewsAreForPeopleWithTheirOwnSql()
{
    tell(*writerOf(m_run), {fixture::step(1, 1), fixture::step(2, 2), EvaluationFinished{0, 2, true, {fixture::score("el", "review", 2, 2)}},
                            RoutingSampled{0, 2, RoutingSplit::Training, fixture::routing()},
                            CheckpointWritten{0, 2, "checkpoints/step-000002", "h", 1, ""}});
    tell(*writerOf(m_run, 1), {fixture::step(2, 22)});
    OwnSql sql(m_run);
    QCOMPARE(sql.column("SELECT step || ':' || value FROM v_metric WHERE name = 'loss' ORDER BY step"), QStringList({"1:1.0", "2:22.0"}));
    QCOMPARE(sql.column("SELECT language FROM v_score"), QStringList());
    QCOMPARE(sql.column("SELECT language || kind FROM v_routing"), QStringList());
    QCOMPARE(sql.column("SELECT folder FROM v_checkpoint"), QStringList());
    tell(*writerOf(m_run, 1), {EvaluationFinished{0, 2, true, {fixture::score("el", "review", 2, 2)}},
                               RoutingSampled{0, 2, RoutingSplit::Training, fixture::routing()}});
    QCOMPARE(sql.column("SELECT task || checkpoint || value FROM v_score"), QStringList({"bits-per-bytereview2.0"}));
    QCOMPARE(sql.column("SELECT language || length(sums) || experts FROM v_routing WHERE kind = 'soft-score' ORDER BY language"),
             QStringList({"el48[3,1,2]", "en48[3,1,2]"}));
}

QTEST_GUILESS_MAIN(RunStoreTest)
#include "run_store_test.moc"
