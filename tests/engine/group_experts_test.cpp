// DMoE's experts: one a language group, hard routing past the router, and what config.json says of them (methods.md 3.6, 3.8).
#include <QTest>

#include "engine/model/checkpoint/model_file.h"
#include "engine/training/stage_trainer.h"
#include "tests/support/small_model.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

const std::vector<std::vector<std::string>> kThreeGroups = {{"es", "pt"}, {"ru"}, {"ja", "zh-CN"}};

/// Three unequal experts with random routers in the layers 0 and 2 of three.
std::unique_ptr<Decoder> groupModel(ModelShape shape = smallShape())
{
    const auto dense = denseModel(shape);
    ExpertAllocation allocation{{3, 1, 3}, 2, true};
    allocation.groups = kThreeGroups;
    auto model = upcycle(*dense, planUpcycle(dense->shape(), allocation, ExpertOrigin::Copy, Seed{2}));
    for (const std::size_t layer : {0, 2}) {
        auto& experts = model->layers()[layer].feedForward.bank.experts;
        for (std::size_t e = 0; e < experts.size(); ++e) {
            std::uint64_t stream = 100 * layer + 10 * e;
            for (auto& [name, tensor] : experts[e].tensors()) {
                const std::vector<std::int64_t> sizes = tensor.sizes().vec();
                torch::Tensor(tensor).set_data(randomTensor(sizes, Seed{++stream}, 0.2));
            }
        }
    }
    return model;
}

/// The dense model whose feed-forward networks are those of one expert.
std::unique_ptr<Decoder> denseModelOf(const Decoder& model, std::size_t expert)
{
    auto dense = std::make_unique<Decoder>(model.shape(), ExpertAllocation{});
    std::map<std::string, torch::Tensor> source;
    for (const NamedParameter& parameter : model.parameters()) source[parameter.name] = parameter.tensor;
    for (NamedParameter& parameter : dense->parameters()) {
        std::string name = parameter.name;
        if (const std::size_t at = name.find(".mlp."); at != std::string::npos && !source.contains(name))
            name.insert(at + 5, "experts." + std::to_string(expert) + '.');
        parameter.tensor.copy_(source.at(name));
    }
    return dense;
}

torch::Tensor hidden(const Decoder& model, const torch::Tensor& ids_BS, const torch::Tensor& expert_B)
{
    const torch::NoGradGuard noGradient;
    ForwardOptions options;
    options.expert_B = expert_B;
    return model.forward(ids_BS, options).hidden_TD;
}

torch::Tensor everySequence(std::int64_t sequences, std::int64_t expert)
{
    return torch::full({sequences}, expert, torch::kInt64);
}

ModelShape geluShape()
{
    ModelShape shape = smallShape();
    shape.feedForward = FeedForwardKind::Gelu;
    shape.feedForwardBias = true;
    return shape;
}

}  // namespace

class GroupExpertsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hardRoutingIsTheDenseModelWithThatExpert_data()
    {
        QTest::addColumn<bool>("gelu");
        QTest::newRow("SwiGLU, kernels of our own") << false;
        QTest::newRow("GELU with biases, as BLOOM") << true;
    }

    // Acceptance check 41.
    void hardRoutingIsTheDenseModelWithThatExpert()
    {
        QFETCH(bool, gelu);
        const auto model = groupModel(gelu ? geluShape() : smallShape());
        const torch::Tensor ids_BS = randomIds(3, 20, 101);
        for (std::size_t expert = 0; expert < 3; ++expert) {
            const torch::Tensor hard = hidden(*model, ids_BS, everySequence(3, std::int64_t(expert)));
            const torch::Tensor dense = hidden(*denseModelOf(*model, expert), ids_BS, {});
            QVERIFY2(torch::equal(hard, dense),
                     qPrintable(QString("expert %1: %2").arg(expert).arg(largestDifference(hard, dense))));
            QVERIFY(largestDifference(hard, hidden(*model, ids_BS, {})) > 1e-3);
        }
    }

    void sequencesOfOneBatchTakeTheirOwnExpertOrTheRoutersChoice()
    {
        const auto model = groupModel();
        const torch::Tensor ids_BS = randomIds(4, 20, 101);
        const torch::Tensor mixed = hidden(*model, ids_BS, torch::tensor({2, -1, 0, 2}, torch::kInt64)).view({4, 20, 32});
        const torch::Tensor routed = hidden(*model, ids_BS, {}).view({4, 20, 32});
        for (const auto& [sequence, expert] : std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 2}, {2, 0}, {3, 2}}) {
            const torch::Tensor alone = hidden(*model, ids_BS, everySequence(4, expert)).view({4, 20, 32});
            QVERIFY2(largestDifference(mixed[sequence], alone[sequence]) < 1e-5, qPrintable(QString::number(sequence)));
        }
        QVERIFY(largestDifference(mixed[1], routed[1]) < 1e-5);
        QVERIFY(torch::equal(hidden(*model, ids_BS, everySequence(4, -1)), hidden(*model, ids_BS, {})));
    }

    void theRouterTellsWhatItWouldDecideUnderHardRouting()
    {
        const auto model = groupModel();
        const torch::Tensor ids_BS = randomIds(2, 15, 101);
        const torch::NoGradGuard noGradient;
        ForwardOptions options;
        options.expert_B = everySequence(2, 1);
        const DecoderOutput hard = model->forward(ids_BS, options), routed = model->forward(ids_BS);
        QVERIFY(torch::equal(hard.routing[0].logits_TE, routed.routing[0].logits_TE));  // the first layer has seen no expert yet
        QVERIFY(torch::equal(hard.routing[0].expert_ids_TK, routed.routing[0].expert_ids_TK));
        RoutingStats told({3, 1, 3}, 1), expected({3, 1, 3}, 1);
        countRouting({hard.routing[0], {}, {}}, torch::zeros({2}, torch::kInt64), 15, told);
        countRouting({routed.routing[0], {}, {}}, torch::zeros({2}, torch::kInt64), 15, expected);
        QCOMPARE(told, expected);
    }

    void hardRoutingEqualsTheDenseReferenceForwardAndBackward()
    {
        const auto model = groupModel();
        const MoeLayer& layer = model->layers()[2].feedForward;
        std::vector<torch::Tensor> leaves = {randomTensor({40, 32}, Seed{5}), layer.router.weight_ED};
        for (const Expert& expert : layer.bank.experts)
            for (const auto& [name, tensor] : expert.tensors()) leaves.push_back(tensor);
        for (torch::Tensor& leaf : leaves) leaf.requires_grad_(true);
        const torch::Tensor weight_TD = randomTensor({40, 32}, Seed{6});
        RoutingDecision decision;
        const torch::Tensor fast = layer.forward(leaves[0], &decision, {4, {}, torch::tensor({1, -1, 2, 2}, torch::kInt64)});
        const torch::Tensor slow = denseReference(layer, leaves[0], decision);
        QVERIFY(largestDifference(fast, slow) < 1e-5);
        const auto fastGradients = torch::autograd::grad({(fast * weight_TD).sum()}, leaves, {}, true, false, true);
        const auto slowGradients = torch::autograd::grad({(slow * weight_TD).sum()}, leaves, {}, true, false, true);
        for (std::size_t i = 0; i < leaves.size(); ++i)
            QVERIFY2(largestDifference(fastGradients[i], slowGradients[i]) < 1e-5, qPrintable(QString("leaf %1").arg(i)));
        // All tokens past the router: it has nothing to learn from the output.
        const torch::Tensor all = layer.forward(leaves[0], nullptr, {4, {}, everySequence(4, 1)});
        const auto gradients = torch::autograd::grad({(all * weight_TD).sum()}, leaves, {}, true, false, true);
        QVERIFY(!gradients[1].defined());
        for (std::size_t leaf = 2; leaf < leaves.size(); ++leaf) QCOMPARE(gradients[leaf].defined(), leaf >= 5 && leaf < 8);
    }

    void groupsComeBackFromDiskAndNoExpertIsTheOriginalOne()
    {
        const auto model = groupModel();
        const QTemporaryDir folder;
        QVERIFY(writeModel(*model, folder.path().toStdString()));
        const auto again = readModel(folder.path().toStdString());
        QVERIFY2(again, again ? "" : again.error().message.c_str());
        QCOMPARE((*again)->allocation(), model->allocation());
        QCOMPARE((*again)->allocation().groupOf("zh-CN"), 2);
        QCOMPARE((*again)->allocation().groupOf("fr"), -1);
        std::map<ParameterGroup, int> networks;
        for (const NamedParameter& parameter : (*again)->parameters())
            if (parameter.name.ends_with("up_proj.weight")) ++networks[parameter.group];
        QCOMPARE(networks[ParameterGroup::NewExpert], 6);
        QCOMPARE(networks[ParameterGroup::OriginalExpert], 1);  // of the layer that stays dense
        QVERIFY(torch::equal(hidden(**again, randomIds(2, 9, 101), everySequence(2, 1)),
                             hidden(*model, randomIds(2, 9, 101), everySequence(2, 1))));
    }

    // Acceptance check 44.
    void theSizesOfBloom560mAreThePublishedOnes()
    {
        ModelShape bloom;
        bloom.layers = 24;
        bloom.width = 1024;
        bloom.heads = bloom.keyValueHeads = 16;
        bloom.headSize = 64;
        bloom.feedForwardWidth = 4096;
        bloom.vocabulary = 250'880;
        bloom.qkvBias = bloom.outputBias = bloom.feedForwardBias = true;
        bloom.norm = NormKind::Layer;
        bloom.feedForward = FeedForwardKind::Gelu;
        bloom.positions = PositionKind::Alibi;
        bloom.embeddingNorm = true;
        for (const auto& [groups, millions] : std::vector<std::pair<std::int64_t, double>>{{3, 710.33}, {6, 936.99}, {9, 1163.65}, {16, 1692.52}}) {
            ExpertAllocation allocation;
            allocation.experts.assign(24, 1);
            for (const std::size_t layer : {0, 1, 2, 3, 4, 20, 21, 22, 23}) allocation.experts[layer] = groups;
            allocation.groups.assign(std::size_t(groups), {"xx"});
            const ParameterCount count = countParameters(bloom, allocation);
            QCOMPARE(std::round(double(count.total) / 1e4) / 100, millions);
            QCOMPARE(count.router, 9 * groups * 1024);
            QCOMPARE(count.newExperts, 9 * groups * (2 * 1024 * 4096 + 4096 + 1024));
            QCOMPARE(count.total - count.active, 9 * (groups - 2) * (2 * 1024 * 4096 + 4096 + 1024));
        }
    }
};

QTEST_APPLESS_MAIN(GroupExpertsTest)
#include "group_experts_test.moc"
