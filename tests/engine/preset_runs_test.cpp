// Every preset of the program is a run from its description to its end, at the size of a test.
#include <QtTest>

#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

class PresetRunsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPresetRuns_data();
    void everyPresetRuns();

private:
    OwnCache m_cache;
    QTemporaryDir m_folder;
};

void PresetRunsTest::everyPresetRuns_data()
{
    QTest::addColumn<QString>("preset");
    for (const std::string& preset : presetNames()) {
        if (preset == "dmoe-adaptation") {
            continue;  // begins where another run has ended: adaptation_test
        }
        QTest::newRow(preset.c_str()) << QString::fromStdString(preset);
    }
}

void PresetRunsTest::everyPresetRuns()
{
    const std::vector<Override> kTwoGroups = {{"groups.count", "2"}};  // no more languages are made up
    QFETCH(QString, preset);
    ReadExperiment read = readExperiment("title = \"preset\"\npreset = \"" + preset.toStdString() +
                                             "\"\n[languages]\noriginal = [\"aa\", \"ab\"]\nexpanded = [\"ba\", \"bb\"]\n"
                                             "[data]\nsource = \"synthetic\"\n",
                                         "preset.toml", preset.startsWith("dmoe") ? kTwoGroups : std::vector<Override>());
    QVERIFY2(read.problems.empty(), read.problems.empty() ? "" : read.problems.front().message.c_str());
    const Experiment tiny = tinyExperiment();
    Experiment experiment = read.experiment;
    experiment.seed = tiny.seed;
    experiment.data = tiny.data;
    experiment.tokenizer = tiny.tokenizer;
    experiment.base = tiny.base;
    experiment.evaluation = tiny.evaluation;
    if (experiment.expansion.rule == AllocationRule::Schedule) {
        experiment.expansion.experts = {2, 4};  // two layers have no room for four parts
    }
    if (preset.startsWith("dmoe")) {
        experiment.deviation.batchSequences = experiment.deviation.microBatchSequences = 4;
        experiment.deviation.sequenceLength = 32;
    }
    for (StageSpec& stage : experiment.stages) {
        stage.tokens = 6 * 4 * 32;
        stage.batchSequences = 4;
        stage.sequenceLength = 32;
    }
    TinyRun run(m_folder.filePath("runs").toStdString(), experiment);
    QVERIFY2(run.created_error.empty(), run.created_error.c_str());
    const Status done = run.work(false);
    QVERIFY2(done, done ? "" : done.error().message.c_str());
    QCOMPARE(run.points("loss").size(), experiment.stages.size() * 6);
}

QTEST_GUILESS_MAIN(PresetRunsTest)
#include "preset_runs_test.moc"
