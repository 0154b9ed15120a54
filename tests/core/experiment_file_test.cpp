#include <QtTest>

#include "moebel/experiment/experiment_file.h"
#include "moebel/experiment/plan.h"

using namespace moebel;

namespace {

const char* const kGood = R"(title = "Greek"
seed = 3
preset = "moe-lpr"

[languages]
original = ["en", "es"]
expanded = ["el"]

[base]
layers = 4
width = 128

[[stage]]
kind = "post-pretraining"
tokens = 1000

[[stage]]
kind = "review"
prior_weight = 0.25
)";

/// kGood with one line in place of another.
std::string with(const char* line, const char* replacement)
{
    return QString(kGood).replace(line, replacement).toStdString();
}

QString described(const std::vector<Problem>& problems)
{
    QStringList lines;
    for (const Problem& problem : problems)
        lines << QString("%1:%2 %3 %4: %5").arg(problem.line).arg(problem.column).arg(problem.code.c_str(), problem.path.c_str(), problem.message.c_str());
    return lines.join('\n');
}

}  // namespace

class ExperimentFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aKeyGivenBesideThePresetOverridesIt()
    {
        const ReadExperiment read = readExperiment(kGood, "x.toml");
        QVERIFY2(read.problems.empty(), qPrintable(described(read.problems)));
        const Experiment& experiment = read.experiment;
        QCOMPARE(experiment.seed.value, 3U);
        QCOMPARE(experiment.stages.size(), 2U);
        QCOMPARE(experiment.stages[0].tokens, 1000);
        QCOMPARE(experiment.stages[0].balanceWeight, 0.01);  // of the preset
        QCOMPARE(experiment.stages[1].priorWeight, 0.25);
        QCOMPARE(int(experiment.stages[1].trainable), int(TrainableSet::Routers));
        QCOMPARE(experiment.expansion.experts, std::vector<std::int64_t>{3});
        QCOMPARE(experiment.languages.size(), 3U);
        QCOMPARE(experiment.base.shape.heads, 4);
        QCOMPARE(experiment.base.shape.headSize, 32);
        QCOMPARE(experiment.base.shape.feedForwardWidth, 320);
        QCOMPARE(allocation(experiment).experts, (std::vector<std::int64_t>{3, 3, 3, 3}));
    }

    void overridesReachStagesOfThePreset()
    {
        const ReadExperiment read = readExperiment(kGood, "x.toml",
                                                   {{"stage.1.prior_weight", "0.0"}, {"title", "no prior"}, {"data.temperature", "0.3"},
                                                    {"languages.expanded", "[\"el\", \"tr\"]"}, {"stage.0.learning_rate", "1e-3"}});
        QVERIFY2(read.problems.empty(), qPrintable(described(read.problems)));
        QCOMPARE(read.experiment.stages[1].priorWeight, 0.0);
        QCOMPARE(read.experiment.title, std::string("no prior"));
        QCOMPARE(read.experiment.data.temperature, 0.3);
        QCOMPARE(read.experiment.languages.size(), 4U);
        QCOMPARE(read.experiment.stages[0].learningRate, 1e-3);
    }

    void everyPresetIsValid()
    {
        QVERIFY(presetNames().size() >= 6);
        for (const std::string& preset : presetNames()) {
            const ReadExperiment read = readExperiment("preset = \"" + preset + "\"\n[languages]\noriginal = [\"en\"]\nexpanded = [\"el\", \"es\", \"hu\", \"pt\", \"ru\", \"uk\"]\n" +
                                                           (preset == "dmoe-adaptation" ? "[base]\npath = \"runs/parent\"\n" : ""), "x");
            QVERIFY2(read.problems.empty(), qPrintable(QString::fromStdString(preset) + ": " + described(read.problems)));
            QVERIFY(!read.experiment.stages.empty());
        }
    }

    void whatIsWrittenReadsBackToTheSameValue()
    {
        for (const std::string& preset : presetNames()) {
            const ReadExperiment read =
                readExperiment(kGood, "x.toml", {{"preset", preset}, {"data.heldout", "every 3rd document"}, {"stage", "[]"}});
            Experiment experiment = read.experiment;
            experiment.stages = readExperiment("preset = \"" + preset + "\"", "x").experiment.stages;
            experiment.title = "quotes \" and \\ and ελληνικά";
            experiment.data.files = {{"el", "texts/a b.txt"}};
            experiment.data.weights = {{"el", 2}, {"zh-CN", 0.125}};
            const ReadExperiment again = readExperiment(toToml(experiment), "again.toml");
            QCOMPARE(toCanonicalJson(again.experiment), toCanonicalJson(experiment));
            QVERIFY(again.experiment == experiment);
            QCOMPARE(experimentHash(again.experiment), experimentHash(experiment));
        }
    }

    void everyMistakeIsOneProblemWithItsPlace_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("code");
        QTest::addColumn<int>("line");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* what, const std::string& text, const char* code, int line, const char* says) {
            QTest::newRow(what) << QString::fromStdString(text) << QString(code) << line << QString(says);
        };
        row("unknown key", with("tokens = 1000", "tokns = 1000"), "unknown-key", 15, "did you mean 'tokens'");
        row("unknown section", with("[base]", "[bse]"), "unknown-key", 9, "did you mean 'base'");
        row("unknown preset", with("\"moe-lpr\"", "\"moe-lrp\""), "unknown-preset", 3, "did you mean 'moe-lpr'");
        row("role twice", with("expanded = [\"el\"]", "expanded = [\"en\"]"), "role-twice", 7, "'en' is both original and expanded");
        row("language twice", with("[\"en\", \"es\"]", "[\"en\", \"en\"]"), "language-twice", 6, "twice in original");
        row("bad language", with("[\"el\"]", "[\"Greek!\"]"), "bad-language", 7, "BCP-47");
        row("no expanded language", with("expanded = [\"el\"]", "expanded = []"), "no-expanded", 7, "no expanded language");
        row("no original language", with("original = [\"en\", \"es\"]", "original = []"), "no-original", 6, "no original language");
        row("K above the experts", with("[base]", "[expansion]\ntop_k = 4\n[base]"), "top-k-too-large", 10, "top_k is 4, but every layer has 3 experts");
        row("K above one layer's experts", with("[base]", "[expansion]\nexperts = [3, 3, 2, 3]\ntop_k = 3\n[base]"), "top-k-too-large", 11, "layer 2 has 2 experts");
        row("experts for other layers", with("[base]", "[expansion]\nexperts = [3, 3]\n[base]"), "bad-allocation", 10, "lists 2 layers, the base has 4");
        row("replay without original text", with("prior_weight = 0.25", "replay_ratio = 0.0"), "no-replay", 17, "no original text");
        row("wrong type", with("tokens = 1000", "tokens = \"many\""), "wrong-type", 15, "expected a whole number");
        row("out of range", with("tokens = 1000", "tokens = -5"), "out-of-range", 15, "'stage.0.tokens' is -5");
        row("unknown word", with("kind = \"review\"", "kind = \"revue\""), "unknown-word", 18, "expected one of post-pretraining, review");
        row("brackets", std::string(300, '['), "not-toml", 1, "not TOML");
        row("not TOML", with("seed = 3", "seed = = 3"), "not-toml", 2, "not TOML");
        row("dense layers with routers", with("[base]", "[expansion]\nexperts = 1\ntop_k = 1\n[base]"), "no-router", 16, "there is no router");
        row("text without files", with("[base]", "[data]\nsource = \"text\"\nfiles = {en = \"a\", es = \"b\"}\n[base]"), "no-text", 11, "language 'el' has no text");
        row("heldout", with("[base]", "[data]\nheldout = \"some\"\n[base]"), "out-of-range", 10, "every 10th document");
        row("too long", with("tokens = 1000", "sequence_length = 512\ntokens = 1000"), "too-long", 15, "");
        row("unknown task", with("[base]", "[evaluation]\ntasks = [\"bleu\"]\n[base]"), "unknown-task", 10, "'bleu' is not a task");
        row("weight of a language without a role", with("[base]", "[data]\nweights = {el = 2, tr = 0.5}\n[base]"), "needless-weight", 10, "'tr', which is neither");
        row("weight of nothing", with("[base]", "[data]\nweights = {el = 0}\n[base]"), "out-of-range", 10, "data.weights.el");
        row("weight of a word", with("[base]", "[data]\nweights = {el = \"more\"}\n[base]"), "wrong-type", 10, "expected a weight");
        row("micro-batch", with("tokens = 1000", "micro_batch_sequences = 3"), "bad-micro-batch", 15, "not a multiple");
    }

    void everyMistakeIsOneProblemWithItsPlace()
    {
        QFETCH(QString, text);
        QFETCH(QString, code);
        QFETCH(int, line);
        QFETCH(QString, says);
        if (QString(QTest::currentDataTag()) == "too long") text.replace("width = 128", "width = 128\ncontext_length = 128");
        const ReadExperiment read = readExperiment(text.toStdString(), "x.toml");
        QVERIFY2(!read.problems.empty(), "no problem was found");
        const Problem& problem = read.problems.front();
        const QString all = described(read.problems);
        QVERIFY2(QString::fromStdString(problem.code) == code, qPrintable(all));
        QVERIFY2(problem.line == line + (QString(QTest::currentDataTag()) == "too long" ? 1 : 0), qPrintable(all));
        QVERIFY2(QString::fromStdString(problem.message).contains(says), qPrintable(all));
        const Error error = asError(read.problems, "x.toml");
        QCOMPARE(int(error.kind), int(ErrorKind::InvalidInput));
        QVERIFY2(QString::fromStdString(error.where).startsWith(QString("x.toml:%1:").arg(problem.line)), error.where.c_str());
    }

    void allProblemsComeAtOnce()
    {
        const ReadExperiment read = readExperiment(with("tokens = 1000", "tokns = 1\nbeta1 = 7\nkindness = 2"), "x.toml");
        QCOMPARE(read.problems.size(), 3U);
    }

    void anOverrideWithoutATargetIsAProblem()
    {
        QCOMPARE(readExperiment(kGood, "x", {{"stage.7.tokens", "5"}}).problems.front().code, std::string("unknown-key"));
        QCOMPARE(readExperiment(kGood, "x", {{"bass.width", "5"}}).problems.front().code, std::string("unknown-key"));
        QCOMPARE(readExperiment(kGood, "x", {{"title.width", "5"}}).problems.front().code, std::string("unknown-key"));
    }

    void aProblemOfAnOverrideNamesTheOverride()
    {
        const ReadExperiment read = readExperiment(kGood, "x.toml", {{"expansion.top_k", "5"}, {"stage.1.prior_weight", "-2"}});
        const Error error = asError(read.problems, "x.toml");
        QVERIFY2(error.message.starts_with("--set stage.1.prior_weight=-2: 'stage.1.prior_weight' is -2"), error.message.c_str());
        QCOMPARE(error.where, std::string("--set stage.1.prior_weight=-2"));
        const Error rule = asError(readExperiment(kGood, "x.toml", {{"expansion.top_k", "5"}}).problems, "x.toml");
        QVERIFY2(rule.message.starts_with("--set expansion.top_k=5: top_k is 5, but every layer has 3 experts"), rule.message.c_str());
        QCOMPARE(rule.where, std::string("--set expansion.top_k=5"));
        const Error preset = asError(readExperiment(kGood, "x.toml", {{"preset", "moe-lrp"}}).problems, "x.toml");
        QVERIFY2(preset.message.starts_with("--set preset=moe-lrp: "), preset.message.c_str());
    }

    void aProblemOfThePresetNamesThePreset()
    {
        const std::string text = "preset = \"layer-moe\"\n[languages]\noriginal = [\"en\"]\nexpanded = [\"el\"]\n";
        const ReadExperiment read = readExperiment(text, "x.toml", {{"expansion.classifier_count", "0"}});
        const Error error = asError(read.problems, "x.toml");
        QVERIFY2(error.message.starts_with("x.toml, preset layer-moe: this stage trains language classifiers"), error.message.c_str());
        QCOMPARE(error.where, std::string("x.toml, preset layer-moe"));
    }

    void aProblemOfADefaultNamesItsKey()
    {
        const std::string text = "preset = \"moe-lpr\"\n[languages]\noriginal = [\"en\"]\nexpanded = [\"el\"]\n"
                                 "[base]\ncontext_length = 64\nsequence_length = 64\n";
        const Error error = asError(readExperiment(text, "x.toml").problems, "x.toml");
        QVERIFY2(error.message.starts_with("x.toml, stage.0.sequence_length: sequence_length 128 is longer than "), error.message.c_str());
    }

    void aDescriptionWithoutWeightsKeepsItsIdentity()
    {
        const Experiment experiment = readExperiment(kGood, "x.toml").experiment;
        QVERIFY(toCanonicalJson(experiment).find("\"weights\":{") == std::string::npos);
        Experiment weighted = experiment;
        weighted.data.weights = {{"el", 2}};
        QVERIFY(toCanonicalJson(weighted).find("\"weights\":{") != std::string::npos);
        QVERIFY(experimentHash(weighted) != experimentHash(experiment));
    }

    // methods.md, acceptance check 4: Qwen1.5-1.8B with six experts.
    void parameterCountsAreThoseOfThePaper()
    {
        ModelShape qwen{24, 2048, 16, 16, 128, 5504, 151'936, 1024, 1e6, 1e-6, false, true};
        const ParameterCount dense = countParameters(qwen, {});
        const ParameterCount expanded = countParameters(qwen, {std::vector<std::int64_t>(24, 6), 2, true});
        QCOMPARE(qRound(double(dense.total) / 1e6), 1837);
        QCOMPARE(qRound(double(expanded.total) / 1e6), 5895);
        QCOMPARE(expanded.active / 1'000'000, 2648);
        QCOMPARE(expanded.router, 294'912);
    }

    // methods.md, acceptance check 44: BLOOM-560M with g experts in each of 9 layers, routers included.
    void parameterCountsOfDmoeAreThoseOfThePaper()
    {
        ModelShape bloom{24, 1024, 16, 16, 64, 4096, 250'880, 2048, 1e4, 1e-5, true, true};
        bloom.outputBias = bloom.feedForwardBias = bloom.embeddingNorm = true;
        bloom.norm = NormKind::Layer;
        bloom.feedForward = FeedForwardKind::Gelu;
        bloom.positions = PositionKind::Alibi;
        QCOMPARE(countParameters(bloom, {}).total, 559'214'592);
        for (const auto& [experts, million] : {std::pair{3, 710.33}, {6, 936.99}, {9, 1163.65}, {16, 1692.52}}) {
            std::vector<std::int64_t> layers(24, 1);
            std::fill(layers.begin() + 3, layers.begin() + 12, experts);
            QCOMPARE(qRound(double(countParameters(bloom, {layers, 1, true}).total) / 1e4), qRound(100 * million));
        }
    }

    void aPlanTellsTrainedAndFrozenParametersOfEachStage()
    {
        const Plan plan = makePlan(readExperiment(kGood, "x").experiment);
        QCOMPARE(plan.stages.size(), 3U);  // the base, then two stages
        QCOMPARE(plan.stages[1].trainedParameters, 4 * (2 * 3 * 128 * 320 + 3 * 128));
        QCOMPARE(plan.stages[2].trainedParameters, 4 * 3 * 128);
        QCOMPARE(plan.stages[2].trainedParameters + plan.stages[2].frozenParameters, plan.expanded.total);
        QVERIFY(plan.memoryBytes > 0 && plan.diskBytes > 0);
        QVERIFY(toText(plan).find("review") != std::string::npos);
    }

    void knownLanguagesHaveNamesScriptsAndFamilies()
    {
        QVERIFY(knownLanguages().size() > 100);
        const LanguageFacts greek = languageFacts("el");
        QCOMPARE(greek.nativeName, std::string("Ελληνικά"));
        QCOMPARE(greek.script, std::string("Grek"));
        QCOMPARE(languageFacts("xx-unknown").englishName, std::string("xx-unknown"));
    }
};

QTEST_GUILESS_MAIN(ExperimentFileTest)
#include "experiment_file_test.moc"
