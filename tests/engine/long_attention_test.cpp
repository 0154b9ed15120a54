// Attention over long sequences: some queries at a time, with the numbers and without the memory of all at once.
#include "engine/model/torch.h"

#include <QtTest>

#include "engine/model/attention.h"
#include "tests/support/peak_memory.h"
#include "tests/support/small_model.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::uint64_t kMegabyte = 1 << 20;

ModelShape thinShape()
{
    ModelShape shape;
    shape.width = 32;
    shape.heads = 8;
    shape.keyValueHeads = 2;
    shape.headSize = 4;
    return shape;
}

AttentionWeights randomWeights(const ModelShape& shape, torch::ScalarType type = torch::kFloat32)
{
    const auto matrix = [&](std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
        return randomTensor({rows, columns}, Seed{seed}, 0.3).to(type);
    };
    AttentionWeights weights;
    const std::int64_t queries = shape.heads * shape.headSize, keys = shape.keyValueHeads * shape.headSize;
    weights.query_HCxD = matrix(queries, shape.width, 1);
    weights.key_GCxD = matrix(keys, shape.width, 2);
    weights.value_GCxD = matrix(keys, shape.width, 3);
    weights.output_DxHC = matrix(shape.width, queries, 4);
    return weights;
}

}  // namespace

class LongAttentionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void someQueriesAtATimeGiveTheNumbersOfAllAtOnce_data() { shapes(); }
    void someQueriesAtATimeGiveTheNumbersOfAllAtOnce()
    {
        const torch::NoGradGuard noGradient;
        const ModelShape shape = shapeOf();
        const std::int64_t length = 1200, sequences = 2, window = windowOf();
        QVERIFY(queriesAtOnce(shape, sequences, length) < length);
        const torch::Tensor x_TD = randomTensor({sequences * length, shape.width}, Seed{9});
        const AttentionWeights weights = randomWeights(shape);
        const RotaryTable table = rotaryTable(length, shape);
        const torch::Tensor whole = attend(weights, shape, x_TD, sequences, table, window, attentionBias(shape, 0, length, window));
        const double difference = largestDifference(attend(weights, shape, x_TD, sequences, table, window), whole);
        QVERIFY2(difference <= 1e-6 * whole.abs().max().item<double>(), qPrintable(QString::number(difference)));
    }

    void memoryGrowsWithTheLengthNotWithItsSquare_data()
    {
        shapes();
        QTest::newRow("plain") << 0;
        QTest::newRow("plain bf16") << 0;
    }
    void memoryGrowsWithTheLengthNotWithItsSquare()
    {
        const torch::NoGradGuard noGradient;
        const ModelShape shape = shapeOf();
        const std::int64_t length = 4096;
        const torch::ScalarType type = kind().endsWith("bf16") ? torch::kBFloat16 : torch::kFloat32;
        const torch::Tensor x_TD = randomTensor({length, shape.width}, Seed{9}).to(type);
        const AttentionWeights weights = randomWeights(shape, type);
        const RotaryTable table = rotaryTable(length, shape);
        (void)attend(weights, shape, x_TD.slice(0, 0, 64), 1, table, windowOf());  // what the library keeps
        const PeakMemory peak;
        (void)attend(weights, shape, x_TD, 1, table, windowOf());
        const std::uint64_t squares = std::uint64_t(4 * shape.heads * length * length);  // 512 MiB
        QVERIFY2(!kMeasuresMemory || peak.bytes() < squares / 4 * 3, qPrintable(QString::number(peak.bytes() / kMegabyte)));
    }

    void eachTokenSeesItsWindow()
    {
        ModelShape shape = thinShape();
        const torch::Tensor part = attentionBias(shape, 5, 8, 3);  // queries 5, 6, 7; keys 3 to 7
        const double hidden = -std::numeric_limits<double>::infinity();
        QVERIFY(torch::equal(part, torch::tensor({{0.0, 0.0, 0.0, hidden, hidden},
                                                  {hidden, 0.0, 0.0, 0.0, hidden},
                                                  {hidden, hidden, 0.0, 0.0, 0.0}},
                                                 torch::kFloat32)));
        shape.positions = PositionKind::Alibi;
        const torch::Tensor all = attentionBias(shape, 0, 8, 0), last = attentionBias(shape, 6, 8, 0);
        QVERIFY(torch::equal(all.slice(1, 6, 8), last));
    }

private:
    static void shapes()
    {
        QTest::addColumn<int>("row");
        for (const char* kind : {"window", "alibi", "soft cap", "soft cap in a window"}) QTest::newRow(kind) << 0;
    }
    static QString kind() { return QTest::currentDataTag(); }
    static std::int64_t windowOf() { return kind().contains("window") ? 300 : 0; }
    static ModelShape shapeOf()
    {
        ModelShape shape = thinShape();
        if (kind().contains("alibi")) shape.positions = PositionKind::Alibi;
        if (kind().contains("soft cap")) shape.attentionSoftCap = 20;
        return shape;
    }
};

QTEST_GUILESS_MAIN(LongAttentionTest)
#include "long_attention_test.moc"
