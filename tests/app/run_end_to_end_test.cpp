// One command from a description to the numbers: the method's effects on made-up languages and on real text.
#include <QtTest>

#include <QElapsedTimer>
#include <QJsonArray>
#include <cmath>
#include <map>

#include "moebel/analysis/score.h"
#include "moebel/base/file.h"
#include "tests/support/moebel_process.h"

using namespace moebel;
using namespace moebel::test;

namespace {

/// d 64, 3 layers, vocabulary 2048, context 64: twenty seconds on two cores.
QString smallExperiment(const QString& languages, const QString& data, double priorWeight)
{
    return QStringLiteral(R"(
title = "end to end"
seed = 1
[languages]
%1
[data]
%2
[tokenizer]
vocabulary = 2048
train_bytes_per_language = 200_000
[base]
layers = 3
width = 64
heads = 4
feed_forward_width = 192
context_length = 64
sequence_length = 64
batch_sequences = 8
tokens = 307_200
learning_rate = 5e-3
[expansion]
experts = 3
top_k = 2
[[stage]]
kind = "post-pretraining"
tokens = 102_400
batch_sequences = 8
sequence_length = 64
learning_rate = 5e-3
balance_weight = 0.01
[[stage]]
kind = "review"
tokens = 184_320
batch_sequences = 8
sequence_length = 64
learning_rate = 2e-2
prior_weight = %3
replay_ratio = 1.0
[evaluation]
every_steps = 0
heldout_bytes = 30_000
heldout_bytes_during = 6_000
[checkpoint]
every_steps = 0
)").arg(languages, data).arg(priorWeight);
}

/// What `--json` says, in the shape the forgetting report reads.
std::vector<Score> scoresOf(const QJsonObject& result)
{
    std::vector<Score> scores;
    for (const QJsonValue& value : result["scores"].toArray()) {
        const QJsonObject score = value.toObject();
        scores.push_back({score["task"].toString().toStdString(), score["metric"].toString().toStdString(),
                          score["language"].toString().toStdString(),
                          score["role"].toString() == "original" ? LanguageRole::Original : LanguageRole::Expanded,
                          score["checkpoint"].toString().toStdString(), score["step"].toInteger(), score["value"].toDouble(),
                          score["stderr"].toDouble(), score["n"].toInteger()});
    }
    return scores;
}

/// Mean expert-0 score over layers and the languages of a role.
double expertZero(const QJsonObject& result, const QString& checkpoint, const QStringList& languages)
{
    double sum = 0;
    int count = 0;
    for (const QJsonValue& value : result["expert0"].toArray()) {
        const QJsonObject entry = value.toObject();
        if (entry["checkpoint"].toString() == checkpoint && languages.contains(entry["language"].toString())) {
            sum += entry["mean_score"].toDouble();
            ++count;
        }
    }
    return count > 0 ? sum / count : std::nan("");
}

QString numbers(const ForgettingReport& report)
{
    return QString("original %1 -> %2 -> %3, expanded %4 -> %5 -> %6, restored %7, kept %8")
        .arg(report.original.base).arg(report.original.afterExpansion).arg(report.original.afterReview)
        .arg(report.expanded.base).arg(report.expanded.afterExpansion).arg(report.expanded.afterReview)
        .arg(report.restored).arg(report.kept);
}

const std::filesystem::path kHelp = userCacheFolder() / "help";

}  // namespace

class RunEndToEndTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void reviewBringsOriginalLanguagesBackOnMadeUpLanguages();
    void reviewBringsOriginalLanguagesBackOnRealText();
    void showSaysTheSameAsRun();

private:
    QJsonObject run(const QString& name, const QString& toml);
    void checkEffects(const QJsonObject& with, const QJsonObject& without, const QStringList& original,
                      const QStringList& expanded, double restoredAtLeast);

    QTemporaryDir m_folder;
    QJsonObject m_lastResult;
};

void RunEndToEndTest::initTestCase()
{
    // A cache of its own for what is made; the help packages of the user's cache are only read.
    const std::filesystem::path cache = m_folder.filePath("cache").toStdString();
    std::filesystem::create_directories(cache / "moebel");
    if (std::filesystem::exists(kHelp)) {
        std::filesystem::create_directory_symlink(kHelp, cache / "moebel" / "help");
    }
    qputenv("XDG_CACHE_HOME", QByteArray::fromStdString(cache.string()));
}

QJsonObject RunEndToEndTest::run(const QString& name, const QString& toml)
{
    const QString file = m_folder.filePath(name + ".toml");
    if (!writeFileAtomically(file.toStdString(), toml.toStdString())) {
        return {};
    }
    const Ended ended = call({"run", file, "--runs", m_folder.filePath("runs"), "--json"});
    if (ended.code != 0) {
        qWarning("%s", ended.err.constData());
        return {};
    }
    m_lastResult = ended.json();
    return m_lastResult;
}

void RunEndToEndTest::checkEffects(const QJsonObject& with, const QJsonObject& without, const QStringList& original,
                                   const QStringList& expanded, double restoredAtLeast)
{
    QCOMPARE(with["state"].toString(), QString("finished"));
    const ForgettingReport report = forgettingReport(scoresOf(with));
    const ForgettingReport noPrior = forgettingReport(scoresOf(without));
    qInfo("%s", qPrintable(numbers(report)));
    qInfo("without prior loss: %s", qPrintable(numbers(noPrior)));
    QVERIFY(report.complete && noPrior.complete);
    // Check 16: stage 1 helps the expanded languages and hurts the original ones.
    QVERIFY2(report.expanded.afterExpansion < report.expanded.base - 0.2, qPrintable(numbers(report)));
    QVERIFY2(report.original.afterExpansion > report.original.base, qPrintable(numbers(report)));
    // Checks 17 and 18 in the form for small models.
    QVERIFY2(report.restored >= restoredAtLeast, qPrintable(numbers(report)));
    QVERIFY2(report.kept >= 0.88, qPrintable(numbers(report)));
    QVERIFY2(report.restored > noPrior.restored, "the prior loss did not restore more than no prior loss");
    QVERIFY2(noPrior.original.afterReview < noPrior.original.afterExpansion, "no review is not worse than a review without prior loss");
    const double riseOriginal = expertZero(with, "review", original) - expertZero(with, "post-pretraining", original);
    const double riseExpanded = expertZero(with, "review", expanded) - expertZero(with, "post-pretraining", expanded);
    qInfo("expert 0 rises by %.3f on original and %.3f on expanded languages", riseOriginal, riseExpanded);
    QVERIFY(riseOriginal > riseExpanded);
    QVERIFY(riseOriginal > 0);
}

void RunEndToEndTest::reviewBringsOriginalLanguagesBackOnMadeUpLanguages()
{
    const QString languages = "original = [\"aa\", \"ab\"]\nexpanded = [\"ba\", \"bb\"]";
    const QString data = "source = \"synthetic\"\nsynthetic_documents = 400";
    const QJsonObject with = run("synthetic", smallExperiment(languages, data, 0.3));
    QVERIFY(!with.isEmpty());
    const QJsonObject without = run("synthetic-no-prior", smallExperiment(languages, data, 0.0));
    QVERIFY(!without.isEmpty());
    checkEffects(with, without, {"aa", "ab"}, {"ba", "bb"}, 0.75);
}

void RunEndToEndTest::reviewBringsOriginalLanguagesBackOnRealText()
{
    const QString languages = "original = [\"en\", \"es\", \"zh-CN\"]\nexpanded = [\"el\", \"hu\", \"tr\"]";
    const QString data = "source = \"libreoffice-help\"\nmax_bytes_per_language = 1_500_000";
    const QString file = m_folder.filePath("packages.toml");
    QVERIFY(writeFileAtomically(file.toStdString(), smallExperiment(languages, data, 0.3).toStdString()));
    const Ended missing = call({"text", file, "--packages"});
    QVERIFY2(missing.code == 0, missing.err.constData());
    QVERIFY2(missing.out.isEmpty(), "help pages of LibreOffice are neither installed nor in the user's cache; ./test.sh fetches them");
    const QJsonObject with = run("help", smallExperiment(languages, data, 0.3));
    QVERIFY(!with.isEmpty());
    const QJsonObject without = run("help-no-prior", smallExperiment(languages, data, 0.0));
    QVERIFY(!without.isEmpty());
    checkEffects(with, without, {"en", "es", "zh-CN"}, {"el", "hu", "tr"}, 0.75);
}

void RunEndToEndTest::showSaysTheSameAsRun()
{
    QVERIFY(!m_lastResult.isEmpty());
    const Ended shown = call({"show", m_lastResult["folder"].toString(), "--json"});
    QVERIFY2(shown.code == 0, shown.err.constData());
    QCOMPARE(shown.json()["scores"].toArray(), m_lastResult["scores"].toArray());
    QCOMPARE(shown.json()["expert0"].toArray(), m_lastResult["expert0"].toArray());
}

QTEST_GUILESS_MAIN(RunEndToEndTest)
#include "run_end_to_end_test.moc"
