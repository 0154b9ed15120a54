// The learning rate over the steps of a stage.
#include <QTest>

#include "engine/training/optimizer.h"

using namespace moebel;

class ScheduleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void warmUpRisesInEqualStepsToTheFullRate();
    void cosineFallsToItsFinalShare();
    void withoutWarmUpTheFirstStepHasTheFullRate();
    void everyLengthOfStageIsPositiveAndNeverAboveTheRate();
    void halfWayIsHalfWayBetweenTheEnds();
};

void ScheduleTest::warmUpRisesInEqualStepsToTheFullRate()
{
    const ScheduleSpec schedule{0.1, 0.05};
    for (std::int64_t step = 0; step < 10; ++step)
        QCOMPARE(scheduledLearningRate(schedule, 2.0, step, 100), 2.0 * double(step + 1) / 10.0);
    QCOMPARE(scheduledLearningRate(schedule, 2.0, 10, 100), 2.0);
}

void ScheduleTest::cosineFallsToItsFinalShare()
{
    const ScheduleSpec schedule{0.05, 0.05};
    double last = 1e9;
    for (std::int64_t step = 50; step < 1000; ++step) {
        const double rate = scheduledLearningRate(schedule, 3e-3, step, 1000);
        QVERIFY(rate < last);
        last = rate;
    }
    QVERIFY(last > 0.05 * 3e-3 && last < 0.0501 * 3e-3);
}

void ScheduleTest::withoutWarmUpTheFirstStepHasTheFullRate()
{
    QCOMPARE(scheduledLearningRate({0.0, 0.0}, 5e-5, 0, 20), 5e-5);
}

void ScheduleTest::everyLengthOfStageIsPositiveAndNeverAboveTheRate()
{
    for (const double warmup : {0.0, 0.03, 0.05, 0.5, 1.0})
        for (std::int64_t steps = 1; steps <= 40; ++steps)
            for (std::int64_t step = 0; step < steps; ++step) {
                const double rate = scheduledLearningRate({warmup, 0.05}, 1.0, step, steps);
                QVERIFY2(rate > 0.0 && rate <= 1.0, qPrintable(QString("%1 of %2: %3").arg(step).arg(steps).arg(rate)));
            }
}

void ScheduleTest::halfWayIsHalfWayBetweenTheEnds()
{
    QCOMPARE(scheduledLearningRate({0.0, 0.2}, 1.0, 50, 100), 0.6);
}

QTEST_GUILESS_MAIN(ScheduleTest)
#include "schedule_test.moc"
