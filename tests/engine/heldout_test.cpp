// Scores of held-out text against one plain pass through the model.
#include <QTest>

#include <cmath>

#include "engine/evaluation/heldout.h"
#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

class HeldoutTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textThatFitsIsScoredLikeOnePass();
    void longTextIsScoredWindowByWindow_data();
    void longTextIsScoredWindowByWindow();
    void everyTokenIsScoredOnceWhateverTheStride_data();
    void everyTokenIsScoredOnceWhateverTheStride();
    void documentsTogetherScoreAsEachAlone();
    void routingCountsScoredTokensOnly();
    void textEndsWithTheDocumentThatReachesTheLimit();
    void modelWithoutKnowledgeNeedsTheLogarithmOfItsVocabulary();
    void equalDocumentsHaveNoStandardError();
    void standardErrorFollowsTheDocuments();
    void emptyTextScoresNothing();
    void theUsualWindowIsTheContextUpToALimit();
    void progressIsToldToTheEnd();

private:
    TokenShard shardOf(const std::vector<TokenizedDocument>& documents)
    {
        const auto file = std::filesystem::path(m_folder.path().toStdString()) / std::to_string(m_shards++);
        (void)writeTokenShard(file, "aa", 0, documents);
        return TokenShard::open(file).value();
    }
    QTemporaryDir m_folder;
    int m_shards = 0;
    std::unique_ptr<Decoder> m_decoder = smallMoe({3, 4});
};

namespace {

bool isNear(double found, double expected, double relative)
{
    if (std::abs(found - expected) <= relative * std::max(1.0, std::abs(expected)))
        return true;
    qWarning("found %.9g, expected %.9g", found, expected);
    return false;
}

std::vector<std::int32_t> someTokens(std::size_t count, std::uint64_t seed = 1)
{
    const CounterRandom random(Seed{seed});
    std::vector<std::int32_t> tokens;
    for (std::size_t i = 0; i < count; ++i)
        tokens.push_back(std::int32_t(1 + random.below(i, 95)));
    return tokens;
}

/// Nats of the last `scored` targets of sequence[begin..end], predicted from the ones before.
double plainPass(const Decoder& decoder, const std::vector<std::int32_t>& sequence, std::size_t begin, std::size_t end,
                 std::size_t scored)
{
    const std::vector<std::int64_t> ids(sequence.begin() + std::ptrdiff_t(begin), sequence.begin() + std::ptrdiff_t(end));
    const torch::Tensor logits_SV = logits(decoder, torch::tensor(ids).unsqueeze(0));
    const torch::Tensor probability_SV = torch::log_softmax(logits_SV.to(torch::kFloat64), -1);
    double nll = 0;
    for (std::size_t t = end - scored; t < end; ++t)
        nll -= probability_SV[std::int64_t(t - begin)][sequence[t + 1]].item<double>();
    return nll;
}

std::vector<std::int32_t> withContext(const std::vector<std::int32_t>& tokens)
{
    std::vector<std::int32_t> sequence = {0};
    sequence.insert(sequence.end(), tokens.begin(), tokens.end());
    return sequence;
}

}  // namespace

void HeldoutTest::textThatFitsIsScoredLikeOnePass()
{
    const auto tokens = someTokens(16);
    const double expected = plainPass(*m_decoder, withContext(tokens), 0, 16, 16);
    const TextLikelihood found = scoreTokens(*m_decoder, tokens, 48, 0, 16, 8, LanguageId{0}, nullptr);
    QVERIFY(isNear(found.nll, expected, 1e-6));
    QCOMPARE(found.tokens, 16);
    QCOMPARE(found.bytes, 48);
    QCOMPARE(found.documents, 1);
    QVERIFY(isNear(found.bitsPerByte, expected / std::log(2.0) / 48, 1e-6));
    QVERIFY(isNear(found.tokenPerplexity, std::exp(expected / 16), 1e-5));
    QVERIFY(isNear(scoreTokens(*m_decoder, tokens, 48, 0, 64, 64, LanguageId{0}, nullptr).nll, expected, 1e-6));
}

void HeldoutTest::longTextIsScoredWindowByWindow_data()
{
    QTest::addColumn<int>("stride");
    QTest::newRow("disjoint chunks") << 16;
    QTest::newRow("half a window new each time") << 8;
    QTest::newRow("one token new each time") << 1;
}

void HeldoutTest::longTextIsScoredWindowByWindow()
{
    QFETCH(int, stride);
    const auto sequence = withContext(someTokens(45));
    double expected = 0;
    std::size_t done = 0;
    while (done < 45) {
        const std::size_t end = done == 0 ? 16 : std::min<std::size_t>(45, done + std::size_t(stride));
        expected += plainPass(*m_decoder, sequence, end - 16, end, end - done);
        done = end;
    }
    QVERIFY(isNear(scoreTokens(*m_decoder, someTokens(45), 45, 0, 16, stride, LanguageId{0}, nullptr).nll, expected, 1e-6));
}

void HeldoutTest::everyTokenIsScoredOnceWhateverTheStride_data()
{
    QTest::addColumn<int>("tokens");
    for (const int tokens : {1, 2, 15, 16, 17, 31, 32, 33, 100})
        QTest::addRow("%d tokens", tokens) << tokens;
}

void HeldoutTest::everyTokenIsScoredOnceWhateverTheStride()
{
    QFETCH(int, tokens);
    for (const std::int64_t stride : {1, 5, 8, 16}) {
        RoutingStats routing({3, 4}, 1);
        const auto found = scoreTokens(*m_decoder, someTokens(std::size_t(tokens)), tokens, 0, 16, stride, LanguageId{0}, &routing);
        QCOMPARE(found.tokens, std::int64_t(tokens));
        QCOMPARE(routing.tokens(LanguageId{0}), double(tokens));
    }
}

void HeldoutTest::documentsTogetherScoreAsEachAlone()
{
    std::vector<TokenizedDocument> documents;
    for (const std::size_t length : {3, 40, 1, 16, 17, 90, 0, 25, 8})
        documents.push_back({someTokens(length, documents.size() + 2), 2 * length});
    RoutingStats together({3, 4}, 2), alone({3, 4}, 2);
    const auto found = scoreHeldout(*m_decoder, shardOf(documents), 0, 0, LanguageId{1}, &together);
    double nll = 0;
    for (const TokenizedDocument& document : documents)
        nll += scoreTokens(*m_decoder, document.tokens, std::int64_t(document.bytes), 0, 16, 8, LanguageId{1}, &alone).nll;
    QVERIFY(isNear(found.nll, nll, 1e-6));
    QCOMPARE(found.documents, 9);
    QCOMPARE(found.tokens, 200);
    QCOMPARE(found.bytes, 400);
    for (const RoutingKind kind : kRoutingKinds)
        for (std::int64_t i = 0; i < together.rowSize(); ++i)
            QVERIFY(isNear(together.row(kind, LanguageId{1})[i], alone.row(kind, LanguageId{1})[i], 1e-5));
}

void HeldoutTest::routingCountsScoredTokensOnly()
{
    std::vector<TokenizedDocument> documents;
    for (const std::size_t length : {3, 40, 11})
        documents.push_back({someTokens(length, length), length});
    RoutingStats routing({3, 4}, 3);
    std::vector<SequenceProfile> profiles;
    (void)scoreHeldout(*m_decoder, shardOf(documents), 0, 0, LanguageId{2}, &routing, &profiles);
    QCOMPARE(profiles.size(), std::size_t(3));
    for (std::size_t i = 0; i < 3; ++i) QCOMPARE(profiles[i].tokens, double(documents[i].tokens.size()));
    for (std::size_t at = 0; at < 7; ++at) {  // the documents together are the sums of the language
        double sum = 0;
        for (const SequenceProfile& profile : profiles) sum += profile.tokens * double(profile.scores[at]);
        QVERIFY(isNear(sum, routing.row(RoutingKind::SoftScore, LanguageId{2})[at], 1e-5));
    }
    QCOMPARE(routing.tokens(LanguageId{2}), 54.0);
    QCOMPARE(routing.tokens(LanguageId{0}), 0.0);
    for (std::int32_t layer = 0; layer < 2; ++layer) {
        double sums[std::size(kRoutingKinds)] = {};
        for (std::int32_t expert = 0; expert < 3 + layer; ++expert)
            for (const RoutingKind kind : kRoutingKinds)
                sums[std::size_t(kind)] += routing.at(kind, LanguageId{2}, ExpertId{LayerId{layer}, expert});
        QCOMPARE(sums[std::size_t(RoutingKind::Count)], 2 * 54.0);
        QCOMPARE(sums[std::size_t(RoutingKind::TopOne)], 54.0);
        QVERIFY(isNear(sums[std::size_t(RoutingKind::GateMass)], 54.0, 1e-6));
        QVERIFY(isNear(sums[std::size_t(RoutingKind::SoftScore)], 54.0, 1e-6));
    }
}

void HeldoutTest::textEndsWithTheDocumentThatReachesTheLimit()
{
    std::vector<TokenizedDocument> documents;
    for (std::uint64_t i = 0; i < 5; ++i)
        documents.push_back({someTokens(10, i), 100});
    const TokenShard shard = shardOf(documents);
    QCOMPARE(scoreHeldout(*m_decoder, shard, 201, 0, LanguageId{0}, nullptr).documents, 3);
    QCOMPARE(scoreHeldout(*m_decoder, shard, 200, 0, LanguageId{0}, nullptr).documents, 2);
    QCOMPARE(scoreHeldout(*m_decoder, shard, 1, 0, LanguageId{0}, nullptr).documents, 1);
    QCOMPARE(scoreHeldout(*m_decoder, shard, 0, 0, LanguageId{0}, nullptr).documents, 5);
}

void HeldoutTest::modelWithoutKnowledgeNeedsTheLogarithmOfItsVocabulary()
{
    const auto decoder = smallDense();
    decoder->finalNorm_D().zero_();
    const auto found = scoreTokens(*decoder, someTokens(50), 200, 0, 16, 8, LanguageId{0}, nullptr);
    QVERIFY(isNear(found.tokenPerplexity, 96, 1e-5));
    QVERIFY(isNear(found.bitsPerByte, 50 * std::log2(96) / 200, 1e-6));
}

void HeldoutTest::equalDocumentsHaveNoStandardError()
{
    const std::vector<TokenizedDocument> documents(4, {someTokens(30), 90});
    const auto found = scoreHeldout(*m_decoder, shardOf(documents), 0, 0, LanguageId{0}, nullptr);
    QVERIFY(found.bitsPerByte > 0);
    QVERIFY(found.bitsPerByteStandardError < 1e-6);
}

void HeldoutTest::standardErrorFollowsTheDocuments()
{
    std::vector<TokenizedDocument> documents;
    double nll = 0, squares = 0, bytes = 0;
    std::vector<double> each;
    for (const std::size_t length : {20, 35, 50}) {
        documents.push_back({someTokens(length, length), 2 * length + 7});
        each.push_back(scoreTokens(*m_decoder, documents.back().tokens, 1, 0, 16, 8, LanguageId{0}, nullptr).nll);
        nll += each.back();
        bytes += double(documents.back().bytes);
    }
    for (std::size_t i = 0; i < 3; ++i)
        squares += std::pow(each[i] - nll / bytes * double(documents[i].bytes), 2);
    const double meanBytes = bytes / 3;  // Cochran, Sampling Techniques, 2.11: variance of a ratio of means
    const double expected = std::sqrt(squares / 2 / 3) / meanBytes / std::log(2.0);
    const auto found = scoreHeldout(*m_decoder, shardOf(documents), 0, 0, LanguageId{0}, nullptr);
    QVERIFY(isNear(found.bitsPerByteStandardError, expected, 1e-5));
}

void HeldoutTest::emptyTextScoresNothing()
{
    RoutingStats routing({3, 4}, 1);
    const auto found = scoreTokens(*m_decoder, {}, 0, 0, 16, 8, LanguageId{0}, &routing);
    QCOMPARE(found.tokens, 0);
    QCOMPARE(found.bitsPerByte, 0.0);
    QCOMPARE(routing.tokens(LanguageId{0}), 0.0);
}

void HeldoutTest::theUsualWindowIsTheContextUpToALimit()
{
    ModelShape shape;
    shape.contextLength = 2048;
    QCOMPARE(usualWindow(shape), 2048);
    shape.contextLength = 131'072;
    QCOMPARE(usualWindow(shape), 4096);
}

void HeldoutTest::progressIsToldToTheEnd()
{
    std::vector<double> told;
    const auto tokens = someTokens(3000);
    (void)scoreTokens(*m_decoder, tokens, 1, 0, 16, 8, LanguageId{0}, nullptr, [&](double fraction) { told.push_back(fraction); });
    QVERIFY(told.size() > 1 && std::is_sorted(told.begin(), told.end()));
    QCOMPARE(told.back(), 1.0);
    told.clear();
    QVERIFY(expertPerplexities(*smallMoe({3, 3}), tokens, 1, 0, 16, 8, [&](double fraction) { told.push_back(fraction); }).ok());
    QVERIFY(told.size() > 3 && std::is_sorted(told.begin(), told.end()));
    QCOMPARE(told.back(), 1.0);
}

QTEST_GUILESS_MAIN(HeldoutTest)
#include "heldout_test.moc"
