// Every kernel against the same formula of LibTorch's operators in fp64, forward and backward, at ordinary and odd sizes.
#include <QtTest>

#include "engine/model/attention.h"
#include "engine/model/feed_forward.h"
#include "engine/model/norm.h"
#include "engine/model/torch.h"
#include "engine/training/losses.h"
#include "kernels/vector_math.h"
#include "tests/support/small_model.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

using Tensors = std::vector<torch::Tensor>;
using Formula = std::function<Tensors(const Tensors& leaves)>;

constexpr double kEpsilon = 1e-5;

/// Empty when values and gradients of both agree to `tolerance` relative to the largest number of each.
QString difference(const Tensors& leaves, const Formula& kernel, const Formula& reference, double tolerance)
{
    Tensors singles, doubles;
    for (const torch::Tensor& leaf : leaves) {
        singles.push_back(leaf.clone().requires_grad_(true));
        doubles.push_back(leaf.to(torch::kFloat64).requires_grad_(true));
    }
    const Tensors values = kernel(singles), truths = reference(doubles);
    torch::Tensor sum = torch::zeros({}), trueSum = torch::zeros({}, torch::kFloat64);
    const auto isClose = [&](const torch::Tensor& value, const torch::Tensor& truth) {
        return largestDifference(value.to(torch::kFloat64), truth) <=
               tolerance * std::max(1.0, truth.abs().max().item<double>());
    };
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!isClose(values[i].detach(), truths[i].detach())) return QString("value %1").arg(i);
        const torch::Tensor weight = randomTensor(values[i].sizes().vec(), Seed{90 + i});
        sum = sum + (values[i] * weight).sum();
        trueSum = trueSum + (truths[i] * weight.to(torch::kFloat64)).sum();
    }
    const auto gradients = torch::autograd::grad({sum}, singles, {}, {}, false, true);
    const auto trueGradients = torch::autograd::grad({trueSum}, doubles, {}, {}, false, true);
    for (std::size_t i = 0; i < singles.size(); ++i) {
        const auto made = [&](const torch::Tensor& gradient) {
            return gradient.defined() ? gradient : torch::zeros_like(doubles[i]);
        };
        if (!isClose(made(gradients[i]), made(trueGradients[i]))) return QString("gradient %1").arg(i);
    }
    return {};
}

torch::Tensor rmsNormFormula(const torch::Tensor& x, const torch::Tensor& weight)
{
    return x / (x.pow(2).mean(-1, true) + kEpsilon).sqrt() * weight;
}

torch::Tensor rotated(const torch::Tensor& x_BHSC, const RotaryTable& table)
{
    const torch::Tensor cos = torch::cat({table.cos_SP, table.cos_SP}, -1), sin = torch::cat({table.sin_SP, table.sin_SP}, -1);
    const auto halves = x_BHSC.chunk(2, -1);
    return x_BHSC * cos + torch::cat({-halves[1], halves[0]}, -1) * sin;
}

torch::Tensor feedForwardFormula(const torch::Tensor& x, const torch::Tensor& gate, const torch::Tensor& up,
                                 const torch::Tensor& down)
{
    return torch::linear(torch::silu(torch::linear(x, gate)) * torch::linear(x, up), down);
}

}  // namespace

class KernelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void exponentialIsGoodToAFewUnitsInTheLastPlace();
    void rmsNormAloneAndAfterASum_data();
    void rmsNormAloneAndAfterASum();
    void gateKeepsTheBestOfASoftmax_data();
    void gateKeepsTheBestOfASoftmax();
    void equalScoresGoToTheLowerIndex();
    void routedFeedForwardIsTheWeightedSumOfItsExperts_data();
    void routedFeedForwardIsTheWeightedSumOfItsExperts();
    void headsAreSplitAndTurned_data();
    void headsAreSplitAndTurned();
    void crossEntropyIsLogSumExpMinusTarget_data();
    void crossEntropyIsLogSumExpMinusTarget();
};

void KernelsTest::exponentialIsGoodToAFewUnitsInTheLastPlace()
{
    for (float x = -87.0F; x <= 88.0F; x += 0.00731F) {
        const double truth = std::exp(double(x));
        QVERIFY2(std::abs(double(kernels::vectorExp(x)) - truth) <= 3e-7 * truth, qPrintable(QString::number(double(x))));
    }
    QCOMPARE(kernels::vectorExp(-1000.0F), 0.0F);
    QCOMPARE(kernels::vectorExp(1000.0F), kernels::vectorExp(88.0F));
    QVERIFY(std::isnan(kernels::vectorExp(std::nanf(""))));
    QCOMPARE(kernels::vectorSigmoid(-1000.0F), kernels::vectorSigmoid(-88.0F));
    QCOMPARE(kernels::vectorSigmoid(1000.0F), 1.0F);
}

void KernelsTest::rmsNormAloneAndAfterASum_data()
{
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("width");
    for (const auto& [tokens, width] : {std::pair(1, 1), {3, 7}, {5, 129}, {300, 128}, {2, 1024}})
        QTest::addRow("%d x %d", tokens, width) << tokens << width;
}

void KernelsTest::rmsNormAloneAndAfterASum()
{
    QFETCH(int, tokens);
    QFETCH(int, width);
    const Tensors leaves = {randomTensor({tokens, width}, Seed{1}), randomTensor({tokens, width}, Seed{2}),
                            randomTensor({width}, Seed{3})};
    QCOMPARE(difference(
                 {leaves[0], leaves[2]}, [](const Tensors& l) { return Tensors{rmsNorm(l[0], l[1], kEpsilon)}; },
                 [](const Tensors& l) { return Tensors{rmsNormFormula(l[0], l[1])}; }, 2e-5),
             QString());
    const Formula kernel = [](const Tensors& l) {
        const ResidualNorm both = addRmsNorm(l[0], l[1], l[2], kEpsilon);
        return Tensors{both.sum_TD, both.normed_TD};
    };
    const Formula formula = [](const Tensors& l) { return Tensors{l[0] + l[1], rmsNormFormula(l[0] + l[1], l[2])}; };
    QCOMPARE(difference(leaves, kernel, formula, 2e-5), QString());
}

void KernelsTest::gateKeepsTheBestOfASoftmax_data()
{
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("topK");
    for (const auto& [experts, topK] : {std::pair(1, 1), {2, 2}, {3, 2}, {8, 3}, {64, 8}, {128, 8}, {3, 1}})
        QTest::addRow("%d experts, top-%d", experts, topK) << experts << topK;
}

void KernelsTest::gateKeepsTheBestOfASoftmax()
{
    QFETCH(int, experts);
    QFETCH(int, topK);
    const Formula kernel = [&](const Tensors& l) {
        const RoutingDecision decision = Router{l[1], topK, true}.route(l[0]);
        return Tensors{decision.scores_TE, decision.weights_TK};
    };
    const Formula formula = [&](const Tensors& l) {
        const torch::Tensor scores = torch::softmax(torch::linear(l[0], l[1]), -1);
        const torch::Tensor kept = std::get<0>(scores.topk(topK, -1));
        return Tensors{scores, kept / kept.sum(-1, true)};
    };
    QCOMPARE(difference({randomTensor({37, 19}, Seed{4}), randomTensor({experts, 19}, Seed{5}, 0.5)}, kernel, formula, 2e-5),
             QString());
}

void KernelsTest::equalScoresGoToTheLowerIndex()
{
    const RoutingDecision decision = Router{torch::zeros({5, 4}), 3, true}.route(randomTensor({6, 4}, Seed{6}));
    for (std::int64_t token = 0; token < 6; ++token)
        for (std::int64_t k = 0; k < 3; ++k) QCOMPARE(decision.expert_ids_TK[token][k].item<std::int64_t>(), k);
}

void KernelsTest::routedFeedForwardIsTheWeightedSumOfItsExperts_data()
{
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("inner");
    QTest::newRow("ordinary") << 150 << 3 << 32 << 80;
    QTest::newRow("one token") << 1 << 4 << 5 << 3;
    QTest::newRow("most experts empty") << 3 << 128 << 17 << 9;
    QTest::newRow("width one") << 20 << 2 << 1 << 1;
}

void KernelsTest::routedFeedForwardIsTheWeightedSumOfItsExperts()
{
    QFETCH(int, tokens);
    QFETCH(int, experts);
    QFETCH(int, width);
    QFETCH(int, inner);
    const torch::Tensor ids = std::get<1>(randomTensor({tokens, experts}, Seed{7}).topk(2, -1)).contiguous();
    Tensors leaves = {randomTensor({tokens, width}, Seed{8}), randomTensor({tokens, 2}, Seed{9}).abs() + 0.1};
    for (int e = 0; e < experts; ++e)
        for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{inner, width}, {inner, width}, {width, inner}})
            leaves.push_back(randomTensor(shape, Seed{100 + leaves.size()}, 0.4));
    const Formula kernel = [&](const Tensors& l) {
        std::vector<Expert> bank;
        for (std::size_t i = 2; i < l.size(); i += 3) bank.push_back({l[i], l[i + 1], l[i + 2]});
        return Tensors{routedFeedForward(l[0], bank, l[1], orderByExpert(ids, experts)), denseFeedForward(l[0], bank[0])};
    };
    const Formula formula = [&](const Tensors& l) {
        torch::Tensor sum = torch::zeros_like(l[0]);
        for (std::int64_t e = 0; e < experts; ++e) {
            const auto at = std::size_t(2 + 3 * e);
            const torch::Tensor weight = (l[1] * (ids == e).to(torch::kFloat64)).sum(-1, true);
            sum = sum + weight * feedForwardFormula(l[0], l[at], l[at + 1], l[at + 2]);
        }
        return Tensors{sum, feedForwardFormula(l[0], l[2], l[3], l[4])};
    };
    QCOMPARE(difference(leaves, kernel, formula, 2e-5), QString());
}

void KernelsTest::headsAreSplitAndTurned_data()
{
    QTest::addColumn<int>("heads");
    QTest::addColumn<int>("keyHeads");
    QTest::addColumn<int>("headSize");
    QTest::addColumn<int>("length");
    QTest::newRow("one key for all") << 4 << 1 << 8 << 11;
    QTest::newRow("grouped") << 4 << 2 << 32 << 40;
    QTest::newRow("a key for each") << 3 << 3 << 2 << 1;
}

void KernelsTest::headsAreSplitAndTurned()
{
    QFETCH(int, heads);
    QFETCH(int, keyHeads);
    QFETCH(int, headSize);
    QFETCH(int, length);
    ModelShape shape;
    shape.heads = heads;
    shape.keyValueHeads = keyHeads;
    shape.headSize = headSize;
    const RotaryTable table = rotaryTable(length, shape);
    const RotaryTable exact{table.cos_SP.to(torch::kFloat64), table.sin_SP.to(torch::kFloat64)};
    const Formula kernel = [&](const Tensors& l) {
        const AttentionHeads split = splitHeads(l[0], shape, 2, table);
        return Tensors{split.query_BHSC, split.key_BGSC, split.value_BGSC};
    };
    const Formula formula = [&](const Tensors& l) {
        const auto part = l[0].view({2, length, heads + 2 * keyHeads, headSize})
                              .transpose(1, 2)
                              .split_with_sizes({heads, keyHeads, keyHeads}, 1);
        return Tensors{rotated(part[0], exact), rotated(part[1], exact), part[2]};
    };
    QCOMPARE(difference({randomTensor({2 * length, (heads + 2 * keyHeads) * headSize}, Seed{10})}, kernel, formula, 1e-6),
             QString());
}

void KernelsTest::crossEntropyIsLogSumExpMinusTarget_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("vocabulary");
    for (const auto& [rows, vocabulary] : {std::pair(1, 1), {7, 3}, {33, 1025}, {64, 4096}})
        QTest::addRow("%d x %d", rows, vocabulary) << rows << vocabulary;
}

void KernelsTest::crossEntropyIsLogSumExpMinusTarget()
{
    QFETCH(int, rows);
    QFETCH(int, vocabulary);
    const torch::Tensor targets = randomIds(1, rows, vocabulary, Seed{11}).view({-1});
    const Formula kernel = [&](const Tensors& l) { return Tensors{languageModelLossSum(l[0], l[1], targets, 10, nullptr)}; };
    const Formula formula = [&](const Tensors& l) {
        return Tensors{torch::cross_entropy_loss(torch::mm(l[0], l[1].t()), targets, {}, at::Reduction::Sum)};
    };
    QCOMPARE(
        difference({randomTensor({rows, 12}, Seed{12}, 3), randomTensor({vocabulary, 12}, Seed{13})}, kernel, formula, 2e-5),
        QString());
    const torch::Tensor hidden = randomTensor({rows, 12}, Seed{12}, 3), head = randomTensor({vocabulary, 12}, Seed{13});
    const double sum = tokenNegativeLogLikelihood(hidden, head, targets, 10).sum().item<double>();
    const double truth = formula({hidden.to(torch::kFloat64), head.to(torch::kFloat64)})[0].item<double>();
    QVERIFY(std::abs(sum - truth) <= 2e-5 * std::max(1.0, truth));
}

QTEST_GUILESS_MAIN(KernelsTest)
#include "kernels_test.moc"
