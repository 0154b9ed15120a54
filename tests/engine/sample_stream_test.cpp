// The sample stream: every block exactly once an epoch, shares by weight, any index at any time.
#include "engine/text/sample_stream.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

using namespace moebel;

class SampleStreamTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void usesEveryBlockOnceInEachOfThreeEpochs();
    void ordersEpochsDifferently();
    void givesTheSameByAnyWayThroughTheIndices();
    void sharesEqualTheWeights_data();
    void sharesEqualTheWeights();
    void sharesHoldInShortStretches();
    void targetsOverlapByOneToken();
    void seedsGiveDifferentOrders();
    void dataHashFollowsShardsWeightsAndLength();
    void namesALanguageWithTooLittleText();
    void ignoresTextOfLanguagesWithoutWeight();
    void temperatureFlattensShares();
    void replayRatioSplitsTheRoles();
    void rolesWithoutTextGetNothing();
    void aGroupedStreamHasOneGroupInEveryMicroBatchAndTheSharesOfTheWeights();
    void sizesOneToAThousandGiveSharesOfOneToEight();

private:
    /// A shard of one document whose tokens are base, base + 1, ...
    TokenShard counting(const char* language, std::int32_t base, std::size_t tokens)
    {
        std::vector<std::int32_t> ids(tokens - 1);
        std::iota(ids.begin(), ids.end(), base);
        const auto file = std::filesystem::path(m_folder.path().toStdString()) / (std::string(language) + ".bin");
        (void)writeTokenShard(file, language, base + std::int32_t(tokens) - 1, {{ids, tokens}});
        return TokenShard::open(file).value();
    }
    QTemporaryDir m_folder;
};

namespace {

const std::vector<Language> kFour = {{"en", LanguageRole::Original},
                                     {"es", LanguageRole::Original},
                                     {"el", LanguageRole::Expanded},
                                     {"hu", LanguageRole::Expanded}};

std::map<int, double> sharesOf(const SampleStream& stream, std::uint64_t samples, std::uint64_t from = 0)
{
    std::map<int, double> shares;
    for (std::uint64_t i = from; i < from + samples; ++i) shares[stream.sample(i).language.index] += 1.0 / double(samples);
    return shares;
}

bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) <= tolerance; }

}  // namespace

void SampleStreamTest::usesEveryBlockOnceInEachOfThreeEpochs()
{
    const TokenShard el = counting("el", 0, 8 * 37 + 5);  // 37 blocks of 8, the rest is dropped
    const TokenShard hu = counting("hu", 10'000, 8 * 10 + 1);
    const SampleStream stream = SampleStream::make({{&el, {0}, 2}, {&hu, {1}, 1}}, 8, {7}).value();
    std::map<int, std::vector<std::int32_t>> seen;
    for (std::uint64_t i = 0; i < 3 * 37 * 2; ++i) {
        const SampleStream::Sample sample = stream.sample(i);
        seen[sample.language.index].push_back(sample.tokens.front());
    }
    const auto checkEpochs = [](const std::vector<std::int32_t>& starts, std::size_t blocks, std::int32_t base) {
        for (std::size_t epoch = 0; epoch < 3; ++epoch) {
            QVERIFY(starts.size() >= (epoch + 1) * blocks);
            std::set<std::int32_t> unique(starts.begin() + std::ptrdiff_t(epoch * blocks),
                                          starts.begin() + std::ptrdiff_t((epoch + 1) * blocks));
            QCOMPARE(unique.size(), blocks);
            QCOMPARE(*unique.begin(), base);
            QCOMPARE(*unique.rbegin(), base + std::int32_t(blocks - 1) * 8);
        }
    };
    checkEpochs(seen[0], 37, 0);
    checkEpochs(seen[1], 10, 10'000);
}

void SampleStreamTest::ordersEpochsDifferently()
{
    const TokenShard el = counting("el", 0, 8 * 40 + 1);
    const SampleStream stream = SampleStream::make({{&el, {0}, 1}}, 8, {7}).value();
    int equal = 0;
    for (std::uint64_t i = 0; i < 40; ++i) equal += stream.sample(i).tokens[0] == stream.sample(i + 40).tokens[0];
    QVERIFY2(equal < 8, std::to_string(equal).c_str());
}

void SampleStreamTest::givesTheSameByAnyWayThroughTheIndices()
{
    const TokenShard el = counting("el", 0, 8 * 37 + 1);
    const TokenShard hu = counting("hu", 10'000, 8 * 5 + 1);
    const auto make = [&] { return SampleStream::make({{&el, {0}, 0.7}, {&hu, {1}, 0.3}}, 8, {3}).value(); };
    const SampleStream sequential = make();
    std::vector<std::int32_t> first;
    for (std::uint64_t i = 0; i < 500; ++i) first.push_back(sequential.sample(i).tokens[0]);
    const SampleStream jumping = make();
    for (std::uint64_t i = 0; i < 500; ++i) {
        const std::uint64_t index = (i * 7919) % 500;
        QCOMPARE(jumping.sample(index).tokens[0], first[index]);
    }
    QCOMPARE(make().sample(499).tokens[0], first[499]);
}

void SampleStreamTest::sharesEqualTheWeights_data()
{
    QTest::addColumn<QList<double>>("weights");
    QTest::newRow("equal") << QList<double>{1, 1, 1};
    QTest::newRow("simple") << QList<double>{2, 1, 1};
    QTest::newRow("odd") << QList<double>{0.613, 0.2871, 0.0999};
    QTest::newRow("small") << QList<double>{0.98, 0.015, 0.005};
}

void SampleStreamTest::sharesEqualTheWeights()
{
    QFETCH(const QList<double>, weights);
    const TokenShard el = counting("el", 0, 400);
    const double total = weights[0] + weights[1] + weights[2];
    const SampleStream stream =
        SampleStream::make({{&el, {0}, weights[0]}, {&el, {1}, weights[1]}, {&el, {2}, weights[2]}}, 8, {5}).value();
    std::map<int, double> shares = sharesOf(stream, 20'000);
    for (int part = 0; part < 3; ++part) {
        const double expected = weights[part] / total;
        QVERIFY2(near(shares[part], expected, 0.02 * expected + 1e-4),
                 qPrintable(QString("part %1 has %2 of %3").arg(part).arg(shares[part]).arg(expected)));
    }
}

void SampleStreamTest::sharesHoldInShortStretches()
{
    const TokenShard el = counting("el", 0, 400);
    const SampleStream stream = SampleStream::make({{&el, {0}, 1}, {&el, {1}, 1}, {&el, {2}, 2}}, 8, {5}).value();
    for (std::uint64_t start = 0; start < 400; start += 4) {
        std::map<int, double> shares = sharesOf(stream, 4, start);
        QVERIFY(near(shares[0], 0.25) && near(shares[1], 0.25) && near(shares[2], 0.5));
    }
}

void SampleStreamTest::targetsOverlapByOneToken()
{
    const TokenShard el = counting("el", 0, 8 * 20 + 1);
    const SampleStream stream = SampleStream::make({{&el, {0}, 1}}, 8, {5}).value();
    for (std::uint64_t i = 0; i < 20; ++i) {
        const SampleStream::Sample sample = stream.sample(i);
        QCOMPARE(sample.tokens.size(), std::size_t(9));
        QCOMPARE(sample.tokens.front() % 8, 0);
        QCOMPARE(sample.tokens.back(), sample.tokens.front() + 8);
    }
}

void SampleStreamTest::seedsGiveDifferentOrders()
{
    const TokenShard el = counting("el", 0, 8 * 100 + 1);
    const SampleStream one = SampleStream::make({{&el, {0}, 1}}, 8, {1}).value();
    const SampleStream two = SampleStream::make({{&el, {0}, 1}}, 8, {2}).value();
    int equal = 0;
    for (std::uint64_t i = 0; i < 100; ++i) equal += one.sample(i).tokens[0] == two.sample(i).tokens[0];
    QVERIFY(equal < 10);
}

void SampleStreamTest::dataHashFollowsShardsWeightsAndLength()
{
    const TokenShard el = counting("el", 0, 400);
    const TokenShard hu = counting("hu", 0, 400);
    const auto hashOf = [](std::vector<MixturePart> parts, std::int64_t length, Seed seed) {
        return SampleStream::make(std::move(parts), length, seed)->dataHash();
    };
    const std::string hash = hashOf({{&el, {0}, 1}, {&hu, {1}, 1}}, 8, {1});
    QCOMPARE(hashOf({{&el, {0}, 2}, {&hu, {1}, 2}}, 8, {1}), hash);  // the same shares
    QVERIFY(hashOf({{&el, {0}, 1}, {&hu, {1}, 2}}, 8, {1}) != hash);
    QVERIFY(hashOf({{&el, {0}, 1}, {&el, {1}, 1}}, 8, {1}) != hash);
    QVERIFY(hashOf({{&el, {0}, 1}, {&hu, {1}, 1}}, 9, {1}) != hash);
}

void SampleStreamTest::namesALanguageWithTooLittleText()
{
    const TokenShard el = counting("el", 0, 400);
    const TokenShard hu = counting("hu", 0, 8);
    const Result<SampleStream> stream = SampleStream::make({{&el, {0}, 1}, {&hu, {1}, 1}}, 8, {1});
    QCOMPARE(stream.error().code, std::string("no-text"));
    QVERIFY(stream.error().message.find("hu has 8 tokens") != std::string::npos);
    QCOMPARE(SampleStream::make({}, 8, {1}).error().code, std::string("no-text"));
    QCOMPARE(SampleStream::make({{&el, {0}, std::nan("")}}, 8, {1}).error().code, std::string("bad-weight"));
}

void SampleStreamTest::ignoresTextOfLanguagesWithoutWeight()
{
    const TokenShard el = counting("el", 0, 400);
    const SampleStream stream = SampleStream::make({{nullptr, {0}, 0}, {&el, {1}, 1}}, 8, {1}).value();
    QCOMPARE(sharesOf(stream, 100)[1], 1.0 * sharesOf(stream, 100)[1]);
    QVERIFY(!sharesOf(stream, 100).contains(0));
}

void SampleStreamTest::temperatureFlattensShares()
{
    const std::vector<Language> two = {{"el", LanguageRole::Expanded}, {"hu", LanguageRole::Expanded}};
    const std::vector<double> weights = mixtureWeights(two, {1, 1000}, 0, false, 0.3);
    QVERIFY(near(weights[1] / weights[0], 7.943, 0.001));
    QVERIFY(near(mixtureWeights(two, {1, 1000}, 0, false, 1.0)[1], 1000.0 / 1001.0));
    QVERIFY(near(mixtureWeights(two, {1, 1000}, 0, false, 0.0)[1], 0.5));
}

void SampleStreamTest::replayRatioSplitsTheRoles()
{
    const std::vector<std::int64_t> tokens = {300, 100, 50, 150};
    QCOMPARE(mixtureWeights(kFour, tokens, 0, false, 1.0), (std::vector<double>{0, 0, 0.25, 0.75}));
    QCOMPARE(mixtureWeights(kFour, tokens, 1, false, 1.0), (std::vector<double>{0.375, 0.125, 0.125, 0.375}));
    QCOMPARE(mixtureWeights(kFour, tokens, 0, true, 1.0), (std::vector<double>{0.75, 0.25, 0, 0}));
    const std::vector<double> half = mixtureWeights(kFour, tokens, 0.5, false, 1.0);  // 1 original : 2 expanded
    QVERIFY(near(half[0] + half[1], 1.0 / 3) && near(half[2] + half[3], 2.0 / 3));
}

void SampleStreamTest::rolesWithoutTextGetNothing()
{
    const std::vector<Language> originals = {{"en", LanguageRole::Original}, {"es", LanguageRole::Original}};
    QCOMPARE(mixtureWeights(originals, {10, 30}, 0, false, 1.0), (std::vector<double>{0, 0}));
    QCOMPARE(mixtureWeights(originals, {10, 0}, 0, true, 0.0), (std::vector<double>{1, 0}));
}

// Acceptance check 45.
void SampleStreamTest::aGroupedStreamHasOneGroupInEveryMicroBatchAndTheSharesOfTheWeights()
{
    const TokenShard a = counting("aa", 0, 401), b = counting("bb", 10'000, 201), c = counting("cc", 20'000, 901);
    const std::vector<std::vector<MixturePart>> groups = {{{&a, LanguageId{0}, 0.3}, {&b, LanguageId{1}, 0.1}}, {{&c, LanguageId{2}, 0.6}}};
    const SampleStream stream = SampleStream::makeGrouped(groups, 10, 4, Seed{3}).value();
    std::map<int, std::set<std::int32_t>> seen;
    for (std::uint64_t begin = 0; begin < 4'000; begin += 4)
        for (std::uint64_t i = begin; i < begin + 4; ++i) {
            const auto sample = stream.sample(i);
            QCOMPARE(sample.language.index == 2, stream.sample(begin).language.index == 2);
            QCOMPARE(sample.tokens.size(), std::size_t(11));
            seen[sample.language.index].insert(sample.tokens[0]);
            QCOMPARE(stream.sample(i).tokens.data(), sample.tokens.data());
        }
    const auto shares = sharesOf(stream, 4'000);
    QVERIFY(near(shares.at(0), 0.3, 0.01) && near(shares.at(1), 0.1, 0.01) && near(shares.at(2), 0.6, 0.01));
    QCOMPARE(seen[0].size(), std::size_t(40));  // every block of each language
    QCOMPARE(seen[2].size(), std::size_t(90));
    QCOMPARE(stream.samples(), std::uint64_t(40 + 20 + 90));
    QVERIFY(stream.dataHash() != SampleStream::makeGrouped(groups, 10, 2, Seed{3}).value().dataHash());
    QVERIFY(!SampleStream::makeGrouped({groups[0], {}}, 10, 4, Seed{3}));
}

// Acceptance check 46.
void SampleStreamTest::sizesOneToAThousandGiveSharesOfOneToEight()
{
    const auto weights = mixtureWeights(kFour, {5, 5, 1'000, 1'000'000}, 0, false, 0.3);
    QVERIFY(near(weights[3] / weights[2], 7.943, 1e-3));
}

QTEST_GUILESS_MAIN(SampleStreamTest)
#include "sample_stream_test.moc"
