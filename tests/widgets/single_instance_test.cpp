// One window a project: a second start brings the first to the front and opens there what it was asked for.
#include "app/workbench/application/single_instance.h"

#include <QProcess>
#include <QSignalSpy>
#include <QThread>
#include <QtTest>

#include "tests/support/window_world.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

/// ask() waits for an answer, as the second program would, while this one goes on.
bool asked(const QString& subject, const Request& request)
{
    bool done = false;
    std::unique_ptr<QThread> other(QThread::create([&] { done = SingleInstance::ask(subject, request); }));
    other->start();
    while (!other->wait(10)) QCoreApplication::processEvents();
    return done;
}

}  // namespace

class SingleInstanceTest : public QObject
{
    Q_OBJECT

    WindowWorld m_world;
    QString m_subject;

private Q_SLOTS:
    void init()
    {
        m_world.begin();
        m_subject = m_world.project;
        QVERIFY(QDir(m_world.folder.path()).mkpath("runtime"));
        qputenv("XDG_RUNTIME_DIR", m_world.folder.filePath("runtime").toLocal8Bit());
    }

    void nobodyAnswersWhereNoWindowIs() { QVERIFY(!SingleInstance::ask(m_subject, {})); }

    void theRequestArrivesAsItWas()
    {
        SingleInstance window;
        QVERIFY(window.serve(m_subject));
        QSignalSpy arrived(&window, &SingleInstance::asked);
        const Request request{{"/a path/with \"quotes\"\nand a line", "/ελληνικά"}, "Train", "token-1"};
        QVERIFY(asked(m_subject + "/./", request));
        QTRY_COMPARE(arrived.size(), 1);
        QCOMPARE(arrived.first().first().value<Request>(), request);
    }

    void thereIsOneOfAProject()
    {
        SingleInstance first, second, ofAnother;
        QVERIFY(first.serve(m_subject));
        QVERIFY(!second.serve(m_subject));
        QVERIFY(ofAnother.serve(m_world.folder.path()));
        QVERIFY(first.serve({}));
        QVERIFY(second.serve(m_subject));
    }

    void whatAKilledWindowLeftBehindIsTakenOver()
    {
        const QString program = QStringLiteral(MOEBEL_BIN_DIR "/moebel-workbench");
        const auto start = [&](QProcess& process, const QStringList& more = {}) {
            process.start(program, QStringList{m_world.project, "--state-dir", m_world.folder.filePath("state"), "--config",
                                               m_world.folder.filePath("workbench.ini")} +
                                       more);
            return process.waitForStarted();
        };
        QProcess first;
        QVERIFY(start(first));
        QTRY_VERIFY_WITH_TIMEOUT(SingleInstance::ask(m_world.project, {}), 20'000);
        // The second one has nothing to do.
        QProcess second;
        QVERIFY(start(second));
        QVERIFY(second.waitForFinished(20'000));
        QCOMPARE(second.exitCode(), 0);
        QCOMPARE(first.state(), QProcess::Running);
        // A window of its own, for who wants one.
        QProcess own;
        QVERIFY(start(own, {"--new-instance"}));
        QVERIFY(!own.waitForFinished(1500));
        own.kill();
        own.waitForFinished();
        first.kill();
        first.waitForFinished();
        QVERIFY(!SingleInstance::ask(m_world.project, {}));
        QProcess third;
        QVERIFY(start(third));
        QTRY_VERIFY_WITH_TIMEOUT(SingleInstance::ask(m_world.project, {}), 20'000);
        third.kill();
        third.waitForFinished();
    }

    void theWindowOpensWhatItIsAskedFor()
    {
        MainWindow window(m_world.options());
        window.bringUp({{m_world.project}, "Compare", {}});
        QTRY_COMPARE(window.selection().project().runs.size(), std::size_t(1));
        QVERIFY(window.isVisible());
        QCOMPARE(window.workspaces().current(), QString("Compare"));
        window.bringUp({{m_world.folder.filePath("nothing here")}, {}, {}});
        QTRY_VERIFY(sentence(window).contains("nothing here"));
        QCOMPARE(window.selection().project().runs.size(), std::size_t(1));
    }
};

QTEST_MAIN(SingleInstanceTest)
#include "single_instance_test.moc"
