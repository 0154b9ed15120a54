// DMoE's adaptation: languages that come to a finished run of language groups, an expert each.
#include <QTest>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/expansion/upcycle.h"
#include "engine/model/checkpoint/model_file.h"
#include "moebel/analysis/language_groups.h"
#include "moebel/base/file.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::int64_t kGroupSteps = 60, kSteps = 40;

/// Two families of two languages, an expert each in both layers.
Experiment groupedParent()
{
    Experiment experiment = tinyExperiment();
    experiment.title = "parent";
    experiment.languages = {{"aa", LanguageRole::Original}};
    for (const char* code : {"ba", "bb", "ca", "cb"}) experiment.languages.push_back({code, LanguageRole::Expanded});
    experiment.data.syntheticFamilies = 3;
    experiment.base.expandedShare = 0.3;
    experiment.groups = {0, GroupingAlgorithm::Manual, {"ba bb", "ca cb"}};
    experiment.expansion.rule = AllocationRule::Layers;
    experiment.expansion.layers = {0, 1};
    experiment.expansion.routerInit = RouterInit::Normal;
    StageSpec warmup = experiment.stages.front();
    warmup.kind = StageKind::GroupWarmup;
    warmup.batchSequences = 6;
    warmup.microBatchSequences = 2;
    warmup.tokens = kGroupSteps * 6 * 32;
    warmup.learningRate = 5e-3;
    warmup.balanceWeight = 0;
    warmup.routerWeight = 1.28;
    warmup.trainable = TrainableSet::All;
    experiment.stages = {warmup};
    experiment.evaluation.everySteps = 0;
    experiment.checkpoint.everySteps = 0;
    return experiment;
}

/// One more language of each family, an expert each.
Experiment adaptation(const std::filesystem::path& parent)
{
    Experiment experiment = groupedParent();
    experiment.title = "adaptation";
    experiment.languages = {{"aa", LanguageRole::Original}};
    for (const char* code : {"ba", "bb", "bc", "ca", "cb", "cc"}) experiment.languages.push_back({code, LanguageRole::Expanded});
    experiment.base.kind = BaseKind::Run;
    experiment.base.path = parent.string();
    experiment.data.temperature = 0;
    experiment.groups.members = {"cc", "bc"};
    experiment.expansion.rule = AllocationRule::NearestExpert;
    experiment.expansion.layers.clear();
    StageSpec& stage = experiment.stages.front();
    stage.kind = StageKind::Adaptation;
    stage.tokens = kSteps * 6 * 32;
    stage.trainable = TrainableSet::NewExpertsAndRouters;
    return experiment;
}

std::unique_ptr<Decoder> modelOf(const TinyRun& run, const char* step)
{
    auto model = readModel(run.run.checkpoints() / step);
    return model ? std::move(*model) : nullptr;
}

/// With all tokens through one expert.
torch::Tensor hardLogits(const Decoder& decoder, std::int64_t expert)
{
    const torch::NoGradGuard noGradient;
    const torch::Tensor ids_BS = (torch::arange(48).reshape({2, 24}) * 7) % decoder.shape().vocabulary;
    ForwardOptions options;
    options.expert_B = torch::full({2}, expert, torch::kInt64);
    return torch::linear(decoder.forward(ids_BS, options).hidden_TD, decoder.head_VD());
}

}  // namespace

class AdaptationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_parent = std::make_unique<TinyRun>(runs(), groupedParent());
        const Status done = m_parent->work(false);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QVERIFY(writeExitRecord(m_parent->run, {"finished", 0, 0, "", 0}));
        m_child = std::make_unique<TinyRun>(runs(), adaptation(m_parent->run.path));
        QVERIFY2(m_child->created_error.empty(), m_child->created_error.c_str());
        const Status adapted = m_child->work(false);
        QVERIFY2(adapted, adapted ? "" : adapted.error().message.c_str());
        m_before = modelOf(*m_parent, "step-000060");
        m_after = modelOf(*m_child, "step-000040");
        QVERIFY(m_before && m_after);
    }

    // Acceptance check 47.
    void newLanguageDrawnFromAFamilyHasTheLowestPerplexityInTheFamilysExpert()
    {
        const auto record = nlohmann::json::parse(*readFile(m_child->run.path / "adaptation.json"));
        QCOMPARE(record["groups"].size(), std::size_t(2));
        const auto groups = m_before->allocation().groups;
        for (const auto& added : record["groups"]) {
            const auto language = added["languages"][0].get<std::string>();
            const std::int64_t family = m_before->allocation().groupOf(language.substr(0, 1) + "a");
            QCOMPARE(added["nearest"].get<std::int64_t>(), family);
            QCOMPARE(added["experts"].size(), groups.size());
            for (const auto& expert : added["experts"])
                QVERIFY(expert["token_perplexity"] >= added["experts"][std::size_t(family)]["token_perplexity"]);
        }
        const auto choice = m_child->sink.all<ExpertsAllocated>().front().choice;
        QCOMPARE(choice.present, (std::vector<std::int64_t>{2, 2}));
        QCOMPARE(choice.experts, (std::vector<std::int64_t>{4, 4}));
        QVERIFY2(choice.reason.starts_with("an expert for cc, a copy of that of ca cb (token perplexity"), choice.reason.c_str());
        const auto map = parseExpertMap(readFile(m_child->run.path / "expert-map.json").value(), "map");
        QVERIFY(map && map->groups == m_after->allocation().groups);
        QCOMPARE(map->groups, (std::vector<std::vector<std::string>>{{"ba", "bb"}, {"ca", "cb"}, {"cc"}, {"bc"}}));
    }

    void theRecordSaysWhoseCopiesTheNewExpertsAre()
    {
        const auto reader = RunReader::open(m_child->run);
        QVERIFY(reader);
        const auto formed = reader->groups();
        QVERIFY(formed && *formed);
        QCOMPARE((*formed)->added.size(), std::size_t(2));
        QCOMPARE((*formed)->added.front().languages, (std::vector<std::string>{"cc"}));
        std::vector<std::int64_t> copies;
        const auto experts = reader->experts();
        for (const ExpertRecord& expert : *experts)
            if (expert.id.layer.index == 0) copies.push_back(expert.copyOf);
        QCOMPARE(copies, (std::vector<std::int64_t>{-1, -1, 1, 0}));
    }

    // Acceptance check 48, first half.
    void addingAnExpertLeavesOldGroupsLogitsBitIdenticalUnderHardRouting()
    {
        ExpertAllocation allocation = m_after->allocation();
        UpcyclePlan plan = planUpcycle(m_before->shape(), allocation, ExpertOrigin::Copy, Seed{3});
        plan.nearest = {1, 0};
        const auto added = upcycle(*m_before, plan);
        for (const std::int64_t group : {0, 1}) {
            QVERIFY(torch::equal(hardLogits(*added, group), hardLogits(*m_before, group)));
            QVERIFY2(torch::equal(hardLogits(*added, 3 - group), hardLogits(*m_before, group)), "a new expert is a copy of the nearest one");
        }
        for (const DecoderLayer& layer : added->layers()) {  // twins have one row, so that they tie
            const torch::Tensor rows = layer.feedForward.router.weight_ED;
            QVERIFY(torch::equal(rows[2], rows[1]) && torch::equal(rows[3], rows[0]));
        }
    }

    void underTopTwoADifferenceAtStepZeroIsReported()
    {
        const auto difference = m_child->points("logit-difference");
        QVERIFY(!difference.empty() && difference.front().value > 1e-4);
    }

    // Acceptance checks 48, second half, and 49.
    void trainingTheNewExpertLeavesOldGroupsBackboneAndExpertsBitIdentical()
    {
        for (const std::int64_t group : {0, 1}) QVERIFY(torch::equal(hardLogits(*m_after, group), hardLogits(*m_before, group)));
        std::map<std::string, torch::Tensor> old;
        for (const NamedParameter& parameter : m_before->parameters()) old[parameter.name] = parameter.tensor;
        int kept = 0, learned = 0;
        for (const NamedParameter& parameter : m_after->parameters()) {
            if (parameter.group == ParameterGroup::NewExpert) {
                const std::size_t at = parameter.name.find("experts.") + 8;
                std::string nearest = parameter.name;
                nearest[at] = parameter.name[at] == '2' ? '1' : '0';
                learned += !torch::equal(parameter.tensor, old.at(nearest));
            } else if (parameter.group != ParameterGroup::Router) {
                QVERIFY2(torch::equal(parameter.tensor, old.at(parameter.name)), parameter.name.c_str());
                ++kept;
            }
        }
        QCOMPARE(learned, 2 * 2 * 3);
        QVERIFY(kept > 2 * 2 * 3);
    }

    // Acceptance check 49.
    void theNewLanguagesGainAndOldOnesAreUnchangedUnderHardRouting()
    {
        for (const char* code : {"ba", "bb", "ca", "cb", "cc", "bc"}) {
            const auto points = m_child->points("bits-per-byte-by-group", code);
            QCOMPARE(points.size(), std::size_t(2));
            if (code[1] == 'c') QVERIFY2(points.back().value < points.front().value - 0.05, code);
            else QVERIFY2(points.back().value == points.front().value, code);
        }
        QVERIFY(m_child->points("bits-per-byte-by-group", "aa").empty());
        const std::vector<double> shares = m_child->sink.all<StageStarted>().back().shares;
        QCOMPARE(shares, (std::vector<double>{0, 0, 0, 0.5, 0, 0, 0.5}));
    }

    void aRunStoppedOnTheWayEndsBitIdentically()
    {
        TinyRun parts(runs(), adaptation(m_parent->run.path));
        QVERIFY(!parts.workUntil(false, 13));
        const Status done = parts.work(true);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QCOMPARE(parts.weightsHash(kSteps), m_child->weightsHash(kSteps));
        QVERIFY(!parts.weightsHash(kSteps).starts_with("none"));
    }

private:
    std::filesystem::path runs() const { return m_folder.filePath("runs").toStdString(); }

    OwnCache m_cache;
    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_parent, m_child;
    std::unique_ptr<Decoder> m_before, m_after;
};

QTEST_APPLESS_MAIN(AdaptationTest)
#include "adaptation_test.moc"
