// One training step: which samples, what losses, what is counted, and what happens when a number is not finite.
#include <QTest>

#include <cmath>

#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

class StageTrainerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void batchHoldsTheSamplesOfTheStream();
    void stepReadsItsOwnSamplesOnly();
    void lossIsTheSumOfItsWeightedParts_data();
    void lossIsTheSumOfItsWeightedParts();
    void priorAsksTheTokensOfOriginalTextOnly();
    void microBatchesGiveTheGradientOfTheWholeBatch_data();
    void microBatchesGiveTheGradientOfTheWholeBatch();
    void clippingLimitsTheNorm();
    void reviewOfExpandedTextAloneIsNextTokenPredictionAlone_data();
    void reviewOfExpandedTextAloneIsNextTokenPredictionAlone();
    void languageLossesSumToTheLoss();
    void routingIsCountedAsItWasDecided();
    void notFiniteStepChangesNothing_data();
    void notFiniteStepChangesNothing();
    void sameStepTwiceIsTheSameBitByBit();

private:
    SmallText m_text;
};

namespace {

bool isNear(double found, double expected, double tolerance)
{
    if (std::abs(found - expected) <= tolerance)
        return true;
    qWarning("found %.9g, expected %.9g", found, expected);
    return false;
}

/// The gradients that a first step leaves behind.
std::map<std::string, torch::Tensor> gradientsAfterStep(Decoder& decoder, const StageSpec& stage, const SmallText& text,
                                                        const SampleStream& stream, StepResult* result = nullptr)
{
    StageTrainer trainer(decoder, stage, text.languages(), stream);
    const StepResult step = trainer.trainStep(0);
    if (result != nullptr)
        *result = step;
    std::map<std::string, torch::Tensor> gradients;
    for (const NamedParameter& parameter : trainer.optimizer().parameters())
        if (parameter.tensor.grad().defined())
            gradients[parameter.name] = parameter.tensor.grad().clone();
    return gradients;
}

double worst(const std::map<std::string, torch::Tensor>& a, const std::map<std::string, torch::Tensor>& b)
{
    double difference = a.size() == b.size() ? 0.0 : 1e9;
    for (const auto& [name, tensor] : a)
        difference = std::max(difference, b.contains(name) ? test::difference(tensor, b.at(name)) : 1e9);
    return difference;
}

}  // namespace

void StageTrainerTest::batchHoldsTheSamplesOfTheStream()
{
    const SampleStream stream = m_text.stream({1, 1, 1, 1});
    const Batch batch = makeBatch(stream, 17, 5, m_text.languages());
    QCOMPARE(batch.ids_BS.sizes().vec(), (std::vector<std::int64_t>{5, 16}));
    for (std::int64_t b = 0; b < 5; ++b) {
        const SampleStream::Sample sample = stream.sample(17 + std::uint64_t(b));
        QCOMPARE(batch.language_B[b].item<std::int64_t>(), std::int64_t(sample.language.index));
        QCOMPARE(batch.isOriginal_B[b].item<bool>(), sample.language.index < 2);
        for (std::int64_t s = 0; s < 16; ++s) {
            QCOMPARE(batch.ids_BS[b][s].item<std::int64_t>(), std::int64_t(sample.tokens[std::size_t(s)]));
            QCOMPARE(batch.targets_BS[b][s].item<std::int64_t>(), std::int64_t(sample.tokens[std::size_t(s) + 1]));
        }
    }
}

void StageTrainerTest::stepReadsItsOwnSamplesOnly()
{
    const SampleStream stream = m_text.stream({1, 1, 1, 1});
    const auto decoder = smallMoe();
    StageSpec stage = smallStage(StageKind::Review, 40);
    stage.priorWeight = 0;
    StageTrainer trainer(*decoder, stage, m_text.languages(), stream);
    const Batch batch = makeBatch(stream, 23 * 6, 6, m_text.languages());
    const DecoderOutput output = decoder->forward(batch.ids_BS);
    const double expected =
        tokenNegativeLogLikelihood(output.hidden_TD, decoder->head_VD(), batch.targets_BS.reshape({-1})).mean().item<double>();
    QVERIFY(isNear(trainer.trainStep(23).languageModelLoss, expected, 1e-6));
}

void StageTrainerTest::lossIsTheSumOfItsWeightedParts_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("stage 1") << int(StageKind::PostPretraining);
    QTest::newRow("stage 2") << int(StageKind::Review);
}

void StageTrainerTest::lossIsTheSumOfItsWeightedParts()
{
    QFETCH(int, kind);
    const auto decoder = smallMoe();
    const SampleStream stream = m_text.stream({1, 1, 1, 1});
    const StageSpec stage = smallStage(StageKind(kind), 10);
    StageTrainer trainer(*decoder, stage, m_text.languages(), stream);
    const StepResult step = trainer.trainStep(0);
    QVERIFY(isNear(step.loss,
                   step.languageModelLoss + stage.balanceWeight * step.balanceLoss + stage.priorWeight * step.priorLoss, 1e-6));
    QCOMPARE(step.balanceLoss > 0, stage.kind == StageKind::PostPretraining);
    QCOMPARE(step.priorLoss > 0, stage.kind == StageKind::Review);
    QCOMPARE(step.learningRate, scheduledLearningRate(stage.schedule, stage.learningRate, 0, 10));
}

void StageTrainerTest::priorAsksTheTokensOfOriginalTextOnly()
{
    const SampleStream stream = m_text.stream({1, 1, 1, 1});
    const auto decoder = smallMoe();
    const Batch batch = makeBatch(stream, 0, 6, m_text.languages());
    double sum = 0, terms = 0;
    for (const RoutingDecision& layer : decoder->forward(batch.ids_BS).routing)
        for (std::int64_t t = 0; t < 6 * 16; ++t)
            if (stream.sample(std::uint64_t(t / 16)).language.index < 2) {
                sum -= std::log(layer.scores_TE[t][0].item<double>());
                terms += 1;
            }
    QVERIFY(terms > 0 && terms < 2 * 6 * 16);
    StageTrainer trainer(*decoder, smallStage(StageKind::Review, 10), m_text.languages(), stream);
    QVERIFY(isNear(trainer.trainStep(0).priorLoss, sum / terms, 1e-6));
}

void StageTrainerTest::microBatchesGiveTheGradientOfTheWholeBatch_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("micro");
    for (const int micro : {1, 2, 3, 4, 5, 6, 7}) {
        QTest::addRow("stage 1, %d of 6 sequences", micro) << int(StageKind::PostPretraining) << micro;
        QTest::addRow("stage 2, %d of 6 sequences", micro) << int(StageKind::Review) << micro;
    }
    QTest::addRow("pretraining, 4 of 6 sequences") << int(StageKind::Pretraining) << 4;
}

void StageTrainerTest::microBatchesGiveTheGradientOfTheWholeBatch()
{
    QFETCH(int, kind);
    QFETCH(int, micro);
    const SampleStream stream = m_text.stream({1, 1, 1, 1});
    StageSpec stage = smallStage(StageKind(kind), 10);
    const auto whole = smallMoe(), parts = smallMoe();
    StepResult wholeStep, partsStep;
    const auto expected = gradientsAfterStep(*whole, stage, m_text, stream, &wholeStep);
    stage.microBatchSequences = micro;
    const auto found = gradientsAfterStep(*parts, stage, m_text, stream, &partsStep);
    QVERIFY(expected.size() >= 2);
    QVERIFY(worst(expected, found) < 1e-6);
    QVERIFY(isNear(partsStep.loss, wholeStep.loss, 1e-6));
    QVERIFY(isNear(partsStep.priorLoss, wholeStep.priorLoss, 1e-6));
    QVERIFY(isNear(partsStep.balanceLoss, wholeStep.balanceLoss, 1e-6));
    QVERIFY(isNear(partsStep.gradientNorm, wholeStep.gradientNorm, 1e-6));
    QCOMPARE(partsStep.languageTokens, wholeStep.languageTokens);
}

void StageTrainerTest::clippingLimitsTheNorm()
{
    const SampleStream stream = m_text.stream({0, 0, 1, 1});
    StageSpec stage = smallStage(StageKind::PostPretraining, 10);
    stage.clipNorm = 1e-3;
    const auto decoder = smallMoe();
    StageTrainer trainer(*decoder, stage, m_text.languages(), stream);
    const StepResult step = trainer.trainStep(0);
    QVERIFY(step.gradientNorm > 1e-2);  // what is told is the norm before clipping
    QVERIFY(isNear(gradientNorm(trainer.optimizer().parameters()), 1e-3, 1e-8));
}

void StageTrainerTest::reviewOfExpandedTextAloneIsNextTokenPredictionAlone_data()
{
    QTest::addColumn<int>("form");
    QTest::newRow("paper") << int(PriorForm::Paper);
    QTest::newRow("official") << int(PriorForm::Official);
}

void StageTrainerTest::reviewOfExpandedTextAloneIsNextTokenPredictionAlone()
{
    QFETCH(int, form);
    const SampleStream stream = m_text.stream({0, 0, 1, 1});
    StageSpec stage = smallStage(StageKind::Review, 10);
    stage.priorForm = PriorForm(form);
    const auto withPrior = smallMoe(), without = smallMoe();
    StepResult step;
    const auto found = gradientsAfterStep(*withPrior, stage, m_text, stream, &step);
    stage.priorWeight = 0;
    const auto expected = gradientsAfterStep(*without, stage, m_text, stream);
    QVERIFY(step.finite);
    QCOMPARE(step.priorLoss, 0.0);
    QCOMPARE(worst(expected, found), 0.0);
}

void StageTrainerTest::languageLossesSumToTheLoss()
{
    const SampleStream stream = m_text.stream({1, 2, 1, 2});
    const auto decoder = smallMoe();
    StageSpec stage = smallStage(StageKind::Review, 10);
    stage.microBatchSequences = 4;
    StageTrainer trainer(*decoder, stage, m_text.languages(), stream);
    const Batch batch = makeBatch(stream, 0, 6, m_text.languages());
    const StepResult step = trainer.trainStep(0);
    double loss = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto sequences = (batch.language_B == std::int64_t(i)).sum().item<std::int64_t>();
        QCOMPARE(step.languageTokens[i], double(sequences * 16));
        loss += step.languageLoss[i];
    }
    QVERIFY(isNear(loss / (6 * 16), step.languageModelLoss, 1e-6));
}

void StageTrainerTest::routingIsCountedAsItWasDecided()
{
    const SampleStream stream = m_text.stream({1, 1, 1, 1});
    const auto decoder = smallMoe({1, 4});  // a dense layer below
    StageSpec stage = smallStage(StageKind::Review, 10);
    StageTrainer trainer(*decoder, stage, m_text.languages(), stream);
    const Batch batch = makeBatch(stream, 0, 6, m_text.languages());
    const RoutingDecision decision = decoder->forward(batch.ids_BS).routing[1];
    stage.microBatchSequences = 4;
    trainer.trainStep(0);
    RoutingStats expected({1, 4}, 4);
    for (std::int64_t t = 0; t < 6 * 16; ++t) {
        const LanguageId language{std::int32_t(batch.language_B[t / 16].item<std::int64_t>())};
        const auto row = [&](RoutingKind kind) { return expected.row(kind, language) + expected.offset(LayerId{1}); };
        expected.tokens(language) += 1;
        row(RoutingKind::TopOne)[decision.scores_TE[t].argmax().item<std::int64_t>()] += 1;
        for (std::int64_t k = 0; k < 2; ++k) {
            row(RoutingKind::Count)[decision.expert_ids_TK[t][k].item<std::int64_t>()] += 1;
            row(RoutingKind::GateMass)[decision.expert_ids_TK[t][k].item<std::int64_t>()] += decision.weights_TK[t][k].item<double>();
        }
        for (std::int64_t e = 0; e < 4; ++e)
            row(RoutingKind::SoftScore)[e] += decision.scores_TE[t][e].item<double>();
    }
    for (std::int32_t language = 0; language < 4; ++language) {
        QCOMPARE(trainer.routing().tokens(LanguageId{language}), expected.tokens(LanguageId{language}));
        for (const RoutingKind kind : kRoutingKinds)
            for (std::int64_t i = 0; i < 5; ++i)
                QVERIFY(isNear(trainer.routing().row(kind, LanguageId{language})[i], expected.row(kind, LanguageId{language})[i], 1e-9));
    }
    const RoutingStats once = trainer.routing();
    trainer.trainStep(1);  // and it adds up
    QCOMPARE(trainer.routing().tokens({0}) + trainer.routing().tokens({1}) + trainer.routing().tokens({2}) +
                 trainer.routing().tokens({3}), 2.0 * 6 * 16);
    QVERIFY(!(trainer.routing() == once));
}

void StageTrainerTest::notFiniteStepChangesNothing_data()
{
    QTest::addColumn<QString>("tensor");
    QTest::addColumn<double>("value");
    const QString nan = "not a number in ", inf = "infinity in ", huge = "a gradient without a finite norm from ";
    QTest::addRow("%s", qPrintable(nan + "a router")) << "model.layers.1.mlp.router.weight" << std::nan("");
    QTest::addRow("%s", qPrintable(nan + "a new expert")) << "model.layers.0.mlp.experts.1.down_proj.weight" << std::nan("");
    QTest::addRow("%s", qPrintable(inf + "a frozen tensor")) << "model.layers.0.self_attn.o_proj.weight" << double(INFINITY);
    QTest::addRow("%s", qPrintable(huge + "the final norm")) << "model.norm.weight" << 1e25;
}

void StageTrainerTest::notFiniteStepChangesNothing()
{
    QFETCH(QString, tensor);
    QFETCH(double, value);
    const SampleStream stream = m_text.stream({0, 0, 1, 1});
    const auto decoder = smallMoe();
    StageSpec stage = smallStage(StageKind::PostPretraining, 10);
    stage.microBatchSequences = 2;
    StageTrainer trainer(*decoder, stage, m_text.languages(), stream);
    QVERIFY(trainer.trainStep(0).finite);
    for (const NamedParameter& parameter : decoder->parameters())
        if (parameter.name == tensor.toStdString())
            parameter.tensor.detach().fill_(value);
    const auto weights = hashes(*decoder);
    const RoutingStats routing = trainer.routing();
    std::map<std::string, torch::Tensor> state;
    for (const auto& [name, values] : trainer.optimizer().state())
        state[name] = values.clone();

    const StepResult step = trainer.trainStep(1);
    QVERIFY(!step.finite);
    QVERIFY(hashes(*decoder) == weights);
    QVERIFY(trainer.routing() == routing);
    for (const auto& [name, values] : trainer.optimizer().state())
        QVERIFY2(values.equal(state.at(name)), name.c_str());
}

void StageTrainerTest::sameStepTwiceIsTheSameBitByBit()
{
    const SampleStream stream = m_text.stream({1, 1, 1, 1});
    const auto one = smallMoe(), two = smallMoe();
    const StageSpec stage = smallStage(StageKind::PostPretraining, 10);
    StageTrainer first(*one, stage, m_text.languages(), stream), second(*two, stage, m_text.languages(), stream);
    for (std::int64_t step = 0; step < 10; ++step)
        QCOMPARE(first.trainStep(step).loss, second.trainStep(step).loss);
    QVERIFY(hashes(*one) == hashes(*two));
}

QTEST_GUILESS_MAIN(StageTrainerTest)
#include "stage_trainer_test.moc"
