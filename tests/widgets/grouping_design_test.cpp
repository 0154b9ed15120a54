// What the grouping laboratory knows of a run and of files, what it makes of the groups, and what it gives away.
#include "app/workbench/control/grouping/grouping_design.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/workbench/control/grouping/grouping_experiment.h"
#include "app/workbench/control/grouping/grouping_files.h"
#include "tests/support/group_run.h"
#include "tests/support/language_matrices.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

using Groups = std::vector<std::vector<std::string>>;

/// A matrix of so many languages by chance.
GroupingEvidence chanceEvidence(std::size_t languages)
{
    std::mt19937 engine(3);
    const LanguageMatrix matrix = randomMatrix(engine, languages);
    GroupingEvidence evidence;
    evidence.key = evidence.title = "chance";
    evidence.languages = matrix.languages();
    evidence.sources = {{"chance", "Chance", {matrix}, {"all"}}};
    evidence.first = *groupByGrowth(matrix, 2);
    return evidence;
}

}  // namespace

class GroupingDesignTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    RunFolder m_run;

    QString file(const QString& name, const std::string& text) const
    {
        const QString path = m_folder.filePath(name);
        if (!writeFileAtomically(path.toStdString(), text)) qFatal("no file");
        return path;
    }
    GroupingEvidence evidence(const QStringList& files = {}) const
    {
        auto read = groupingOf(m_run, files);
        if (!read) qFatal("%s", read.error().message.c_str());
        return *read;
    }

private Q_SLOTS:
    void initTestCase()
    {
        const auto run = writeGroupRun((m_folder.path() + "/runs").toStdString(), true);
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message.c_str());
        m_run = *run;
    }

    void aRunTellsItsSimilaritiesItsGroupsAndItsText()
    {
        const GroupingEvidence read = evidence();
        QCOMPARE(read.languages, kGroupLanguages);
        QCOMPARE(read.sources.size(), std::size_t(2));
        QCOMPARE(read.sources[0].key, QString("deviation"));
        QCOMPARE(read.sources[0].matrices.front(), groupDeviation().similarity);
        QCOMPARE(read.sources[1].key, QString("routing"));
        QCOMPARE(read.sources[1].matrices.size(), std::size_t(3));  // the mean and the two layers with a router
        QCOMPARE(read.ofRun->groups, kFamilies);
        QCOMPARE(read.tokens.at("es"), 200.0);
        QCOMPARE(read.layers, (std::vector<std::int64_t>{2, 3}));
        QVERIFY(read.isFinished);
        QCOMPARE(read.adapted.size(), std::size_t(1));
        QCOMPARE(read.adapted[0].nearest, 1);
    }

    void languagesThatAreRoutedAlikeAreSimilar()
    {
        const GroupingEvidence read = evidence();
        const LanguageMatrix& routing = read.sources[1].matrices.front();
        QCOMPARE(routing.at(0, 1), 1.0);
        QVERIFY(routing.at(0, 2) < 0.8);
    }

    void qualityTellsWhatIsInsideAndWhatIsBetween()
    {
        Jobs jobs;
        GroupingDesign design(jobs);
        design.setEvidence(evidence());
        const GroupingQuality quality = design.quality();
        QCOMPARE(quality.smallest, 0.2);
        QCOMPARE(quality.inside, (0.4 + 0.5 + 0.2) / 3);
        QVERIFY(quality.between < 0.03);
        QCOMPARE(quality.groups[0].mean, 0.5);
        QCOMPARE(quality.groups[0].tokens, 400.0 + 500.0);
        QCOMPARE(quality.tokenRatio, (600.0 + 700.0) / (200.0 + 300.0));
        QCOMPARE(*quality.groups[1].nearest, std::size_t(2));
    }

    void aLanguageIsMovedAndUndoBringsItBack()
    {
        Jobs jobs;
        GroupingDesign design(jobs);
        design.setEvidence(evidence());
        QCOMPARE(design.grouping().groups, kFamilies);
        QCOMPARE(design.grouping().algorithm, GroupingAlgorithm::Manual);  // an adaptation's are no rule's
        design.move("ja", 0);
        QCOMPARE(design.grouping().groups, (Groups{{"ru", "uk", "ja"}, {"es", "pt"}, {"ko"}}));
        design.move("ko", 1);  // the group it leaves is empty
        QCOMPARE(design.grouping().groups, (Groups{{"ru", "uk", "ja"}, {"es", "pt", "ko"}}));
        design.move("ko", 2);  // a new one
        QCOMPARE(design.grouping().groups.back(), std::vector<std::string>{"ko"});
        design.move("ko", 3);  // it is alone already
        design.move("ko", 7);
        QCOMPARE(design.undoStack().count(), 3);
        for (int i = 0; i < 3; ++i) design.undoStack().undo();
        QCOMPARE(design.grouping().groups, kFamilies);
        design.undoStack().redo();
        QCOMPARE(design.grouping().groups[2], std::vector<std::string>{"ko"});
    }

    void rulesFormGroupsOnAnotherThread()
    {
        Jobs jobs;
        GroupingDesign design(jobs);
        design.setEvidence(evidence());
        for (const GroupingAlgorithm algorithm : {GroupingAlgorithm::Exact, GroupingAlgorithm::Growth}) {
            design.move("ja", 0);
            design.form(algorithm, 3, {});
            QVERIFY(design.isForming());
            QTRY_VERIFY(!design.isForming());
            QCOMPARE(design.grouping().groups, kFamilies);
            QCOMPARE(design.grouping().algorithm, algorithm);
        }
        design.form(GroupingAlgorithm::Family, 0, {});
        QTRY_VERIFY(!design.isForming());
        QCOMPARE(design.grouping().groups.size(), std::size_t(4));  // Romance, Slavic, Japonic, Koreanic
        design.form(GroupingAlgorithm::Random, 3, Seed{5});
        QTRY_VERIFY(!design.isForming());
        QCOMPARE(design.grouping().seed.value, std::uint64_t(5));
        design.undoStack().undo();
        QCOMPARE(design.grouping().algorithm, GroupingAlgorithm::Family);
    }

    void anExactSearchThatIsTooLargeIsRefusedAndGrowthIsOffered()
    {
        Jobs jobs;
        GroupingDesign design(jobs);
        design.setEvidence(chanceEvidence(120));
        const auto before = design.grouping();
        QSignalSpy refused(&design, &GroupingDesign::refused), offered(&design, &GroupingDesign::growthOffered);
        design.form(GroupingAlgorithm::Exact, 2, {});
        QTRY_COMPARE_WITH_TIMEOUT(refused.size(), 1, 60000);
        const QString sentence = refused[0][0].toString();
        QVERIFY2(sentence.contains("growth") && sentence.contains("60 of 120"), qPrintable(sentence));
        QCOMPARE(design.grouping(), before);
        QCOMPARE(offered.size(), 1);
        QCOMPARE(offered[0][0].toLongLong(), 2);
    }

    void whatIsBeingFormedCanBeGivenUp()
    {
        Jobs jobs;
        GroupingDesign design(jobs);
        design.setEvidence(chanceEvidence(120));
        const auto before = design.grouping();
        QSignalSpy refused(&design, &GroupingDesign::refused);
        design.form(GroupingAlgorithm::Exact, 2, {});
        design.cancel();
        QVERIFY(!design.isForming());
        QTRY_VERIFY(!jobs.busy());
        QCOMPARE(design.grouping(), before);
        QCOMPARE(refused.size(), 0);
    }

    void filesOfEveryKindAreRead()
    {
        const QString matrix = file("matrix.csv", "ar,bn,de\n1,,\n0.08,1,\n0.02,0.01,1\n");
        const GroupingEvidence ofMatrix = evidence({matrix});
        QCOMPARE(ofMatrix.languages, (std::vector<std::string>{"ar", "bn", "de"}));
        QCOMPARE(ofMatrix.sources.size(), std::size_t(1));  // the run knows nothing of these
        QVERIFY(!ofMatrix.ofRun);
        QVERIFY(ofMatrix.experiment.has_value());
        const QString deviation = file("deviation.json", toJson(groupDeviation()));
        const auto alone = groupingOf({}, {deviation});
        QVERIFY(alone.ok());
        QCOMPARE(alone->sources.front().matrices.front(), groupDeviation().similarity);
        QCOMPARE(alone->first.groups.size(), std::size_t(2));
        QCOMPARE(alone->deviationFile, deviation);
        const QString pairs = file("similarity.json",
                                   R"({"layers": [{"layer": 0, "new_new": 0.1, "new_original": 0.1, "mean": 0.1}], "pairs": [
            {"layer": 0, "language": "el", "other": "el", "similarity": 1},
            {"layer": 0, "language": "el", "other": "hu", "similarity": 0.3},
            {"layer": 0, "language": "hu", "other": "hu", "similarity": 1}]})");
        const auto hidden = groupingOf({}, {pairs});
        QVERIFY2(hidden.ok(), hidden.ok() ? "" : hidden.error().message.c_str());
        QCOMPARE(hidden->sources.front().matrices.front().at(0, 1), 0.3);
    }

    void whatCannotBeGroupedIsOneSentence()
    {
        const QString means = file("means.csv", "layer,new_new,new_original,mean\n0,0.1,0.1,0.1\n");
        const auto read = groupingOf({}, {means});
        QVERIFY(!read.ok());
        QVERIFY2(read.error().message.find("no pairs") != std::string::npos, read.error().message.c_str());
        const QString hole = file("hole.csv", "ar,bn,de\n1,,\n0.08,1,\n0.02,,1\n");
        const auto unknown = groupingOf({}, {hole});
        QVERIFY(!unknown.ok() && QString::fromStdString(unknown.error().message).startsWith(hole));
        QVERIFY(!groupingOf({}, {m_folder.filePath("nowhere.csv")}).ok());
        QVERIFY(!groupsOfFile(file("bad.json", R"({"ar": 3})")).ok());
        QVERIFY(!*groupsOfFile(file("matrix2.csv", "ar,bn\n1,\n0.1,1\n")));
        QVERIFY(!parseAdaptation(R"({"groups": [{"languages": ["gl"], "nearest": 4, "experts": []}]})", "a").ok());
        QVERIFY(!parseAdaptation("[]", "a").ok());
    }

    void aMapIsTakenWithTheLanguagesThatItDoesNotHave()
    {
        Jobs jobs;
        GroupingDesign design(jobs);
        design.setEvidence(evidence());
        const auto map = groupsOfFile(file("map.json", R"({"es": 0, "de": 0, "ru": 1, "uk": 1, "pt": 0})"));
        QVERIFY(map.ok() && *map);
        design.take(**map, "map.json");
        QCOMPARE(design.grouping().groups, (Groups{{"es", "pt"}, {"ru", "uk"}, {"ja", "ko"}}));
    }

    void groupsBecomeAnExperimentWithoutProblems()
    {
        Jobs jobs;
        GroupingDesign design(jobs);
        design.setEvidence(evidence());
        design.move("ja", 0);
        for (const auto& epsilon : {std::optional<double>(), std::optional(0.4)}) {
            const Experiment experiment = experimentOf(design.evidence(), design.grouping(), epsilon);
            const ReadExperiment read = readExperiment(toToml(experiment), "draft");
            QVERIFY2(read.problems.empty(), read.problems.empty() ? "" : read.problems.front().message.c_str());
            QCOMPARE(writtenGroups(read.experiment.groups), design.grouping().groups);
            QCOMPARE(read.experiment.expansion.deviationThreshold, epsilon.value_or(0.6));
            QCOMPARE(read.experiment.languages.front().code, std::string("en"));
        }
        const auto fields = fieldsOf(design.grouping());
        QCOMPARE(fields[2].second, QString(R"(["ru uk ja", "es pt", "ko"])"));
    }

    void groupsOfAFileAloneBecomeADraftWithTheirLanguages()
    {
        const auto read = groupingOf({}, {file("m.csv", "ar,bn,de,fr\n1,,,\n.1,1,,\n.2,.1,1,\n.2,.1,.3,1\n")});
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
        const Experiment experiment = experimentOf(*read, {read->first.groups, GroupingAlgorithm::Growth, 2, {}});
        QCOMPARE(experiment.languages.size(), std::size_t(4));
        QCOMPARE(experiment.expansion.rule, AllocationRule::ByDeviation);
        QCOMPARE(experiment.stages.size(), std::size_t(2));
    }

    void theParametersOfChosenLayersAreThoseOfThePlan()
    {
        const GroupingEvidence read = evidence();
        const Grouping grouping{kFamilies, GroupingAlgorithm::Manual, 0, {}};
        const auto two = planOf(read, grouping, {2, 3}), three = planOf(read, grouping, {1, 2, 3});
        QVERIFY(two && three);
        QVERIFY(three->expanded.total > two->expanded.total);
        QVERIFY(!planOf(read, grouping, {}));
        QVERIFY(!planOf(read, grouping, {9}));
    }

    void anAdaptationNamesTheRunAndTheNewLanguages()
    {
        const GroupingEvidence read = evidence();
        const auto added = parseNewLanguages("gl fi, be", read);
        QVERIFY(added.ok());
        QCOMPARE(*added, (Groups{{"gl", "fi"}, {"be"}}));
        const Experiment experiment = adaptationOf(read, *added);
        QCOMPARE(experiment.base.kind, BaseKind::Run);
        QCOMPARE(experiment.base.path, m_run.path.string());
        QCOMPARE(experiment.expansion.rule, AllocationRule::NearestExpert);
        const ReadExperiment again = readExperiment(toToml(experiment), "draft");
        QVERIFY2(again.problems.empty(), again.problems.empty() ? "" : again.problems.front().message.c_str());
        for (const char* wrong : {"", "  , ", "es", "gl gl", "gl, fi gl", "galician!", "x"})
            QVERIFY2(!parseNewLanguages(wrong, read).ok(), wrong);
    }

    void commandsAreThoseOfTheCommandLine()
    {
        Jobs jobs;
        GroupingDesign design(jobs);
        const QString matrix = file("six.csv", toCsv(groupDeviation().similarity));
        design.setEvidence(evidence({matrix}));
        design.form(GroupingAlgorithm::Exact, 3, {});
        QTRY_VERIFY(!design.isForming());
        QCOMPARE(groupCommand(design),
                 QString("moebel group --similarity %1 --algorithm exact --groups 3 --map-out expert-map.json").arg(matrix));
        design.move("ja", 0);
        QVERIFY2(groupCommand(design).contains("groups.algorithm="), qPrintable(groupCommand(design)));
        QCOMPARE(layersCommand(evidence(), 0.6),
                 QString("moebel select-layers --deviation %1/deviation.json --epsilon 0.6").arg(m_run.path.c_str()));
    }
};

QTEST_GUILESS_MAIN(GroupingDesignTest)
#include "grouping_design_test.moc"
