// Training in bf16: what is held in which type, how far the numbers are from fp32's, and who may ask for it.
#include <QTest>

#include <cmath>
#include <limits>

#include "engine/evaluation/heldout.h"
#include "engine/model/embedding.h"
#include "engine/model/feed_forward.h"
#include "engine/model/precision.h"
#include "engine/training/step_probe.h"
#include "kernels/bfloat16.h"
#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

class PrecisionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { torch::manual_seed(1); }
    void cpusWithoutInstructionsForBf16AreRefused();
    void numbersAreRoundedAsLibTorchRoundsThem();
    void productsAreRoundedRoutersAndNormsAreNot();
    void afterTheStageTheDecoderHasTheMasters();
    void smallStepsAddUpInTheMasters();
    void gradientsOfMicroBatchesAreSummedInFp32();
    void gradientsOfFrequentTokensAreSummedInFp32();
    void expertsInBf16GiveTheValuesAndGradientsOfFp32();
    void expertWithoutTokensHasNoGradient();
    void lossOfTrainingStaysNearFp32_data();
    void lossOfTrainingStaysNearFp32();
    void evaluationComputesAsTrainingDoes();
    void probesOfLargeModelsAreCutToTheLimit();
    void probesTrainInBothPrecisions();

private:
    SmallText m_text;
};

namespace {

double relativeDifference(const torch::Tensor& a, const torch::Tensor& b)
{
    return ((a.detach() - b.detach()).norm() / b.detach().norm()).item<double>();
}

StageSpec stageOf(StageKind kind, std::int64_t steps)
{
    StageSpec stage = smallStage(kind, steps);
    stage.learningRate = 3e-3;
    return stage;
}

}  // namespace

void PrecisionTest::cpusWithoutInstructionsForBf16AreRefused()
{
    QVERIFY(checkPrecision(Precision::Float32, "").ok());
    QVERIFY(checkPrecision(Precision::BFloat16, "avx2 avx512_bf16").ok());
    QVERIFY(checkPrecision(Precision::BFloat16, "amx_bf16").ok());
    const Status refused = checkPrecision(Precision::BFloat16, "avx2 avx512f avx512_vnni");
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().kind, ErrorKind::InvalidInput);
    QCOMPARE(refused.error().where, std::string("compute.precision"));
    QVERIFY(QString::fromStdString(refused.error().message).contains("neither avx512_bf16 nor amx_bf16"));
}

void PrecisionTest::numbersAreRoundedAsLibTorchRoundsThem()
{
    const float infinity = std::numeric_limits<float>::infinity(), least = std::numeric_limits<float>::denorm_min();
    torch::Tensor numbers = torch::cat({torch::randn({4000}) * torch::pow(10.0, torch::randint(-30, 30, {4000})),
                                        torch::tensor({0.0F, -0.0F, infinity, -infinity, least, 3.4e38F, 1.00390625F, 1.01171875F}),
                                        torch::full({1}, std::nanf(""))});
    const torch::Tensor expected = numbers.to(torch::kBFloat16);
    for (std::int64_t i = 0; i < numbers.numel(); ++i) {
        kernels::BFloat16 rounded;
        kernels::put(numbers[i].item<float>(), rounded);
        const float value = kernels::toFloat(rounded), wanted = expected[i].item<float>();
        QVERIFY2(value == wanted || (std::isnan(value) && std::isnan(wanted)), qPrintable(QString::number(double(wanted))));
    }
}

void PrecisionTest::productsAreRoundedRoutersAndNormsAreNot()
{
    const auto decoder = smallMoe();
    const SampleStream stream = m_text.stream({0, 0, 1, 1});
    StageTrainer trainer(*decoder, stageOf(StageKind::PostPretraining, 4), m_text.languages(), stream, Precision::BFloat16);
    for (const NamedParameter& parameter : decoder->parameters()) {
        const bool isFloat = parameter.group == ParameterGroup::Router || parameter.group == ParameterGroup::Norm;
        QCOMPARE(parameter.tensor.scalar_type(), isFloat ? torch::kFloat32 : torch::kBFloat16);
    }
    QVERIFY(!trainer.optimizer().parameters().empty());
    for (const NamedParameter& master : trainer.optimizer().parameters())
        QCOMPARE(master.tensor.scalar_type(), torch::kFloat32);
    for (const auto& [name, tensor] : trainer.optimizer().state())
        QCOMPARE(tensor.scalar_type(), torch::kFloat32);
}

void PrecisionTest::afterTheStageTheDecoderHasTheMasters()
{
    const auto decoder = smallMoe(), before = smallMoe();
    const SampleStream stream = m_text.stream({0, 0, 1, 1});
    std::map<std::string, torch::Tensor> masters;
    {
        StageTrainer trainer(*decoder, stageOf(StageKind::PostPretraining, 4), m_text.languages(), stream, Precision::BFloat16);
        QVERIFY(trainer.trainStep(0).finite);
        for (const NamedParameter& master : trainer.optimizer().parameters())
            masters[master.name] = master.tensor.detach().clone();
        for (const NamedParameter& parameter : decoder->parameters())
            if (masters.count(parameter.name) > 0)
                QVERIFY(parameter.tensor.equal(masters[parameter.name].to(parameter.tensor.scalar_type())));
    }
    const auto old = before->parameters(), now = decoder->parameters();
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (const auto master = masters.find(now[i].name); master != masters.end())
            QVERIFY(now[i].tensor.equal(master->second));
        else
            QVERIFY(now[i].tensor.equal(old[i].tensor.to(now[i].tensor.scalar_type())));
    }
}

void PrecisionTest::smallStepsAddUpInTheMasters()
{
    // A step of 1e-4 of a weight is less than half a unit of bf16: without a master it would be lost every time.
    const auto decoder = smallMoe();
    MasterWeights weights(*decoder, TrainableSet::NewExpertsAndRouters, Precision::BFloat16);
    for (const NamedParameter& master : weights.masters())
        master.tensor.detach().fill_(1.0);
    weights.refreshCopies();
    for (int step = 0; step < 100; ++step) {
        for (const NamedParameter& master : weights.masters())
            master.tensor.detach().sub_(1e-4);
        weights.refreshCopies();
    }
    for (const NamedParameter& parameter : decoder->parameters())
        if (parameter.group == ParameterGroup::NewExpert)
            QVERIFY(std::abs(parameter.tensor.to(torch::kFloat32).mean().item<double>() - 0.99) < 0.003);
}

void PrecisionTest::gradientsOfMicroBatchesAreSummedInFp32()
{
    const auto decoder = smallMoe();
    MasterWeights weights(*decoder, TrainableSet::NewExpertsAndRouters, Precision::BFloat16);
    for (int part = 0; part < 1000; ++part) {
        for (NamedParameter& parameter : decoder->parameters())
            if (parameter.group == ParameterGroup::NewExpert)
                parameter.tensor.mutable_grad() = torch::ones_like(parameter.tensor);
        weights.collectGradients();
    }
    for (const NamedParameter& master : weights.masters())
        if (master.group == ParameterGroup::NewExpert)
            QCOMPARE(largest(master.tensor.grad() - 1000.0), 0.0);  // bf16 stands still at 256
    for (const NamedParameter& parameter : decoder->parameters())
        QVERIFY(parameter.group != ParameterGroup::NewExpert || !parameter.tensor.grad().defined());
}

void PrecisionTest::gradientsOfFrequentTokensAreSummedInFp32()
{
    torch::Tensor table = torch::randn({5, 8}).to(torch::kBFloat16).requires_grad_();
    const torch::Tensor rows = embeddingRows(table, torch::full({1000}, std::int64_t(3), torch::kInt64));
    QCOMPARE(rows.scalar_type(), torch::kFloat32);
    QVERIFY(rows[0].equal(table[3].to(torch::kFloat32)));
    rows.sum().backward();
    QCOMPARE(largest(table.grad()[3].to(torch::kFloat32) - 1000.0), 0.0);
    QCOMPARE(largest(table.grad()[2].to(torch::kFloat32)), 0.0);
}

void PrecisionTest::expertsInBf16GiveTheValuesAndGradientsOfFp32()
{
    // Widths that are no multiple of a vector; one expert of four sees one token, the third none.
    constexpr std::int64_t kTokens = 37, kWidth = 19, kInner = 45;
    const torch::Tensor ids_TK = torch::stack({torch::zeros({kTokens}, torch::kInt64), torch::full({kTokens}, std::int64_t(3))}, 1);
    ids_TK[5][1] = 1;
    const TokenOrder order = orderByExpert(ids_TK, 4);
    const torch::Tensor dy = torch::randn({kTokens, kWidth});
    std::vector<Expert> exact, rounded;
    for (int e = 0; e < 4; ++e) {
        const auto matrix = [&](std::int64_t rows, std::int64_t columns) { return torch::randn({rows, columns}) * 0.3; };
        const torch::Tensor gate = matrix(kInner, kWidth), up = matrix(kInner, kWidth), down = matrix(kWidth, kInner);
        const auto as = [](const torch::Tensor& tensor, torch::ScalarType type) {
            return tensor.to(torch::kBFloat16).to(type).detach().requires_grad_();
        };
        exact.push_back({as(gate, torch::kFloat32), as(up, torch::kFloat32), as(down, torch::kFloat32)});
        rounded.push_back({as(gate, torch::kBFloat16), as(up, torch::kBFloat16), as(down, torch::kBFloat16)});
    }
    const torch::Tensor tokens = torch::randn({kTokens, kWidth}), shares = torch::rand({kTokens, 2});
    std::vector<torch::Tensor> values[2];
    for (const bool isRounded : {false, true}) {
        const torch::Tensor x = tokens.clone().requires_grad_(), weights = shares.clone().requires_grad_();
        const auto& experts = isRounded ? rounded : exact;
        const torch::Tensor routed = routedFeedForward(x, experts, weights, order), dense = denseFeedForward(x, experts[0]);
        QCOMPARE(routed.scalar_type(), torch::kFloat32);
        QCOMPARE(dense.scalar_type(), torch::kFloat32);
        ((routed + dense) * dy).sum().backward();
        values[isRounded] = {routed, dense, x.grad(), weights.grad()};
        for (const int e : {0, 1, 3})
            for (const torch::Tensor& matrix : {experts[std::size_t(e)].gate_FD, experts[std::size_t(e)].up_FD, experts[std::size_t(e)].down_DF})
                values[isRounded].push_back(matrix.grad().to(torch::kFloat32));
    }
    for (std::size_t i = 0; i < values[0].size(); ++i) {
        const double found = relativeDifference(values[1][i], values[0][i]);
        QVERIFY2(found < 0.015 && found > 0, qPrintable(QString("value %1: %2").arg(i).arg(found)));
    }
}

void PrecisionTest::expertWithoutTokensHasNoGradient()
{
    const auto matrix = [](std::int64_t rows, std::int64_t columns) {
        return torch::randn({rows, columns}).to(torch::kBFloat16).requires_grad_();
    };
    const std::vector<Expert> experts = {{matrix(6, 4), matrix(6, 4), matrix(4, 6)}, {matrix(6, 4), matrix(6, 4), matrix(4, 6)}};
    const TokenOrder order = orderByExpert(torch::zeros({1, 1}, torch::kInt64), 2);
    routedFeedForward(torch::randn({1, 4}), experts, torch::ones({1, 1}), order).sum().backward();
    QVERIFY(experts[0].down_DF.grad().defined());
    QVERIFY(!experts[1].down_DF.grad().defined());
}

void PrecisionTest::lossOfTrainingStaysNearFp32_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("pretraining") << int(StageKind::Pretraining);
    QTest::newRow("stage 1") << int(StageKind::PostPretraining);
    QTest::newRow("stage 2") << int(StageKind::Review);
}

void PrecisionTest::lossOfTrainingStaysNearFp32()
{
    QFETCH(int, kind);
    constexpr std::int64_t kSteps = 60;
    const StageSpec stage = stageOf(StageKind(kind), kSteps);
    const SampleStream stream = m_text.stream({1, 1, 1, 1});
    const auto exact = smallMoe(), rounded = smallMoe();
    StageTrainer ours(*exact, stage, m_text.languages(), stream);
    StageTrainer theirs(*rounded, stage, m_text.languages(), stream, Precision::BFloat16);
    double first = 0, last = 0, furthest = 0;
    for (std::int64_t step = 0; step < kSteps; ++step) {
        const double a = ours.trainStep(step).languageModelLoss, b = theirs.trainStep(step).languageModelLoss;
        furthest = std::max(furthest, std::abs(a - b) / a);
        (step == 0 ? first : last) = b;
    }
    QVERIFY2(furthest < 0.01, qPrintable(QString::number(furthest)));
    QVERIFY2(kind == int(StageKind::Review) || last < 0.9 * first, qPrintable(QString("%1 to %2").arg(first).arg(last)));
    qInfo("largest relative difference of the loss in %d steps: %.1e", int(kSteps), furthest);
}

void PrecisionTest::evaluationComputesAsTrainingDoes()
{
    const auto decoder = smallMoe();
    const auto score = [&](const Decoder& model) { return scoreHeldout(model, m_text.shard(0), 0, 0, LanguageId{0}, nullptr).nll; };
    const double exact = score(*decoder);
    QCOMPARE(score(*inPrecision(*decoder, Precision::Float32)), exact);
    const double rounded = score(*inPrecision(*decoder, Precision::BFloat16));
    QCOMPARE(score(*decoder), exact);  // the model itself is as it was
    QVERIFY(rounded != exact);
    QVERIFY(std::abs(rounded - exact) < 0.005 * exact);
    const SampleStream stream = m_text.stream({0, 0, 1, 1});
    StageTrainer trainer(*decoder, stageOf(StageKind::PostPretraining, 4), m_text.languages(), stream, Precision::BFloat16);
    QCOMPARE(score(*decoder), rounded);
}

void PrecisionTest::probesOfLargeModelsAreCutToTheLimit()
{
    ModelShape shape = smallShape();
    shape.layers = 24;
    StageSpec stage;
    stage.batchSequences = 16;
    stage.sequenceLength = 128;
    const double whole = 16 * 128;
    const ProbeSize all = probeSize(shape, stage, 1.0, whole);
    QCOMPARE(all.layers, 24);
    QCOMPARE(all.tokens(), 16 * 128);
    const ProbeSize fewLayers = probeSize(shape, stage, 1.0, whole / 12);
    QCOMPARE(fewLayers.layers, 2);
    QCOMPARE(fewLayers.sequences, 16);
    const ProbeSize least = probeSize(shape, stage, 1.0, 0.0);
    QCOMPARE(least.layers, 2);
    QCOMPARE(least.sequences, 1);
    stage.microBatchSequences = 4;
    QCOMPARE(probeSize(shape, stage, 1.0, whole).sequences, 4);
}

void PrecisionTest::probesTrainInBothPrecisions()
{
    const StageSpec stage = smallStage(StageKind::PostPretraining, 4);
    for (const Precision precision : {Precision::Float32, Precision::BFloat16}) {
        StepProbe probe(smallShape(), ExpertAllocation{{3, 4}, 2, true}, stage, {1, 2, 16}, precision);
        QVERIFY(probe.secondsOfStep() > 0);
    }
}

QTEST_GUILESS_MAIN(PrecisionTest)
#include "precision_test.moc"
