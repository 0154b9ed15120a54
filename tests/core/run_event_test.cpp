// Events as JSON lines, and back.
#include <QtTest>

#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "moebel/store/run_event.h"
#include "tests/support/store_fixture.h"

using namespace moebel;

class RunEventTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyKindHasItsWordAndComesBackAsItWas_data();
    void everyKindHasItsWordAndComesBackAsItWas();
    void aLineSaysVersionTimeAndKind();
    void routingCarriesListsByLayerOfListsByExpert();
    void whatIsNoNumberIsNullAndComesBackAsNaN();
    void invalidUtf8IsReplacedNotRefused();
    void unknownKindsHaveTheirOwnCode();
    void aNewerVersionHasItsOwnCode();
    void fieldsOfANewerProgramAreIgnored();
    void fieldsThatAnOlderProgramDidNotTellAreNotMissed();
    void badLinesAreRefusedWithASentence_data();
    void badLinesAreRefusedWithASentence();
    void depthAndLengthAreLimited();
    void changedLinesNeverCrash();
};

void RunEventTest::everyKindHasItsWordAndComesBackAsItWas_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QString>("word");
    const char* const words[] = {"run-started", "stage-started",      "step",    "routing",  "evaluation",
                                 "checkpoint",  "checkpoint-removed", "warning", "progress", "paused",
                                 "resumed",     "run-finished",       "run-stopped", "allocation", "text", "base", "expansion", "deviation",
                                 "groups", "run-failed"};
    QCOMPARE(std::size(words), fixture::everyEvent().size());
    for (int i = 0; i < int(std::size(words)); ++i) QTest::newRow(words[i]) << i << words[i];
}

void RunEventTest::everyKindHasItsWordAndComesBackAsItWas()
{
    QFETCH(int, index);
    QFETCH(QString, word);
    const RunEvent event = fixture::everyEvent()[std::size_t(index)];
    QCOMPARE(QString::fromStdString(std::string(kindName(event))), word);
    const std::string line = toJsonLine(event, 1000.25);
    QVERIFY(line.find('\n') == std::string::npos);
    const Result<RunEvent> back = fromJsonLine(line);
    QVERIFY2(back.ok(), back.ok() ? "" : back.error().message.c_str());
    QVERIFY2(*back == event, line.c_str());
}

void RunEventTest::aLineSaysVersionTimeAndKind()
{
    const std::string line = toJsonLine(RunStopped{3}, 1700000000.5);
    QCOMPARE(line, std::string(R"({"v":1,"t":1700000000.5,"kind":"run-stopped","step":3})"));
}

void RunEventTest::routingCarriesListsByLayerOfListsByExpert()
{
    const RoutingStats stats = fixture::routing();
    const auto json = nlohmann::json::parse(toJsonLine(RoutingSampled{0, 1, RoutingSplit::Training, stats}, 0));
    QCOMPARE(json["split"].get<std::string>(), std::string("training"));
    QVERIFY(json["experts"] == nlohmann::json({3, 1, 2}));
    for (int language = 0; language < 2; ++language)
        for (RoutingKind kind : kRoutingKinds)
            for (int layer = 0; layer < 3; ++layer)
                for (int expert = 0; expert < int(stats.experts()[std::size_t(layer)]); ++expert) {
                    const auto& cell = json["languages"][std::size_t(language)][std::string(name(kind))][std::size_t(layer)]
                                           [std::size_t(expert)];
                    QCOMPARE(cell.get<double>(), stats.at(kind, LanguageId{language}, ExpertId{LayerId{layer}, expert}));
                }
}

void RunEventTest::whatIsNoNumberIsNullAndComesBackAsNaN()
{
    for (double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        const std::string line = toJsonLine(fixture::step(1, value), 0);
        QVERIFY(nlohmann::json::accept(line));
        QVERIFY(line.find("\"value\":null") != std::string::npos);
        const auto back = fromJsonLine(line);
        QVERIFY(back.ok());
        QVERIFY(std::isnan(std::get<StepFinished>(*back).metrics.front().value));
    }
}

void RunEventTest::invalidUtf8IsReplacedNotRefused()
{
    const std::string line = toJsonLine(Warned{1, "half \xC3"}, 0);
    QVERIFY(nlohmann::json::accept(line));
    QVERIFY(fromJsonLine(line).ok());
}

void RunEventTest::unknownKindsHaveTheirOwnCode()
{
    const auto event = fromJsonLine(R"({"v":1,"t":0,"kind":"weather","sun":true})");
    QVERIFY(!event.ok());
    QCOMPARE(event.error().code, std::string("unknown-kind"));
}

void RunEventTest::aNewerVersionHasItsOwnCode()
{
    const auto event = fromJsonLine(R"({"v":2,"t":0,"kind":"run-stopped","step":3})");
    QVERIFY(!event.ok());
    QCOMPARE(event.error().code, std::string("unknown-version"));
}

void RunEventTest::fieldsOfANewerProgramAreIgnored()
{
    const auto event = fromJsonLine(R"({"v":1,"t":0,"kind":"run-stopped","step":3,"mood":["fine"]})");
    QVERIFY(event.ok());
    QCOMPARE(std::get<RunStopped>(*event).step, 3);
}

void RunEventTest::fieldsThatAnOlderProgramDidNotTellAreNotMissed()
{
    const char* const line = R"({"v":1,"t":1,"kind":"stage-started","stage":-1,"stage_kind":"pretraining","first_step":0,"steps":3,)"
                             R"("experts":[1,1],"top_k":1,"trained_parameters":5})";
    const auto event = fromJsonLine(line);
    QVERIFY2(event.ok(), event.ok() ? "" : event.error().message.c_str());
    QVERIFY(std::get<StageStarted>(*event) == (StageStarted{-1, StageKind::Pretraining, 0, 3, {1, 1}, 1, 5}));
}

void RunEventTest::badLinesAreRefusedWithASentence_data()
{
    QTest::addColumn<QByteArray>("line");
    const char* const lines[] = {
        "", " ", "{", "[]", "null", "7", "\"x\"", "{}", "not json",
        R"({"v":1})",
        R"({"v":1,"kind":7})",
        R"({"v":"1","kind":"run-stopped","step":1})",
        R"({"v":1,"kind":"run-stopped"})",
        R"({"v":1,"kind":"run-stopped","step":"1"})",
        R"({"v":1,"kind":"run-stopped","step":1.5})",
        R"({"v":1,"kind":"run-stopped","step":18446744073709551615})",
        R"({"v":1,"kind":"run-started","run":"x","resumed":1,"first_step":0,"total_steps":0,"threads":0})",
        R"({"v":1,"kind":"run-started","run":"x","resumed":true,"first_step":0,"total_steps":0,"threads":99999999999})",
        R"({"v":1,"kind":"deviation","deviation":{"el":{"delta_norm_ffn":[-1]}}})",
        R"({"v":1,"kind":"groups","groups":[["el"]],"smallest_similarity":[],"mean_similarity":[],"algorithm":"exact","source":"stars","layers":[],"added":[]})",
        R"({"v":1,"kind":"groups","groups":[["el"]],"smallest_similarity":[],"mean_similarity":[],"algorithm":"exact","source":"deviation","layers":[],"added":[{"languages":["hu"],"nearest":1,"experts":[{"nll":1,"tokens":1,"bytes":1}]}]})",
        R"({"v":1,"kind":"stage-started","stage":0,"stage_kind":"holiday","first_step":0,"steps":1,"experts":[2],"top_k":1,"trained_parameters":0})",
        R"({"v":1,"kind":"stage-started","stage":0,"stage_kind":"review","first_step":0,"steps":1,"experts":[-2],"top_k":1,"trained_parameters":0})",
        R"({"v":1,"kind":"step","stage":0,"step":1,"metrics":{}})",
        R"({"v":1,"kind":"step","stage":0,"step":1,"metrics":[7]})",
        R"({"v":1,"kind":"step","stage":0,"step":1,"metrics":[{"name":"loss"}]})",
        R"({"v":1,"kind":"routing","stage":0,"step":1,"split":"both","experts":[],"languages":[]})",
        R"({"v":1,"kind":"routing","stage":0,"step":1,"split":"training","experts":[4096,4096],"languages":[{}]})",
        R"({"v":1,"kind":"routing","stage":0,"step":1,"split":"training","experts":[2],"languages":[{"language":0,"tokens":1,"count":[[1]],"top-one":[[1,1]],"gate-mass":[[1,1]],"soft-score":[[1,1]]}]})",
        R"({"v":1,"kind":"routing","stage":0,"step":1,"split":"training","experts":[2],"languages":[{"language":0,"tokens":1,"count":[[1,"a"]],"top-one":[[1,1]],"gate-mass":[[1,1]],"soft-score":[[1,1]]}]})",
        R"({"v":1,"kind":"evaluation","stage":0,"step":1,"boundary":true,"scores":[{"task":"t"}]})",
        R"({"v":1,"kind":"run-failed","step":1,"error":"disk"})",
        R"({"v":1,"kind":"run-failed","step":1,"error":{"kind":"odd","code":"","message":"","where":""}})",
    };
    for (int i = 0; i < int(std::size(lines)); ++i) QTest::newRow(qPrintable(QString("line %1").arg(i))) << QByteArray(lines[i]);
}

void RunEventTest::badLinesAreRefusedWithASentence()
{
    QFETCH(QByteArray, line);
    const auto event = fromJsonLine({line.constData(), std::size_t(line.size())});
    QVERIFY(!event.ok());
    QCOMPARE(event.error().code, std::string("bad-event"));
    QVERIFY(!event.error().message.empty());
}

void RunEventTest::depthAndLengthAreLimited()
{
    const auto nested = [](int depth) {
        return R"({"v":1,"kind":"run-stopped","step":1,"x":)" + std::string(std::size_t(depth), '[') +
               std::string(std::size_t(depth), ']') + "}";
    };
    QVERIFY(fromJsonLine(nested(31)).ok());
    QVERIFY(!fromJsonLine(nested(32)).ok());
    QVERIFY(!fromJsonLine(std::string(1'000'000, '[')).ok());
    QVERIFY(!fromJsonLine(R"({"v":1,"kind":"run-stopped","step":1})" + std::string(16 << 20, ' ')).ok());
    QVERIFY(fromJsonLine(R"({"v":1,"kind":"warning","step":1,"message":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["})").ok());
}

void RunEventTest::changedLinesNeverCrash()
{
    std::mt19937 random(5);
    for (const RunEvent& event : fixture::everyEvent()) {
        const std::string line = toJsonLine(event, 12.5);
        for (int trial = 0; trial < 300; ++trial) {
            std::string changed = line;
            for (int change = 0; change < 3; ++change) changed[random() % changed.size()] = char(random() % 256);
            const auto back = fromJsonLine(changed);
            if (!back) QVERIFY(!back.error().message.empty());
        }
    }
}

QTEST_GUILESS_MAIN(RunEventTest)
#include "run_event_test.moc"
