// Acceptance 19 and 20 of LayerMoE: the fast similarity against every pair of tokens.
#include "engine/evaluation/similarity_probe.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "tests/support/small_model.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

std::vector<std::int32_t> someTokens(std::size_t count, std::uint64_t seed)
{
    const CounterRandom random(Seed{seed});
    std::vector<std::int32_t> tokens;
    for (std::size_t i = 0; i < count; ++i) tokens.push_back(std::int32_t(1 + random.below(i, 95)));
    return tokens;
}

/// Vectors [T, D] of one layer, document by document as the probe cuts them, in fp64.
torch::Tensor vectorsOf(const Decoder& decoder, const ProbeText& text, std::int64_t wanted, std::int64_t tokens)
{
    std::vector<torch::Tensor> all;
    for (const auto& document : text.documents) {
        const std::int64_t context = decoder.shape().contextLength;
        for (std::size_t begin = 0; begin < document.size(); begin += std::size_t(context)) {
            const std::size_t end = std::min(document.size(), begin + std::size_t(context));
            const std::vector<std::int64_t> ids(document.begin() + std::ptrdiff_t(begin), document.begin() + std::ptrdiff_t(end));
            const torch::NoGradGuard noGradient;
            (void)decoder.forward(torch::tensor(ids).unsqueeze(0), {{}, [&](std::int64_t layer, const torch::Tensor& x_TD) {
                                                                       if (layer == wanted) all.push_back(x_TD.to(torch::kFloat64));
                                                                   }});
        }
    }
    return torch::cat(all).slice(0, 0, tokens);
}

double everyPair(const torch::Tensor& a_TD, const torch::Tensor& b_TD)
{
    double sum = 0;
    for (std::int64_t i = 0; i < a_TD.size(0); ++i)
        for (std::int64_t j = 0; j < b_TD.size(0); ++j)
            sum += (a_TD[i].dot(b_TD[j]) / (a_TD[i].norm() * b_TD[j].norm())).item<double>();
    return sum / double(a_TD.size(0) * b_TD.size(0));
}

}  // namespace

class SimilarityProbeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFastSimilarityEqualsTheMeanOverEveryPairOfTokens_data()
    {
        QTest::addColumn<bool>("expanded");
        QTest::newRow("dense") << false;
        QTest::newRow("expanded") << true;
    }
    void theFastSimilarityEqualsTheMeanOverEveryPairOfTokens()
    {
        QFETCH(bool, expanded);
        std::unique_ptr<Decoder> decoder = denseModel();
        if (expanded) decoder = upcycled(*decoder, {3, 1, 2});
        constexpr std::int64_t kTokens = 50;  // the second document of a language is cut, and the first is longer than the context
        const std::vector<ProbeText> texts = {{"aa", {someTokens(37, 1), someTokens(30, 2)}}, {"bb", {someTokens(9, 3), someTokens(60, 4)}}};
        const auto similarity = measureSimilarity(*decoder, texts, kTokens);
        QVERIFY(similarity);
        QCOMPARE(similarity->layers(), decoder->shape().layers);
        for (std::int64_t layer = 0; layer < similarity->layers(); ++layer)
            for (std::size_t a = 0; a < 2; ++a)
                for (std::size_t b = a; b < 2; ++b) {
                    const double expected = everyPair(vectorsOf(*decoder, texts[a], layer, kTokens), vectorsOf(*decoder, texts[b], layer, kTokens));
                    QVERIFY2(std::abs(similarity->at(layer, a, b) - expected) < 1e-6,
                             qPrintable(QString("layer %1: %2, every pair says %3").arg(layer).arg(similarity->at(layer, a, b)).arg(expected)));
                    QCOMPARE(similarity->at(layer, b, a), similarity->at(layer, a, b));
                }
    }

    void aSetWithItselfIsTheSquaredLengthOfItsMeanUnitVectorAndItsNegationTheOpposite()
    {
        // Feed-forward inputs of token t are the norm of its embedding when attention adds nothing; with -embedding they are negated.
        ModelShape shape = smallShape();
        shape.layers = 1;
        const auto decoder = denseModel(shape);
        const torch::NoGradGuard noGradient;
        decoder->layers()[0].attention.output_DxHC.zero_();
        const std::int64_t half = shape.vocabulary / 2;
        decoder->embedding_VD().slice(0, half, 2 * half).copy_(-decoder->embedding_VD().slice(0, 0, half));
        const auto tokens = someTokens(40, 5);
        ProbeText set{"aa", {{}}}, negation{"bb", {{}}};
        for (const std::int32_t token : tokens) {
            set.documents[0].push_back(token % std::int32_t(half));
            negation.documents[0].push_back(token % std::int32_t(half) + std::int32_t(half));
        }
        const auto similarity = measureSimilarity(*decoder, {set, negation, {"cc", set.documents}}, 1000);
        QVERIFY(similarity);
        const torch::Tensor x_TD = vectorsOf(*decoder, set, 0, 1000);
        const double length = (x_TD / x_TD.norm(2, 1, true)).mean(0).norm().item<double>();
        QVERIFY(std::abs(similarity->at(0, 0, 2) - length * length) < 1e-9);
        QVERIFY(similarity->at(0, 0, 2) < 0.99);
        QVERIFY(std::abs(similarity->at(0, 0, 1) + length * length) < 1e-6);
    }

    void theOrderOfDocumentsFollowsFromTheSeed()
    {
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "shard";
        std::vector<TokenizedDocument> documents;
        for (std::uint64_t d = 0; d < 20; ++d) documents.push_back({someTokens(d == 7 ? 32'001 : 10, d), 10});
        QVERIFY(writeTokenShard(file, "aa", 0, documents));
        const TokenShard shard = TokenShard::open(file).value();
        const ProbeText one = probeText("aa", shard, 55, Seed{1});
        QCOMPARE(one.documents.size(), 6U);
        QCOMPARE(probeText("aa", shard, 55, Seed{1}).documents, one.documents);
        QVERIFY(probeText("aa", shard, 55, Seed{2}).documents != one.documents);
        QCOMPARE(probeText("aa", shard, 1'000'000, Seed{1}).tokens(), 190);  // the one above 32,000 tokens is left out
    }

    void aLanguageWithoutTextIsRefusedByName()
    {
        const auto similarity = measureSimilarity(*denseModel(), {{"aa", {someTokens(5, 1)}}, {"bb", {}}}, 10);
        QVERIFY(!similarity);
        QCOMPARE(QString::fromStdString(similarity.error().message),
                 QString("language 'bb' has no text to measure its similarity with"));
    }

    void theProbeStopsWhenAsked()
    {
        const auto similarity = measureSimilarity(*denseModel(), {{"aa", {someTokens(5000, 1)}}}, 5000, [](double) { return false; });
        QVERIFY(!similarity);
        QCOMPARE(similarity.error().kind, ErrorKind::Stopped);
    }
};

QTEST_APPLESS_MAIN(SimilarityProbeTest)
#include "similarity_probe_test.moc"
