// Acceptance 34 of LayerMoE: a second round on an expanded model.
#include <QTest>

#include "engine/model/checkpoint/model_file.h"
#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

/// One expanded layer of three experts with learned weights and a classifier, and a dense one.
std::unique_ptr<Decoder> afterRoundOne()
{
    auto decoder = smallMoe({3, 1});
    decoder->addClassifiers({0}, ClassifierScope::Token, Seed{4});
    return decoder;
}

std::unique_ptr<Decoder> roundTwo(const Decoder& base, std::vector<std::int64_t> experts)
{
    ExpertAllocation allocation;
    allocation.experts = std::move(experts);
    allocation.rounds = base.allocation().rounds;
    allocation.rounds.push_back(base.allocation().experts);
    return upcycle(base, planUpcycle(base.shape(), allocation, ExpertOrigin::Copy, Seed{77}));
}

bool equalExperts(const Expert& a, const Expert& b)
{
    const auto left = a.tensors(), right = b.tensors();
    for (std::size_t i = 0; i < left.size(); ++i)
        if (!torch::equal(left[i].second, right[i].second)) return false;
    return left.size() == right.size();
}

}  // namespace

class LifelongTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void newExpertsAreCopiesOfTheOriginalOneAndRoutersGrow()
    {
        const auto base = afterRoundOne();
        const auto expanded = roundTwo(*base, {5, 2});
        for (std::size_t layer = 0; layer < 2; ++layer) {
            const auto& before = base->layers()[layer].feedForward.bank.experts;
            const auto& after = expanded->layers()[layer].feedForward.bank.experts;
            for (std::size_t e = 0; e < after.size(); ++e)
                QVERIFY2(equalExperts(after[e], e < before.size() ? before[e] : before.front()), std::to_string(e).c_str());
        }
        QCOMPARE(expanded->layers()[0].feedForward.router.weight_ED.size(0), 5);
        QCOMPARE(expanded->layers()[1].feedForward.router.weight_ED.size(0), 2);
        QVERIFY(!torch::equal(expanded->layers()[0].feedForward.router.weight_ED.slice(0, 0, 3), base->layers()[0].feedForward.router.weight_ED));
        QVERIFY2(!expanded->layers()[0].feedForward.classifier.weight_2D.defined(), "the classifier of the first round was kept");
        const auto& allocation = expanded->allocation();
        QCOMPARE(allocation.roundOf(0, 0), 0);
        QCOMPARE(allocation.roundOf(0, 2), 1);
        QCOMPARE(allocation.roundOf(0, 3), 2);
        QCOMPARE(allocation.roundOf(1, 1), 2);
    }

    void theFunctionChangesAtStepZeroAndALayerWithoutAdditionsDoesNot()
    {
        const auto base = smallMoe({3, 4});
        QVERIFY2(logitDifference(*base, *roundTwo(*base, {5, 5}), Seed{9}) > 1e-3, "routing over unequal experts begins at random");
        QVERIFY(logitDifference(*base, *roundTwo(*base, {3, 4}), Seed{9}) == 0.0);
    }

    void trainingTheSecondRoundLeavesTheFirstAndTheOriginalBitIdentical()
    {
        const SmallText text;
        const auto base = afterRoundOne();
        const auto expanded = roundTwo(*base, {5, 2});
        const auto before = hashes(*expanded);
        {
            const SampleStream stream = text.stream({0, 0, 0, 1});
            StageSpec stage = smallStage(StageKind::PostPretraining, 12);
            stage.weightDecay = 0.1;
            StageTrainer trainer(*expanded, stage, text.languages(), stream);
            for (std::int64_t step = 0; step < 12; ++step) QVERIFY(trainer.trainStep(step).finite);
        }
        const auto after = hashes(*expanded);
        for (const NamedParameter& parameter : expanded->parameters()) {
            const bool learns = parameter.group == ParameterGroup::NewExpert || parameter.group == ParameterGroup::Router;
            QVERIFY2((before.at(parameter.name) != after.at(parameter.name)) == learns, parameter.name.c_str());
        }
        // In the words of the paper: of layer 0 the experts 3 and 4, of layer 1 the expert 1, and the routers.
        for (const char* learned : {"layers.0.mlp.experts.3.", "layers.0.mlp.experts.4.", "layers.1.mlp.experts.1.", "router.weight"})
            QVERIFY2(std::any_of(after.begin(), after.end(), [&](const auto& entry) {
                         return entry.first.find(learned) != std::string::npos && before.at(entry.first) != entry.second;
                     }), learned);
        for (const char* frozen : {"layers.0.mlp.experts.0.", "layers.0.mlp.experts.1.", "layers.0.mlp.experts.2.", "layers.1.mlp.experts.0.", "self_attn"})
            QVERIFY2(std::none_of(after.begin(), after.end(), [&](const auto& entry) {
                         return entry.first.find(frozen) != std::string::npos && before.at(entry.first) != entry.second;
                     }), frozen);
    }

    void roundsComeBackFromDisk()
    {
        const auto expanded = roundTwo(*roundTwo(*afterRoundOne(), {5, 2}), {6, 4});
        const QTemporaryDir folder;
        QVERIFY(writeModel(*expanded, folder.path().toStdString()));
        const auto again = readModel(folder.path().toStdString());
        QVERIFY2(again, again ? "" : again.error().message.c_str());
        QCOMPARE((*again)->allocation(), expanded->allocation());
        QCOMPARE((*again)->allocation().rounds, (std::vector<std::vector<std::int64_t>>{{3, 1}, {5, 2}}));
        std::map<ParameterGroup, int> networks;
        for (const NamedParameter& parameter : (*again)->parameters())
            if (parameter.name.ends_with("up_proj.weight")) ++networks[parameter.group];
        QCOMPARE(networks[ParameterGroup::OriginalExpert], 2);
        QCOMPARE(networks[ParameterGroup::EarlierExpert], 4 + 1);
        QCOMPARE(networks[ParameterGroup::NewExpert], 1 + 2);
        const ParameterCount count = countParameters(expanded->shape(), expanded->allocation());
        QCOMPARE(count.earlierExperts, 5 * 3 * 32 * 64);
        QCOMPARE(count.newExperts, 3 * 3 * 32 * 64);
    }
};

QTEST_APPLESS_MAIN(LifelongTest)
#include "lifelong_test.moc"
