// The allocation designer on a made-up run: bars, table, keyboard, clipboard, undo, files, and what is queued.
#include <QAbstractItemModelTester>
#include <QAbstractItemView>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>

#include "app/workbench/application/theme.h"
#include "app/workbench/control/run_queue_model.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/expansion/allocation_designer_page.h"
#include "app/workbench/page/expansion/allocation_table_model.h"
#include "moebel/experiment/experiment_file.h"
#include "tests/support/similarity_run.h"
#include "tests/support/window_world.h"
#include "widgets/plot/allocation_bars.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/table/comparison_table.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

const char* kSimilarityJson = R"({"layers": [
  {"layer": 0, "new_new": 0.1, "new_original": 0.1, "mean": 0.1}, {"layer": 1, "new_new": 0.2, "new_original": 0.2, "mean": 0.2},
  {"layer": 2, "new_new": 0.4, "new_original": 0.4, "mean": 0.4}]})";

}  // namespace

class AllocationPageTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
    AllocationDesignerPage* m_page = nullptr;
    QString m_project;

    template <typename Widget>
    Widget* find(const char* name) const
    {
        return m_page->findChild<Widget*>(QString::fromLatin1(name));
    }
    AllocationBars* bars() const { return find<AllocationBars>("allocationBars"); }
    QTableView* table() const { return find<QTableView>("allocationTable"); }
    const AllocationCandidate& candidate() const { return *m_page->design().candidate(); }
    QString state() const { return find<QLabel>("allocationState")->text(); }
    void press(const char* button) { find<QPushButton>(button)->click(); }
    void trigger(const char* action)
    {
        QAction* found = m_window->actionTable().find(QString::fromLatin1(action));
        QVERIFY2(found != nullptr, action);
        found->trigger();
    }
    RunQueueModel& queue() const
    {
        return *qobject_cast<RunQueueModel*>(m_window->findChild<QAbstractItemView*>("queueList")->model());
    }
    void settle() { QTRY_VERIFY(!m_window->jobs().busy()); }
    void open(std::int64_t layers)
    {
        m_window.reset();
        m_project = m_folder.filePath(QString("%1-%2").arg(QLatin1String(QTest::currentTestFunction())).arg(layers));
        const auto run = writeSimilarityRun((m_project + "/runs").toStdString(), similarityExperiment(layers));
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message.c_str());
        openWindow();
        m_window->open({OpeningKind::Project, m_project.toStdString(), {}, {}});
        QTRY_VERIFY(m_page->design().candidate() != nullptr);
        QCOMPARE(std::int64_t(candidate().experts.size()), layers);
        bars()->findChild<QCustomPlot*>()->replot();
    }
    void openWindow()
    {
        WorkbenchOptions options;
        options.safeMode = true;
        m_window = std::make_unique<MainWindow>(options);
        m_window->resize(1280, 800);
        m_window->show();
        m_window->activateWindow();
        m_window->showPage(PageId::Allocation);
        m_page = m_window->findChild<AllocationDesignerPage*>("allocationPage");
    }
    /// Where MOEBEL_TEST_PICTURES says, for eyes.
    void picture(const QString& name)
    {
        const QString folder = qEnvironmentVariable("MOEBEL_TEST_PICTURES");
        QTest::qWait(30);
        if (!folder.isEmpty()) m_window->grab().save(folder + "/" + name + ".png");
    }

private Q_SLOTS:
    void cleanup() { m_window.reset(); }

    void theRunsOwnAllocationIsThere()
    {
        open(4);
        const auto reader = RunReader::open(m_window->selection().run()->folder);
        QVERIFY(reader.ok());
        const AllocationChoice choice = (*reader->allocation())->choice;
        QCOMPARE(candidate().experts, choice.experts);
        QCOMPARE(candidate().classifierLayers, choice.classifierLayers);
        QCOMPARE(candidate().rule, DesignRule::Total);
        const QString source = find<QLabel>("allocationSource")->text();
        QVERIFY2(source.contains("el, ar, hi") && source.contains("en, es, zh-CN"), qPrintable(source));
        QVERIFY(find<QLabel>("ceiling")->text().contains("delta"));
        QCOMPARE(bars()->picture().curves.size(), 3);
        picture("allocation-4");
    }

    void aBarIsDraggedTheOthersGiveWayAndUndoBringsThemBack()
    {
        open(4);
        find<QCheckBox>("lock")->setChecked(true);
        const auto before = candidate().experts;
        const std::int64_t added = candidate().added();
        QWidget* plot = bars()->findChild<QCustomPlot*>();
        const QPoint top = bars()->topOf(1) + QPoint(0, 5);
        QTest::mousePress(plot, Qt::LeftButton, {}, top);
        const int one = int(std::lround(bars()->pixelsOfOne()));
        for (int step = 1; step <= 2 * one; step += 4) QTest::mouseMove(plot, top - QPoint(0, step));
        QTest::mouseMove(plot, top - QPoint(0, 2 * one));
        QTest::mouseRelease(plot, Qt::LeftButton, {}, top - QPoint(0, 2 * one));
        QCOMPARE(candidate().experts[1], before[1] + 2);
        QCOMPARE(candidate().added(), added);
        QVERIFY(find<QToolButton>("backToRule")->isVisible());
        m_window->findChild<QAction*>("edit.undo")->trigger();  // the whole drag
        QCOMPARE(candidate().experts, before);
        m_window->findChild<QAction*>("edit.redo")->trigger();
        QCOMPARE(candidate().experts[1], before[1] + 2);
        find<QToolButton>("backToRule")->click();
        QCOMPARE(candidate().experts, before);
    }

    void keysChangeALayerAndItsClassifier()
    {
        open(4);
        const auto before = candidate();
        bars()->setFocus(Qt::TabFocusReason);
        QTest::keyClick(bars(), Qt::Key_Home);
        QTest::keyClick(bars(), Qt::Key_Up);
        QCOMPARE(candidate().experts[0], before.experts[0] + 1);
        QTest::keyClick(bars(), Qt::Key_C);
        QVERIFY(candidate().classifierLayers != before.classifierLayers);
        QCOMPARE(table()->currentIndex().row(), 0);
        QVERIFY(find<QLabel>("allocationReadout")->text().startsWith("layer 0"));
    }

    void theTableIsTypedInAndIsAModel()
    {
        open(4);
        QAbstractItemModelTester tester(table()->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
        table()->setFocus();
        table()->setCurrentIndex(table()->model()->index(2, AllocationTableModel::Experts));
        QTest::keyClicks(table(), "7");
        QTest::keyClick(table()->findChild<QWidget*>("qt_spinbox_lineedit"), Qt::Key_Return);
        QTRY_COMPARE(candidate().experts[2], 7);
        QCOMPARE(table()->model()->index(2, AllocationTableModel::New).data().toInt(), 6);
        const QModelIndex tick = table()->model()->index(2, AllocationTableModel::Classifier);
        const bool before = tick.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        QVERIFY(table()->model()->setData(tick, before ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(tick.data(Qt::CheckStateRole).toInt() == Qt::Checked, !before);
        QVERIFY(!table()->model()->setData(tick.siblingAtColumn(AllocationTableModel::Experts), "many"));
        QVERIFY(!table()->model()->setData(tick.siblingAtColumn(AllocationTableModel::Experts), 0));
    }

    void listsArePastedAndCopied()
    {
        open(4);
        QGuiApplication::clipboard()->setText("5,4,3,2");
        press("allocation.paste");
        QCOMPARE(candidate().experts, (std::vector<std::int64_t>{5, 4, 3, 2}));
        QCOMPARE(candidate().rule, DesignRule::List);
        trigger("allocation.copyToml");
        QVERIFY(QGuiApplication::clipboard()->text().contains("experts = [5, 4, 3, 2]"));
        trigger("allocation.copyCommand");
        QVERIFY(QGuiApplication::clipboard()->text().startsWith("moebel run "));
        trigger("allocation.copyJson");
        QVERIFY(QGuiApplication::clipboard()->text().contains("\"experts\":[5,4,3,2]"));
        trigger("allocation.copyList");
        QCOMPARE(QGuiApplication::clipboard()->text(), QString("5,4,3,2"));
        QGuiApplication::clipboard()->setText("5,4,3");
        press("allocation.paste");
        QVERIFY2(state().contains("the list has 3 numbers, the model has 4 layers"), qPrintable(state()));
        QCOMPARE(candidate().experts, (std::vector<std::int64_t>{5, 4, 3, 2}));
        QVERIFY(find<QLabel>("allocationState")->isVisible());
    }

    void aRuleIsChosenWithItsNumbers()
    {
        open(4);
        auto* rule = find<QComboBox>("rule");
        rule->setCurrentIndex(rule->findData(int(DesignRule::Uniform)));
        QCOMPARE(candidate().experts, (std::vector<std::int64_t>{3, 3, 3, 3}));
        QVERIFY(find<QWidget>("each")->isVisible() && !find<QWidget>("total")->isVisible());
        rule->setCurrentIndex(rule->findData(int(DesignRule::Deviation)));
        QVERIFY(state().contains("moebel deviation"));
        QCOMPARE(rule->currentData().toInt(), int(DesignRule::Uniform));  // the box says what holds
    }

    void candidatesStandSideBySideAndAreQueuedTogether()
    {
        open(4);
        queue().setPaused(true);
        find<QToolButton>("addCandidate")->click();
        auto* rule = find<QComboBox>("rule");
        rule->setCurrentIndex(rule->findData(int(DesignRule::Uniform)));
        m_page->design().setClassifierCount(0);
        auto* tabs = find<QTabBar>("candidates");
        QCOMPARE(tabs->count(), 2);
        QCOMPARE(tabs->currentIndex(), 1);
        auto* facts = find<ComparisonView>("candidateFacts");
        QCOMPARE(facts->comparison().table().columns.size(), 2);
        const Plan plan = planOf(candidate(), *m_page->design().evidence().experiment);
        bool found = false;
        for (const ComparisonRow& row : facts->comparison().table().rows)
            if (row.title == "Checkpoint") found = row.cells[1].value == double(plan.checkpointBytes);
        QVERIFY(found);
        tabs->setCurrentIndex(0);
        QVERIFY(candidate().experts != (std::vector<std::int64_t>{3, 3, 3, 3}));
        press("allocation.queue");
        const auto& entries = queue().entries();
        QTRY_COMPARE(entries.size(), std::size_t(2));
        for (const QueueEntry& entry : entries) {
            QVERIFY(QFile::exists(entry.request.experimentFile));
            QVERIFY(entry.request.experimentFile.startsWith(m_project));
            QVERIFY(readExperiment(entry.request.text.toStdString(), "x").problems.empty());
        }
        QVERIFY(entries[0].request.experimentFile != entries[1].request.experimentFile);
        QVERIFY(entries[0].title != entries[1].title);
        picture("allocation-candidates");
        find<QToolButton>("removeCandidate")->click();
        QCOMPARE(tabs->count(), 1);
        QCOMPARE(candidate().experts, (std::vector<std::int64_t>{3, 3, 3, 3}));
        QVERIFY(!find<QToolButton>("removeCandidate")->isEnabled());
    }

    void aSingleFileOfSimilaritiesIsDropped()
    {
        openWindow();
        m_window->showPage(PageId::Runs);
        const QString file = m_folder.filePath("similarity.json");
        QVERIFY(test::write(file, kSimilarityJson));
        QVERIFY(QDir(m_folder.path()).mkpath("beside/runs"));
        const auto both = inspectPaths({m_folder.filePath("beside"), file});
        QVERIFY(both.ok() && both->kind == OpeningKind::Similarity && both->similarity == file);
        drop(*m_window, {file});
        QTRY_VERIFY(m_page->design().candidate() != nullptr);
        QCOMPARE(m_window->page(), PageId::Allocation);
        QCOMPARE(candidate().experts.size(), std::size_t(3));
        QCOMPARE(candidate().sum(), 10);  // nearer to the 9 that were asked for than 7
        QVERIFY2(find<QLabel>("ceiling")->text().contains("gives 9"), qPrintable(find<QLabel>("ceiling")->text()));
        press("allocation.queue");
        QVERIFY2(state().contains("no description"), qPrintable(state()));
        const QString wrong = m_folder.filePath("wrong.json");
        QVERIFY(test::write(wrong, "{\"layers\": 3}"));
        drop(*m_window, {wrong});
        QTRY_VERIFY2(sentence(*m_window).contains("wrong.json"), qPrintable(sentence(*m_window)));
        QCOMPARE(candidate().experts.size(), std::size_t(3));
    }

    void aDeviationStandsBesideTheRun()
    {
        open(4);
        const QString file = m_folder.filePath("deviation.json");
        QVERIFY(test::write(
            file, R"({"el": {"delta_norm_ffn": [0.1, 0.9, 0.8, 0.2]}, "hi": {"delta_norm_ffn": [0.1, 0.9, 0.8, 0.2]}})"));
        drop(*m_window, {file});
        QTRY_VERIFY(m_page->design().evidence().deviation.has_value());
        QCOMPARE(m_page->design().evidence().layers(), std::size_t(4));
        auto* rule = find<QComboBox>("rule");
        rule->setCurrentIndex(rule->findData(int(DesignRule::Deviation)));
        QCOMPARE(candidate().experts[0], 1);
        QVERIFY(candidate().experts[1] > 1);
    }

    void pairsAreDrawnOnDemand()
    {
        open(4);
        const auto pairs = find<QToolButton>("pairs")->menu()->actions();
        QCOMPARE(pairs.size(), 15);  // of six languages
        pairs[2]->setChecked(true);
        QCOMPARE(bars()->picture().curves.size(), 4);
        QVERIFY(bars()->picture().curves.last().dashed);
        pairs[2]->setChecked(false);
        QCOMPARE(bars()->picture().curves.size(), 3);
    }

    void withoutASimilarityThePageSaysWhatIsNeeded()
    {
        openWindow();
        const QString project = m_folder.filePath("without");
        QVERIFY(writeMadeUpRun((project + "/runs").toStdString(), madeUpExperiment()).ok());
        m_window->open({OpeningKind::Project, project.toStdString(), {}, {}});
        auto* empty = m_page->findChild<EmptyState*>();
        QTRY_VERIFY(empty->sentence().contains("stores no similarity"));
        QVERIFY(!bars()->isVisible());
        find<QPushButton>("do.allocation.copySimilarity")->click();
        const QString command = QGuiApplication::clipboard()->text();
        QVERIFY2(
            command.startsWith("moebel similarity --model ") && command.contains("en=en.txt") && command.contains("hi=hi.txt"),
            qPrintable(command));
        picture("allocation-empty");
    }

    void itIsReadInBothThemesWithFewAndManyLayers()
    {
        for (const bool dark : {false, true}) {
            applyTheme(themePalette(dark));
            for (const std::int64_t layers : {4, 32}) {
                open(layers);
                m_page->design().setLocked(true);
                m_page->design().setExperts(int(layers / 2), 5, 0);
                bars()->setCurrentLayer(int(layers / 2));
                picture(QString("allocation-%1-%2").arg(dark ? "dark" : "light").arg(layers));
                QVERIFY(bars()->width() > 600 && bars()->height() > 150);
                QCOMPARE(m_window->size(), QSize(1280, 800));  // it asks for no more
            }
        }
        applyTheme(themePalette(false));
    }
};

QTEST_MAIN(AllocationPageTest)
#include "allocation_page_test.moc"
