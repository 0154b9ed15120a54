// Acceptance 26-33 of LayerMoE: the classifier in front of the router, and layers that differ in experts.
#include <QTest>
#include <cmath>

#include "engine/evaluation/heldout.h"
#include "engine/model/checkpoint/model_file.h"
#include "engine/model/feed_forward.h"
#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

torch::Tensor randomNumbers(std::vector<std::int64_t> sizes, std::uint64_t seed)
{
    torch::Tensor tensor = torch::empty(sizes);
    const CounterRandom random(Seed{seed});
    for (std::int64_t i = 0; i < tensor.numel(); ++i) tensor.mutable_data_ptr<float>()[i] = float(random.normal(std::uint64_t(i)));
    return tensor;
}

torch::Tensor someIds(std::int64_t sequences, std::int64_t length, std::uint64_t seed)
{
    torch::Tensor ids_BS = torch::empty({sequences, length}, torch::kInt64);
    const CounterRandom random(Seed{seed});
    for (std::int64_t i = 0; i < ids_BS.numel(); ++i)
        ids_BS.mutable_data_ptr<std::int64_t>()[i] = std::int64_t(1 + random.below(std::uint64_t(i), 95));
    return ids_BS;
}

std::unique_ptr<Decoder> withClassifiers(ClassifierScope scope, std::vector<std::int64_t> layers = {0, 1})
{
    auto decoder = smallMoe();
    decoder->addClassifiers(layers, scope, Seed{21});
    return decoder;
}

constexpr ClassifierScope kScopes[] = {ClassifierScope::Sequence, ClassifierScope::Prefix, ClassifierScope::Token};

void addScopes()
{
    QTest::addColumn<int>("scope");
    for (const ClassifierScope scope : kScopes) QTest::newRow(std::string(name(scope)).c_str()) << int(scope);
}

/// Tokens 1-40 are original, 50-90 expanded; the next one is a function of the last.
class SeparableText
{
public:
    SeparableText()
    {
        for (std::uint64_t language = 0; language < 2; ++language) m_shards.push_back(shard(language, 40, 3)), m_heldout.push_back(shard(language, 12, 9));
    }
    const std::vector<Language>& languages() const { return m_languages; }
    const TokenShard& heldout(std::size_t language) const { return m_heldout[language]; }
    SampleStream stream(std::vector<double> weights) const
    {
        std::vector<MixturePart> parts;
        for (std::size_t i = 0; i < weights.size(); ++i) parts.push_back({&m_shards[i], LanguageId{std::int32_t(i)}, weights[i]});
        return SampleStream::make(parts, 16, Seed{5}).value();
    }

private:
    TokenShard shard(std::uint64_t language, std::size_t documents, std::uint64_t seed)
    {
        const CounterRandom random(Seed{seed}, language);
        std::uint64_t draw = 0;
        std::vector<TokenizedDocument> texts(documents);
        for (TokenizedDocument& text : texts) {
            std::uint64_t last = 0;
            for (int n = 0; n < 40; ++n) {
                const bool follows = random.uniform(draw++) < 0.8;
                last = (follows ? last * (3 + 2 * language) + 7 : random.below(draw++, 40)) % 40;
                text.tokens.push_back(std::int32_t(1 + 49 * language + last));
            }
            text.bytes = 3 * text.tokens.size();
        }
        const auto file = std::filesystem::path(m_folder.path().toStdString()) / std::to_string(m_files++);
        (void)writeTokenShard(file, m_languages[language].code, 0, texts);
        return TokenShard::open(file).value();
    }
    QTemporaryDir m_folder;
    int m_files = 0;
    std::vector<Language> m_languages = {{"aa", LanguageRole::Original}, {"ba", LanguageRole::Expanded}};
    std::vector<TokenShard> m_shards, m_heldout;
};

void train(Decoder& decoder, const SeparableText& text, const StageSpec& stage, std::vector<double> weights)
{
    const SampleStream stream = text.stream(std::move(weights));
    StageTrainer trainer(decoder, stage, text.languages(), stream);
    for (std::int64_t step = 0; step < stage.steps(); ++step) QVERIFY(trainer.trainStep(step).finite);
}

}  // namespace

class LanguageClassifierTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // 28
    void classZeroIsTheOriginalNetworkAloneAndClassOneIsPlainRouting()
    {
        const auto decoder = smallMoe();
        MoeLayer layer = decoder->layers()[0].feedForward;
        const torch::Tensor x_TD = randomNumbers({10, 32}, 1).abs();
        const torch::Tensor ones_1D = torch::ones({1, 32});
        RoutingDecision decision;
        const torch::Tensor plain = layer.forward(x_TD, &decision);
        for (const ClassifierScope scope : kScopes) {
            layer.classifier = {torch::cat({ones_1D, -ones_1D}), scope};
            const torch::Tensor original = denseFeedForward(x_TD, layer.bank.experts.front());
            QVERIFY(torch::equal(layer.forward(x_TD, &decision, {2}), original));
            QVERIFY(decision.bypass_T.all().item<bool>());
            const torch::Tensor router = layer.router.weight_ED;
            layer.router.weight_ED = randomNumbers({3, 32}, 7);
            QVERIFY(torch::equal(layer.forward(x_TD, &decision, {2}), original));
            layer.router.weight_ED = router;
            layer.classifier.weight_2D = -layer.classifier.weight_2D;
            QVERIFY(torch::equal(layer.forward(x_TD, &decision, {2}), plain));
            QVERIFY(!decision.bypass_T.any().item<bool>());
        }
    }

    void mixedTokensEqualTheDenseReferenceForwardAndBackward()
    {
        const auto decoder = smallMoe();
        MoeLayer layer = decoder->layers()[1].feedForward;
        layer.classifier = {randomNumbers({2, 32}, 4), ClassifierScope::Token};
        const auto gradients = [&](bool reference) {
            torch::Tensor x_TD = randomNumbers({30, 32}, 2).requires_grad_();
            layer.router.weight_ED.requires_grad_();
            layer.router.weight_ED.mutable_grad() = torch::Tensor();
            RoutingDecision decision;
            torch::Tensor y_TD = layer.forward(x_TD, &decision);
            const std::int64_t past = decision.bypass_T.sum().item<std::int64_t>();
            if (past == 0 || past == 30) qFatal("the tokens are not mixed");
            if (reference) y_TD = denseReference(layer, x_TD, decision);
            (y_TD * randomNumbers({30, 32}, 3)).sum().backward();
            return std::vector<torch::Tensor>{y_TD.detach(), x_TD.grad(), layer.router.weight_ED.grad()};
        };
        const auto fast = gradients(false), slow = gradients(true);
        for (std::size_t i = 0; i < fast.size(); ++i) QVERIFY(difference(fast[i], slow[i]) < 1e-4);
    }

    // 29
    void theLossAtUniformLogitsIsTheLogarithmOfTwo()
    {
        for (const ClassifierScope scope : kScopes) {
            auto decoder = withClassifiers(scope);
            for (DecoderLayer& layer : decoder->layers()) layer.feedForward.classifier.weight_2D.zero_();
            const DecoderOutput output = decoder->forward(someIds(4, 12, 1));
            const torch::Tensor isOriginal_B = torch::tensor({1, 0, 0, 1}).to(torch::kBool);
            QVERIFY(std::abs(classifierLoss(output.routing, isOriginal_B).item<double>() - std::log(2.0)) < 1e-6);
        }
        QCOMPARE(classifierLoss(smallMoe()->forward(someIds(2, 4, 1)).routing, torch::ones({2}, torch::kBool)).item<double>(), 0.0);
    }

    void theLossIsTheMeanOverLayersAndDecisions()
    {
        RoutingDecision sequences, tokens;
        sequences.classifier_X2 = torch::tensor({{2.0F, 0.0F}, {1.0F, 3.0F}});
        tokens.classifier_X2 = torch::tensor({{0.0F, 0.0F}, {1.0F, 0.0F}, {0.0F, 0.0F}, {0.0F, 5.0F}});
        const auto nll = [](double right, double wrong) { return std::log(1 + std::exp(wrong - right)); };
        const double first = (nll(2, 0) + nll(3, 1)) / 2, second = (nll(0, 0) + nll(1, 0) + nll(0, 0) + nll(5, 0)) / 4;
        const torch::Tensor isOriginal_B = torch::tensor({1, 0}).to(torch::kBool);
        const double found = classifierLoss({sequences, RoutingDecision(), tokens}, isOriginal_B).item<double>();
        QVERIFY(std::abs(found - (first + second) / 2) < 1e-6);
    }

    // 30
    void theReviewTrainsRoutersAndClassifiersOnly()
    {
        const SmallText text;
        auto decoder = withClassifiers(ClassifierScope::Token, {1});
        const auto before = hashes(*decoder);
        StageSpec stage = smallStage(StageKind::Review, 8);
        stage.classifierWeight = 0.1;
        stage.weightDecay = 0.1;
        const SampleStream stream = text.stream({1, 1, 1, 1});
        {
            StageTrainer trainer(*decoder, stage, text.languages(), stream);
            for (std::int64_t step = 0; step < 8; ++step) QVERIFY(trainer.trainStep(step).finite);
        }
        for (const auto& [parameter, hash] : hashes(*decoder)) {
            const bool learns = parameter.find("router") != std::string::npos || parameter.find("classifier") != std::string::npos;
            QVERIFY2((before.at(parameter) != hash) == learns, parameter.c_str());
        }
        StageSpec first = smallStage(StageKind::PostPretraining, 1);
        for (const NamedParameter& parameter : applyFreezePlan(*decoder, first.trainable))
            QVERIFY2(parameter.name.find("classifier") == std::string::npos, parameter.name.c_str());
    }

    // 31
    void paddingChangesNoDecisionAndNoLoss_data() { addScopes(); }
    void paddingChangesNoDecisionAndNoLoss()
    {
        QFETCH(int, scope);
        const auto decoder = withClassifiers(ClassifierScope(scope));
        const torch::NoGradGuard noGradient;
        const torch::Tensor ids_BS = someIds(3, 9, 5);
        const torch::Tensor padded_BS = torch::cat({ids_BS, someIds(3, 6, 6)}, 1);
        const torch::Tensor lengths_B = torch::full({3}, 9, torch::kInt64);
        const DecoderOutput plain = decoder->forward(ids_BS), padded = decoder->forward(padded_BS, {lengths_B});
        const torch::Tensor kept = padded.hidden_TD.view({3, 15, 32}).slice(1, 0, 9);
        QVERIFY(difference(kept, plain.hidden_TD.view({3, 9, 32})) < 1e-5);
        for (std::size_t layer = 0; layer < 2; ++layer)
            QVERIFY(torch::equal(padded.routing[layer].bypass_T.view({3, 15}).slice(1, 0, 9), plain.routing[layer].bypass_T.view({3, 9})));
        if (ClassifierScope(scope) != ClassifierScope::Sequence) return;
        const torch::Tensor isOriginal_B = torch::tensor({1, 0, 1}).to(torch::kBool);
        const double loss = classifierLoss(plain.routing, isOriginal_B).item<double>();
        QVERIFY(std::abs(classifierLoss(padded.routing, isOriginal_B).item<double>() - loss) < 1e-4 * std::max(1.0, loss));
    }

    // 32
    void laterTokensChangeNothingExceptInSequenceScope_data() { addScopes(); }
    void laterTokensChangeNothingExceptInSequenceScope()
    {
        QFETCH(int, scope);
        const auto decoder = withClassifiers(ClassifierScope(scope));
        double largestChange = 0;
        for (std::uint64_t round = 0; round < 10; ++round) {
            const torch::Tensor begin_BS = someIds(1, 6, 10 + round);
            const torch::Tensor one = logits(*decoder, torch::cat({begin_BS, someIds(1, 6, 100 + round)}, 1));
            const torch::Tensor other = logits(*decoder, torch::cat({begin_BS, someIds(1, 6, 200 + round)}, 1));
            largestChange = std::max(largestChange, difference(one.slice(0, 0, 6), other.slice(0, 0, 6)));
        }
        if (ClassifierScope(scope) == ClassifierScope::Sequence)
            QVERIFY2(largestChange > 1e-3, "whole-sequence decisions should show in earlier tokens");
        else
            QVERIFY2(largestChange < 1e-5, qPrintable(QString::number(largestChange)));
    }

    // 26
    void unequalLayersWithClassifiersComeBackBitIdentical_data() { addScopes(); }
    void unequalLayersWithClassifiersComeBackBitIdentical()
    {
        QFETCH(int, scope);
        const auto decoder = withClassifiers(ClassifierScope(scope), {1});
        const QTemporaryDir folder;
        QVERIFY(writeModel(*decoder, folder.path().toStdString()));
        const auto again = readModel(folder.path().toStdString());
        QVERIFY2(again, again ? "" : again.error().message.c_str());
        QCOMPARE((*again)->allocation(), decoder->allocation());
        QVERIFY(torch::equal(logits(**again, someIds(1, 16, 1)), logits(*decoder, someIds(1, 16, 1))));
    }

    // 27
    void aLayerWithOneExpertStaysDenseAndAddsToNoLoss()
    {
        const auto decoder = smallMoe({1, 4});
        QVERIFY(!decoder->layers()[0].feedForward.isMoe());
        const DecoderOutput both = decoder->forward(someIds(2, 8, 1));
        const std::vector<RoutingDecision> second = {both.routing[1]};
        const torch::Tensor isOriginal_T = torch::ones({16}, torch::kBool);
        QCOMPARE(loadBalanceLoss(both.routing, BalanceForm::Paper).item<double>(), loadBalanceLoss(second, BalanceForm::Paper).item<double>());
        for (const PriorForm form : {PriorForm::Paper, PriorForm::Official})
            QCOMPARE(languagePriorLoss(both.routing, isOriginal_T, form).item<double>(), languagePriorLoss(second, isOriginal_T, form).item<double>());
    }

    void theOfficialPriorLossWeighsEveryNumberOfExpertsTheSame()
    {
        const std::vector<RoutingDecision> routing = {decide(randomNumbers({5, 3}, 1)), decide(randomNumbers({5, 3}, 2)), decide(randomNumbers({5, 4}, 3))};
        const torch::Tensor isOriginal_T = torch::ones({5}, torch::kBool);
        const auto of = [&](std::vector<RoutingDecision> some, PriorForm form) { return languagePriorLoss(some, isOriginal_T, form).item<double>(); };
        const double three = (of({routing[0]}, PriorForm::Official) + of({routing[1]}, PriorForm::Official)) / 2;
        const double four = of({routing[2]}, PriorForm::Official);
        QVERIFY(std::abs(of(routing, PriorForm::Official) - (three + four) / 2) < 1e-6);
        const double paper = (of({routing[0]}, PriorForm::Paper) + of({routing[1]}, PriorForm::Paper) + of({routing[2]}, PriorForm::Paper)) / 3;
        QVERIFY(std::abs(of(routing, PriorForm::Paper) - paper) < 1e-6);
    }

    void tokensPastTheRouterAreCountedOnceAtExpertZero()
    {
        auto decoder = withClassifiers(ClassifierScope::Token, {1});
        const torch::NoGradGuard noGradient;
        const DecoderOutput output = decoder->forward(someIds(2, 16, 3));
        RoutingStats stats({3, 4}, 1);
        countRouting(output.routing, torch::zeros({2}, torch::kInt64), 16, stats);
        const double past = double(output.routing[1].bypass_T.sum().item<std::int64_t>());
        QVERIFY(past > 0 && past < 32);
        QCOMPARE(bypassShare(stats, LanguageId{0}, LayerId{1}), past / 32);
        QCOMPARE(bypassShare(stats, LanguageId{0}, LayerId{0}), 0.0);
        double counts = 0, top = 0;
        for (std::int32_t e = 0; e < 4; ++e) {
            counts += stats.at(RoutingKind::Count, LanguageId{0}, ExpertId{LayerId{1}, e});
            top += stats.at(RoutingKind::TopOne, LanguageId{0}, ExpertId{LayerId{1}, e});
        }
        QCOMPARE(counts, past + 2 * (32 - past));
        QCOMPARE(top, 32.0);
    }

    // 33
    void separableGroupsAreToldApartAndOriginalLanguagesProfit()
    {
        const SeparableText text;
        auto dense = smallDense();
        StageSpec pretraining = smallStage(StageKind::Pretraining, 120);
        pretraining.learningRate = 1e-2;
        train(*dense, text, pretraining, {1, 0});
        const auto likelihood = [&](const Decoder& decoder, std::size_t language, RoutingStats* routing) {
            return scoreHeldout(decoder, text.heldout(language), 0, 0, LanguageId{std::int32_t(language)}, routing).bitsPerByte;
        };
        const double before = likelihood(*dense, 0, nullptr);
        double without = 0;
        for (const bool hasClassifier : {false, true}) {
            ExpertAllocation allocation;
            allocation.experts = {3, 3};
            auto expanded = upcycle(*dense, planUpcycle(dense->shape(), allocation, ExpertOrigin::Copy, Seed{12}));
            StageSpec first = smallStage(StageKind::PostPretraining, 80);
            first.learningRate = 1e-2;
            train(*expanded, text, first, {0, 1});
            StageSpec review = smallStage(StageKind::Review, 120);
            review.learningRate = 1e-2;
            if (hasClassifier) {
                expanded->addClassifiers({0, 1}, ClassifierScope::Sequence, Seed{3});
                review.classifierWeight = 0.1;
            }
            train(*expanded, text, review, {1, 1});
            RoutingStats routing({3, 3}, 2);
            const double after = likelihood(*expanded, 0, &routing);
            (void)likelihood(*expanded, 1, &routing);
            if (!hasClassifier) {
                without = after;
                continue;
            }
            for (std::int32_t layer = 0; layer < 2; ++layer) {
                QVERIFY2(bypassShare(routing, LanguageId{0}, LayerId{layer}) >= 0.95, qPrintable(QString::number(bypassShare(routing, LanguageId{0}, LayerId{layer}))));
                QVERIFY2(bypassShare(routing, LanguageId{1}, LayerId{layer}) <= 0.05, qPrintable(QString::number(bypassShare(routing, LanguageId{1}, LayerId{layer}))));
            }
            QVERIFY2(std::abs(after - before) < std::abs(without - before),
                     qPrintable(QString("dense %1, with %2, without %3").arg(before).arg(after).arg(without)));
        }
    }
};

QTEST_APPLESS_MAIN(LanguageClassifierTest)
#include "language_classifier_test.moc"
