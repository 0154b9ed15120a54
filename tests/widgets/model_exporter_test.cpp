// Exports from the window: one at a time, told when they begin and end.
#include "app/workbench/control/models/model_exporter.h"

#include <QFileDialog>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/workbench/page/runs_page.h"
#include "tests/support/fake_moebel.h"
#include "tests/support/made_up_run.h"
#include "tests/support/page_world.h"

using namespace moebel;

class ModelExporterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_moebel = std::make_unique<test::FakeMoebel>(m_folder->path());
        m_moebel->become("echo \"$@\" >> calls\nwhile [ -f wait ]; do sleep 0.02; done\necho '{\"out\": \"x\"}'\n");
    }

    void itSaysWhatWasWritten()
    {
        test::PageWorld world(m_moebel->program());
        ModelExporter exporter(world.jobs, world.navigator, m_moebel->program());
        const QSignalSpy told(&world.navigator, &Navigator::told);
        exporter.start(ExportKind::ExpertPack, "/runs/one", "/out/pack");
        QTRY_VERIFY(!exporter.busy());
        QCOMPARE(m_moebel->calls(), QStringList{"pack /runs/one --out /out/pack --json"});
        QCOMPARE(told.size(), 2);
        QVERIFY(told.back()[0].value<MessageKind>() == MessageKind::Note);
        QVERIFY2(told.back()[1].toString().contains("/out/pack"), qPrintable(told.back()[1].toString()));
    }

    void aRefusalIsToldAsMoebelSaidIt()
    {
        m_moebel->becomeRefusing("the folder exists already");
        test::PageWorld world(m_moebel->program());
        ModelExporter exporter(world.jobs, world.navigator, m_moebel->program());
        const QSignalSpy told(&world.navigator, &Navigator::told);
        exporter.start(ExportKind::Model, "/runs/one", "/out/model");
        QTRY_COMPARE(told.size(), 2);
        QVERIFY(told.back()[0].value<MessageKind>() == MessageKind::Error);
        QCOMPARE(told.back()[1].toString(), QStringLiteral("the folder exists already"));
    }

    void aSecondOneWaitsForTheUserToAskAgain()
    {
        QFile wait(m_folder->filePath("wait"));
        QVERIFY(wait.open(QIODevice::WriteOnly));
        test::PageWorld world(m_moebel->program());
        ModelExporter exporter(world.jobs, world.navigator, m_moebel->program());
        exporter.start(ExportKind::Model, "/runs/one", "/out/first");
        QTRY_COMPARE(m_moebel->calls().size(), 1);
        const QSignalSpy told(&world.navigator, &Navigator::told);
        exporter.start(ExportKind::Model, "/runs/one", "/out/second");
        QVERIFY(told.back()[0].value<MessageKind>() == MessageKind::Warning);
        QVERIFY(told.back()[1].toString().contains("/out/first"));
        wait.remove();
        QTRY_VERIFY(!exporter.busy());
        QCOMPARE(m_moebel->calls().size(), 1);
    }

    void theRunsPageAsksForTheFolder()
    {
        const auto run = test::writeMadeUpRun((m_folder->path() + "/project/runs").toStdString(), test::madeUpExperiment());
        QVERIFY(run.ok());
        test::PageWorld world(m_moebel->program());
        RunsPage page(world.context);
        page.show();
        world.selection.openProject((m_folder->path() + "/project").toStdString());
        QTRY_VERIFY(world.selection.run() != nullptr);
        QAction* action = world.actions.find("runModel.export");
        QVERIFY(action != nullptr);
        action->trigger();
        auto* dialog = page.findChild<QFileDialog*>("exportModelDialog");
        QTRY_VERIFY(dialog && dialog->isVisible());
        Q_EMIT dialog->fileSelected(m_folder->filePath("made"));
        QTRY_COMPARE(m_moebel->calls().size(), 1);
        QCOMPARE(m_moebel->calls().first(), "export " + QString::fromStdString(run->path) + " --out " + m_folder->filePath("made") + " --json");
        dialog->reject();
        QTRY_VERIFY(!world.jobs.busy());
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<test::FakeMoebel> m_moebel;
};

QTEST_MAIN(ModelExporterTest)
#include "model_exporter_test.moc"
