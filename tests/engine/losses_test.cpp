// The losses against LibTorch's own, against hand-made cases of the papers, and against finite differences.
#include <QTest>

#include <cmath>
#include <numbers>

#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

class LossesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { torch::manual_seed(1); }
    void chunkedLossEqualsCrossEntropy_data();
    void chunkedLossEqualsCrossEntropy();
    void frozenHeadGetsNoGradientAndHiddenTheSame();
    void tiedEmbeddingGetsBothGradients();
    void hugeLogitsStayFinite();
    void lossesPerTokenSumToTheLoss();
    void uniformRoutingBalancesAtOneOrK_data();
    void uniformRoutingBalancesAtOneOrK();
    void everyTokenOnTheSameExpertsBalancesAtNOverK();
    void balanceGradientFlowsThroughTheScoresOnly();
    void balanceIsTheMeanOverLayersWithARouter();
    void priorOfUniformLogitsIsTheLogarithmOfN_data();
    void priorOfUniformLogitsIsTheLogarithmOfN();
    void priorOfACertainExpertZeroIsItsFloor_data();
    void priorOfACertainExpertZeroIsItsFloor();
    void priorWithoutOriginalTokensIsZero();
    void priorIgnoresExpandedTokens();
    void priorSharesAddUpToTheWholeBatch();
    void priorReachesOnlyTheRoutersAndMatchesFiniteDifferences_data();
    void priorReachesOnlyTheRoutersAndMatchesFiniteDifferences();
    void theRouterLossOfZeroWeightsIsTheLogarithmOfTheGroups();
    void theRouterLossIsTheMeanOverLayersAndTokensOfAGroup();
    void theConstantBalanceIsGroupsOverKWithoutAGradient();
};

namespace {

struct Case {
    torch::Tensor hidden_TD, head_VD, targets_T;
    Case(std::int64_t tokens, std::int64_t vocabulary, bool headLearns)
        : hidden_TD(torch::randn({tokens, 24}).requires_grad_()), head_VD(torch::randn({vocabulary, 24}).mul_(0.3)),
          targets_T(torch::randint(vocabulary, {tokens}, torch::kInt64))
    {
        head_VD.requires_grad_(headLearns);
    }
};

torch::Tensor crossEntropySum(const torch::Tensor& hidden_TD, const torch::Tensor& head_VD, const torch::Tensor& targets_T)
{
    return torch::cross_entropy_loss(torch::linear(hidden_TD, head_VD), targets_T, {}, at::Reduction::Sum);
}

double priorOf(const torch::Tensor& logits_TE, PriorForm form)
{
    return languagePriorLoss({decide(logits_TE)}, torch::ones({logits_TE.size(0)}, torch::kBool), form).item<double>();
}

bool isNear(double found, double expected, double tolerance)
{
    if (std::abs(found - expected) <= tolerance)
        return true;
    qWarning("found %.9g, expected %.9g", found, expected);
    return false;
}

}  // namespace

void LossesTest::chunkedLossEqualsCrossEntropy_data()
{
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("chunkRows");
    QTest::newRow("one chunk exactly") << 32 << 32;
    QTest::newRow("chunks that divide") << 32 << 8;
    QTest::newRow("chunks that do not divide") << 37 << 8;
    QTest::newRow("a last chunk of one row") << 33 << 8;
    QTest::newRow("a chunk larger than the batch") << 5 << 512;
    QTest::newRow("one row at a time") << 7 << 1;
}

void LossesTest::chunkedLossEqualsCrossEntropy()
{
    QFETCH(int, tokens);
    QFETCH(int, chunkRows);
    const Case ours(tokens, 113, true);
    const double tokenCount = double(tokens);
    const torch::Tensor loss = languageModelLossSum(ours.hidden_TD, ours.head_VD, ours.targets_T, chunkRows);
    (loss / tokenCount * 0.37).backward();
    const torch::Tensor hidden = ours.hidden_TD.detach().clone().requires_grad_();
    const torch::Tensor head = ours.head_VD.detach().clone().requires_grad_();
    const torch::Tensor expected = crossEntropySum(hidden, head, ours.targets_T);
    (expected / tokenCount * 0.37).backward();

    QVERIFY(isNear(loss.item<double>() / tokenCount, expected.item<double>() / tokenCount, 1e-6));
    QVERIFY(difference(ours.hidden_TD.grad(), hidden.grad()) < 1e-6);
    QVERIFY(difference(ours.head_VD.grad(), head.grad()) < 1e-6);
}

void LossesTest::frozenHeadGetsNoGradientAndHiddenTheSame()
{
    const Case frozen(21, 50, false);
    languageModelLossSum(frozen.hidden_TD, frozen.head_VD, frozen.targets_T, 8).backward();
    QVERIFY(!frozen.head_VD.grad().defined());
    const torch::Tensor hidden = frozen.hidden_TD.detach().clone().requires_grad_();
    crossEntropySum(hidden, frozen.head_VD, frozen.targets_T).backward();
    QVERIFY(difference(frozen.hidden_TD.grad(), hidden.grad()) < 1e-5);
}

void LossesTest::tiedEmbeddingGetsBothGradients()
{
    const auto gradient = [](auto&& loss) {
        torch::manual_seed(4);
        const torch::Tensor embedding_VD = torch::randn({40, 16}).mul_(0.3).requires_grad_();
        const torch::Tensor ids_T = torch::randint(40, {19}, torch::kInt64), targets_T = torch::randint(40, {19}, torch::kInt64);
        loss(torch::tanh(torch::embedding(embedding_VD, ids_T)), embedding_VD, targets_T).backward();
        return embedding_VD.grad();
    };
    const torch::Tensor ours = gradient([](const auto& h, const auto& e, const auto& t) { return languageModelLossSum(h, e, t, 4); });
    QVERIFY(difference(ours, gradient(crossEntropySum)) < 1e-6);
}

void LossesTest::hugeLogitsStayFinite()
{
    const torch::Tensor hidden = torch::tensor({{1.0F, 0.0F}, {0.0F, 1.0F}}).requires_grad_();
    const torch::Tensor head = torch::tensor({{1e4F, -1e4F}, {-1e4F, 1e4F}, {0.0F, 0.0F}});
    const torch::Tensor loss = languageModelLossSum(hidden, head, torch::tensor({0, 0}, torch::kInt64));
    loss.backward();
    QVERIFY(isNear(loss.item<double>(), 2e4, 1e-3));
    QVERIFY(torch::isfinite(hidden.grad()).all().item<bool>());
    QVERIFY(largest(hidden.grad()[0]) == 0.0);  // the certain and right token asks for nothing
}

void LossesTest::lossesPerTokenSumToTheLoss()
{
    const Case text(37, 60, false);
    torch::Tensor tokenLoss_T;
    const torch::Tensor loss = languageModelLossSum(text.hidden_TD, text.head_VD, text.targets_T, 8, &tokenLoss_T);
    QCOMPARE(tokenLoss_T.size(0), 37);
    QVERIFY(!tokenLoss_T.requires_grad());
    QVERIFY(isNear(tokenLoss_T.sum(torch::kFloat64).item<double>(), loss.item<double>(), 1e-4));
    const torch::Tensor evaluated_T = tokenNegativeLogLikelihood(text.hidden_TD, text.head_VD, text.targets_T, 16);
    QVERIFY(difference(evaluated_T, tokenLoss_T) < 1e-5);
}

void LossesTest::uniformRoutingBalancesAtOneOrK_data()
{
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("topK");
    QTest::newRow("4 experts, 2 a token") << 4 << 2;
    QTest::newRow("6 experts, 2 a token") << 6 << 2;
    QTest::newRow("6 experts, 3 a token") << 6 << 3;
    QTest::newRow("3 experts, 1 a token") << 3 << 1;
}

void LossesTest::uniformRoutingBalancesAtOneOrK()
{
    QFETCH(int, experts);
    QFETCH(int, topK);
    RoutingDecision decision = decide(torch::zeros({experts, experts}), topK);
    for (int t = 0; t < experts; ++t)
        for (int k = 0; k < topK; ++k)
            decision.expert_ids_TK[t][k] = (t + k) % experts;  // every expert topK times
    QVERIFY(isNear(loadBalanceLoss({decision}, BalanceForm::Paper).item<double>(), 1.0, 1e-6));
    QVERIFY(isNear(loadBalanceLoss({decision}, BalanceForm::Official).item<double>(), topK, 1e-6));
}

void LossesTest::everyTokenOnTheSameExpertsBalancesAtNOverK()
{
    torch::Tensor logits_TE = torch::full({10, 6}, -1e9);
    logits_TE.slice(1, 0, 2).zero_();  // two experts with score 1/2 each
    QVERIFY(isNear(loadBalanceLoss({decide(logits_TE)}, BalanceForm::Paper).item<double>(), 6.0 / 2.0, 1e-6));
    QVERIFY(isNear(loadBalanceLoss({decide(logits_TE)}, BalanceForm::Official).item<double>(), 6.0, 1e-6));
}

void LossesTest::balanceGradientFlowsThroughTheScoresOnly()
{
    const torch::Tensor logits_TE = torch::randn({12, 5}).requires_grad_();
    const RoutingDecision decision = decide(logits_TE);
    loadBalanceLoss({decision}, BalanceForm::Paper).backward();
    torch::Tensor counts_E = torch::zeros({5});
    for (int t = 0; t < 12; ++t)
        for (int k = 0; k < 2; ++k)
            counts_E[decision.expert_ids_TK[t][k].item<std::int64_t>()] += 1;
    const torch::Tensor again_TE = logits_TE.detach().clone().requires_grad_();
    ((counts_E / 12.0) * torch::softmax(again_TE, -1).mean(0)).sum().mul(5.0 / 2.0).backward();
    QVERIFY(largest(logits_TE.grad()) > 1e-3);
    QVERIFY(difference(logits_TE.grad(), again_TE.grad()) < 1e-7);
}

void LossesTest::balanceIsTheMeanOverLayersWithARouter()
{
    const RoutingDecision a = decide(torch::randn({9, 3})), b = decide(torch::randn({9, 6}));
    const auto balance = [](const std::vector<RoutingDecision>& layers) {
        return loadBalanceLoss(layers, BalanceForm::Paper).item<double>();
    };
    QVERIFY(isNear(balance({a, {}, b}), (balance({a}) + balance({b})) / 2, 1e-6));
    QCOMPARE(balance({{}, {}}), 0.0);
}

void LossesTest::priorOfUniformLogitsIsTheLogarithmOfN_data()
{
    QTest::addColumn<int>("experts");
    for (const int experts : {2, 3, 4, 6, 8})
        QTest::addRow("%d experts", experts) << experts;
}

void LossesTest::priorOfUniformLogitsIsTheLogarithmOfN()
{
    QFETCH(int, experts);
    const torch::Tensor logits_TE = torch::full({5, experts}, 0.7);
    QVERIFY(isNear(priorOf(logits_TE, PriorForm::Paper), std::log(experts), 1e-6));
    QVERIFY(isNear(priorOf(logits_TE, PriorForm::Official), std::log(experts), 1e-6));
}

void LossesTest::priorOfACertainExpertZeroIsItsFloor_data()
{
    QTest::addColumn<int>("experts");
    QTest::addColumn<double>("officialFloor");
    QTest::newRow("2 experts") << 2 << 0.3133;
    QTest::newRow("3 experts") << 3 << 0.5514;
    QTest::newRow("4 experts") << 4 << 0.7437;
    QTest::newRow("6 experts") << 6 << 1.0436;
    QTest::newRow("8 experts") << 8 << 1.2740;
}

void LossesTest::priorOfACertainExpertZeroIsItsFloor()
{
    QFETCH(int, experts);
    QFETCH(double, officialFloor);
    torch::Tensor logits_TE = torch::zeros({5, experts});
    logits_TE.select(1, 0).fill_(200.0);
    QVERIFY(isNear(priorOf(logits_TE, PriorForm::Paper), 0.0, 1e-6));
    QVERIFY(isNear(priorOf(logits_TE, PriorForm::Official), officialFloor, 5e-5));
    QVERIFY(isNear(priorOf(logits_TE, PriorForm::Official), std::log(std::numbers::e + experts - 1) - 1, 1e-6));
    QVERIFY(isNear(priorOf(-logits_TE, PriorForm::Paper), 200.0 + std::log(experts - 1), 1e-3));  // no logarithm of zero
}

void LossesTest::priorWithoutOriginalTokensIsZero()
{
    const torch::Tensor logits_TE = torch::randn({6, 4}).requires_grad_();
    for (const PriorForm form : {PriorForm::Paper, PriorForm::Official}) {
        const torch::Tensor loss = languagePriorLoss({decide(logits_TE)}, torch::zeros({6}, torch::kBool), form);
        QCOMPARE(loss.item<double>(), 0.0);
        (loss + logits_TE.sum() * 0.0).backward();
        QCOMPARE(largest(logits_TE.grad()), 0.0);
    }
    QCOMPARE(languagePriorLoss({{}}, torch::ones({6}, torch::kBool), PriorForm::Paper).item<double>(), 0.0);
}

void LossesTest::priorIgnoresExpandedTokens()
{
    const torch::Tensor isOriginal_T = torch::tensor({true, false, true, false, false, true});
    const torch::Tensor logits_TE = torch::randn({6, 4}).requires_grad_();
    for (const PriorForm form : {PriorForm::Paper, PriorForm::Official}) {
        logits_TE.mutable_grad() = torch::Tensor();
        const torch::Tensor loss = languagePriorLoss({decide(logits_TE)}, isOriginal_T, form);
        loss.backward();
        QCOMPARE(largest(logits_TE.grad().index({~isOriginal_T})), 0.0);
        QVERIFY(largest(logits_TE.grad().index({isOriginal_T})) > 1e-3);
        const torch::Tensor changed_TE = torch::where(isOriginal_T.unsqueeze(1), logits_TE.detach(), torch::randn({6, 4}));
        QCOMPARE(languagePriorLoss({decide(changed_TE)}, isOriginal_T, form).item<double>(), loss.item<double>());
    }
}

void LossesTest::priorSharesAddUpToTheWholeBatch()
{
    const torch::Tensor isOriginal_T = torch::tensor({true, false, true, true, false, true, true, false, false});
    const std::vector<RoutingDecision> whole = {decide(torch::randn({9, 4})), decide(torch::randn({9, 6}))};
    const auto part = [&](std::int64_t begin, std::int64_t end, double share) {
        std::vector<RoutingDecision> layers;
        for (const RoutingDecision& layer : whole)
            layers.push_back(decide(layer.logits_TE.slice(0, begin, end)));
        return languagePriorLoss(layers, isOriginal_T.slice(0, begin, end), PriorForm::Paper, share).item<double>();
    };
    const double expected = languagePriorLoss(whole, isOriginal_T, PriorForm::Paper).item<double>();
    QVERIFY(isNear(part(0, 4, 3.0 / 5) + part(4, 7, 2.0 / 5) + part(7, 9, 0.0), expected, 1e-6));
}

void LossesTest::priorReachesOnlyTheRoutersAndMatchesFiniteDifferences_data()
{
    QTest::addColumn<int>("form");
    QTest::newRow("paper") << int(PriorForm::Paper);
    QTest::newRow("official") << int(PriorForm::Official);
}

void LossesTest::priorReachesOnlyTheRoutersAndMatchesFiniteDifferences()
{
    QFETCH(int, form);
    const auto decoder = smallMoe({3, 4});
    applyFreezePlan(*decoder, TrainableSet::Routers);
    const torch::Tensor ids_BS = torch::randint(96, {2, 12}, torch::kInt64);
    const torch::Tensor isOriginal_T = torch::arange(24) < 12;
    std::vector<torch::Tensor> chosen;
    const auto loss = [&] {
        const DecoderOutput output = decoder->forward(ids_BS);
        chosen.clear();
        for (const RoutingDecision& layer : output.routing)
            chosen.push_back(layer.expert_ids_TK);
        return languagePriorLoss(output.routing, isOriginal_T, PriorForm(form));
    };
    loss().backward();
    const std::vector<torch::Tensor> before = chosen;
    int compared = 0;
    for (const NamedParameter& parameter : decoder->parameters()) {
        if (parameter.group != ParameterGroup::Router) {
            QVERIFY2(!parameter.tensor.grad().defined(), parameter.name.c_str());
            continue;
        }
        const torch::NoGradGuard noGradient;
        torch::Tensor weights = parameter.tensor.view({-1});
        const torch::Tensor gradient = parameter.tensor.grad().view({-1});
        QVERIFY(largest(gradient) > 1e-2);
        for (std::int64_t i = 0; i < weights.numel(); i += 5) {
            const double weight = weights[i].item<double>(), distance = 2e-3;
            bool sameExperts = true;
            double side[2];
            for (const int sign : {0, 1}) {
                weights[i] = weight + (sign ? distance : -distance);
                side[sign] = loss().item<double>();
                for (std::size_t layer = 0; layer < chosen.size(); ++layer)
                    sameExperts = sameExperts && chosen[layer].equal(before[layer]);
            }
            weights[i] = weight;
            if (!sameExperts)
                continue;  // the choice of experts is a step, not a slope
            QVERIFY(isNear((side[1] - side[0]) / (2 * distance), gradient[i].item<double>(), 1e-3));
            ++compared;
        }
    }
    QVERIFY2(compared >= 20, qPrintable(QString::number(compared)));
}

// Acceptance check 42, first half.
void LossesTest::theRouterLossOfZeroWeightsIsTheLogarithmOfTheGroups()
{
    for (const std::int64_t groups : {2, 3, 6, 16}) {
        const std::vector<RoutingDecision> routing = {decide(torch::zeros({12, groups})), {}, decide(torch::zeros({12, groups}))};
        const torch::Tensor group_T = torch::arange(12, torch::kInt64).remainder(groups);
        QVERIFY(std::abs(groupRouterLoss(routing, group_T).item<double>() - std::log(double(groups))) < 1e-6);
    }
}

void LossesTest::theRouterLossIsTheMeanOverLayersAndTokensOfAGroup()
{
    const torch::Tensor first_TE = torch::randn({4, 3}).requires_grad_(), second_TE = torch::randn({4, 3});
    const torch::Tensor group_T = torch::tensor({2, -1, 0, 0}, torch::kInt64);
    double accuracy = 0;
    const torch::Tensor loss = groupRouterLoss({decide(first_TE), {}, decide(second_TE)}, group_T, 0.5, &accuracy);
    double expected = 0, right = 0;
    for (const torch::Tensor& logits_TE : {first_TE, second_TE})
        for (const auto& [token, group] : std::vector<std::pair<int, int>>{{0, 2}, {2, 0}, {3, 0}}) {
            expected -= logits_TE[token].log_softmax(0)[group].item<double>() / 6;
            right += logits_TE[token].argmax().item<std::int64_t>() == group ? 1.0 / 6 : 0;
        }
    QVERIFY(std::abs(loss.item<double>() - 0.5 * expected) < 1e-5);
    QVERIFY(std::abs(accuracy - right) < 1e-6);
    loss.backward();
    QCOMPARE(first_TE.grad()[1].abs().sum().item<double>(), 0.0);
    QVERIFY(first_TE.grad()[0].abs().sum().item<double>() > 0);
    QCOMPARE(groupRouterLoss({decide(second_TE)}, torch::full({4}, -1, torch::kInt64)).item<double>(), 0.0);
}

// Acceptance check 43: the published code takes the softmax over the kept logits only and averages over the K kept places.
void LossesTest::theConstantBalanceIsGroupsOverKWithoutAGradient()
{
    for (const auto& [groups, expected] : std::vector<std::pair<std::int64_t, double>>{{3, 1.5}, {6, 3.0}, {9, 4.5}, {16, 8.0}}) {
        const torch::Tensor logits_TE = torch::randn({40, groups}).requires_grad_();
        const RoutingDecision decision = decide(logits_TE);
        const torch::Tensor kept_TK = torch::softmax(std::get<0>(logits_TE.topk(2, -1)), -1);
        const torch::Tensor counts_E = torch::bincount(decision.expert_ids_TK.reshape({-1}), {}, groups).to(torch::kFloat32) / 80.0;
        const torch::Tensor published = (counts_E * kept_TK.mean()).sum() * double(groups);
        const torch::Tensor loss = loadBalanceLoss({decision}, BalanceForm::Constant);
        QVERIFY(std::abs(loss.item<double>() - expected) < 1e-6);
        QVERIFY(std::abs(published.item<double>() - expected) < 1e-5);
        QVERIFY(!loss.requires_grad());
        QVERIFY(loadBalanceLoss({decision}, BalanceForm::Paper).requires_grad());
    }
}

QTEST_GUILESS_MAIN(LossesTest)
#include "losses_test.moc"
