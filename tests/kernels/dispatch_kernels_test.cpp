// Sorting tokens by expert, gathering and putting back: both twins against plain loops.
#include <QtTest>
#include <algorithm>

#include "kernels/token_dispatch.h"
#include "tests/kernels/twins.h"

using namespace moebel;
using namespace moebel::test;
namespace cuda = moebel::kernels::cuda;

namespace
{

/// Tokens sorted by expert.
struct Sorted {
    Ids slotOfRow, rowOfSlot, offsets;

    Outputs outputs() const
    {
        return {{"slot_of_row", asDoubles(slotOfRow)}, {"row_of_slot", asDoubles(rowOfSlot)}, {"offsets", asDoubles(offsets)}};
    }
};

Sorted sortedPlainly(const Ids& ids, std::int64_t experts)
{
    Sorted sorted{Ids(ids.size()), Ids(ids.size()), Ids(std::size_t(experts) + 1)};
    for (std::size_t slot = 0; slot < ids.size(); ++slot) sorted.slotOfRow[slot] = std::int64_t(slot);
    std::stable_sort(sorted.slotOfRow.begin(), sorted.slotOfRow.end(),
                     [&](std::int64_t a, std::int64_t b) { return ids[std::size_t(a)] < ids[std::size_t(b)]; });
    for (std::size_t row = 0; row < ids.size(); ++row) sorted.rowOfSlot[std::size_t(sorted.slotOfRow[row])] = std::int64_t(row);
    for (std::int64_t e = 0; e <= experts; ++e)
        sorted.offsets[std::size_t(e)] = std::count_if(ids.begin(), ids.end(), [&](std::int64_t id) { return id < e; });
    return sorted;
}

template <typename Row, typename Token>
QString dispatchDisagreement(std::int64_t tokens, std::int64_t topK, std::int64_t experts, std::int64_t width)
{
    const std::int64_t slots = tokens * topK;
    const Sorted order = sortedPlainly(randomIds(slots, experts, 1), experts);
    const auto x = randomNumbers<Token>(tokens * width, 2), dy = randomNumbers<Token>(tokens * width, 3);
    const auto rows = randomNumbers<Row>(slots * width, 4);
    const auto weights = randomNumbers<float>(slots, 5);
    Outputs truth = {{"gathered", Doubles(std::size_t(slots * width))},
                     {"dx", Doubles(x.size())},
                     {"y", Doubles(x.size())},
                     {"drows", Doubles(rows.size())},
                     {"dweights", Doubles(std::size_t(slots))}};
    for (std::int64_t row = 0; row < slots; ++row) {
        const std::int64_t slot = order.slotOfRow[std::size_t(row)], token = slot / topK;
        const double weight = double(weights[std::size_t(slot)]);
        for (std::int64_t d = 0; d < width; ++d) {
            const auto ofRow = std::size_t(row * width + d), ofToken = std::size_t(token * width + d);
            const double number = asDouble(rows[ofRow]), gradient = asDouble(dy[ofToken]);
            truth[0].numbers[ofRow] = asDouble(x[ofToken]);
            truth[1].numbers[ofToken] += number;
            truth[2].numbers[ofToken] += weight * number;
            truth[3].numbers[ofRow] = weight * gradient;
            truth[4].numbers[std::size_t(slot)] += number * gradient;
        }
    }
    const auto passes = [&](const auto& gather, const auto& gatherBackward, const auto& combine, const auto& combineBackward) {
        std::vector<Row> gathered(rows.size()), drows(rows.size());
        std::vector<Token> dx(x.size()), y(x.size());
        std::vector<float> dweights(weights.size());
        const std::int64_t *slotOfRow = order.slotOfRow.data(), *rowOfSlot = order.rowOfSlot.data();
        const std::int64_t half = slots / 2, someTokens = tokens / 2;  // in two parts, as threads share the work
        for (const auto& [begin, end] : {std::pair(std::int64_t(0), half), {half, slots}}) {
            gather(x.data(), slotOfRow, topK, width, begin, end, gathered.data());
            combineBackward(dy.data(), rows.data(), weights.data(), slotOfRow, topK, width, begin, end, drows.data(),
                            dweights.data());
        }
        for (const auto& [begin, end] : {std::pair(std::int64_t(0), someTokens), {someTokens, tokens}}) {
            gatherBackward(rows.data(), rowOfSlot, topK, width, begin, end, dx.data());
            combine(rows.data(), weights.data(), rowOfSlot, topK, width, begin, end, y.data());
        }
        return Outputs{{"gathered", asDoubles(gathered)},
                       {"dx", asDoubles(dx)},
                       {"y", asDoubles(y)},
                       {"drows", asDoubles(drows)},
                       {"dweights", asDoubles(dweights)}};
    };
    const auto cpu = [&] {
        return passes([](auto... a) { kernels::gatherRows<Row, Token>(a...); },
                      [](auto... a) { kernels::gatherRowsBackward<Row, Token>(a...); },
                      [](auto... a) { kernels::combineRows<Row, Token>(a...); },
                      [](auto... a) { kernels::combineRowsBackward<Row, Token>(a...); });
    };
    const auto device = [&] {
        return passes([](auto... a) { cuda::gatherRows<Row, Token>(a..., nullptr); },
                      [](auto... a) { cuda::gatherRowsBackward<Row, Token>(a..., nullptr); },
                      [](auto... a) { cuda::combineRows<Row, Token>(a..., nullptr); },
                      [](auto... a) { cuda::combineRowsBackward<Row, Token>(a..., nullptr); });
    };
    return disagreement(truth, cpu, device, kTolerance<Row>);
}

}  // namespace

class DispatchKernelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tokensAreSortedStably_data();
    void tokensAreSortedStably();
    void rowsAreGatheredAndPutBack_data();
    void rowsAreGatheredAndPutBack();
};

void DispatchKernelsTest::tokensAreSortedStably_data()
{
    QTest::addColumn<int>("slots");
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("used");  // experts that get tokens
    for (const auto& [slots, experts, used] : {std::tuple(0, 4, 4),
                                               {1, 1, 1},
                                               {1, 128, 128},
                                               {37, 2, 1},
                                               {64, 3, 3},
                                               {2048, 128, 5},
                                               {2049, 128, 128},
                                               {7001, 33, 33},
                                               {5000, 200, 200}})
        QTest::addRow("%d slots, %d of %d experts", slots, used, experts) << slots << experts << used;
}

void DispatchKernelsTest::tokensAreSortedStably()
{
    QFETCH(int, slots);
    QFETCH(int, experts);
    QFETCH(int, used);
    Ids ids = randomIds(slots, used, 3);
    for (std::int64_t& id : ids) id = experts - 1 - id;
    const Sorted truth = sortedPlainly(ids, experts);
    Ids ends(truth.offsets.begin() + 1, truth.offsets.end());
    Outputs formula = truth.outputs();
    formula.push_back({"ends", asDoubles(ends)});
    const auto cpu = [&] {
        Sorted sorted{Ids(ids.size()), Ids(ids.size()), Ids(std::size_t(experts) + 1, -1)};
        kernels::sortByExpert(ids.data(), slots, 1, experts, sorted.slotOfRow.data(), sorted.rowOfSlot.data(),
                              sorted.offsets.data());
        Outputs outputs = sorted.outputs();
        outputs.push_back(formula[3]);  // the CPU twin has no 32-bit form
        return outputs;
    };
    const auto device = [&] {
        Sorted sorted{Ids(ids.size()), Ids(ids.size()), Ids(std::size_t(experts) + 1, -1)};
        std::vector<std::int32_t> ends32(std::size_t(experts), -1);
        std::vector<std::int32_t> workspace(std::size_t(cuda::sortWorkspace(slots, 1, experts)), -1);
        cuda::sortByExpert(ids.data(), slots, 1, experts, sorted.slotOfRow.data(), sorted.rowOfSlot.data(),
                           sorted.offsets.data(), ends32.data(), workspace.data(), nullptr);
        Outputs outputs = sorted.outputs();
        outputs.push_back({"ends", asDoubles(ends32)});
        return outputs;
    };
    QCOMPARE(disagreement(formula, cpu, device, 0), QString());
}

void DispatchKernelsTest::rowsAreGatheredAndPutBack_data()
{
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("topK");
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("width");
    for (const auto& [tokens, topK, experts, width] :
         {std::tuple(1, 1, 1, 1), {3, 2, 2, 7}, {13, 8, 128, 40}, {20, 2, 4, 129}, {5, 3, 3, 2048}, {2, 2, 4, 16384}})
        QTest::addRow("%d tokens, top-%d of %d, width %d", tokens, topK, experts, width) << tokens << topK << experts << width;
}

void DispatchKernelsTest::rowsAreGatheredAndPutBack()
{
    QFETCH(int, tokens);
    QFETCH(int, topK);
    QFETCH(int, experts);
    QFETCH(int, width);
    QCOMPARE((dispatchDisagreement<float, float>(tokens, topK, experts, width)), QString());
    QCOMPARE((dispatchDisagreement<BFloat16, float>(tokens, topK, experts, width)), QString());
    QCOMPARE((dispatchDisagreement<BFloat16, BFloat16>(tokens, topK, experts, width)), QString());
}

QTEST_GUILESS_MAIN(DispatchKernelsTest)
#include "dispatch_kernels_test.moc"
