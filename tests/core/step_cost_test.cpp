// Operations and bytes of a training step, counted by hand.
#include "moebel/experiment/step_cost.h"

#include <QTest>

#include "moebel/experiment/plan.h"

using namespace moebel;

namespace
{

/// Two layers of width 4 with two heads of size 3 and one for keys, networks of width 5, a vocabulary of 7.
ModelShape shape()
{
    ModelShape shape;
    shape.layers = 2;
    shape.width = 4;
    shape.heads = 2;
    shape.keyValueHeads = 1;
    shape.headSize = 3;
    shape.feedForwardWidth = 5;
    shape.vocabulary = 7;
    return shape;
}

/// Three sequences of two tokens.
StageSpec stage(TrainableSet trainable)
{
    StageSpec stage;
    stage.batchSequences = 3;
    stage.sequenceLength = 2;
    stage.trainable = trainable;
    return stage;
}

constexpr double kTokens = 6;
constexpr double kJoined = 4 * (6 + 2 * 3);  ///< queries, keys and values
constexpr double kOutput = 6 * 4;
constexpr double kAttention = kJoined + kOutput;
constexpr double kMatrix = 4 * 5;      ///< gate, up or down
constexpr double kSeen = 2 * 6 * 1.5;  ///< scores and mix: one token and two tokens are seen
constexpr double kHead = 4 * 7;

}  // namespace

class StepCostTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDenseModelThatLearnsWholePassesThreeTimesThroughEveryWeight()
    {
        const StepCost cost = stepCost(shape(), {}, stage(TrainableSet::All));
        const double layers = 2 * (kAttention + 3 * kMatrix);
        QCOMPARE(cost.tokens, 6);
        QCOMPARE(cost.flops.forward, 2 * kTokens * layers);
        QCOMPARE(cost.flops.inputGradients, cost.flops.forward);
        QCOMPARE(cost.flops.weightGradients, cost.flops.forward);
        QCOMPARE(cost.flops.attention, 2 * kTokens * 2 * 3 * kSeen);
        QCOMPARE(cost.flops.head, 2 * kTokens * 3 * kHead);
        QCOMPARE(cost.flopsPerToken() * 6, cost.flops.total());
        const auto weights = double(countParameters(shape(), {}).total);
        QCOMPARE(cost.bytes.weights, 4 * 2 * (layers + kHead));
        QCOMPARE(cost.bytes.gradients, 4 * 2 * weights);
        QCOMPARE(cost.bytes.optimizer, 4 * 6 * weights);
    }

    // Layer 0 with three experts, layer 1 dense: frozen weights have no gradients, and what lies below all that learns passes
    // none.
    void frozenWeightsAreLeftOutOfTheBackwardPass()
    {
        const ExpertAllocation allocation{{3, 1}, 2};
        const double router = 4 * 3, layer0 = kAttention + 2 * 3 * kMatrix + router, layer1 = kAttention + 3 * kMatrix;
        const StepCost expanding = stepCost(shape(), allocation, stage(TrainableSet::NewExpertsAndRouters));
        QCOMPARE(expanding.flops.forward, 2 * kTokens * (layer0 + layer1));
        // of layer 0 the outputs of the experts alone, of layer 1 everything
        QCOMPARE(expanding.flops.inputGradients, 2 * kTokens * (2 * kMatrix + layer1));
        QCOMPARE(expanding.flops.weightGradients, 2 * kTokens * (2 * 3 * kMatrix * 2 / 3 + router));
        QCOMPARE(expanding.flops.attention, 2 * kTokens * kSeen * (1 + 3));
        QCOMPARE(expanding.flops.head, 2 * kTokens * 2 * kHead);
        const StepCost review = stepCost(shape(), allocation, stage(TrainableSet::Routers));
        QCOMPARE(review.flops.weightGradients, 2 * kTokens * router);
        QCOMPARE(review.bytes.optimizer, 4 * 6 * router);
    }

    void hardRoutingPassesThroughOneExpert()
    {
        ExpertAllocation allocation{{3, 3}, 2};
        allocation.groups = {{"es"}, {"ru"}, {"ja"}};
        StageSpec warmup = stage(TrainableSet::All);
        warmup.kind = StageKind::GroupWarmup;
        const double without = stepCost(shape(), allocation, warmup).flops.weightGradients;
        warmup.routerWeight = 1;
        const StepCost cost = stepCost(shape(), allocation, warmup);
        QCOMPARE(cost.flops.forward, 2 * kTokens * 2 * (kAttention + 3 * kMatrix + 12));
        QCOMPARE(cost.flops.weightGradients - without,
                 2 * kTokens * 2 * 12);  // of the routers, which learn from their loss alone
    }

    void microBatchesReadTheWeightsAgainAndABalanceLossRoutesBefore()
    {
        StageSpec cut = stage(TrainableSet::All);
        cut.microBatchSequences = 2;  // and one of the rest
        const StepCost whole = stepCost(shape(), {}, stage(TrainableSet::All)), parts = stepCost(shape(), {}, cut);
        QCOMPARE(parts.flops, whole.flops);
        QCOMPARE(parts.bytes.weights, 2 * whole.bytes.weights);
        QCOMPARE(parts.bytes.gradients, 1.5 * whole.bytes.gradients);
        QCOMPARE(parts.bytes.optimizer, whole.bytes.optimizer);
        cut.balanceWeight = 0.01;
        QCOMPARE(stepCost(shape(), {}, cut).flops.forward, 2 * whole.flops.forward);
        const StepCost rounded = stepCost(shape(), {}, stage(TrainableSet::All), Precision::BFloat16);
        QCOMPARE(rounded.bytes.weights, whole.bytes.weights / 2);
    }

    void aWindowEndsWhatATokenSees()
    {
        ModelShape windowed = shape();
        windowed.windows = {2, 0};
        StageSpec longer = stage(TrainableSet::All);
        longer.sequenceLength = 4;
        // 1, 2, 2, 2 tokens in layer 0 and 1, 2, 3, 4 in layer 1
        QCOMPARE(stepCost(windowed, {}, longer).flops.attention, 2.0 * 12 * 3 * 2 * 6 * (1.75 + 2.5));
    }

    void thePlanTellsTheStepOfEachStage()
    {
        Experiment experiment;
        experiment.languages = {{"en", LanguageRole::Original}, {"el", LanguageRole::Expanded}};
        experiment.stages = {stage(TrainableSet::NewExpertsAndRouters)};
        const Plan plan = makePlan(experiment);
        QCOMPARE(plan.stages.size(), std::size_t(2));
        QCOMPARE(plan.stages[1].step, stepCost(plan.shape, plan.allocation, experiment.stages[0]));
        QCOMPARE(plan.stages[1].flopsPerToken, plan.stages[1].step.flopsPerToken());
        QVERIFY(toText(plan).find("GFLOP") != std::string::npos);
        QVERIFY(toJson(plan).find("\"step_cost\":{\"bytes\":{\"gradients\":") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(StepCostTest)
#include "step_cost_test.moc"
