// Splitting a joint projection into turned heads, and the way back: both twins against the formula in fp64.
#include <QtTest>

#include "kernels/rotary.h"
#include "tests/kernels/twins.h"

using namespace moebel;
using namespace moebel::test;
namespace cuda = moebel::kernels::cuda;

namespace
{

struct Heads {
    std::int64_t queries, keys, size, length;
};
constexpr std::int64_t kSequences = 2;

/// A view of heads stored one after the other, [B, heads, S, C].
template <typename Number>
kernels::HeadsView<Number> viewOf(Number* data, std::int64_t heads, const Heads& shape)
{
    return {data, heads, heads * shape.length * shape.size, shape.length * shape.size, shape.size};
}

template <typename Number>
QString rotaryDisagreement(const Heads& shape)
{
    const std::int64_t pairs = shape.size / 2, heads = shape.queries + 2 * shape.keys, rows = kSequences * shape.length;
    const auto joined = randomNumbers<Number>(rows * heads * shape.size, 1);
    const auto angles = randomNumbers<float>(shape.length * pairs, 2, 3);
    std::vector<float> cos, sin;
    for (const float angle : angles) cos.push_back(std::cos(angle)), sin.push_back(std::sin(angle));
    const std::int64_t counts[] = {shape.queries, shape.keys, shape.keys};
    Outputs truth = {{"query", {}}, {"key", {}}, {"value", {}}, {"joined again", asDoubles(joined)}};
    for (int part = 0, first = 0; part < 3; first += int(counts[part]), ++part) {
        truth[std::size_t(part)].numbers.resize(std::size_t(counts[part] * rows * shape.size));
        for (std::int64_t row = 0; row < rows; ++row) {
            for (std::int64_t h = 0; h < counts[part]; ++h) {
                const auto from = std::size_t((row * heads + first + h) * shape.size),
                           position = std::size_t(row % shape.length);
                const auto to =
                    std::size_t(((row / shape.length * counts[part] + h) * shape.length + row % shape.length) * shape.size);
                for (std::size_t p = 0; p < std::size_t(pairs); ++p) {
                    const double a = asDouble(joined[from + p]), b = asDouble(joined[from + p + std::size_t(pairs)]);
                    const std::size_t at = position * std::size_t(pairs) + p;
                    const double c = part == 2 ? 1 : double(cos[at]), s = part == 2 ? 0 : double(sin[at]);
                    truth[std::size_t(part)].numbers[to + p] = a * c - b * s;
                    truth[std::size_t(part)].numbers[to + p + std::size_t(pairs)] = b * c + a * s;
                }
            }
        }
    }
    const kernels::RotaryShape rotary{shape.length, shape.size};
    const auto passes = [&](const auto& split, const auto& join) {
        std::vector<std::vector<Number>> parts;
        for (const std::int64_t count : counts) parts.emplace_back(std::size_t(count * rows * shape.size));
        std::vector<Number> again(joined.size());
        const auto part = [&](std::size_t index) { return viewOf<Number>(parts[index].data(), counts[index], shape); };
        const auto read = [&](std::size_t index) { return viewOf<const Number>(parts[index].data(), counts[index], shape); };
        for (const auto& [begin, end] : {std::pair(std::int64_t(0), rows / 2), {rows / 2, rows}}) {
            split(joined.data(), cos.data(), sin.data(), rotary, begin, end, part(0), part(1), part(2));
            join(read(0), read(1), read(2), cos.data(), sin.data(), rotary, begin, end,
                 again.data());  // turning back undoes it
        }
        return Outputs{{"query", asDoubles(parts[0])},
                       {"key", asDoubles(parts[1])},
                       {"value", asDoubles(parts[2])},
                       {"joined again", asDoubles(again)}};
    };
    const auto cpu = [&] {
        return passes([](const auto&... a) { kernels::splitHeads<Number>(a...); },
                      [](const auto&... a) { kernels::joinHeads<Number>(a...); });
    };
    const auto device = [&] {
        return passes([](const auto&... a) { cuda::splitHeads<Number>(a..., nullptr); },
                      [](const auto&... a) { cuda::joinHeads<Number>(a..., nullptr); });
    };
    return disagreement(truth, cpu, device, kTolerance<Number>);
}

}  // namespace

class RotaryKernelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void headsAreSplitTurnedAndJoinedAgain_data();
    void headsAreSplitTurnedAndJoinedAgain();
};

void RotaryKernelsTest::headsAreSplitTurnedAndJoinedAgain_data()
{
    QTest::addColumn<int>("queries");
    QTest::addColumn<int>("keys");
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("length");
    QTest::newRow("one key for all") << 4 << 1 << 8 << 11;
    QTest::newRow("grouped") << 4 << 2 << 32 << 5;
    QTest::newRow("a key for each") << 3 << 3 << 2 << 1;
    QTest::newRow("not a multiple of the pack") << 2 << 1 << 12 << 3;
    QTest::newRow("a real model") << 16 << 16 << 128 << 2;
}

void RotaryKernelsTest::headsAreSplitTurnedAndJoinedAgain()
{
    QFETCH(int, queries);
    QFETCH(int, keys);
    QFETCH(int, size);
    QFETCH(int, length);
    QCOMPARE(rotaryDisagreement<float>({queries, keys, size, length}), QString());
    QCOMPARE(rotaryDisagreement<BFloat16>({queries, keys, size, length}), QString());
}

QTEST_GUILESS_MAIN(RotaryKernelsTest)
#include "rotary_kernels_test.moc"
