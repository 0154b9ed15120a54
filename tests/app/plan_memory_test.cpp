// What `moebel plan` says of the memory is what the run then holds at most.
#include "tests/support/tiny_project.h"

using namespace moebel;
using namespace moebel::test;

class PlanMemoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plannedMemoryIsWithinATenthOfThePeakOfTheRun_data();
    void plannedMemoryIsWithinATenthOfThePeakOfTheRun();

private:
    TinyProject m_project;
};

void PlanMemoryTest::plannedMemoryIsWithinATenthOfThePeakOfTheRun_data()
{
    QTest::addColumn<QStringList>("sizes");
    const auto row = [](const char* name, const QStringList& sizes) {
        QStringList set;
        for (const QString& size : sizes) set += {"--set", size};
        QTest::newRow(name) << set;
    };
    row("tiny: the program itself", {});
    row("many tokens", {"base.width=256", "base.layers=4", "base.feed_forward_width=640", "base.context_length=128", "base.sequence_length=128",
                        "base.batch_sequences=16", "base.tokens=4096", "stage.0.sequence_length=128", "stage.0.batch_sequences=16",
                        "stage.0.tokens=4096", "stage.1.sequence_length=128", "stage.1.batch_sequences=16", "stage.1.tokens=4096"});
    row("many weights", {"base.width=640", "base.layers=4", "base.feed_forward_width=1728", "base.tokens=256", "stage.0.tokens=256",
                         "stage.1.tokens=256"});
}

void PlanMemoryTest::plannedMemoryIsWithinATenthOfThePeakOfTheRun()
{
    QFETCH(QStringList, sizes);
    const Ended plan = call(QStringList{"plan", m_project.experiment, "--json", "--threads", "2"} + sizes);
    QVERIFY2(plan.code == 0, plan.err);
    const Ended run = call(QStringList{"run", m_project.experiment, "--threads", "2"} + sizes);
    QVERIFY2(run.code == 0, run.err);
    const Ended shown = call({"show", QString::fromUtf8(lastLine(run.out)), "--series", "memory-peak", "--json"});
    double peak = 0;
    for (const QJsonValue& series : shown.json()["series"].toArray())
        for (const QJsonValue& point : series["points"].toArray()) peak = std::max(peak, point.toArray().last().toDouble());
    QVERIFY2(peak > 0, shown.out);
    const double planned = plan.json()["memory_bytes"].toDouble();
    qInfo("planned %.0f MB, held at most %.0f MB", planned / 1e6, peak / 1e6);
    QVERIFY2(std::abs(planned / peak - 1) < 0.1, qPrintable(QString("%1 MB planned, %2 MB held").arg(planned / 1e6).arg(peak / 1e6)));
}

QTEST_GUILESS_MAIN(PlanMemoryTest)
#include "plan_memory_test.moc"
