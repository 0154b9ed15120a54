// The verbs around runs, through their contract: what they print, how they end.
#include "tests/support/tiny_project.h"

using namespace moebel;
using namespace moebel::test;

class CliRunsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_project.makeRun(), m_project.run.err); }

    void everyVerbHasHelpWithAnExample_data();
    void everyVerbHasHelpWithAnExample();
    void runPrintsTheTableAndItsFolderLast();
    void doctorAndLogSayWhyThereIsNoGpu();
    void runAsJsonHasTheKeysOfTheContract();
    void showTellsTheWholeRun();
    void listNamesTheRun();
    void eventsAreJsonLines();
    void detachedRunComesToItsEnd();
    void liveRunPausesGoesOnAndIsSavedByCtrlC();
    void finishedRunHasNothingToResume();
    void reportIsOneFile();
    void comparisonHasWhatDiffersAndPairsDocuments();
    void aDamagedNewestCheckpointIsNamed();

private:
    TinyProject m_project;
};

void CliRunsTest::everyVerbHasHelpWithAnExample_data()
{
    QTest::addColumn<QString>("verb");
    for (const char* verb : {"run", "plan", "resume", "stop", "pause", "save", "list", "show", "compare", "report", "score", "logits",
                             "route", "upcycle", "tokenize", "detokenize", "doctor"}) {
        QTest::newRow(verb) << verb;
    }
}

void CliRunsTest::everyVerbHasHelpWithAnExample()
{
    QFETCH(QString, verb);
    const Ended help = call({verb, "--help"});
    QCOMPARE(help.code, 0);
    QVERIFY2(help.out.contains("Example:") && help.out.contains("moebel " + verb.toUtf8()), help.out);
    for (const char* option : {"--json", "--threads", "--device"}) QVERIFY2(help.out.contains(option), option);
    QVERIFY(call({"--help"}).out.contains(verb.toUtf8()));
    QVERIFY(help.err.isEmpty());
}

void CliRunsTest::runPrintsTheTableAndItsFolderLast()
{
    QVERIFY(QFileInfo(m_project.runFolder).isDir());
    QCOMPARE(QFileInfo(m_project.runFolder).absolutePath(), m_project.path("project/runs"));
    for (const char* word : {"base", "post-pretraining", "review", "aa", "ab", "ba", "mean", "restored"}) {
        QVERIFY2(m_project.run.out.contains(word), m_project.run.out);
    }
    for (const char* file : {"experiment.toml", "plan.json", "run.sqlite", "log.txt", "exit.json"}) {
        QVERIFY2(QFileInfo::exists(m_project.runFolder + "/" + file), file);
    }
}

void CliRunsTest::doctorAndLogSayWhyThereIsNoGpu()
{
    const QString sentence = call({"doctor", "--json"}).json()["gpu_sentence"].toString();
    QVERIFY2(sentence.contains("CPU"), qPrintable(sentence));
    QFile log(m_project.runFolder + "/log.txt");
    QVERIFY(log.open(QIODevice::ReadOnly));
    const QByteArray text = log.readAll();
    const bool hasGpu = sentence.contains("can run the kernels");
    QVERIFY2(text.count("on the CPU: ") == (hasGpu ? 0 : 1), text);
}

void CliRunsTest::runAsJsonHasTheKeysOfTheContract()
{
    const Ended run = call({"run", m_project.experiment, "--runs", m_project.path("elsewhere"), "--name", "other", "--threads", "1", "--json"});
    QVERIFY2(run.code == 0, run.err);
    const QJsonObject result = run.json();
    QCOMPARE(result["state"].toString(), QString("finished"));
    QCOMPARE(QFileInfo(result["folder"].toString()).absolutePath(), m_project.path("elsewhere"));
    QVERIFY(result["run"].toString().endsWith("other"));
    QSet<QString> seen;
    for (const QJsonValue& value : result["scores"].toArray()) {
        const QJsonObject score = value.toObject();
        if (score["metric"].toString() != "bits-per-byte") continue;
        QCOMPARE(score["task"].toString(), QString("bits-per-byte"));
        QCOMPARE(score["role"].toString(), score["language"].toString() == "ba" ? QString("expanded") : QString("original"));
        QVERIFY(score["value"].toDouble() > 0 && score["stderr"].isDouble() && score["n"].toInt() > 0 && score.contains("step"));
        seen.insert(score["checkpoint"].toString() + " " + score["language"].toString());
    }
    QCOMPARE(seen.size(), 9);  // three languages at base, after post-pretraining, after review
    const QJsonObject expert = result["expert0"].toArray().first().toObject();
    for (const char* key : {"checkpoint", "language", "layer", "mean_score", "top1_share"}) QVERIFY2(expert.contains(key), key);
}

void CliRunsTest::showTellsTheWholeRun()
{
    const QJsonObject shown = call({"show", m_project.runFolder, "--json"}).json();
    for (const char* key : {"run", "folder", "state", "scores", "expert0", "experiment", "stages", "checkpoints"}) {
        QVERIFY2(shown.contains(key), key);
    }
    QCOMPARE(shown["experiment"].toObject()["seed"].toInt(), 3);
    const QJsonArray checkpoints = shown["checkpoints"].toArray();
    QVERIFY(!checkpoints.isEmpty());
    QVERIFY(QFileInfo(checkpoints.last().toObject()["path"].toString()).isDir());
    const QByteArray text = call({"show", m_project.runFolder}).out;
    QVERIFY2(text.contains("finished") && text.contains("post-pretraining"), text);
}

void CliRunsTest::listNamesTheRun()
{
    const QJsonArray runs = call({"list", "--project", m_project.path("project"), "--json"}).json()["runs"].toArray();
    QCOMPARE(runs.size(), 1);
    QCOMPARE(runs[0].toObject()["run"].toString(), QFileInfo(m_project.runFolder).fileName());
    QCOMPARE(runs[0].toObject()["state"].toString(), QString("finished"));
    QVERIFY(call({"list", "--project", m_project.path("project")}).out.contains(QFileInfo(m_project.runFolder).fileName().toUtf8()));
}

void CliRunsTest::eventsAreJsonLines()
{
    const Ended run = call({"run", m_project.experiment, "--runs", m_project.path("events"), "--threads", "1", "--events", "-"});
    QVERIFY2(run.code == 0, run.err);
    QSet<QString> kinds;
    for (const QByteArray& line : run.out.split('\n')) {
        const QJsonObject event = QJsonDocument::fromJson(line).object();
        if (event.isEmpty()) continue;
        QCOMPARE(event["v"].toInt(), 1);
        QVERIFY(event["t"].toDouble() > 1e9);
        kinds.insert(event["kind"].toString());
    }
    for (const char* kind : {"run-started", "stage-started", "step", "routing", "evaluation", "checkpoint", "run-finished"}) {
        QVERIFY2(kinds.contains(kind), kind);
    }
    QVERIFY(QFileInfo(QString::fromUtf8(lastLine(run.out))).isDir());
}

void CliRunsTest::detachedRunComesToItsEnd()
{
    const Ended run = call({"run", m_project.experiment, "--runs", m_project.path("detached"), "--threads", "1", "--detach"});
    QVERIFY2(run.code == 0, run.err);
    const RunFolder folder{QString::fromUtf8(lastLine(run.out)).toStdString()};
    while (!readExitRecord(folder)) QTest::qSleep(10);
    QCOMPARE(readExitRecord(folder)->state, std::string("finished"));
    QVERIFY(!call({"show", QString::fromStdString(folder.path.string()), "--json"}).json()["scores"].toArray().isEmpty());
}

void CliRunsTest::liveRunPausesGoesOnAndIsSavedByCtrlC()
{
    const QString runs = m_project.path("live");
    QProcess process;
    process.start(program(), {"run", m_project.experiment, "--runs", runs, "--threads", "1", "--set", "stage.0.tokens=128_000_000"});
    const auto isAlive = [&] { return process.state() != QProcess::NotRunning && !process.waitForFinished(0); };
    while (runsIn(runs.toStdString()).empty() && isAlive()) QTest::qSleep(5);
    const RunFolder run = runsIn(runs.toStdString()).at(0);
    const QString folder = QString::fromStdString(run.path.string());
    QVERIFY2(waitForEvent(run, "step", "step", 2, isAlive), process.readAllStandardError());
    QCOMPARE(call({"pause", folder}).code, 0);
    QVERIFY(waitForEvent(run, "paused", "step", 2, isAlive));
    while (runStatus(run).state != RunState::Paused) QTest::qSleep(5);
    ::kill(pid_t(*liveWorker(run)), SIGSTOP);
    const Ended silent = call({"show", folder, "--json"});
    ::kill(pid_t(*liveWorker(run)), SIGCONT);
    QCOMPARE(silent.json()["state"].toString(), QString("not-responding"));
    QVERIFY2(silent.json()["reason"].toString().contains("kill -CONT"), silent.out);
    QCOMPARE(call({"show", folder, "--json"}).json()["state"].toString(), QString("paused"));
    const Ended resumed = call({"resume", folder, "--json"});
    QVERIFY2(resumed.code == 0, resumed.err);
    QCOMPARE(resumed.json()["state"].toString(), QString("running"));
    QVERIFY(waitForEvent(run, "resumed", "step", 2, isAlive));
    ::kill(pid_t(process.processId()), SIGINT);
    process.waitForFinished(-1);
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(lastLine(process.readAllStandardOutput()), folder.toUtf8());
    QCOMPARE(readExitRecord(run)->state, std::string("stopped"));
    QCOMPARE(runStatus(run).state, RunState::Stopped);
    QVERIFY(!QDir(folder + "/checkpoints").entryList({"step-*"}).isEmpty());
}

void CliRunsTest::finishedRunHasNothingToResume()
{
    const QSet<QString> before = everythingIn(m_project.runFolder);
    const Ended resumed = call({"resume", m_project.runFolder});
    QCOMPARE(resumed.code, 0);
    QVERIFY2(resumed.err.contains("finished"), resumed.err);
    QCOMPARE(everythingIn(m_project.runFolder), before);
}

void CliRunsTest::reportIsOneFile()
{
    const QString out = m_project.path("report.html");
    const Ended ended = call({"report", m_project.runFolder, "--out", out});
    QVERIFY2(ended.code == 0, ended.err);
    QFile file(out);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().contains("<svg"));
    verifyRefused({"report", m_project.runFolder, "--out", m_project.path("report.pdf")}, ".html");
}

void CliRunsTest::comparisonHasWhatDiffersAndPairsDocuments()
{
    const Ended run = call({"run", m_project.experiment, "--runs", m_project.path("compared"), "--threads", "1", "--set",
                            "stage.0.learning_rate=1e-3", "--json"});
    QVERIFY2(run.code == 0, run.err);
    const QString other = run.json()["folder"].toString();
    const Ended ended = call({"compare", m_project.runFolder, other, "--json"});
    QVERIFY2(ended.code == 0, ended.err);
    const QJsonObject said = ended.json();
    QCOMPARE(said["description"].toArray().size(), 1);
    QCOMPARE(said["description"][0]["key"].toString(), QString("stage.0.learning_rate"));
    QCOMPARE(said["runs"].toArray().size(), 2);
    QCOMPARE(said["scores"].toArray().size(), 9);
    bool differs = false;
    for (const QJsonValue& score : said["scores"].toArray()) {
        const double difference = score["difference"].toDouble();
        const QJsonObject paired = score["paired"].toObject();
        QCOMPARE(difference, score["value"].toDouble() - score["baseline"].toDouble());
        QVERIFY2(std::abs(paired["difference"].toDouble() - difference) < 1e-9, "documents make the same mean");
        QVERIFY(paired["n"].toInt() > 1);
        QVERIFY(paired["low"].toDouble() <= difference && difference <= paired["high"].toDouble());
        if (score["checkpoint"].toString() == "base") QCOMPARE(difference, 0.0);
        differs = differs || difference != 0;
    }
    QVERIFY(differs);
    const QByteArray text = call({"compare", m_project.runFolder, other}).out;
    QVERIFY2(text.contains("learning_rate") && text.contains("expert 0"), text);
    QVERIFY(call({"compare", m_project.runFolder, m_project.runFolder}).out.contains("same"));
    verifyRefused({"compare", m_project.runFolder, m_project.path("nothing")}, "nothing");
    verifyRefused({"compare", m_project.runFolder}, "RUN");
}

void CliRunsTest::aDamagedNewestCheckpointIsNamed()
{
    const QString run = m_project.path("cut");
    std::filesystem::copy(m_project.runFolder.toStdString(), run.toStdString(), std::filesystem::copy_options::recursive);
    const QStringList checkpoints = QDir(run + "/checkpoints").entryList({"step-*"}, QDir::Dirs, QDir::Name);
    QCOMPARE(checkpoints.size(), 2);
    QFile weights(run + "/checkpoints/" + checkpoints[1] + "/model.safetensors");
    QVERIFY(weights.resize(weights.size() - 100));
    const Ended scored = call({"score", "--model", run, m_project.write("text.txt", "aa bb cc dd")});
    QVERIFY2(scored.code == 0, scored.err);
    QVERIFY2(scored.err.contains("warning") && scored.err.contains(checkpoints[1].toUtf8()) && scored.err.contains(checkpoints[0].toUtf8()),
             scored.err);
}

QTEST_GUILESS_MAIN(CliRunsTest)
#include "cli_runs_test.moc"
