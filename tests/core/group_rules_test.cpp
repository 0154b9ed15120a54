// What a description of DMoE must hold, and what the plan makes of it.
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "moebel/analysis/language_groups.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/experiment/plan.h"

using namespace moebel;

namespace
{

const char* const kText = R"(title = "groups"
preset = "dmoe"
[languages]
original = ["en"]
expanded = ["es", "pt", "ru", "uk", "ja", "ko"]
[groups]
count = 3
)";

std::string with(const std::string& from, const std::string& to)
{
    std::string text = kText;
    return text.replace(text.find(from), from.size(), to);
}

/// What is wrong at a place of the description.
QString problemsAt(const Experiment& experiment, const std::string& path)
{
    QString found;
    for (const Problem& problem : checkExperiment(experiment))
        if (problem.path == path) found += QString::fromStdString(problem.message + "\n");
    return found;
}

}  // namespace

class GroupRulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void thePresetBringsProbeGroupsAndBothStages()
    {
        const ReadExperiment read = readExperiment(kText, "e.toml");
        QVERIFY2(read.problems.empty(), read.problems.empty() ? "" : read.problems.front().message.c_str());
        const Experiment& experiment = read.experiment;
        QVERIFY(usesGroups(experiment.expansion) && needsDeviation(experiment));
        QCOMPARE(experiment.groups.count, 3);
        QCOMPARE(experiment.stages.size(), std::size_t(2));
        QCOMPARE(experiment.stages[0].kind, StageKind::GroupWarmup);
        QCOMPARE(experiment.stages[0].routerWeight, 1.28);
        QCOMPARE(experiment.stages[0].trainable, TrainableSet::All);
        QCOMPARE(experiment.stages[1].kind, StageKind::Joint);
        QCOMPARE(experiment.stages[1].balanceWeight, 0.02);
        const ReadExperiment again = readExperiment(toToml(experiment), "again.toml");
        QVERIFY(again.problems.empty());
        QCOMPARE(again.experiment, experiment);
    }

    void thePlanCountsAnExpertForEachGroupAndNoOriginalOne()
    {
        Experiment experiment = readExperiment(kText, "e.toml").experiment;
        experiment.base.shape.layers = 4;
        experiment.expansion.rule = AllocationRule::Layers;
        experiment.expansion.layers = {0, 3};
        QCOMPARE(allocation(experiment).experts, (std::vector<std::int64_t>{3, 1, 1, 3}));
        const Plan plan = makePlan(experiment);
        QCOMPARE(plan.expanded.newExperts, 3 * plan.dense.originalExperts / 2);
        QCOMPARE(plan.expanded.originalExperts, plan.dense.originalExperts / 2);
        experiment.expansion.rule = AllocationRule::ByDeviation;
        experiment.expansion.layers.clear();
        QCOMPARE(allocation(experiment).experts, (std::vector<std::int64_t>{3, 3, 3, 3}));
        const Plan probed = makePlan(experiment);
        QVERIFY(std::any_of(probed.notes.begin(), probed.notes.end(),
                            [](const std::string& note) { return note.find("probe of 10 steps") != std::string::npos; }));
    }

    void theSourceOfTheSimilarityDecidesWhetherTheProbeIsNeeded()
    {
        Experiment experiment = readExperiment(with("count = 3", "count = 3\nsource = \"hidden-states\"\nlayer = 2"), "e.toml").experiment;
        QCOMPARE(experiment.groups.source, GroupingSource::HiddenStates);
        QVERIFY(groupsBy(experiment, GroupingSource::HiddenStates) && !groupsBy(experiment, GroupingSource::Deviation));
        QVERIFY(needsDeviation(experiment));  // the layers are chosen by it
        experiment.expansion.rule = AllocationRule::Layers;
        experiment.expansion.layers = {1};
        QVERIFY(!needsDeviation(experiment) && !readsProbeText(experiment));
        experiment.groups.layer = -1;
        experiment.groups.source = GroupingSource::Gradients;
        experiment.deviation.steps = 4;
        QVERIFY(!needsDeviation(experiment) && readsProbeText(experiment));
        QVERIFY(checkExperiment(experiment).empty());
    }

    void aMapStandsForItsGroupsOnceItIsRead()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        QVERIFY(writeFileAtomically(path / "map.json", R"({"es": 0, "ja": 1, "pt": 0, "ko": 1, "ru": 2, "uk": 2})"));
        const ReadExperiment read = readExperiment(with("count = 3", "algorithm = \"manual\"\nmap = \"map.json\"\ncount = 0"), "e.toml");
        QVERIFY2(read.problems.empty(), read.problems.empty() ? "" : read.problems.front().message.c_str());
        QVERIFY(allocation(read.experiment).experts.front() > 1);  // until then, one a language
        const auto groups = withGroupMap(read.experiment, path);
        QVERIFY(groups);
        QCOMPARE(groups->groups.members, (std::vector<std::string>{"es pt", "ja ko", "ru uk"}));
        QVERIFY(groups->groups.map.empty() && checkExperiment(*groups).empty());
        const auto none = withGroupMap(read.experiment, path / "elsewhere");
        QVERIFY(!none && none.error().message.starts_with("groups.map: ") && none.error().kind == ErrorKind::InvalidInput);
    }

    void anAdaptationAddsAnExpertForEachGroupOfNewLanguages()
    {
        Experiment experiment = readExperiment(with("\"dmoe\"", "\"dmoe-adaptation\""), "e.toml").experiment;
        experiment.base.path = "runs/parent";
        experiment.groups = {};
        experiment.base.allocation = {{1, 2, 2, 1}, 2};
        experiment.base.allocation.groups = {{"es", "pt"}, {"ru", "uk"}};
        QCOMPARE(groupsToAdd(experiment, experiment.base.allocation), (std::vector<std::vector<std::string>>{{"ja", "ko"}}));
        QCOMPARE(allocation(experiment).experts, (std::vector<std::int64_t>{1, 3, 3, 1}));
        QCOMPARE(allocation(experiment).earlierExperts(1), 2);
        QCOMPARE(allocation(experiment).groupOf("ko"), 2);
        QVERIFY(!needsDeviation(experiment));
        experiment.groups = {0, GroupingAlgorithm::Manual, {"ja", "ko"}};
        QCOMPARE(allocation(experiment).experts, (std::vector<std::int64_t>{1, 4, 4, 1}));
        QVERIFY(problemsAt(experiment, "groups.members").isEmpty());
        experiment.groups.members = {"ja ko", "es"};
        QVERIFY(problemsAt(experiment, "groups.members").contains("'es' has an expert in the base already, that of group 0"));
        experiment.groups.members = {"ja"};
        QVERIFY(problemsAt(experiment, "groups.members").contains("'ko' is in no group"));
        experiment.base.allocation.groups.clear();
        QVERIFY(problemsAt(experiment, "base.path").contains("belong to no language groups"));
    }

    void whatCannotBeCarriedOutIsRefusedWithASentence_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const std::string& text, const char* path, const char* message) {
            QTest::newRow(name) << QString::fromStdString(text) << path << message;
        };
        const std::string manual = "algorithm = \"manual\"\nmembers = ";
        row("no count", with("count = 3", "count = 1"), "groups.count", "makes from 2 to 6 groups of 6 expanded languages");
        row("too many groups", with("count = 3", "count = 7"), "groups.count", "count is 7");
        row("a count that is not read", with("count = 3", "algorithm = \"family\"\ncount = 3"), "groups.count", "decides itself how many groups");
        row("a language twice", with("count = 3", manual + "[\"es pt ru\", \"uk ja ko es\"]\ncount = 0"), "groups.members", "'es' stands in two groups");
        row("a language left out", with("count = 3", manual + "[\"es pt ru\", \"uk ja\"]\ncount = 0"), "groups.members", "'ko' is in no group");
        row("a language that is not expanded", with("count = 3", manual + "[\"es pt ru en\", \"uk ja ko\"]\ncount = 0"), "groups.members", "'en' is not an expanded language");
        row("members that are not read", with("count = 3", "count = 3\nmembers = [\"es pt\"]"), "groups.members", "remove members");
        row("a source that is not read", with("count = 3", "algorithm = \"family\"\nsource = \"gradients\"\ncount = 0"), "groups.source", "reads no similarity");
        row("a layer that is not read", with("count = 3", "count = 3\nlayer = 1"), "groups.layer", "only source = \"hidden-states\" reads");
        row("a layer of the similarity that is not there", with("count = 3", "count = 3\nsource = \"hidden-states\"\nlayer = 4"), "groups.layer", "layers 0 to 3");
        row("a probe that another source does not read", with("count = 3", "count = 3\nsource = \"tokenizer-overlap\"\n[expansion]\nrule = \"layers\"\nlayers = [1]\n[deviation]\nsteps = 3"), "deviation", "neither the groups nor the layers");
        row("a map without its algorithm", with("count = 3", "count = 3\nmap = \"map.json\""), "groups.map", "set algorithm to \"manual\"");
        row("a map beside members", with("count = 3", manual + "[\"es pt ru\", \"uk ja ko\"]\nmap = \"map.json\"\ncount = 0"), "groups.map", "leave one of them");
        row("top_k", with("count = 3", "count = 3\n[expansion]\ntop_k = 4"), "expansion.top_k", "there are 3 groups");
        row("no layers", with("count = 3", "count = 3\n[expansion]\nrule = \"layers\""), "expansion.layers", "needs the layers");
        row("layers that are not read", with("count = 3", "count = 3\n[expansion]\nlayers = [1]"), "expansion.layers", "does not read");
        row("a layer that is not there", with("count = 3", "count = 3\n[expansion]\nrule = \"layers\"\nlayers = [1, 4]"), "expansion.layers", "layers 0 to 3");
        row("layers in disorder", with("count = 3", "count = 3\n[expansion]\nrule = \"layers\"\nlayers = [2, 1]"), "expansion.layers", "from the lowest up");
        row("random experts", with("count = 3", "count = 3\n[expansion]\nnew_experts = \"random\""), "expansion.new_experts", "set new_experts to \"copy\"");
        row("groups without their rule", with("\"dmoe\"", "\"moe-lpr\""), "groups", "makes no experts for groups");
        row("a probe that nothing reads", with("\"dmoe\"", "\"moe-lpr\"") + "[deviation]\nsteps = 3\n", "deviation", "neither the groups nor the layers");
        row("a review", with("count = 3", "count = 3\n[[stage]]\nkind = \"review\""), "stage.0.kind", "needs the original expert");
        row("replay in the warm-up", with("count = 3", "count = 3\n[[stage]]\nkind = \"group-warmup\"\nreplay_ratio = 1.0"), "stage.0.replay_ratio", "belong to no group");
        row("balance in the warm-up", with("count = 3", "count = 3\n[[stage]]\nkind = \"group-warmup\"\nbalance_weight = 0.1"), "stage.0.balance_weight", "nothing to balance");
        row("adaptation of a dense model", with("\"dmoe\"", "\"dmoe-adaptation\"") + "[base]\nkind = \"pretrain\"\n", "base.kind", "adds experts to a finished run with language groups");
        row("adaptation with a count", with("\"dmoe\"", "\"dmoe-adaptation\""), "groups.count", "the new languages make one group");
        row("a stage of adaptation without its rule", with("count = 3", "count = 3\n[[stage]]\nkind = \"adaptation\""), "stage.0.kind", "use \"group-warmup\" and \"joint\"");
        row("a warm-up in an adaptation", with("\"dmoe\"", "\"dmoe-adaptation\"") + "[[stage]]\nkind = \"group-warmup\"\n", "stage.0.kind", "use \"adaptation\"");
        row("adaptation that trains all", with("\"dmoe\"", "\"dmoe-adaptation\"") + "[[stage]]\nkind = \"adaptation\"\ntrainable = \"all\"\n", "stage.0.trainable", "leaves the experts of finished groups");
        row("a router loss without groups", "title = \"x\"\npreset = \"moe-lpr\"\n[languages]\noriginal = [\"en\"]\nexpanded = [\"es\"]\n[[stage]]\n"
                                            "kind = \"post-pretraining\"\nrouter_weight = 1.0\n", "stage.0.router_weight", "there are none");
        row("a joint stage without groups", "title = \"x\"\npreset = \"moe-lpr\"\n[languages]\noriginal = [\"en\"]\nexpanded = [\"es\"]\n[[stage]]\n"
                                            "kind = \"joint\"\n", "stage.0.kind", "needs groups of languages");
    }
    void whatCannotBeCarriedOutIsRefusedWithASentence()
    {
        QFETCH(QString, text);
        QFETCH(QString, path);
        QFETCH(QString, message);
        QString found;
        for (const Problem& problem : readExperiment(text.toStdString(), "e.toml").problems) {
            if (QString::fromStdString(problem.path) == path && QString::fromStdString(problem.message).contains(message)) return;
            found += QString::fromStdString(problem.path + ": " + problem.message + "\n");
        }
        QFAIL(qPrintable("not refused as expected:\n" + found));
    }
};

QTEST_APPLESS_MAIN(GroupRulesTest)
#include "group_rules_test.moc"
