#include "engine/model/torch.h"

#include <QtTest>

#include "engine/training/stage_trainer.h"
#include "kernels/token_dispatch.h"
#include "tests/support/small_model.h"

using namespace moebel;
using namespace moebel::test;

namespace {

MoeLayer randomLayer(std::int64_t experts, std::int64_t width, std::int64_t inner, std::int64_t topK)
{
    MoeLayer layer;
    for (std::int64_t e = 0; e < experts; ++e) {
        const auto seed = [e](std::uint64_t matrix) { return Seed{100 + std::uint64_t(e) * 10 + matrix}; };
        layer.bank.experts.push_back({randomTensor({inner, width}, seed(0), 0.3), randomTensor({inner, width}, seed(1), 0.3),
                                      randomTensor({width, inner}, seed(2), 0.3)});
    }
    layer.router = {randomTensor({experts, width}, Seed{7}, 0.5), topK, true};
    return layer;
}

std::vector<torch::Tensor> parametersOf(const MoeLayer& layer)
{
    std::vector<torch::Tensor> tensors = {layer.router.weight_ED};
    for (const Expert& expert : layer.bank.experts)
        for (const torch::Tensor& tensor : {expert.gate_FD, expert.up_FD, expert.down_DF}) tensors.push_back(tensor);
    for (torch::Tensor& tensor : tensors) tensor.requires_grad_(true);
    return tensors;
}

}  // namespace

class MoeLayerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Acceptance check 15, on the CPU.
    void dispatchEqualsTheDenseReferenceForwardAndBackward_data()
    {
        QTest::addColumn<int>("experts");
        QTest::addColumn<int>("topK");
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("width");
        QTest::newRow("3 experts, top-2") << 3 << 2 << 50 << 16;
        QTest::newRow("8 experts, top-3, some empty") << 8 << 3 << 3 << 16;
        QTest::newRow("top-1") << 4 << 1 << 33 << 12;
        QTest::newRow("one token, odd width") << 3 << 2 << 1 << 7;
        QTest::newRow("all experts") << 4 << 4 << 20 << 9;
    }

    void dispatchEqualsTheDenseReferenceForwardAndBackward()
    {
        QFETCH(int, experts);
        QFETCH(int, topK);
        QFETCH(int, tokens);
        QFETCH(int, width);
        const MoeLayer layer = randomLayer(experts, width, 24, topK);
        std::vector<torch::Tensor> leaves = parametersOf(layer);
        leaves.push_back(randomTensor({tokens, width}, Seed{5}).requires_grad_(true));
        const torch::Tensor weight_TD = randomTensor({tokens, width}, Seed{6});

        RoutingDecision decision;
        const torch::Tensor fast = layer.forward(leaves.back(), &decision);
        const torch::Tensor slow = denseReference(layer, leaves.back(), layer.router.route(leaves.back()));
        QVERIFY(largestDifference(fast, slow) < 1e-5);
        const auto fastGradients = torch::autograd::grad({(fast * weight_TD).sum()}, leaves, {}, true, false, true);
        const auto slowGradients = torch::autograd::grad({(slow * weight_TD).sum()}, leaves, {}, true, false, true);
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            const torch::Tensor a = fastGradients[i].defined() ? fastGradients[i] : torch::zeros_like(leaves[i]);
            const torch::Tensor b = slowGradients[i].defined() ? slowGradients[i] : torch::zeros_like(leaves[i]);
            QVERIFY2(largestDifference(a, b) < 1e-5, qPrintable(QString("leaf %1 differs by %2").arg(i).arg(largestDifference(a, b))));
        }
    }

    void scoresAreASoftmaxOverAllExpertsAndKeptWeightsSumToOne()
    {
        const MoeLayer layer = randomLayer(5, 16, 8, 2);
        const RoutingDecision decision = layer.router.route(randomTensor({40, 16}, Seed{5}));
        QVERIFY(largestDifference(decision.scores_TE, torch::softmax(decision.logits_TE, -1)) < 1e-6);
        QVERIFY(largestDifference(decision.scores_TE.sum(-1), torch::ones({40})) < 1e-6);
        QVERIFY(largestDifference(decision.weights_TK.sum(-1), torch::ones({40})) < 1e-6);
        const torch::Tensor kept = decision.scores_TE.gather(-1, decision.expert_ids_TK);
        QVERIFY(largestDifference(decision.weights_TK, kept / kept.sum(-1, true)) < 1e-6);
        QVERIFY((kept.select(1, 0) >= kept.select(1, 1)).all().item<bool>());
        QVERIFY((kept.select(1, 1) >= std::get<0>(decision.scores_TE.sort(-1, true)).select(1, 1)).all().item<bool>());
    }

    void tiesGoToTheLowerExpert()
    {
        const Router router{torch::zeros({4, 8}), 2, true};
        const RoutingDecision decision = router.route(randomTensor({3, 8}, Seed{1}));
        QVERIFY(torch::equal(decision.expert_ids_TK, torch::tensor({{0, 1}, {0, 1}, {0, 1}}, torch::kInt64)));
    }

    // Acceptance check 53.
    void theRouterComputesInFp32UnderBf16AndChoosesTheSameInTrainingAndEvaluation()
    {
        const Router router{randomTensor({4, 16}, Seed{7}).to(torch::kBFloat16), 2, true};
        const torch::Tensor x = randomTensor({30, 16}, Seed{5}).to(torch::kBFloat16);
        const RoutingDecision training = router.route(x);
        QVERIFY(training.scores_TE.scalar_type() == torch::kFloat32);
        const Router exact{router.weight_ED.to(torch::kFloat32), 2, true};
        QVERIFY(torch::equal(training.expert_ids_TK, exact.route(x.to(torch::kFloat32)).expert_ids_TK));
        const torch::NoGradGuard noGradient;
        QVERIFY(torch::equal(training.expert_ids_TK, router.route(x).expert_ids_TK));
    }

    void tokensAreSortedByExpertStably()
    {
        const std::int64_t ids[] = {2, 0, 1, 2, 0, 2};
        std::int64_t slot[6], row[6], offsets[5];
        kernels::sortByExpert(ids, 3, 2, 4, slot, row, offsets);
        const std::int64_t expectedSlots[] = {1, 4, 2, 0, 3, 5}, expectedOffsets[] = {0, 2, 3, 6, 6};
        for (int i = 0; i < 6; ++i) {
            QCOMPARE(slot[i], expectedSlots[i]);
            QCOMPARE(row[slot[i]], std::int64_t(i));
        }
        for (int i = 0; i < 5; ++i) QCOMPARE(offsets[i], expectedOffsets[i]);
    }

    // Acceptance check 51: the same table offline from saved scores.
    void routingSumsAreThoseOfTheSavedScores()
    {
        const auto expanded = upcycled(*denseModel(), {3, 1, 4});
        const torch::NoGradGuard noGradient;
        const DecoderOutput output = expanded->forward(randomIds(4, 10, 101));
        RoutingStats stats({3, 1, 4}, 3);
        countRouting(output.routing, torch::tensor({2, 0, 2, 2}, torch::kInt64), 10, stats);
        QCOMPARE(stats.tokens(LanguageId{2}), 30.0);
        QCOMPARE(stats.tokens(LanguageId{1}), 0.0);
        const torch::Tensor mine_T = torch::tensor({true, false, true, true}).repeat_interleave(10);
        for (const int layer : {0, 2}) {
            const RoutingDecision& decision = output.routing[std::size_t(layer)];
            const torch::Tensor soft_E = decision.scores_TE.index({mine_T}).to(torch::kFloat64).mean(0);
            double selected = 0;
            for (int e = 0; e < soft_E.numel(); ++e) {
                const ExpertId expert{{layer}, e};
                QVERIFY(std::abs(meanScore(stats, LanguageId{2}, expert) - soft_E[e].item<double>()) < 1e-9);
                const torch::Tensor chosen = decision.expert_ids_TK.index({mine_T}) == e;
                QCOMPARE(stats.at(RoutingKind::Count, LanguageId{2}, expert), double(chosen.sum().item<std::int64_t>()));
                QCOMPARE(stats.at(RoutingKind::TopOne, LanguageId{2}, expert), double(chosen.select(1, 0).sum().item<std::int64_t>()));
                selected += selectionShare(stats, LanguageId{2}, expert);
            }
            QVERIFY(std::abs(selected - 2.0) < 1e-12);
        }
    }

    void aFrozenExpertGetsNoGradient()
    {
        const MoeLayer layer = randomLayer(3, 16, 8, 2);
        for (torch::Tensor tensor : parametersOf(layer)) tensor.requires_grad_(true);
        for (const torch::Tensor& tensor : {layer.bank.experts[0].gate_FD, layer.bank.experts[0].up_FD, layer.bank.experts[0].down_DF})
            tensor.requires_grad_(false);
        RoutingDecision decision;
        layer.forward(randomTensor({40, 16}, Seed{5}), &decision).square().sum().backward();
        QVERIFY(!layer.bank.experts[0].gate_FD.grad().defined());
        QVERIFY(layer.bank.experts[1].gate_FD.grad().defined());
        QVERIFY(layer.router.weight_ED.grad().abs().sum().item<double>() > 0);
    }
};

QTEST_GUILESS_MAIN(MoeLayerTest)
#include "moe_layer_test.moc"
