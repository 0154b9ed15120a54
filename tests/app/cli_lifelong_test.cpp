// A second round of expansion from the command line: what it refuses, what it makes, and how it is shown.
#include "tests/support/tiny_project.h"

using namespace moebel;
using namespace moebel::test;

class CliLifelongTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_project.makeRun(), m_project.run.err); }

    void aSecondRoundAddsExpertsAndKeepsTheFirst();
    void aSecondRoundNeedsAFinishedRunAndANewLanguage();

private:
    TinyProject m_project;
};

void CliLifelongTest::aSecondRoundAddsExpertsAndKeepsTheFirst()
{
    QString text = kTiny;
    text.replace("expanded = [\"ba\"]", "expanded = [\"ba\", \"bb\"]");
    text.replace("[expansion]", "kind = \"run\"\npath = \"tiny\"\n[expansion]");  // the newest finished run of this name
    const QString second = m_project.write("project/second.toml", text);
    const QJsonObject plan = call({"plan", second, "--json"}).json();
    QCOMPARE(plan["experts"].toArray(), (QJsonArray{5, 5}));
    QCOMPARE(plan["expanded"].toObject()["earlier_experts"].toInt(), plan["expanded"].toObject()["new_experts"].toInt());
    const Ended ended = call({"run", second, "--threads", "1", "--name", "second"});
    QVERIFY2(ended.code == 0, ended.err);
    const QString folder = QString::fromUtf8(lastLine(ended.out));
    const QJsonObject shown = call({"show", folder, "--json"}).json();
    QCOMPARE(shown["parent_run"].toString(), QFileInfo(m_project.runFolder).fileName());
    QCOMPARE(shown["allocation"].toObject()["present"].toArray(), (QJsonArray{3, 3}));
    QCOMPARE(shown["allocation"].toObject()["new"].toInt(), 4);
    QCOMPARE(shown["round"].toInt(), 2);
    const QJsonObject base = shown["base_run"].toObject();
    QCOMPARE(base["folder"].toString(), m_project.runFolder);
    QCOMPARE(base["languages"].toArray().size(), 3);
    QCOMPARE(base["hash"].toString().size(), 64);
    for (const QJsonValue& expert : shown["experts"].toArray()) {
        const int index = expert["expert"].toInt();
        QCOMPARE(expert["round"].toInt(), index == 0 ? 0 : index < 3 ? 1 : 2);
        QCOMPARE(expert["trained"].toBool(), index >= 3);
    }
    for (const QJsonValue& score : shown["scores"].toArray())
        QCOMPARE(score["earlier"].toBool(), score["language"].toString() == "ba");
    const QJsonObject forgetting = shown["forgetting"].toObject();
    QCOMPARE(forgetting["earlier"].toArray().size(), 3);
    const QByteArray told = call({"show", folder}).out;
    for (const char* words :
         {"earlier   ba", "new       bb", "new       mean", "of what the earlier languages had lost", "new languages",
          "Round 2, on ", "of round 1", "of round 2", "Trained experts: copy; frozen: original, earlier."})
        QVERIFY2(told.contains(words), QByteArray(words) + "\n" + told);
    const QByteArray compared = call({"compare", m_project.runFolder, folder}).out;
    QVERIFY2(compared.contains("earlier"), compared);
    const QString report = m_project.path("lifelong.md");
    QVERIFY(call({"report", folder, "--out", report}).code == 0);
    QFile file(report);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray page = file.readAll();
    for (const char* words :
         {"| earlier |", "| Continues |", "| Round of expansion | 2 |", "made the earlier languages", "of round 2"})
        QVERIFY2(page.contains(words), QByteArray(words) + "\n" + page);
    const Ended third =
        call({"run",
              m_project.write(
                  "project/third.toml",
                  QString(text).replace("path = \"tiny\"", "path = \"" + folder + "\"").replace("\"bb\"]", "\"bb\", \"bc\"]")),
              "--threads", "1", "--name", "third"});
    QVERIFY2(third.code == 0, third.err);
    const QJsonObject inspected = call({"inspect", QString::fromUtf8(lastLine(third.out)), "--json"}).json();
    QCOMPARE(inspected["experts"].toArray(), (QJsonArray{7, 7}));
}

void CliLifelongTest::aSecondRoundNeedsAFinishedRunAndANewLanguage()
{
    const QString run = "base.path=" + m_project.runFolder;
    verifyRefused({"plan", m_project.experiment, "--set", "base.kind=run", "--set", run},
                  "knows every one of them already; add a language");
    verifyRefused({"plan", m_project.experiment, "--set", "base.kind=run", "--set", "base.path=nothing"},
                  "base.path: \"nothing\" is neither");
    verifyRefused({"plan", m_project.experiment, "--set", "base.kind=run"}, "base.path is not given; name the run's folder");
    const QStringList second = {"plan", m_project.experiment, "--set", "base.kind=run", "--set", run};
    verifyRefused(second + QStringList{"--set", "languages.original=[\"aa\", \"ba\"]", "--set", "languages.expanded=[\"bb\"]"},
                  "languages.original: 'ba' is one of the expanded languages of run ");
    verifyRefused(second + QStringList{"--set", "languages.original=[\"aa\"]", "--set", "languages.expanded=[\"ab\", \"bb\"]"},
                  "languages.expanded: 'ab' is one of the original languages of run ");
    verifyRefused(second + QStringList{"--set", "languages.expanded=[\"ba\", \"bb\"]", "--set",
                                       "expansion.rule=largest-remainder", "--set", "expansion.total=2"},
                  "total is 2, but each of the base's 2 layers counts one expert that is there");
    const Ended leftOut =
        call(second + QStringList{"--set", "languages.original=[\"aa\"]", "--set", "languages.expanded=[\"bb\"]"});
    QVERIFY2(leftOut.code == 0 && leftOut.out.contains("knows ab, ba too"), leftOut.err + leftOut.out);
}

QTEST_GUILESS_MAIN(CliLifelongTest)
#include "cli_lifelong_test.moc"
