// What the pages of the window give away, and the command lines that give the same in a terminal.
#include <QAction>
#include <QClipboard>
#include <QMenu>
#include <QStatusBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "app/workbench/control/record_command.h"
#include "app/workbench/control/shell_line.h"
#include "app/workbench/page/routing_page.h"
#include "app/workbench/window/main_window.h"
#include "tests/support/made_up_run.h"
#include "widgets/plot/routing_map_widget.h"
#include "widgets/plot/series_plot.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/message_bar.h"
#include "widgets/table/comparison_table.h"

using namespace moebel;

class ExportPagesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_window.reset(); }
    void wordsAreQuotedForAShell();
    void everyPageHasAButtonWithTheMenu_data();
    void everyPageHasAButtonWithTheMenu();
    void theRunsAreCopiedAsTheyAreStored();
    void commandsNameTheStepAndTheCurves();
    void everyTableOfTheWindowHasTheMenu();
    void theResultIsToldByTheWindow();

private:
    QWidget* page(const char* name) const { return m_window->findChild<QWidget*>(QString::fromLatin1(name)); }
    /// The command behind a page's button.
    QString command(const char* name)
    {
        auto* button = page(name)->findChild<QToolButton*>("export");
        Q_EMIT button->menu()->aboutToShow();
        for (QAction* action : button->menu()->actions())
            if (action->objectName() == "copyCommand") action->trigger();
        return QGuiApplication::clipboard()->text();
    }

    QTemporaryDir m_folder;
    QString m_project;
    RunFolder m_run, m_other;
    std::unique_ptr<MainWindow> m_window;
};

void ExportPagesTest::initTestCase()
{
    m_project = m_folder.filePath("Anna's runs");
    m_run = test::writeMadeUpRun((m_project + "/runs").toStdString(), test::madeUpExperiment()).value();
    m_other = test::writeMadeUpRun((m_project + "/runs").toStdString(), test::madeUpExperiment()).value();
    m_window = std::make_unique<MainWindow>(WorkbenchOptions{});
    m_window->open({OpeningKind::Runs, m_project.toStdString(), {QString::fromStdString(m_run.id())}, {}});
    m_window->show();
    for (const PageId id : {PageId::Live, PageId::Routing, PageId::Compare, PageId::Runs}) {
        m_window->showPage(id);
        QTRY_VERIFY(!m_window->jobs().busy());
        QCoreApplication::processEvents();
    }
    QTRY_VERIFY(m_window->findChild<RoutingPage*>()->picture());
    QTRY_COMPARE(m_window->findChild<QTableView*>("runsTable")->model()->rowCount(), 2);
}

void ExportPagesTest::wordsAreQuotedForAShell()
{
    QCOMPARE(shellLine({"moebel", "show", "/a/b-c_1.d"}), "moebel show /a/b-c_1.d");
    QCOMPARE(shellLine({"a b", "it's", "", "$x", "\u03b5\u03bb"}), "'a b' 'it'\\''s' '' '$x' '\u03b5\u03bb'");
}

void ExportPagesTest::everyPageHasAButtonWithTheMenu_data()
{
    QTest::addColumn<QString>("beginning");
    QTest::addColumn<QString>("end");
    QTest::newRow("runsPage") << "moebel list --project '"
                              << "/Anna'\\''s runs'";
    QTest::newRow("livePage") << "moebel show '"
                              << " --series language-model-loss/hi --json";
    QTest::newRow("routingPage") << "moebel show '"
                                 << "' --routing 100 --json";
    QTest::newRow("comparePage") << "moebel compare '"
                                 << "' --json";
}

void ExportPagesTest::everyPageHasAButtonWithTheMenu()
{
    QFETCH(QString, beginning);
    QFETCH(QString, end);
    const QString line = command(QTest::currentDataTag());
    QVERIFY2(line.startsWith(beginning) && line.endsWith(end), qPrintable(line));
    QVERIFY2(line.contains("/Anna'\\''s runs"), qPrintable(line));
}

void ExportPagesTest::theRunsAreCopiedAsTheyAreStored()
{
    auto* table = m_window->findChild<QTableView*>("runsTable");
    table->selectAll();
    table->findChild<QAction*>("copyData")->trigger();
    const QStringList lines = QGuiApplication::clipboard()->text().split('\n');
    QCOMPARE(lines.size(), 4);
    const QStringList heads = lines[0].split('\t'), cells = lines[1].split('\t');
    QCOMPARE(cells.size(), heads.size());
    const double mean = [] {
        double sum = 0;
        const Experiment experiment = test::madeUpExperiment();
        for (std::size_t i = 0; i < 3; ++i) sum += test::madeUpBits(experiment.languages[i], i, 2);
        return sum / 3;
    }();
    QCOMPARE(cells[heads.indexOf("Original, bpb")].toDouble(), mean);
    QVERIFY(cells[heads.indexOf("Original, bpb")].size() > 8);
    QCOMPARE(cells[heads.indexOf("State")], "finished");
}

void ExportPagesTest::commandsNameTheStepAndTheCurves()
{
    const RunFolder run{"/runs/one"};
    QCOMPARE(routingCommand(run, {0, 450, RoutingSplit::Evaluation}, {}), "moebel show /runs/one --routing 450 --json");
    QCOMPARE(routingCommand(run, {0, 450, RoutingSplit::Training}, "el"),
             "moebel show /runs/one --routing 450 --split training --reference el --json");
    QCOMPARE(seriesCommand(run, {"loss/", "bits-per-byte/el"}),
             "moebel show /runs/one --series loss/ --series bits-per-byte/el --json");
}

void ExportPagesTest::everyTableOfTheWindowHasTheMenu()
{
    const auto tables = m_window->findChildren<QTableView*>();
    QVERIFY(tables.size() >= 8);
    for (const QTableView* table : tables)
        QVERIFY2(table->findChild<ExportMenu*>(QString(), Qt::FindDirectChildrenOnly), qPrintable(table->accessibleName()));
    for (const SeriesPlot* plot : m_window->findChildren<SeriesPlot*>()) QVERIFY(plot->exportMenu().exports().command);
    for (const ComparisonView* view : m_window->findChildren<ComparisonView*>()) QVERIFY(view->exportMenu().exports().command);
}

void ExportPagesTest::theResultIsToldByTheWindow()
{
    m_window->showPage(PageId::Compare);
    auto* scores = m_window->findChild<ComparisonView*>("scores");
    QVERIFY(!scores->exportMenu().save("/nowhere/at/all.csv").ok());
    QVERIFY(scores->exportMenu().save(m_folder.filePath("scores.csv")).ok());
    QVERIFY(m_window->findChild<MessageBar*>("messageBar")->sentence().contains("/nowhere/at/all.csv"));
    QVERIFY(m_window->statusBar()->currentMessage().contains("scores.csv"));
}

QTEST_MAIN(ExportPagesTest)
#include "export_pages_test.moc"
