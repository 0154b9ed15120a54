// DMoE from one description: probe, groups, layers, warm-up by groups, joint training; interrupted and gone on with.
#include <QScopeGuard>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/evaluation/heldout.h"
#include "engine/model/checkpoint/model_file.h"
#include "engine/text/corpus.h"
#include "engine/text/synthetic_languages.h"
#include "engine/text/tokenizer.h"
#include "moebel/analysis/language_groups.h"
#include "moebel/analysis/parameter_deviation.h"
#include "moebel/base/file.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

/// Six expanded languages in three families, and an expert for each family in both layers.
Experiment groupExperiment()
{
    Experiment experiment = tinyExperiment();
    experiment.languages = {{"aa", LanguageRole::Original}};
    for (const char* code : {"ba", "bb", "bc", "bd", "be", "bf"}) experiment.languages.push_back({code, LanguageRole::Expanded});
    experiment.data.syntheticFamilies = 4;
    experiment.base.expandedShare = 0.3;
    experiment.deviation.steps = 6;
    experiment.deviation.batchSequences = 6;
    experiment.deviation.sequenceLength = 32;
    experiment.groups.count = 3;
    experiment.expansion.rule = AllocationRule::ByDeviation;
    experiment.expansion.deviationThreshold = 0;
    experiment.expansion.routerInit = RouterInit::Normal;
    StageSpec warmup = experiment.stages.front();
    warmup.kind = StageKind::GroupWarmup;
    warmup.batchSequences = 6;
    warmup.microBatchSequences = 2;
    warmup.tokens = 60 * 6 * 32;
    warmup.learningRate = 5e-3;
    warmup.balanceWeight = 0;
    warmup.routerWeight = 1.28;
    warmup.trainable = TrainableSet::All;
    StageSpec joint = warmup;
    joint.kind = StageKind::Joint;
    joint.tokens = 20 * 6 * 32;
    joint.microBatchSequences = 0;
    joint.balanceWeight = 0.02;
    joint.routerWeight = 0;
    experiment.stages = {warmup, joint};
    experiment.evaluation.everySteps = 0;
    experiment.checkpoint.everySteps = 0;
    return experiment;
}

std::map<std::string, std::int32_t> families()
{
    std::map<std::string, std::int32_t> result;
    for (const SyntheticLanguage& language : syntheticLanguages(groupExperiment().languages, 4)) result[language.code] = language.family;
    return result;
}

nlohmann::json jsonOf(const std::filesystem::path& file)
{
    const auto text = readFile(file);
    return text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
}

double lastOf(const std::vector<MetricPoint>& points)
{
    return points.empty() ? 0 : points.back().value;
}

}  // namespace

class GroupRunTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_whole = std::make_unique<TinyRun>(folder("whole"), groupExperiment());
        QVERIFY2(m_whole->created_error.empty(), m_whole->created_error.c_str());
        const Status done = m_whole->work(false);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
    }

    void oneDescriptionFindsTheFamiliesAndGivesEachAnExpertInEveryLayer()
    {
        const auto groups = jsonOf(m_whole->run.path / "groups.json");
        const auto kinship = families();
        QCOMPARE(groups["groups"].size(), std::size_t(3));
        for (const auto& group : groups["groups"]) {
            QCOMPARE(group.size(), std::size_t(2));
            QCOMPARE(kinship.at(group[0].get<std::string>()), kinship.at(group[1].get<std::string>()));
        }
        QCOMPARE(groups["mask"].get<std::string>(), std::string("3"));  // threshold 0: all layers (acceptance check 37)
        QCOMPARE(groups["algorithm"].get<std::string>(), std::string("exact"));
        const auto map = parseExpertMap(readFile(m_whole->run.path / "expert-map.json").value(), "map");
        QVERIFY(map->groups == groups["groups"].get<std::vector<std::vector<std::string>>>());
        const auto deviation = parseDeviationJson(readFile(m_whole->run.path / "deviation.json").value(), "deviation");
        QCOMPARE(deviation->languages.size(), std::size_t(6));
        QCOMPARE(deviation->steps, 6);
        QVERIFY(*deviation->changedShare > 0.9);
        const auto model = readModel(newest());
        QCOMPARE((*model)->allocation().experts, (std::vector<std::int64_t>{3, 3}));
        QCOMPARE((*model)->allocation().groups, map->groups);
    }

    void theRecordHasWhatTheProbeMeasuredAndTheGroups()
    {
        const auto reader = RunReader::open(m_whole->run);
        QVERIFY(reader);
        const auto measured = reader->deviation();
        QVERIFY(measured && *measured);
        QCOMPARE((*measured)->deviation, parseDeviationJson(readFile(m_whole->run.path / "deviation.json").value(), "deviation").value());
        const auto formed = reader->groups();
        QVERIFY(formed && *formed);
        QCOMPARE((*formed)->groups.groups, jsonOf(m_whole->run.path / "groups.json")["groups"].get<std::vector<std::vector<std::string>>>());
        QCOMPARE((*formed)->algorithm, GroupingAlgorithm::Exact);
        QCOMPARE((*formed)->layers, (std::vector<std::int64_t>{0, 1}));
        QVERIFY((*formed)->added.empty() && (*formed)->groups.smallestSimilarity.front() > 0);
        const auto similarity = parseMatrixCsv(readFile(m_whole->run.path / "similarity.csv").value(), "similarity");
        QVERIFY(similarity && groupExactly(*similarity, 3)->groups == (*formed)->groups.groups);
        const auto rate = m_whole->points("flops-per-second");
        QVERIFY(!rate.empty() && rate.back().value > 0);
    }

    // Each source alone, on the base and text of the whole run.
    void everySourceMakesGroupsOfFamilies_data()
    {
        QTest::addColumn<int>("source");
        for (const GroupingSource source : {GroupingSource::HiddenStates, GroupingSource::Gradients, GroupingSource::TokenizerOverlap})
            QTest::newRow(std::string(name(source)).c_str()) << int(source);
    }
    void everySourceMakesGroupsOfFamilies()
    {
        QFETCH(int, source);
        Experiment experiment = groupExperiment();
        experiment.groups.source = GroupingSource(source);
        if (experiment.groups.source != GroupingSource::Gradients) experiment.deviation = {};
        experiment.expansion.rule = AllocationRule::Layers;
        experiment.expansion.layers = {1};
        experiment.expansion.similarityTokens = 1'000;
        experiment.stages.pop_back();
        experiment.stages.front().tokens = 6 * 32;
        TinyRun run(folder(QTest::currentDataTag()), experiment);
        const Status done = run.work(false);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QVERIFY(!std::filesystem::exists(run.run.path / "deviation.json"));
        const auto formed = run.sink.all<GroupsFormed>();
        QCOMPARE(formed.size(), std::size_t(1));
        QCOMPARE(formed.front().source, GroupingSource(source));
        const auto kinship = families();
        for (const auto& group : formed.front().groups.groups) {
            QCOMPARE(group.size(), std::size_t(2));
            QCOMPARE(kinship.at(group[0]), kinship.at(group[1]));
        }
    }

    void tooShortATextIsRefusedBeforeTheBaseIsTrained()
    {
        Experiment experiment = groupExperiment();
        experiment.seed = Seed{8};  // no base of it is known
        experiment.deviation.steps = 100'000;
        TinyRun run(folder("short"), experiment);
        const Status refused = run.work(false);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::InvalidInput);
        QVERIFY2(refused.error().message.starts_with("language 'ba' has text for "), refused.error().message.c_str());
        QVERIFY(run.sink.all<StepFinished>().empty());
    }

    void theExpandedModelIsTheDenseOneBeforeItLearns()
    {
        QVERIFY(lastOf(m_whole->points("logit-difference")) < 1e-4);
    }

    // Acceptance check 42, second half.
    void theRoutersLearnTheGroups()
    {
        const auto accuracy = m_whole->points("router-accuracy");
        QVERIFY(accuracy.size() > 20);
        QVERIFY2(lastOf(accuracy) >= 0.95, qPrintable(QString::number(lastOf(accuracy))));
        QVERIFY(accuracy.front().value < 0.8);
        QVERIFY(std::abs(m_whole->points("router-loss").front().value - std::log(3.0)) < 0.1);
        QVERIFY(lastOf(m_whole->points("balance-loss")) > 0.9);
    }

    void everyGroupGainsAndTheRecordKnowsBothStages()
    {
        const auto reader = RunReader::open(m_whole->run);
        QVERIFY(reader);
        const auto stages = reader->stages();
        QVERIFY(stages);
        std::vector<StageKind> kinds;
        for (const StageRecord& stage : *stages)
            if (stage.kind != StageKind::Pretraining) kinds.push_back(stage.kind);
        QCOMPARE(kinds, (std::vector<StageKind>{StageKind::GroupWarmup, StageKind::Joint}));
        std::map<std::string, double> before, after;
        for (const auto& evaluation : m_whole->sink.all<EvaluationFinished>())
            for (const Score& score : evaluation.scores)
                (score.checkpoint == "base" ? before : after).insert_or_assign(score.language, score.value);
        for (const auto& [language, family] : families())
            if (family > 0) QVERIFY2(after.at(language) < before.at(language), language.c_str());
        const auto allocated = m_whole->sink.all<ExpertsAllocated>();
        QCOMPARE(allocated.size(), std::size_t(1));
        QVERIFY(allocated.front().choice.reason.starts_with("3 groups of languages, an expert each in the layers 0, 1"));
    }

    // Acceptance check 47: text that was held out of training, each language through each expert.
    void theNearestExpertOfALanguageIsThatOfItsFamily()
    {
        const auto model = readModel(newest());
        const auto tokenizer = openTokenizer(tokenizerFileIn(newest()));
        QVERIFY(model && tokenizer);
        DataSpec data = groupExperiment().data;
        data.syntheticDocuments = 20;
        const auto importer = makeSyntheticImporter(data, groupExperiment().languages, groupExperiment().seed);
        for (const auto& [language, family] : families()) {
            if (family == 0) continue;
            const std::string text = importer->load(language)->documents.front().text;
            const auto experts = expertPerplexities(**model, (*tokenizer)->encode(text), std::int64_t(text.size()),
                                                    (*tokenizer)->endOfDocument(), 32, 16);
            QVERIFY(experts);
            const auto better = [](const TextLikelihood& a, const TextLikelihood& b) { return a.tokenPerplexity < b.tokenPerplexity; };
            QCOMPARE(std::min_element(experts->begin(), experts->end(), better) - experts->begin(), (*model)->allocation().groupOf(language));
        }
    }

    void aRunStoppedInTheProbeAndInTheWarmupEndsBitIdentically()
    {
        const auto restore = qScopeGuard([before = qgetenv("XDG_CACHE_HOME")] { qputenv("XDG_CACHE_HOME", before); });
        const OwnCache cache;  // nothing of the whole run is known here
        TinyRun parts(folder("parts"), groupExperiment());
        int probed = 0;
        const Status first = parts.work(false, [&](const RunEvent& event) {
            const auto* progress = std::get_if<Progress>(&event);
            if (progress != nullptr && progress->what.starts_with("measuring what each language changes")) parts.control.stop = ++probed >= 15;
        });
        QVERIFY(!first);
        QCOMPARE(first.error().kind, ErrorKind::Stopped);
        std::set<std::string> again;
        const Status second = parts.work(true, [&](const RunEvent& event) {
            if (const auto* progress = std::get_if<Progress>(&event); progress != nullptr && progress->what.starts_with("measuring")) ++probed;
            if (const auto* step = std::get_if<StepFinished>(&event); step != nullptr && step->step == 25) parts.control.stop = true;
        });
        QVERIFY(!second);
        QCOMPARE(probed, 15 + 2 + 4 * 6);  // two languages came from the spool
        const Status third = parts.work(true);
        QVERIFY2(third, third ? "" : third.error().message.c_str());
        QCOMPARE(parts.weightsHash(80), m_whole->weightsHash(80));
        QVERIFY(!parts.weightsHash(80).starts_with("none"));
        QCOMPARE(*readFile(parts.run.path / "deviation.json"), *readFile(m_whole->run.path / "deviation.json"));
    }

    void theOtherRulesNeedNoProbe()
    {
        Experiment experiment = groupExperiment();
        experiment.deviation = {};
        experiment.groups = {0, GroupingAlgorithm::Manual, {"ba bb bc", "bd be bf"}};
        experiment.expansion.rule = AllocationRule::Layers;
        experiment.expansion.layers = {1};
        experiment.stages.pop_back();
        experiment.stages.front().tokens = 2 * 6 * 32;
        TinyRun run(folder("manual"), experiment);
        const Status done = run.work(false);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QVERIFY(!std::filesystem::exists(run.run.path / "deviation.json"));
        const auto groups = jsonOf(run.run.path / "groups.json")["groups"].get<std::vector<std::vector<std::string>>>();
        QCOMPARE(groups, (std::vector<std::vector<std::string>>{{"ba", "bb", "bc"}, {"bd", "be", "bf"}}));
        QCOMPARE(run.sink.all<StageStarted>().back().experts, (std::vector<std::int64_t>{1, 2}));
    }

private:
    std::filesystem::path folder(const char* name) const { return std::filesystem::path(m_folder.path().toStdString()) / name / "runs"; }
    std::filesystem::path newest() const { return m_whole->run.checkpoints() / "step-000080"; }

    OwnCache m_cache;
    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_whole;
};

QTEST_APPLESS_MAIN(GroupRunTest)
#include "group_run_test.moc"
