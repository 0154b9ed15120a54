// The Experiment page: form, text, problems and plan follow one another.
#include "app/workbench/page/experiment_page.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "app/workbench/page/experiment_form.h"
#include "app/workbench/page/form_language_model.h"
#include "app/workbench/page/plan_table.h"
#include "app/workbench/page/problem_list.h"
#include "tests/support/experiment_texts.h"
#include "tests/support/fake_moebel.h"
#include "tests/support/made_up_run.h"
#include "tests/support/page_world.h"
#include "widgets/edit/number_field.h"
#include "widgets/edit/value_field.h"
#include "widgets/text/toml_editor.h"

using namespace moebel;

namespace
{

/// A page with a file in a folder of its own, shown.
struct Shown {
    QTemporaryDir folder;
    test::FakeMoebel moebel{folder.path()};
    test::PageWorld world{moebel.program()};
    ExperimentPage page{world.context};
    QString file = folder.filePath("experiment.toml");

    explicit Shown(const char* text = test::kPresetText)
    {
        QFile out(file);
        if (out.open(QIODevice::WriteOnly)) out.write(text);
        out.close();
        page.setWindowTitle("[*]");
        page.resize(1100, 700);
        page.show();
        page.activateWindow();
        page.openExperiment(file);
        if (!QTest::qWaitFor([&] { return page.document().file() == file; }, 20000)) qFatal("the file was not opened");
    }
    ValueField* field(const char* path) { return page.findChild<ValueField*>(path); }
    TomlEditor* editor() { return page.findChild<TomlEditor*>("experimentText"); }
    QListView* problems() { return page.findChild<QListView*>("problemList"); }
    QString text() { return editor()->toPlainText(); }
};

void type(QWidget* editor, const QString& text)
{
    auto* line = qobject_cast<QLineEdit*>(editor);
    if (!line) line = editor->findChild<QLineEdit*>();
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, text);
}

}  // namespace

class ExperimentPageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void aModelOfTheProjectBecomesTheBaseInOneStep()
    {
        Shown shown;
        const QString before = shown.text();
        shown.world.models.add("/models/one");
        shown.world.navigator.useAsBase("/models/one");
        QVERIFY2(shown.text().contains("kind = \"checkpoint\"") && shown.text().contains("path = \"/models/one\""),
                 qPrintable(shown.text()));
        ValueField* path = shown.field("base.path");
        QTRY_COMPARE(path->value(), QStringLiteral("\"/models/one\""));
        auto* box = qobject_cast<QComboBox*>(path->editor());
        QVERIFY(box != nullptr);
        QCOMPARE(box->itemText(0), QStringLiteral("/models/one"));
        QCOMPARE(box->currentText(), QStringLiteral("/models/one"));
        type(box, "../other");
        QTRY_VERIFY2(shown.text().contains("path = \"../other\""), qPrintable(shown.text()));
        QTest::keyClick(box, Qt::Key_Return);
        shown.world.undo.undo();
        shown.world.undo.undo();
        QCOMPARE(shown.text(), before);
    }

    void theFormChangesOneKeyOfTheText()
    {
        Shown shown;
        type(shown.field("seed")->editor(), "42");
        QString expected = test::kPresetText;
        QCOMPARE(shown.text(), expected.replace("seed = 1", "seed = 42"));
        type(shown.field("expansion.top_k")->editor(), "3");
        QVERIFY(shown.text().endsWith("[expansion]\ntop_k = 3\n"));
        shown.page.document().undoStack().undo();
        shown.page.document().undoStack().undo();
        QCOMPARE(shown.text(), QString(test::kPresetText));
        QCOMPARE(shown.field("seed")->value(), QString("1"));
    }

    void theTextChangesTheForm()
    {
        Shown shown;
        QString text = test::kPresetText;
        shown.editor()->setPlainText(text.replace("seed = 1", "seed = 9"));
        QTRY_COMPARE_WITH_TIMEOUT(shown.field("seed")->value(), QString("9"), 20000);
        QCOMPARE(shown.page.document().undoStack().count(), 1);
    }

    void aTextThatIsNoTomlLeavesTheFormAsItWas()
    {
        Shown shown;
        QString text = test::kPresetText;
        shown.editor()->setPlainText(text.replace("seed = 1", "seed = ="));
        QTRY_COMPARE_WITH_TIMEOUT(shown.problems()->model()->rowCount(), 1, 20000);
        QCOMPARE(shown.field("seed")->value(), QString("1"));
        QVERIFY(!shown.field("seed")->editor()->isEnabled());
        QVERIFY(shown.problems()->model()->index(0, 0).data().toString().startsWith("3:"));
        shown.page.document().undoStack().undo();
        QVERIFY(shown.field("seed")->editor()->isEnabled());
        QCOMPARE(shown.problems()->model()->rowCount(), 0);
    }

    void dotsStandAtWhatDiffersFromThePreset()
    {
        Shown shown;
        QVERIFY(!shown.field("stage.1.prior_weight")->differsFromPreset());
        type(shown.field("stage.1.prior_weight")->editor(), "0.5");
        QVERIFY(shown.field("stage.1.prior_weight")->differsFromPreset());
        QVERIFY(!shown.field("stage.0.tokens")->differsFromPreset());
        shown.field("stage.1.prior_weight")->findChild<QToolButton*>()->click();
        QVERIFY(!shown.field("stage.1.prior_weight")->differsFromPreset());
        QCOMPARE(shown.page.document().experiment().stages[1].priorWeight, 0.2);
    }

    void aProblemLeadsToItsFieldAndItsLine()
    {
        Shown shown(test::kStagesText);
        shown.page.document().setField("stage.1.replay_ratio", "0.0");
        QVERIFY(shown.problems()->model()->rowCount() > 0);
        QModelIndex wanted;
        for (int row = 0; row < shown.problems()->model()->rowCount(); ++row) {
            const QModelIndex index = shown.problems()->model()->index(row, 0);
            if (index.data(ProblemListModel::PathRole) == "stage.1.prior_weight") wanted = index;
        }
        QVERIFY(wanted.isValid());
        QTest::mouseClick(shown.problems()->viewport(), Qt::LeftButton, {}, shown.problems()->visualRect(wanted).center());
        const int line = shown.editor()->textCursor().blockNumber();
        QVERIFY2(shown.text().split('\n')[line].startsWith("prior_weight"), qPrintable(shown.text().split('\n')[line]));
        QWidget* editor = shown.field("stage.1.prior_weight")->editor();
        QVERIFY(editor == shown.page.focusWidget() || editor->isAncestorOf(shown.page.focusWidget()));
    }

    void aFieldBehindMoreIsShownByItsProblem()
    {
        Shown shown(test::kStagesText);
        QVERIFY(shown.field("stage.0.micro_batch_sequences")->isHidden());
        shown.page.document().setField("stage.0.micro_batch_sequences", "3");
        QVERIFY(!shown.field("stage.0.micro_batch_sequences")->isHidden());
    }

    void languagesAreAddedGivenARoleAndRemoved()
    {
        Shown shown;
        auto* table = shown.page.findChild<QTableView*>("languageTable");
        QCOMPARE(table->model()->rowCount(), 4);
        auto* choice = shown.page.findChild<QComboBox*>("languageChoice");
        choice->setEditText("hi");
        for (auto* button : shown.page.findChildren<QPushButton*>())
            if (button->text() == "Add as expanded") button->click();
        QVERIFY2(shown.text().contains("    \"hu\", \"hi\"\n]"), qPrintable(shown.text()));
        QCOMPARE(shown.page.document().undoStack().undoText(), QString("Add hi"));
        table->model()->setData(table->model()->index(4, FormLanguageModel::Role), "original");
        QVERIFY2(shown.text().contains("original = [\"en\", \"es\", \"hi\"]"), qPrintable(shown.text()));
        table->setCurrentIndex(table->model()->index(2, 0));
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Delete);
        QVERIFY2(shown.text().contains("original = [\"en\", \"es\"]"), qPrintable(shown.text()));
    }

    void startSavesAndStartsAWorker()
    {
        Shown shown;
        type(shown.field("seed")->editor(), "42");
        QSignalSpy page(&shown.world.navigator, &Navigator::pageWanted);
        shown.page.findChild<QPushButton*>("startButton")->click();
        QVERIFY(page.wait(20000));
        QVERIFY(!shown.page.document().isModified());
        const QStringList calls = shown.moebel.calls().filter("run ");
        QCOMPARE(calls.size(), 1);
        QVERIFY2(calls[0].contains(shown.file) && calls[0].contains("--detach"), qPrintable(calls[0]));
    }

    void anExperimentWithProblemsIsNotStarted()
    {
        Shown shown("title = \"x\"\n");
        QSignalSpy told(&shown.world.navigator, &Navigator::told);
        for (const char* name : {"startButton", "queueButton", "dryRunButton"})
            shown.page.findChild<QPushButton*>(name)->click();
        QCOMPARE(told.count(), 3);
        QVERIFY(!shown.world.launcher.busy());
        QCOMPARE(shown.world.queue.model().rowCount(), 0);
    }

    void theQueueGetsTheTextAsItStands()
    {
        Shown shown;
        shown.world.queue.setProject(shown.folder.path());
        shown.world.queue.model().setPaused(true);
        type(shown.field("seed")->editor(), "42");
        shown.page.findChild<QPushButton*>("queueButton")->click();
        QTRY_COMPARE(shown.world.queue.model().rowCount(), 1);
        QVERIFY(shown.world.queue.model().entries()[0].request.text.contains("seed = 42"));
        QVERIFY(shown.page.document().isModified());
        QCOMPARE(shown.world.selection.project().folder, shown.folder.path());  // the queue is the project's
    }

    void whatIsWrittenInStaysWhereItIsWhenOtherFieldsComeAndGo()
    {
        Shown shown;
        auto* area = shown.page.findChild<ExperimentForm*>("experimentForm")->findChild<QScrollArea*>();
        ValueField* field = shown.field("stage.1.tokens");
        shown.page.document().undoStack().clear();
        field->focusEditor();
        area->ensureWidgetVisible(field);
        const auto height = [&] { return field->mapTo(area->viewport(), QPoint(0, 0)).y(); };
        const int before = height();
        QVERIFY(before > 0 && area->verticalScrollBar()->value() > 0);
        type(field->editor(), "4096");
        QCOMPARE(height(), before);
        shown.page.document().setField("expansion.rule", "\"by-similarity\"");  // more fields above it
        QVERIFY(shown.field("expansion.total")->isVisible());
        QCOMPARE(height(), before);
        shown.page.document().setField("base.kind", "\"checkpoint\"");  // fewer
        QVERIFY(!shown.field("base.layers")->isVisible());
        QCOMPARE(height(), before);
    }

    void aFieldTellsWhatThePaperTook()
    {
        Shown shown;
        const auto helpOf = [&](const char* path) {
            Q_EMIT shown.field(path)->lookedAt();
            return shown.page.findChild<QLabel*>("formHelp")->text();
        };
        QVERIFY2(helpOf("expansion.experts").contains("In the paper: 6 (MoE-LPR)"), qPrintable(helpOf("expansion.experts")));
        QVERIFY(helpOf("stage.0.balance_weight").contains("In the paper: 0.01"));
        QVERIFY(helpOf("stage.1.prior_weight").contains("In the paper: 0.1"));
        QVERIFY(!helpOf("seed").contains("paper"));
        shown.page.document().setField("preset", "\"layer-moe\"");
        QVERIFY(helpOf("expansion.experts").contains("In the paper: 3 (LayerMoE)"));
        shown.page.document().setField("preset", "\"moe\"");
        QVERIFY(!helpOf("expansion.experts").contains("In the paper"));
    }

    void whatIsSavedOpensTheProjectOfItsFolder()
    {
        Shown shown;
        const QString other = shown.folder.filePath("plans/greek.toml");
        QVERIFY(QDir(shown.folder.path()).mkpath("plans"));
        shown.page.document().setField("title", "\"Greek\"");
        shown.page.document().saveAs(other);
        QTRY_COMPARE(shown.world.selection.project().folder, shown.folder.filePath("plans"));
        QCOMPARE(shown.world.selection.project().title, QString("Greek"));
        QTest::qWait(50);
        QCOMPARE(shown.page.document().file(), other);  // stays what it is
    }

    void inANewProjectStartWritesItsExperiment()
    {
        QTemporaryDir folder;
        test::FakeMoebel moebel{folder.path()};
        test::PageWorld world{moebel.program()};
        ExperimentPage page{world.context};
        page.show();
        world.home.enter(folder.filePath("new"), {});
        QTRY_COMPARE(world.selection.project().title, QString("new"));
        QVERIFY(page.document().file().isEmpty());
        QSignalSpy live(&world.navigator, &Navigator::pageWanted);
        page.findChild<QPushButton*>("startButton")->click();
        QTRY_COMPARE(page.document().file(), folder.filePath("new/experiment.toml"));
        QTRY_COMPARE(live.count(), 1);
    }

    void theCommandIsCopied()
    {
        Shown shown;
        shown.page.findChild<QPushButton*>("copyCommandButton")->click();
        QVERIFY(QGuiApplication::clipboard()->text().startsWith("moebel run " + shown.file));
    }

    void aWrongFileChangesNothingAndIsTold()
    {
        Shown shown;
        QFile wrong(shown.folder.filePath("wrong.toml"));
        QVERIFY(wrong.open(QIODevice::WriteOnly) && wrong.write("[package]\n") > 0);
        wrong.close();
        QSignalSpy told(&shown.world.navigator, &Navigator::told);
        shown.page.openExperiment(wrong.fileName());
        QVERIFY(told.wait(20000));
        QCOMPARE(shown.page.document().file(), shown.file);
        QCOMPARE(shown.text(), QString(test::kPresetText));
    }

    void theDescriptionOfARunIsOpenedAsACopy()
    {
        Shown shown;
        const auto run = test::writeMadeUpRun(shown.folder.filePath("runs").toStdString(), test::madeUpExperiment());
        QVERIFY(run.ok());
        QSignalSpy changed(&shown.page.document(), &ExperimentDocument::fileChanged);
        shown.page.openExperiment(QString::fromStdString(run->experimentFile().string()));
        QVERIFY(changed.wait(20000));
        QCOMPARE(shown.page.document().file(), QString());
        QVERIFY(shown.page.document().isModified());
        QCOMPARE(shown.field("title")->value(), QString("\"Made up: el & hi <new>\""));
    }

    void unsavedChangesAreAskedForBeforeAnotherFileTakesTheirPlace()
    {
        Shown shown;
        type(shown.field("seed")->editor(), "42");
        QFile other(shown.folder.filePath("other.toml"));
        QVERIFY(other.open(QIODevice::WriteOnly) && other.write("title = \"other\"\n") > 0);
        other.close();
        shown.page.openExperiment(other.fileName());
        const auto box = [&] { return shown.page.findChild<QMessageBox*>("unsavedBox"); };
        QTRY_VERIFY_WITH_TIMEOUT(box(), 20000);
        box()->button(QMessageBox::Cancel)->click();
        QCOMPARE(shown.page.document().file(), shown.file);
        QTRY_VERIFY_WITH_TIMEOUT(!box(), 20000);
        shown.page.openExperiment(other.fileName());
        QTRY_VERIFY_WITH_TIMEOUT(box(), 20000);
        box()->button(QMessageBox::Discard)->click();
        QCOMPARE(shown.page.document().file(), other.fileName());
    }

    void thePlanIsThatOfTheText()
    {
        Shown shown;
        const QString before = shown.page.findChild<QLabel*>("planParameters")->text();
        shown.page.document().setField("base.layers", "8");
        QVERIFY(shown.page.findChild<QLabel*>("planParameters")->text() != before);
        const Plan plan = makePlan(shown.page.document().experiment());
        QCOMPARE(shown.page.findChild<QLabel*>("planParameters")->text(),
                 QString("%1 M").arg(QString::number(double(plan.expanded.total) / 1e6, 'f', 2)));
    }

    void aDryRunsSpeedBecomesThePlansTime()
    {
        Shown shown;
        PlanEstimate estimate(shown.page.document(), shown.world.jobs, {});
        shown.page.document().setField("stage.0.tokens", "1_024_000");
        estimate.setSpeed({0, {1000, 0}, {}});
        QCOMPARE(estimate.plan().stages[1].estimatedSeconds, 1024.0);
        QCOMPARE(estimate.plan().estimatedSeconds, 1024.0);
        shown.page.document().setField("stage.0.tokens", "512_000");
        QCOMPARE(estimate.plan().estimatedSeconds, 512.0);
        shown.page.document().setField("base.width", "256");
        QCOMPARE(estimate.plan().estimatedSeconds, 0.0);
    }

    void aRunsSpeedIsReadFromItsRecord()
    {
        QTemporaryDir folder;
        const auto run = test::writeMadeUpRun(folder.path().toStdString(), test::madeUpExperiment());
        QVERIFY(run.ok());
        {
            auto writer = RunWriter::open(*run, 100);
            QVERIFY(writer.ok());
            const auto tell = [&](std::int64_t step, double speed) {
                (*writer)->receive(StepFinished{step > 60 ? 1 : 0, step, {{"tokens-per-second", "tokens/s", "", speed}}});
            };
            for (std::int64_t step = 1; step <= 60; ++step) tell(step, step <= 30 ? 10 : 1000);
            for (std::int64_t step = 61; step <= 100; ++step) tell(step, 3000);
            QVERIFY((*writer)->flush().ok());
        }
        const RunSpeed speed = readSpeed(*run);
        QCOMPARE(speed.problem, QString());
        QVERIFY((speed.stages == std::vector<double>{1000, 3000}));
        QVERIFY(!readSpeed(RunFolder{folder.filePath("none").toStdString()}).problem.isEmpty());
    }

    void textFactsComeFromMoebel()
    {
        Shown shown;
        shown.moebel.become(test::kTextAnswer);
        auto* table = shown.page.findChild<QTableView*>("languageTable");
        shown.page.document().setField("data.max_bytes_per_language", "1000");
        const auto cell = [&](int row, int column) { return table->model()->index(row, column).data().toString(); };
        QTRY_COMPARE_WITH_TIMEOUT(cell(0, FormLanguageModel::Documents), QString("12"), 20000);
        QCOMPARE(cell(0, FormLanguageModel::Tokens), QString("345"));
        QCOMPARE(cell(1, FormLanguageModel::Tokens), QString("\u2013"));
        QVERIFY2(cell(2, FormLanguageModel::Sample).contains("apt-get install"),
                 qPrintable(cell(2, FormLanguageModel::Sample)));
    }

    void modelsKeepQtsRules()
    {
        FormLanguageModel languages;
        QAbstractItemModelTester first(&languages, QAbstractItemModelTester::FailureReportingMode::Fatal);
        languages.setLanguages({{"en", LanguageRole::Original}, {"el", LanguageRole::Expanded}});
        languages.setLanguages({{"en", LanguageRole::Original}, {"ar", LanguageRole::Expanded}});
        languages.setFacts({{"ar", {1, 2, 3, "نص", {}}}}, "unknown");
        languages.setLanguages({});
        ProblemListModel problems;
        QAbstractItemModelTester second(&problems, QAbstractItemModelTester::FailureReportingMode::Fatal);
        problems.setProblems({{"a", "seed", 1, 2, "wrong"}, {"b", "", 0, 0, "worse"}});
        problems.setProblems({});
        PlanTableModel plan;
        QAbstractItemModelTester third(&plan, QAbstractItemModelTester::FailureReportingMode::Fatal);
        plan.setRows({{"a", "b"}, {{"x", "1"}, {"y", "2"}}, 1});
        plan.setRows({{"a", "b"}, {{"x", "3"}, {"y", "4"}}, 1});
        plan.setRows({{"a"}, {{"x"}}, -1});
    }

    void undoGoesToTheDocumentFromEveryEditor()
    {
        Shown shown;
        QWidget* line = shown.field("title")->editor();
        type(line, "new");
        QKeyEvent override(QEvent::ShortcutOverride, Qt::Key_Z, Qt::ControlModifier);
        override.ignore();
        QCoreApplication::sendEvent(line, &override);
        QVERIFY(!override.isAccepted());
        QKeyEvent inText(QEvent::ShortcutOverride, Qt::Key_Z, Qt::ControlModifier);
        inText.ignore();
        QCoreApplication::sendEvent(shown.editor(), &inText);
        QVERIFY(!inText.isAccepted());
    }

    void everyEditorHasANameForScreenReaders()
    {
        Shown shown;
        for (const auto* field : shown.page.findChildren<ValueField*>()) {
            QVERIFY2(!field->editor()->accessibleName().isEmpty(), qPrintable(field->objectName()));
            QVERIFY2(!field->spec().help.isEmpty(), qPrintable(field->objectName()));
            QVERIFY(field->editor()->focusPolicy() & Qt::TabFocus);
        }
    }
};

QTEST_MAIN(ExperimentPageTest)
#include "experiment_page_test.moc"
