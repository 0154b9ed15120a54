// The experiment that is being written: one text, its history, its file.
#include "app/workbench/control/experiment_document.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/support/experiment_texts.h"

using namespace moebel;

namespace
{

QString read(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QStringLiteral("unreadable");
}

QString written(const QTemporaryDir& folder, const QString& name, const QByteArray& content)
{
    QFile file(folder.filePath(name));
    return file.open(QIODevice::WriteOnly) && file.write(content) >= 0 ? file.fileName() : QString();
}

}  // namespace

class ExperimentDocumentTest : public QObject
{
    Q_OBJECT

    Jobs m_jobs;

private Q_SLOTS:
    void aFieldIsOneNamedCommandThatUndoTakesBack()
    {
        ExperimentDocument document(m_jobs);
        document.reset("/tmp/x.toml", test::kPresetText);
        document.setField("seed", "3");
        QCOMPARE(document.experiment().seed.value, std::uint64_t(3));
        QCOMPARE(document.undoStack().undoText(), QString("Set seed to \u20683\u2069"));
        QVERIFY(document.isModified());
        QVERIFY(document.text().contains("# fills [expansion] and both stages"));
        document.undoStack().undo();
        QCOMPARE(document.text(), QString(test::kPresetText));
        QVERIFY(!document.isModified());
        document.undoStack().redo();
        QVERIFY(document.text().contains("seed = 3"));
    }

    void editsOfOneFieldAreOneCommandUntilItIsLeft()
    {
        ExperimentDocument document(m_jobs);
        document.reset("/tmp/x.toml", test::kPresetText);
        for (const char* value : {"12", "123", "7"}) document.setField("seed", value);
        QCOMPARE(document.undoStack().count(), 1);
        QCOMPARE(document.undoStack().undoText(), QString("Set seed to \u20687\u2069"));
        document.endEdit();
        document.setField("seed", "8");
        document.setField("base.layers", "6");
        QCOMPARE(document.undoStack().count(), 3);
        document.undoStack().undo();
        document.undoStack().undo();
        QCOMPARE(document.experiment().seed.value, std::uint64_t(7));
        document.undoStack().undo();
        QCOMPARE(document.text(), QString(test::kPresetText));
    }

    void typingMergesAndEachLineIsACommand()
    {
        ExperimentDocument document(m_jobs);
        document.reset("/tmp/x.toml", "seed = 1\n");
        for (const char* text : {"seed = 12\n", "seed = 123\n", "seed = 12\n", "seed = 124\n"}) document.setText(text);
        QCOMPARE(document.undoStack().count(), 1);
        document.setText("seed = 124\n\n");
        document.setText("seed = 124\nx\n");
        QCOMPARE(document.undoStack().count(), 2);
        document.undoStack().undo();
        QCOMPARE(document.text(), QString("seed = 124\n"));
        document.undoStack().undo();
        QCOMPARE(document.text(), QString("seed = 1\n"));
        document.undoStack().redo();
        QCOMPARE(document.text(), QString("seed = 124\n"));
    }

    void typingElsewhereMergesWithoutLosingAnything()
    {
        ExperimentDocument document(m_jobs);
        document.reset("/tmp/x.toml", "title = \"a\"\nseed = 1\n");
        document.setText("title = \"a\"\nseed = 12\n");
        document.setText("title = \"ab\"\nseed = 12\n");
        document.setText("title = \"b\"\nseed = 12\n");
        document.undoStack().undo();
        QCOMPARE(document.text(), QString("title = \"a\"\nseed = 1\n"));
        document.undoStack().redo();
        QCOMPARE(document.text(), QString("title = \"b\"\nseed = 12\n"));
    }

    void typedTextIsReadAfterAPause()
    {
        ExperimentDocument document(m_jobs);
        document.reset("/tmp/x.toml", test::kPresetText);
        QSignalSpy parsed(&document, &ExperimentDocument::parsed);
        QString text = test::kPresetText;
        document.setText(text.replace("seed = 1", "seed = 5"));
        QCOMPARE(parsed.count(), 0);
        QVERIFY(parsed.wait(20000));
        QCOMPARE(document.experiment().seed.value, std::uint64_t(5));
    }

    void whatIsNoTomlIsListedWithItsPlaceAndTheLastValuesStay()
    {
        ExperimentDocument document(m_jobs);
        document.reset("/tmp/x.toml", test::kPresetText);
        QString text = test::kPresetText;
        document.setText(text.replace("seed = 1", "seed = = 1"));
        document.parseNow();
        QVERIFY(!document.isTomlText());
        QCOMPARE(document.problems().size(), std::size_t(1));
        QCOMPARE(document.problems()[0].line, 3);
        QCOMPARE(document.experiment().seed.value, std::uint64_t(1));
        QSignalSpy refused(&document, &ExperimentDocument::refused);
        document.setField("base.layers", "2");
        QCOMPARE(refused.count(), 1);
        document.undoStack().undo();
        QVERIFY(document.isTomlText() && document.problems().empty());
    }

    void presetValuesAreThoseWithoutTheFilesOwnKeys()
    {
        ExperimentDocument document(m_jobs);
        document.reset("/tmp/x.toml", test::kPresetText);
        document.setField("stage.1.prior_weight", "0.5");
        QCOMPARE(document.presetValue("stage.1.prior_weight"), QString("0.2"));
        QCOMPARE(document.presetValue("stage.7.tokens"), QString());
        document.clearField("stage.1.prior_weight");
        QCOMPARE(document.experiment().stages[1].priorWeight, 0.2);
        document.setField("preset", "\"moe\"");
        QCOMPARE(document.presetValue("stage.0.trainable"), QString("\"all\""));
    }

    void savingIsAtomicAndMakesItClean()
    {
        QTemporaryDir folder;
        const QString file = written(folder, "e.toml", test::kPresetText);
        ExperimentDocument document(m_jobs);
        document.reset(file, test::kPresetText);
        document.setField("seed", "4");
        QSignalSpy saved(&document, &ExperimentDocument::saved);
        document.save();
        QVERIFY(saved.wait(20000));
        QVERIFY(!document.isModified());
        QCOMPARE(read(file), document.text());
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden), QStringList{"e.toml"});
        document.undoStack().undo();
        QVERIFY(document.isModified());
    }

    void aFileThatAnotherProgramChangedIsNotReplacedUnasked()
    {
        QTemporaryDir folder;
        const QString file = written(folder, "e.toml", test::kPresetText);
        ExperimentDocument document(m_jobs);
        document.reset(file, test::kPresetText);
        document.setField("seed", "4");
        written(folder, "e.toml", "seed = 99\n");
        QSignalSpy saved(&document, &ExperimentDocument::saved), failed(&document, &ExperimentDocument::saveFailed);
        document.save();
        QVERIFY(failed.wait(20000));
        QCOMPARE(read(file), QString("seed = 99\n"));
        QVERIFY(document.isModified());
        document.save();
        QVERIFY(saved.wait(20000));
        QCOMPARE(read(file), document.text());
    }

    void aSaveThatFailsIsOneSentence()
    {
        ExperimentDocument document(m_jobs);
        document.reset({}, test::kPresetText);
        QVERIFY(document.isModified());
        QSignalSpy failed(&document, &ExperimentDocument::saveFailed);
        document.saveAs("/nowhere/at/all.toml");
        QVERIFY(failed.wait(20000));
        QVERIFY2(failed[0][0].toString().contains("/nowhere/at"), qPrintable(failed[0][0].toString()));
        QVERIFY(document.isModified());
    }

    void aWrongFileIsOneSentenceAndNoText_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("word");
        QTest::newRow("not TOML") << QByteArray("title = \nseed") << "line 1";
        QTest::newRow("another program's TOML") << QByteArray("[package]\nname = \"x\"\n") << "describes no experiment";
        QTest::newRow("binary") << QByteArray("title = \"\xff\xfe\x01\"\n", 14) << "wrong.toml";
    }

    void aWrongFileIsOneSentenceAndNoText()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, word);
        QTemporaryDir folder;
        const LoadedExperiment loaded = loadExperiment(written(folder, "wrong.toml", content));
        QVERIFY2(loaded.problem.contains(word), qPrintable(loaded.problem));
        QVERIFY(loaded.text.isEmpty());
        QVERIFY(!loadExperiment(folder.filePath("none.toml")).problem.isEmpty());
    }

    void anExperimentWithMistakesCanBeOpened()
    {
        QTemporaryDir folder;
        const LoadedExperiment loaded = loadExperiment(written(folder, "e.toml", "title = \"x\"\nsed = 1\n"));
        QCOMPARE(loaded.problem, QString());
        QCOMPARE(loaded.text, QString("title = \"x\"\nsed = 1\n"));
    }
};

QTEST_GUILESS_MAIN(ExperimentDocumentTest)
#include "experiment_document_test.moc"
