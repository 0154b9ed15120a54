// Who learns in which stage: hashes of every tensor before and after, with weight decay on.
#include <QTest>

#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

class FreezePlanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stageOneChangesEveryNewExpertAndRouterAndNothingElse();
    void reviewChangesEveryRouterAndNothingElse();
    void trainingEverythingChangesEverything();
    void optimizerHoldsNothingOfFrozenTensors_data();
    void optimizerHoldsNothingOfFrozenTensors();
    void frozenTensorsGetNoGradient();
    void nextStageForgetsTheLastOne();
    void denseLayerHasNothingToLearnInStageOne();

private:
    SmallText m_text;
};

namespace {

/// Trains twelve steps and says what of the plan was broken: empty when all trained tensors changed and no other.
QString brokenBy(const SmallText& text, Decoder& decoder, StageKind kind, TrainableSet trainable, std::vector<double> weights)
{
    const auto before = hashes(decoder);
    StageSpec stage = smallStage(kind, 12);
    stage.trainable = trainable;
    stage.weightDecay = 0.1;
    const SampleStream stream = text.stream(std::move(weights));
    StageTrainer trainer(decoder, stage, text.languages(), stream);
    for (std::int64_t step = 0; step < 12; ++step)
        if (!trainer.trainStep(step).finite)
            return "not finite";
    const auto after = hashes(decoder);
    for (const NamedParameter& parameter : decoder.parameters()) {
        const bool changed = before.at(parameter.name) != after.at(parameter.name);
        if (changed != isTrained(parameter.group, trainable))
            return QString::fromStdString(parameter.name + (changed ? " changed" : " did not change"));
    }
    return {};
}

}  // namespace

void FreezePlanTest::stageOneChangesEveryNewExpertAndRouterAndNothingElse()
{
    const auto decoder = smallMoe({3, 4}, ExpertOrigin::Copy);
    QCOMPARE(brokenBy(m_text, *decoder, StageKind::PostPretraining, TrainableSet::NewExpertsAndRouters, {0, 0, 1, 1}), QString());
    for (const NamedParameter& parameter : decoder->parameters()) {  // the plan in the words of the paper, not of the code
        const bool shouldLearn = parameter.name.find("router") != std::string::npos ||
                                 (parameter.name.find("experts.") != std::string::npos &&
                                  parameter.name.find("experts.0.") == std::string::npos);
        QVERIFY2(parameter.tensor.requires_grad() == shouldLearn, parameter.name.c_str());
    }
}

void FreezePlanTest::reviewChangesEveryRouterAndNothingElse()
{
    const auto decoder = smallMoe();
    QCOMPARE(brokenBy(m_text, *decoder, StageKind::Review, TrainableSet::Routers, {1, 1, 1, 1}), QString());
    for (const NamedParameter& parameter : decoder->parameters())
        QVERIFY2(parameter.tensor.requires_grad() == (parameter.name.find("router") != std::string::npos), parameter.name.c_str());
}

void FreezePlanTest::trainingEverythingChangesEverything()
{
    const auto dense = smallDense();
    QCOMPARE(brokenBy(m_text, *dense, StageKind::Pretraining, TrainableSet::All, {1, 1, 0, 0}), QString());
    const auto decoder = smallMoe();
    QCOMPARE(brokenBy(m_text, *decoder, StageKind::PostPretraining, TrainableSet::All, {0, 0, 1, 1}), QString());
}

void FreezePlanTest::optimizerHoldsNothingOfFrozenTensors_data()
{
    QTest::addColumn<int>("trainable");
    QTest::addColumn<int>("tensors");
    QTest::newRow("new experts and routers") << int(TrainableSet::NewExpertsAndRouters) << 2 * 1 + 3 * (2 + 3);
    QTest::newRow("routers") << int(TrainableSet::Routers) << 2;
    QTest::newRow("all") << int(TrainableSet::All) << 1 + 2 * (2 + 4 + 1) + 3 * (3 + 4) + 1;
}

void FreezePlanTest::optimizerHoldsNothingOfFrozenTensors()
{
    QFETCH(int, trainable);
    QFETCH(int, tensors);
    const auto decoder = smallMoe();
    AdamW optimizer(applyFreezePlan(*decoder, TrainableSet(trainable)), 0.9, 0.95, 0.1);
    QCOMPARE(int(optimizer.parameters().size()), tensors);
    QCOMPARE(int(optimizer.state().size()), 3 * tensors);
    for (const NamedParameter& parameter : optimizer.parameters())
        QVERIFY2(isTrained(parameter.group, TrainableSet(trainable)), parameter.name.c_str());
}

void FreezePlanTest::frozenTensorsGetNoGradient()
{
    const auto decoder = smallMoe();
    const SampleStream stream = m_text.stream({0, 0, 1, 1});
    StageTrainer trainer(*decoder, smallStage(StageKind::PostPretraining, 4), m_text.languages(), stream);
    trainer.trainStep(0);
    for (const NamedParameter& parameter : decoder->parameters())
        QVERIFY2(parameter.tensor.grad().defined() == isTrained(parameter.group, TrainableSet::NewExpertsAndRouters),
                 parameter.name.c_str());
}

void FreezePlanTest::nextStageForgetsTheLastOne()
{
    const auto decoder = smallMoe();
    const SampleStream stream = m_text.stream({1, 1, 1, 1});
    StageTrainer first(*decoder, smallStage(StageKind::PostPretraining, 4), m_text.languages(), stream);
    first.trainStep(0);
    StageTrainer second(*decoder, smallStage(StageKind::Review, 4), m_text.languages(), stream);
    for (const NamedParameter& parameter : decoder->parameters())
        QVERIFY2(!parameter.tensor.grad().defined(), parameter.name.c_str());
    for (const auto& [name, tensor] : second.optimizer().state())
        QVERIFY2(largest(tensor) == 0.0, name.c_str());
}

void FreezePlanTest::denseLayerHasNothingToLearnInStageOne()
{
    const auto decoder = smallMoe({1, 3});
    for (const NamedParameter& parameter : applyFreezePlan(*decoder, TrainableSet::NewExpertsAndRouters))
        QVERIFY2(parameter.name.find("layers.1.") != std::string::npos, parameter.name.c_str());
    QCOMPARE(brokenBy(m_text, *decoder, StageKind::PostPretraining, TrainableSet::NewExpertsAndRouters, {0, 0, 1, 1}), QString());
}

QTEST_GUILESS_MAIN(FreezePlanTest)
#include "freeze_plan_test.moc"
