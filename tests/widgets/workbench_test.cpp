// The real window, offscreen, on a project with a made-up run.
#include <QImage>
#include <QProcess>
#include <QSet>
#include <QTemporaryDir>
#include <QtTest>

#include "app/workbench/page/page_table.h"
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
    QMap<QString, QImage> m_views;  ///< as they were drawn, by name

    QString picture(const QStringList& more, const QString& page)
    {
        const QString file = m_project.filePath(QString(page).replace('/', '-') + ".png");
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
        QTest::addColumn<QStringList>("more");
        for (const PageEntry& entry : pageTable()) {
            const QString page = QString::fromLatin1(entry.word);
            QTest::addRow("%s", entry.word) << page << QStringList{"--theme", "light", "--scale", "2"};
            QTest::addRow("%s, mirrored", entry.word) << page << QStringList{"-reverse", "--theme", "dark", "--scale", "1"};
            for (const QString& view : viewWords(entry.id))
                QTest::addRow("%s/%s", entry.word, qPrintable(view))
                    << page + '/' + view << QStringList{"--theme", "light", "--scale", "1"};
        }
    }

    void everyPageIsDrawnInTheAskedSize()
    {
        QFETCH(QString, page);
        QFETCH(QStringList, more);
        const QString file = picture(QStringList{"--size", "1280x720"} + more, page);
        const QImage image(file);
        QVERIFY2(!image.isNull(), qPrintable(file));
        QCOMPARE(image.size(), QSize(1280, 720) * more.last().toInt());
        QVERIFY2(coloursOf(image) > 40, qPrintable(QString::number(coloursOf(image))));
        const int ground = image.pixelColor(image.width() / 2, image.height() - 4).lightness();
        QVERIFY(more.contains("dark") ? ground < 80 : ground > 200);
        for (const auto& [other, drawn] : m_views.asKeyValueRange())
            if (page.contains('/')) QVERIFY2(drawn != image, qPrintable(other + " looks like " + page));
        if (page.contains('/')) m_views.insert(page, image);
    }

    void aPictureIsTheSameEveryTime()
    {
        const QImage first(picture({"--theme", "light"}, "live"));
        for (int again = 0; again < 2; ++again) QCOMPARE(QImage(picture({"--theme", "light"}, "live")), first);
    }

    void nothingIsSaidBesideAPicture()
    {
        const Ended ended = workbench({m_project.path(), "--screenshot", "experiment", m_project.filePath("quiet.png")});
        QCOMPARE(ended.err, QString());
        QCOMPARE(ended.out, QString());
    }

    void aSizeThatThePageDoesNotFitIntoIsRefused()
    {
        const QString file = m_project.filePath("small.png");
        const Ended ended = workbench({m_project.path(), "--screenshot", "live", file, "--size", "300x200"});
        QCOMPARE(ended.code, 2);
        QVERIFY2(ended.err.contains("--size: found 300x200, the page needs "), qPrintable(ended.err));
        QVERIFY(!QFile::exists(file));
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
        for (const char* word : {"runs", "live[/console", "routing[/one-language|/all-languages", "-reverse", "a model"})
            QVERIFY2(ended.out.contains(word), qPrintable(ended.out));
    }

    void wrongUseIsOneSentenceAndExitCodeTwo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("word");
        QTest::newRow("unknown option") << QStringList{"--nonsense"} << "--nonsense";
        QTest::newRow("unknown page") << QStringList{"--screenshot", "nopage", "x.png"} << "nopage";
        QTest::newRow("unknown view") << QStringList{"--screenshot", "live/nowhere", "x.png"} << "live/nowhere";
        QTest::newRow("no view") << QStringList{"--screenshot", "runs/", "x.png"} << "runs/";
        QTest::newRow("size") << QStringList{"--size", "large"} << "1280x800";
        QTest::newRow("scale") << QStringList{"--scale", "99"} << "0.5 to 4";
        QTest::newRow("size of the text") << QStringList{"--text-size", "14pt"} << "80 to 200";
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
