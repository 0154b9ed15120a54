// Edits of an experiment file's text.
#include "moebel/experiment/experiment_edit.h"

#include <QtTest>

#include "moebel/experiment/experiment_fields.h"
#include "moebel/experiment/experiment_file.h"
#include "tests/support/experiment_texts.h"

using namespace moebel;

namespace
{

/// Lines that only one of two texts has: "-old" and "+new".
QStringList difference(const QString& before, const QString& after)
{
    QStringList lines;
    const QStringList a = before.split('\n'), b = after.split('\n');
    for (const QString& line : a)
        if (!b.contains(line)) lines << "-" + line;
    for (const QString& line : b)
        if (!a.contains(line)) lines << "+" + line;
    return lines;
}

QString text(const Result<std::string>& result)
{
    return result ? QString::fromStdString(*result) : "error: " + QString::fromStdString(result.error().message);
}

std::string valueOf(const std::string& toml, const std::string& path)
{
    for (const Field& field : fieldsOf(readExperiment(toml, "").experiment))
        if (field.path == path) return field.value;
    return "no such field";
}

}  // namespace

class ExperimentEditTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEditTouchesItsValueAndNothingElse_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QStringList>("lines");
        QTest::newRow("number") << "seed"
                                << "3" << QStringList{"-seed = 1", "+seed = 3"};
        QTest::newRow("behind letters of two bytes")
            << "title"
            << "\"x\""
            << QStringList{"-title = \"Ελληνικά, magyar\"   # in their own words", "+title = \"x\"   # in their own words"};
        QTest::newRow("word before a comment")
            << "preset"
            << "\"moe\""
            << QStringList{"-preset = \"moe-lpr\"            # fills [expansion] and both stages",
                           "+preset = \"moe\"            # fills [expansion] and both stages"};
        QTest::newRow("new key of a table") << "base.width"
                                            << "96" << QStringList{"+width = 96"};
        QTest::newRow("new key at the top") << "compute_note"
                                            << "1" << QStringList{"+compute_note = 1"};
        QTest::newRow("new table") << "tokenizer.vocabulary"
                                   << "4096" << QStringList{"+[tokenizer]", "+vocabulary = 4096"};
    }

    void anEditTouchesItsValueAndNothingElse()
    {
        QFETCH(QString, path);
        QFETCH(QString, value);
        QFETCH(QStringList, lines);
        const QString before = test::kPresetText;
        const QString after = text(setValue(before.toStdString(), path.toStdString(), value.toStdString()));
        QCOMPARE(difference(before, after), lines);
    }

    void listsGrowAndShrinkEntryByEntry()
    {
        const QString before = test::kPresetText;
        const QString more = text(setValue(test::kPresetText, "languages.expanded", "[\"el\", \"hu\", \"tr\"]"));
        QCOMPARE(difference(before, more), (QStringList{"-    \"hu\"", "+    \"hu\", \"tr\""}));
        const QString less = text(setValue(test::kPresetText, "languages.expanded", "[\"hu\"]"));
        QCOMPARE(difference(before, less), QStringList{"-    \"el\",                     # first"});
        const QString first = text(setValue(test::kPresetText, "languages.expanded", "[\"el\"]"));
        QCOMPARE(difference(before, first), QStringList{"-    \"hu\""});
        const QString row = text(setValue(test::kPresetText, "languages.original", "[\"es\"]"));
        QVERIFY2(row.contains("\noriginal = [\"es\"]\n"), qPrintable(row));
        const QString last = text(setValue(test::kPresetText, "languages.original", "[\"en\"]"));
        QVERIFY2(last.contains("\noriginal = [\"en\"]\n"), qPrintable(last));
        const QString none = text(setValue(test::kPresetText, "languages.original", "[]"));
        QVERIFY2(none.contains("\noriginal = []\n"), qPrintable(none));
        const QString other = text(setValue(test::kPresetText, "languages.original", "[\"es\", \"en\"]"));
        QVERIFY2(other.contains("\noriginal = [\"es\", \"en\"]\n"), qPrintable(other));
    }

    void newKeysStandBehindTheOthersOfTheirTable()
    {
        const QString after = text(setValue(test::kPresetText, "base.width", "96"));
        QVERIFY2(after.contains("layers = 4\nwidth = 96\n"), qPrintable(after));
        const QString top = text(setValue(test::kPresetText, "note", "1"));
        QVERIFY2(top.contains("both stages\nnote = 1\n\n[languages]"), qPrintable(top));
    }

    void everyFieldOfTheFormCanBeSetAndReadBack_data()
    {
        QTest::addColumn<QString>("toml");
        QTest::newRow("preset's stages") << test::kPresetText;
        QTest::newRow("own stages") << test::kStagesText;
        QTest::newRow("empty but for a preset") << "preset = \"moe-lpr\"";
    }

    void everyFieldOfTheFormCanBeSetAndReadBack()
    {
        QFETCH(QString, toml);
        const std::string start = toml.toStdString();
        for (const Field& field : fieldsOf(readExperiment(start, "").experiment)) {
            const auto once = setValue(start, field.path, field.value);
            QVERIFY2(once.ok(), field.path.c_str());
            QCOMPARE(valueOf(*once, field.path), field.value);
            QCOMPARE(text(setValue(*once, field.path, field.value)), text(once));
        }
    }

    void aStageOfThePresetIsWrittenDownWithTheOthers()
    {
        const auto after = setValue(test::kPresetText, "stage.1.prior_weight", "0.5");
        QVERIFY(after.ok());
        const auto before = readExperiment(test::kPresetText, "").experiment;
        auto expected = before;
        expected.stages[1].priorWeight = 0.5;
        QVERIFY(readExperiment(*after, "").experiment == expected);
    }

    void dottedKeysAndInlineTablesAreExtendedWhereTheyStand()
    {
        const QString dotted = text(setValue(test::kStagesText, "base.heads", "2"));
        QVERIFY2(dotted.contains("base.width = 64\nbase.heads = 2\n"), qPrintable(dotted));
        const QString inside = text(setValue(test::kStagesText, "data.files.hu", "\"hu.txt\""));
        QVERIFY2(inside.contains("{en = \"en.txt\", el = \"el.txt\", hu = \"hu.txt\"}   # beside"), qPrintable(inside));
    }

    void aRemovedKeyTakesItsLineAlong()
    {
        QCOMPARE(difference(test::kPresetText, text(removeValue(test::kPresetText, "seed"))), QStringList{"-seed = 1"});
        const QString inside = text(removeValue(test::kStagesText, "data.files.en"));
        QVERIFY2(inside.contains("files = {el = \"el.txt\"}   # beside"), qPrintable(inside));
        const QString last = text(removeValue(test::kStagesText, "data.files.el"));
        QVERIFY2(last.contains("files = {en = \"en.txt\"}"), qPrintable(last));
        QCOMPARE(text(removeValue(test::kPresetText, "stage.0.tokens")), QString(test::kPresetText));
    }

    void stagesAreAddedAndRemoved()
    {
        const auto more = addStage(test::kPresetText, StageKind::Review);
        QVERIFY(more.ok());
        QCOMPARE(readExperiment(*more, "").experiment.stages.size(), std::size_t(3));
        const auto less = removeStage(test::kPresetText, 1);
        QVERIFY(less.ok());
        const auto stages = readExperiment(*less, "").experiment.stages;
        QCOMPARE(stages.size(), std::size_t(1));
        QVERIFY(stages[0] == readExperiment(test::kPresetText, "").experiment.stages[0]);
        QCOMPARE(difference(test::kStagesText, text(removeStage(test::kStagesText, 1))),
                 (QStringList{"-kind = \"review\"", "-prior_weight = 0.25"}));
        QVERIFY(!removeStage(test::kStagesText, 2).ok());
    }

    void placesAreThoseOfTheFileAndNotOfThePreset()
    {
        const ReadExperiment read = readExperiment(test::kPresetText, "");
        QCOMPARE(read.places.at("seed").line, 3);
        QCOMPARE(read.places.at("base.layers").line, 14);
        QVERIFY(!read.places.contains("stage.0.tokens"));
    }

    void whatIsNoTomlIsRefused()
    {
        QCOMPARE(setValue("a = = 1", "seed", "1").error().code, std::string("not-toml"));
        QCOMPARE(setValue("seed = 1", "seed", "not toml").error().code, std::string("bad-value"));
        QCOMPARE(setValue("seed = 1", "seed", "2\nx = 1").error().code, std::string("bad-value"));
        QCOMPARE(setValue("seed = 1", "seed.x", "1").error().code, std::string("no-such-path"));
        QCOMPARE(setValue(test::kStagesText, "stage.7.tokens", "1").error().code, std::string("no-such-path"));
    }

    void numbersAreWrittenAsPeopleWriteThem()
    {
        QCOMPARE(tomlNumber(std::int64_t(9999)), std::string("9999"));
        QCOMPARE(tomlNumber(std::int64_t(614400)), std::string("614_400"));
        QCOMPARE(tomlNumber(std::int64_t(-1234567)), std::string("-1_234_567"));
        QCOMPARE(tomlNumber(0.003), std::string("0.003"));
        QCOMPARE(tomlNumber(1.0), std::string("1.0"));
    }
};

QTEST_GUILESS_MAIN(ExperimentEditTest)
#include "experiment_edit_test.moc"
