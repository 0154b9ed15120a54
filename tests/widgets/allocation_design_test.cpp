// Candidates for one allocation: rules, the locked budget, undo, and every form in which a list is copied and pasted.
#include "app/workbench/control/expansion/allocation_design.h"

#include <QSignalSpy>
#include <QtTest>
#include <numeric>

#include "app/workbench/control/expansion/allocation_queue.h"
#include "moebel/experiment/experiment_file.h"
#include "tests/support/similarity_run.h"

using namespace moebel;

namespace
{

using Counts = std::vector<std::int64_t>;

/// Llama-3.2-3B, el hu tr against en es zh: means of each layer (methods.md 2.3).
constexpr double kGolden[28] = {.035939,  .040217, .035217,  .0503445, .0635555, .0697615, .084228, .096011,  .094489, .097772,
                                .1059555, .109378, .1164445, .107439,  .1151555, .1108555, .09725,  .0907335, .083033, .0835385,
                                .0778275, .068328, .068467,  .0548,    .049811,  .0496615, .0481,   .0453445};

AllocationEvidence goldenEvidence()
{
    AllocationEvidence evidence;
    evidence.key = "golden";
    for (const double mean : kGolden) evidence.similarity.layers.push_back({mean, mean, mean});
    evidence.present.assign(28, 1);
    evidence.experiment = test::similarityExperiment(28);
    return evidence;
}

AllocationEvidence smallEvidence(Counts present = {1, 1, 1, 1})
{
    AllocationEvidence evidence;
    evidence.key = "small";
    for (const double mean : {.1, .2, .4, .2}) evidence.similarity.layers.push_back({mean, mean, mean});
    evidence.present = std::move(present);
    evidence.experiment = test::similarityExperiment(4);
    return evidence;
}

std::int64_t sum(const Counts& counts) { return std::accumulate(counts.begin(), counts.end(), std::int64_t(0)); }

}  // namespace

class AllocationDesignTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fiftySixNewExpertsStayFiftySixWhateverIsDragged()
    {
        AllocationDesign design;
        design.setEvidence(goldenEvidence());
        QCOMPARE(design.candidate()->sum(), 84);  // three a layer, as the paper
        QCOMPARE(design.candidate()->added(), 56);
        design.setLocked(true);
        const Counts before = design.candidate()->experts;
        for (int layer = 0; layer < 28; ++layer)
            for (const std::int64_t wanted : {7, 1, 3}) {
                design.setExperts(layer, wanted, 0);
                QCOMPARE(design.candidate()->added(), 56);
                QCOMPARE(design.candidate()->experts[std::size_t(layer)], wanted);
            }
        QVERIFY(design.candidate()->edited);
        for (const DesignRule rule : {DesignRule::Uniform, DesignRule::Schedule, DesignRule::LargestRemainder,
                                      DesignRule::Reverse, DesignRule::Delta, DesignRule::Total}) {
            design.chooseRule(rule);
            QCOMPARE(design.candidate()->rule, rule);
            QCOMPARE(design.candidate()->added(), 56);
            QVERIFY(!design.candidate()->edited);
        }
        QCOMPARE(design.candidate()->experts, before);
    }

    void withoutTheLockOnlyTheLayerChanges()
    {
        AllocationDesign design;
        design.setEvidence(smallEvidence());
        Counts expected = design.candidate()->experts;
        design.setExperts(2, 9, 0);
        expected[2] = 9;
        QCOMPARE(design.candidate()->experts, expected);
        design.setExperts(2, -4, 0);
        QCOMPARE(design.candidate()->experts[2], 1);  // the original one stays
    }

    void expertsOfEarlierRoundsAreNotTakenAway()
    {
        AllocationDesign design;
        design.setEvidence(smallEvidence({4, 2, 1, 3}));
        design.setExperts(0, 6, 0);
        QCOMPARE(design.candidate()->experts[0], 3);  // the original one and two new ones
        design.setExperts(0, 2, 0);
        QCOMPARE(design.candidate()->experts[0], 1);
    }

    void thePapersCeilingLandsWhereTheTableSays()
    {
        const auto place = ceilingAt(84, goldenEvidence(), 0);
        QVERIFY(place.ok() && place->exact);
        QCOMPARE(place->exact->delta, 70.0);
        QCOMPARE(place->exact->experts,
                 (Counts{5, 5, 5, 4, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4}));
        QVERIFY(place->below && place->above);
        QVERIFY(place->below->total() < 84 && place->above->total() > 84);
        AllocationEvidence equal = smallEvidence();
        for (LayerSimilarity& layer : equal.similarity.layers) layer = {.2, .2, .2};
        const auto jump = ceilingAt(10, equal, 0);
        QVERIFY(jump.ok() && !jump->exact);
        QCOMPARE(jump->below->total(), 8);
        QCOMPARE(jump->above->total(), 12);
    }

    void everyStepIsUndoneAndOneGestureAtOnce()
    {
        AllocationDesign design;
        design.setEvidence(smallEvidence());
        const Counts first = design.candidate()->experts;
        for (const std::int64_t wanted : {4, 5, 6}) design.setExperts(1, wanted, 7);
        QCOMPARE(design.undoStack().count(), 1);
        QVERIFY2(design.undoStack().undoText().contains("6"), qPrintable(design.undoStack().undoText()));
        design.setExperts(1, 3, 8);
        design.addCandidate();
        design.setClassifier(0, true);
        QCOMPARE(design.undoStack().count(), 4);
        QCOMPARE(design.candidates().size(), std::size_t(2));
        while (design.undoStack().canUndo()) design.undoStack().undo();
        QCOMPARE(design.candidates().size(), std::size_t(1));
        QCOMPARE(design.candidate()->experts, first);
        while (design.undoStack().canRedo()) design.undoStack().redo();
        QCOMPARE(design.current(), 1);
        QCOMPARE(design.candidate()->experts[1], 3);
        QCOMPARE(design.candidate()->classifierLayers, (Counts{0}));
    }

    void everyCopiedFormIsPastedAgain()
    {
        AllocationCandidate candidate;
        candidate.experts = {5, 4, 3, 2};
        candidate.classifierLayers = {1, 3};
        for (const QString& text :
             {listText(candidate), jsonText(candidate), tomlText(candidate), commandText(candidate, "/a b/x.toml"),
              QString("ADA_MOE_NUM_EXPERTS_LIST=5,4,3,2"), QString("--ada_moe_num_experts_list 5,4,3,2 \\\n"),
              QString("layer,experts\n0,5\n1,4\n2,3\n3,2\n")}) {
            const auto pasted = parsePasted(text, 4);
            QVERIFY2(pasted.ok(),
                     qPrintable(text + ": " + (pasted ? QString() : QString::fromStdString(pasted.error().message))));
            QCOMPARE(*pasted, candidate.experts);
        }
    }

    void aWrongPasteIsOneSentenceAndChangesNothing_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("too short") << "5,4,3"
                                   << "the list has 3 numbers, the model has 4 layers";
        QTest::newRow("no list") << "hello there"
                                 << "is no list of experts";
        QTest::newRow("zero") << "3,0,2,2"
                              << "whole numbers from 1 to 4096";
        QTest::newRow("nothing") << ""
                                 << "is no list of experts";
        QTest::newRow("another object") << "{\"layers\": 3}"
                                        << "is no list of experts";
    }

    void aWrongPasteIsOneSentenceAndChangesNothing()
    {
        QFETCH(QString, text);
        QFETCH(QString, says);
        AllocationDesign design;
        design.setEvidence(smallEvidence());
        const AllocationCandidate before = *design.candidate();
        QSignalSpy refused(&design, &AllocationDesign::refused);
        design.paste(text);
        QCOMPARE(refused.count(), 1);
        QVERIFY2(refused[0][0].toString().contains(says), qPrintable(refused[0][0].toString()));
        QVERIFY(*design.candidate() == before);
        QCOMPARE(design.undoStack().count(), 0);
    }

    void similaritiesWithoutAnInverseAreRefusedWithTheLayerOrFloored()
    {
        AllocationEvidence evidence = smallEvidence();
        evidence.similarity.layers[2] = {-.01, -.01, -.01};
        AllocationDesign design;
        design.setEvidence(evidence);
        QCOMPARE(design.candidate()->rule, DesignRule::Uniform);  // that one needs none
        QSignalSpy refused(&design, &AllocationDesign::refused);
        design.chooseRule(DesignRule::Total);
        QCOMPARE(refused.count(), 1);
        QVERIFY(refused[0][0].toString().contains("layer 2"));
        QCOMPARE(design.candidate()->rule, DesignRule::Uniform);
        AllocationCandidate floored = *design.candidate();
        floored.rule = DesignRule::Total;
        floored.total = 12;
        floored.floor = .05;
        design.setRule(floored, "floor");
        QCOMPARE(design.candidate()->rule, DesignRule::Total);
        QCOMPARE(*std::max_element(design.candidate()->experts.begin(), design.candidate()->experts.end()),
                 design.candidate()->experts[2]);
    }

    void byDeviationNeedsADeviation()
    {
        AllocationDesign design;
        design.setEvidence(smallEvidence());
        QSignalSpy refused(&design, &AllocationDesign::refused);
        design.chooseRule(DesignRule::Deviation);
        QVERIFY(refused.count() == 1 && refused[0][0].toString().contains("moebel deviation"));
        AllocationEvidence evidence = smallEvidence();
        evidence.deviation = LayerChoice{{}, {0, 1, .7, .2}, {}, {}, false};
        design.setEvidence(evidence);
        design.chooseRule(DesignRule::Deviation);
        QCOMPARE(design.candidate()->experts, (Counts{1, 3, 3, 1}));
    }

    void classifiersStandWhereLanguagesAreMostAlikeAndHaveARouter()
    {
        AllocationDesign design;
        design.setEvidence(smallEvidence());
        design.setClassifierCount(2);
        QCOMPARE(design.candidate()->classifierLayers, (Counts{1, 2}));
        design.setExperts(2, 1, 0);  // dense: no router, no classifier
        QCOMPARE(design.candidate()->classifierLayers, (Counts{1}));
        QSignalSpy refused(&design, &AllocationDesign::refused);
        design.setClassifier(2, true);
        QCOMPARE(refused.count(), 1);
        QCOMPARE(design.candidate()->classifierLayers, (Counts{1}));
    }

    void everyCandidateIsARightDescriptionOfItsOwn()
    {
        AllocationDesign design;
        design.setEvidence(smallEvidence());
        design.setClassifierCount(0);
        design.addCandidate();
        design.paste("4,3,2,3");
        design.setClassifier(1, true);
        const auto comparison = comparisonOf(design.candidates(), design.evidence(), {});
        QVERIFY2(comparison.ok(), comparison ? "" : comparison.error().message.c_str());
        QCOMPARE(comparison->size(), std::size_t(2));
        const auto read = readExperiment((*comparison)[1].request.text.toStdString(), "x.toml");
        QVERIFY2(read.problems.empty(), read.problems.empty() ? "" : read.problems.front().message.c_str());
        QCOMPARE(read.experiment.expansion.experts, (Counts{4, 3, 2, 3}));
        QCOMPARE(read.experiment.expansion.classifierLayers, (Counts{1}));
        QVERIFY(read.experiment.stages[1].classifierWeight > 0);
        QVERIFY(readExperiment((*comparison)[0].request.text.toStdString(), "x.toml").problems.empty());
        QVERIFY((*comparison)[0].title != (*comparison)[1].title);
        AllocationEvidence alone = design.evidence();
        alone.experiment.reset();
        QVERIFY(!comparisonOf(design.candidates(), alone, {}).ok());
    }

    void theCommandSetsWhatTheCandidateSays()
    {
        AllocationCandidate candidate;
        candidate.experts = {4, 3, 2, 3};
        candidate.classifierLayers = {1};
        const QString command = commandText(candidate, "experiment.toml");
        std::vector<Override> overrides;
        for (const QString& word : command.split("--set ").mid(1)) {
            const QString change = QString(word).remove('\'').trimmed();
            overrides.push_back({change.section('=', 0, 0).toStdString(), change.section('=', 1).toStdString()});
        }
        const auto read = readExperiment(toToml(test::similarityExperiment(4)), "x.toml", overrides);
        QVERIFY2(read.problems.empty(), read.problems.empty() ? "" : read.problems.front().message.c_str());
        QCOMPARE(read.experiment.expansion.experts, candidate.experts);
        QCOMPARE(read.experiment.expansion.classifierLayers, candidate.classifierLayers);
        QCOMPARE(read.experiment.expansion.rule, AllocationRule::Manual);
    }

    void filesOfAComparisonTakeNobodysPlace()
    {
        QTemporaryDir folder;
        QFile other(folder.filePath("allocation-one.toml"));
        QVERIFY(other.open(QIODevice::WriteOnly) && other.write("somebody's") > 0);
        other.close();
        std::vector<QueuedCandidate> candidates(2);
        candidates[0] = {{{}, "a = 1\n", {}, {}, {}}, "One", "one", folder.path()};
        candidates[1] = {{{}, "a = 2\n", {}, {}, {}}, "One", "one", folder.path()};
        const auto written = writeComparison(candidates);
        QVERIFY(written.ok());
        QCOMPARE((*written)[0].request.experimentFile, folder.filePath("allocation-one-2.toml"));
        QCOMPARE((*written)[1].request.experimentFile, folder.filePath("allocation-one-3.toml"));
        const auto again = writeComparison(candidates);  // the same texts are there already
        QVERIFY(again.ok());
        QCOMPARE((*again)[1].request.experimentFile, folder.filePath("allocation-one-3.toml"));
        candidates[1].folder = "/nowhere/at/all";
        candidates[0].request.text = "a = 3\n";
        QVERIFY(!writeComparison(candidates).ok());
        QVERIFY(!QFile::exists(folder.filePath("allocation-one-4.toml")));  // all or none
    }

    void otherEvidenceHasCandidatesOfItsOwn()
    {
        AllocationDesign design;
        design.setEvidence(smallEvidence());
        design.setExperts(0, 8, 0);
        design.setEvidence(goldenEvidence());
        QCOMPARE(design.candidate()->experts.size(), std::size_t(28));
        QVERIFY(!design.undoStack().canUndo());
        design.setEvidence(smallEvidence());
        QCOMPARE(design.candidate()->experts[0], 8);
        QCOMPARE(sum(design.candidate()->experts), design.candidate()->sum());
        design.setEvidence({});
        QVERIFY(design.candidate() == nullptr);
        design.setExperts(0, 3, 0);
        design.paste("3");
        design.addCandidate();
        QVERIFY(design.candidates().empty());
    }
};

QTEST_GUILESS_MAIN(AllocationDesignTest)
#include "allocation_design_test.moc"
