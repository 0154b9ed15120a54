// What the window opens, from wherever it comes, and that nothing else changes it.
#include <QFileDialog>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSemaphore>

#include "app/workbench/control/opening.h"
#include "app/workbench/page/experiment_page.h"
#include "app/workbench/settings/recent_projects.h"
#include "moebel/experiment/experiment_file.h"
#include "tests/support/window_world.h"

using namespace moebel;
using namespace moebel::test;

class WindowOpeningTest : public QObject
{
    Q_OBJECT

    WindowWorld m_world;

private Q_SLOTS:
    void init() { m_world.begin(); }

    void aDroppedProjectIsOpenedAndRemembered()
    {
        {
            MainWindow window(m_world.options());
            drop(window, {m_world.project});
            QTRY_COMPARE(runs(window)->rowCount(), 1);
            QTRY_VERIFY(!window.jobs().busy());
            window.close();
        }
        QCOMPARE(readRecentProjects(m_world.folder.filePath("state/recent_projects.json")).value(0).folder, m_world.project);
        MainWindow again(m_world.options());
        again.openLast();
        QTRY_COMPARE(runs(again)->rowCount(), 1);
    }

    void anEmptyWindowLeadsToAProject()
    {
        MainWindow window(m_world.options());
        window.show();
        const QString folder = m_world.folder.filePath("fresh/one");
        window.findChild<QPushButton*>("do.project.new")->click();
        auto* dialog = window.findChild<QFileDialog*>("newProjectDialog");
        QVERIFY(dialog != nullptr);
        Q_EMIT dialog->fileSelected(folder);
        dialog->close();
        QTRY_COMPARE(window.page(), PageId::Experiment);
        QVERIFY(QFile::exists(folder + "/project.toml"));
        QTRY_COMPARE(window.windowTitle(), QString("one[*] \u2013 Moebel"));
        window.showPage(PageId::Runs);
        auto* setUp = window.findChild<QWidget*>("runsPage")->findChild<QPushButton*>("do.experiment.setUp");
        QVERIFY(setUp != nullptr);
        QTRY_VERIFY(setUp->isVisible());
        setUp->click();
        QCOMPARE(window.page(), PageId::Experiment);
    }

    void theExampleIsOpenedAndRight()
    {
        qputenv("HOME", m_world.folder.path().toUtf8());
        MainWindow window(m_world.options());
        window.show();
        window.findChild<QPushButton*>("do.project.example")->click();
        QTRY_COMPARE(window.windowTitle(), QString("Example[*] \u2013 Moebel"));
        const QString file = m_world.folder.filePath("moebel-example/experiment.toml");
        QFile example(file);
        QVERIFY(example.open(QIODevice::ReadOnly));
        const ReadExperiment read = readExperiment(example.readAll().toStdString(), file.toStdString());
        QVERIFY2(read.problems.empty(), read.problems.empty() ? "" : read.problems[0].message.c_str());
        QTRY_COMPARE(window.page(), PageId::Experiment);
        auto* text = window.findChild<QPlainTextEdit*>("experimentText");
        QTRY_VERIFY(text->toPlainText().contains("three made-up languages"));
    }

    void aDroppedRunOpensItsProject()
    {
        MainWindow window(m_world.options());
        drop(window, {decoded(m_world.run.path)});
        QTRY_COMPARE(runs(window)->rowCount(), 1);
        QVERIFY(sentence(window).isEmpty());
    }

    void aModelOrARunIsOpenedBesideTheProjectThatWasNamed()
    {
        const QString model = m_world.folder.filePath("model");
        QVERIFY(QDir().mkpath(model) && write(model + "/config.json", "{}"));
        const auto both = inspectPaths({m_world.project, model});
        QVERIFY2(both, both ? "" : both.error().message.c_str());
        QCOMPARE(both->kind, OpeningKind::Model);
        QCOMPARE(decoded(both->project), m_world.project);
        QCOMPARE(both->model, model);
        const auto run = inspectPaths({m_world.project, decoded(m_world.run.path)});
        QVERIFY(run && run->kind == OpeningKind::Runs && run->runs.size() == 1);
        QVERIFY(!inspectPaths({model, m_world.project}));
        QVERIFY(!inspectPaths({m_world.project, m_world.folder.path()}));
    }

    // With one thread left the project is there before the file that was asked for, and its own description comes last.
    void aNamedExperimentIsShownAndNotTheOneBesideIt()
    {
        const QString own = m_world.project + "/experiment.toml", other = m_world.project + "/other.toml";
        QVERIFY(QFile::copy(decoded(m_world.run.experimentFile()), own) && QFile::copy(own, other));
        QSemaphore free;
        MainWindow window(m_world.options());
        const auto atTheEnd = qScopeGuard([&free] { free.release(); });
        window.jobs().run(
            &window, [&free] { return free.tryAcquire(1, -1); }, [](bool) {});
        const auto opening = inspectPath(other);
        QVERIFY2(opening, opening ? "" : opening.error().message.c_str());
        window.open(*opening);
        ExperimentDocument& document = window.findChild<ExperimentPage*>("experimentPage")->document();
        QTRY_COMPARE(document.file(), other);
        free.release();
        QTRY_VERIFY(!window.jobs().busy());
        QCOMPARE(document.file(), other);
        QCOMPARE(window.selection().project().folder, m_world.project);
    }

    void badThingsGiveOneMessageAndChangeNothing_data()
    {
        QTest::addColumn<QString>("thing");
        for (const char* thing : {"picture.png", "empty", "half", "broken.toml", "wrong.toml", "nowhere"})
            QTest::newRow(thing) << thing;
    }

    void badThingsGiveOneMessageAndChangeNothing()
    {
        QFETCH(QString, thing);
        QTemporaryDir other;
        QVERIFY(write(other.filePath("picture.png"), "no picture"));
        QVERIFY(QDir(other.path()).mkpath("empty") && QDir(other.path()).mkpath("half"));
        QVERIFY(write(other.filePath("half/run.sqlite"), "SQLite format 3"));
        QVERIFY(write(other.filePath("broken.toml"), "title = \"half"));
        QVERIFY(write(other.filePath("wrong.toml"), "[package]\nname = \"other\"\n"));
        MainWindow window(m_world.options());
        drop(window, {m_world.project});
        QTRY_COMPARE(runs(window)->rowCount(), 1);
        drop(window, {other.filePath(thing)});
        QTRY_VERIFY2(sentence(window).contains(thing), qPrintable(sentence(window)));
        QCOMPARE(window.findChild<MessageBar*>("messageBar")->count(), 1);
        QCOMPARE(runs(window)->rowCount(), 1);
        QCOMPARE(window.page(), PageId::Runs);
    }

    void missingRecentProjectsStayInTheListAsMissing()
    {
        const QString file = m_world.folder.filePath("state/recent.json");
        rememberProject(file, {m_world.folder.filePath("gone"), "Gone", true});
        const auto recent = rememberProject(file, {m_world.project, "Here", true});
        QCOMPARE(recent.size(), 2);
        const auto read = readRecentProjects(file);
        QCOMPARE(read.value(0), (RecentProject{m_world.project, "Here", true}));
        QVERIFY(!read.value(1).there);
        clearRecentProjects(file);
        QVERIFY(readRecentProjects(file).isEmpty());
    }
};

QTEST_MAIN(WindowOpeningTest)
#include "window_opening_test.moc"
