// The Experiment page: form, text, problems and plan follow one another.
#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QToolButton>
#include <QtTest>

#include "app/workbench/page/experiment_form.h"
#include "app/workbench/page/form_language_model.h"
#include "app/workbench/page/plan_table.h"
#include "app/workbench/page/problem_list.h"
#include "tests/support/made_up_run.h"
#include "tests/support/shown_experiment.h"
#include "widgets/edit/number_field.h"

using namespace moebel;
using moebel::test::type;
using Shown = moebel::test::ShownExperiment;

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
