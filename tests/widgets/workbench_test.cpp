// The real window, offscreen, on a project with a made-up run.
#include <QImage>
#include <QProcess>
#include <QSet>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/support/made_up_run.h"

using namespace moebel;

namespace
{

struct Ended {
    int code = -1;
    QString out, err;
};

Ended workbench(const QStringList& arguments)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "QT_SCALE_FACTOR"}) environment.remove(name);
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(MOEBEL_BIN_DIR "/moebel-workbench"), arguments);
    if (!process.waitForFinished(-1)) return {-1, {}, process.errorString()};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}

int coloursOf(const QImage& image)
{
    QSet<QRgb> colours;
    for (int y = 0; y < image.height(); y += 3)
        for (int x = 0; x < image.width(); x += 3) colours.insert(image.pixel(x, y));
    return int(colours.size());
}

}  // namespace

class WorkbenchTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_project;
    RunFolder m_run;

    QString picture(const QStringList& more, const QString& page)
    {
        const QString file = m_project.filePath(page + ".png");
        QFile::remove(file);
        const Ended ended = workbench(QStringList{m_project.path(), "--screenshot", page, file} + more);
        return ended.code == 0 ? file : QStringLiteral("exit code %1: %2").arg(ended.code).arg(ended.err);
    }

private Q_SLOTS:
    void initTestCase()
    {
        const auto run = test::writeMadeUpRun((m_project.path() + "/runs").toStdString(), test::madeUpExperiment());
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message.c_str());
        m_run = *run;
        QVERIFY(QDir(m_project.path()).mkpath("runs/20260101-000000-damaged"));
        QFile broken(m_project.filePath("runs/20260101-000000-damaged/run.sqlite"));
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("this is no database") > 0);
    }

    void everyPageIsDrawnInTheAskedSize_data()
    {
        QTest::addColumn<QString>("page");
        QTest::addColumn<QString>("theme");
        QTest::addColumn<QString>("scale");
        QTest::addColumn<QSize>("size");
        QTest::newRow("runs") << "runs"
                              << "light"
                              << "1" << QSize(1000, 640);
        QTest::newRow("runs, dark, twice") << "runs"
                                           << "dark"
                                           << "2" << QSize(2000, 1280);
        QTest::newRow("live, twice") << "live"
                                     << "light"
                                     << "2" << QSize(2000, 1280);
        QTest::newRow("live, dark") << "live"
                                    << "dark"
                                    << "1" << QSize(1000, 640);
        QTest::newRow("routing") << "routing"
                                 << "light"
                                 << "2" << QSize(2000, 1280);
        QTest::newRow("routing, dark") << "routing"
                                       << "dark"
                                       << "1" << QSize(1000, 640);
    }

    void everyPageIsDrawnInTheAskedSize()
    {
        QFETCH(QString, page);
        QFETCH(QString, theme);
        QFETCH(QString, scale);
        QFETCH(QSize, size);
        const QString file = picture({"--size", "1000x640", "--theme", theme, "--scale", scale}, page);
        const QImage image(file);
        QVERIFY2(!image.isNull(), qPrintable(file));
        QCOMPARE(image.size(), size);
        QVERIFY2(coloursOf(image) > 40, qPrintable(QString::number(coloursOf(image))));
        const int ground = image.pixelColor(image.width() - 4, image.height() / 2).lightness();
        QVERIFY(theme == "dark" ? ground < 80 : ground > 200);
    }

    void routingPageShowsTheChosenLanguage()
    {
        const QImage greek(picture({"--language", "el"}, "routing"));
        const QImage english(picture({"--language", "en"}, "routing"));
        QVERIFY(!greek.isNull() && !english.isNull());
        QVERIFY(greek != english);
    }

    void aRunFolderOpensItsProject()
    {
        const QString file = m_project.filePath("run.png");
        const Ended ended = workbench({QString::fromStdString(m_run.path.string()), "--screenshot", "routing", file});
        QVERIFY2(ended.code == 0, qPrintable(ended.err));
        QVERIFY(!QImage(file).isNull());
    }

    void helpListsThePages()
    {
        const Ended ended = workbench({"--help"});
        QCOMPARE(ended.code, 0);
        for (const char* page : {"runs", "live", "routing"})
            QVERIFY2(ended.out.section("Pages: ", 1).contains(page), qPrintable(ended.out));
    }

    void wrongUseIsOneSentenceAndExitCodeTwo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("word");
        QTest::newRow("unknown option") << QStringList{"--nonsense"} << "--nonsense";
        QTest::newRow("unknown page") << QStringList{"--screenshot", "nopage", "x.png"} << "nopage";
        QTest::newRow("size") << QStringList{"--size", "large"} << "1280x800";
        QTest::newRow("scale") << QStringList{"--scale", "99"} << "0.5 to 4";
        QTest::newRow("theme") << QStringList{"--theme", "pink"} << "pink";
        QTest::newRow("not a project") << QStringList{"/usr/share", "--screenshot", "runs", "x.png"} << "/usr/share";
    }

    void wrongUseIsOneSentenceAndExitCodeTwo()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, word);
        const Ended ended = workbench(arguments);
        QCOMPARE(ended.code, 2);
        QVERIFY2(ended.err.contains(word), qPrintable(ended.err));
        QCOMPARE(ended.err.count('\n'), 1);
    }

    void unwritablePicturesFail()
    {
        const Ended ended = workbench({m_project.path(), "--screenshot", "runs", "/nowhere/at/all.png"});
        QCOMPARE(ended.code, 1);
        QVERIFY(ended.err.contains("/nowhere/at/all.png"));
    }
};

QTEST_GUILESS_MAIN(WorkbenchTest)
#include "workbench_test.moc"
