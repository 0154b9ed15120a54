// MoE-LPR on made-up languages, from a base model to the review: what the paper says happens, happens.
#include <QTest>

#include "tests/support/learned_languages.h"

using namespace moebel;
using namespace moebel::test;

class MoeLprTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void expansionAloneChangesNoScore();
    void stageOneLearnsNewLanguagesAndForgetsOldOnes();
    void reviewRestoresTheOldLanguagesAndKeepsTheNewOnes();
    void priorLossRestoresMoreThanReviewAlone();
    void withoutReviewOldLanguagesAreWorst();
    void reviewRaisesExpertZeroOnOldLanguagesInEveryLayer();
    void reviewRaisesExpertZeroLessOnNewLanguages();
    void priorLossRaisesExpertZeroBeyondReviewAlone();
    void trainingEverythingForgetsMoreThanStageOne();
    void randomExpertsStartFromADamagedModelAndLearnNewLanguagesNoBetter();

private:
    std::unique_ptr<Decoder> expand(ExpertOrigin origin) const
    {
        const ExpertAllocation allocation{{3, 3, 3}, 2, true};
        auto expanded = upcycle(*m_base, planUpcycle(m_base->shape(), allocation, origin, Seed{24}));
        for (NamedParameter& parameter : expanded->parameters()) parameter.tensor.set_data(parameter.tensor.clone());
        return expanded;
    }
    StageSpec stageOne(TrainableSet trainable) const
    {
        StageSpec stage = m_world->stageOf(StageKind::PostPretraining, 120, 5e-3);
        stage.balanceWeight = 0.01;
        stage.trainable = trainable;
        return stage;
    }
    StageSpec review(double priorWeight) const
    {
        StageSpec stage = m_world->stageOf(StageKind::Review, 110, 2e-2);
        stage.replayRatio = 1.0;
        stage.priorWeight = priorWeight;
        stage.trainable = TrainableSet::Routers;
        return stage;
    }
    /// Shares of the forgetting that was undone and of the gain that was kept.
    double restored(const ModelScores& reviewed) const
    {
        return (m_expanded.original.bitsPerByte - reviewed.original.bitsPerByte) /
               (m_expanded.original.bitsPerByte - m_dense.original.bitsPerByte);
    }
    double kept(const ModelScores& reviewed) const
    {
        return (m_dense.expanded.bitsPerByte - reviewed.expanded.bitsPerByte) /
               (m_dense.expanded.bitsPerByte - m_expanded.expanded.bitsPerByte);
    }

    std::unique_ptr<LearnedLanguages> m_world;
    std::unique_ptr<Decoder> m_base;
    ModelScores m_dense, m_upcycled, m_expanded, m_reviewed, m_reviewedWithoutPrior, m_everything, m_randomUpcycled, m_random;
};

namespace {

void print(const char* what, const ModelScores& scores)
{
    const auto layers = [](const RoleScores& role) {
        QString text;
        for (const double score : role.expertZero)
            text += QString::number(score, 'f', 2) + ' ';
        return text;
    };
    qInfo("%-24s bits per byte: original %.3f expanded %.3f; expert 0: original %s expanded %s", what,
          scores.original.bitsPerByte, scores.expanded.bitsPerByte, qPrintable(layers(scores.original)),
          qPrintable(layers(scores.expanded)));
}

}  // namespace

void MoeLprTest::initTestCase()
{
    m_world = std::make_unique<LearnedLanguages>();
    m_base = m_world->makeBase();
    m_dense = m_world->score(*m_base);
    const auto stageOneModel = [&](TrainableSet trainable) {
        auto decoder = expand(ExpertOrigin::Copy);
        m_world->train(*decoder, stageOne(trainable));
        return decoder;
    };
    m_upcycled = m_world->score(*expand(ExpertOrigin::Copy));
    const auto expanded = stageOneModel(TrainableSet::NewExpertsAndRouters);
    m_expanded = m_world->score(*expanded);
    m_everything = m_world->score(*stageOneModel(TrainableSet::All));
    const auto random = expand(ExpertOrigin::Random);
    m_randomUpcycled = m_world->score(*random);
    m_world->train(*random, stageOne(TrainableSet::NewExpertsAndRouters));
    m_random = m_world->score(*random);
    const auto again = stageOneModel(TrainableSet::NewExpertsAndRouters);
    m_world->train(*expanded, review(0.3));
    m_reviewed = m_world->score(*expanded);
    m_world->train(*again, review(0.0));
    m_reviewedWithoutPrior = m_world->score(*again);
    print("base", m_dense);
    print("upcycled", m_upcycled);
    print("stage 1", m_expanded);
    print("stage 1, all trained", m_everything);
    print("random experts", m_randomUpcycled);
    print("stage 1, random experts", m_random);
    print("review", m_reviewed);
    print("review without prior", m_reviewedWithoutPrior);
    qInfo("restored %.3f (without prior %.3f), kept %.3f (%.3f)", restored(m_reviewed), restored(m_reviewedWithoutPrior),
          kept(m_reviewed), kept(m_reviewedWithoutPrior));
}

void MoeLprTest::expansionAloneChangesNoScore()
{
    QVERIFY(std::abs(m_upcycled.original.bitsPerByte - m_dense.original.bitsPerByte) < 1e-4);
    QVERIFY(std::abs(m_upcycled.expanded.bitsPerByte - m_dense.expanded.bitsPerByte) < 1e-4);
}

void MoeLprTest::stageOneLearnsNewLanguagesAndForgetsOldOnes()
{
    QVERIFY(m_expanded.expanded.bitsPerByte < 0.75 * m_dense.expanded.bitsPerByte);
    QVERIFY(m_expanded.original.bitsPerByte > 1.1 * m_dense.original.bitsPerByte);
}

void MoeLprTest::reviewRestoresTheOldLanguagesAndKeepsTheNewOnes()
{
    QVERIFY(restored(m_reviewed) >= 0.75);
    QVERIFY(kept(m_reviewed) >= 0.88);
}

void MoeLprTest::priorLossRestoresMoreThanReviewAlone()
{
    QVERIFY(restored(m_reviewed) > restored(m_reviewedWithoutPrior));
}

void MoeLprTest::withoutReviewOldLanguagesAreWorst()
{
    QVERIFY(m_expanded.original.bitsPerByte > m_reviewedWithoutPrior.original.bitsPerByte);
    QVERIFY(m_expanded.original.bitsPerByte > m_reviewed.original.bitsPerByte);
}

void MoeLprTest::reviewRaisesExpertZeroOnOldLanguagesInEveryLayer()
{
    for (std::size_t layer = 0; layer < m_reviewed.original.expertZero.size(); ++layer)
        QVERIFY(m_reviewed.original.expertZero[layer] > m_expanded.original.expertZero[layer]);
}

void MoeLprTest::reviewRaisesExpertZeroLessOnNewLanguages()
{
    const double original = m_reviewed.original.meanExpertZero() - m_expanded.original.meanExpertZero();
    const double expanded = m_reviewed.expanded.meanExpertZero() - m_expanded.expanded.meanExpertZero();
    QVERIFY(original > expanded + 0.1);
}

void MoeLprTest::priorLossRaisesExpertZeroBeyondReviewAlone()
{
    QVERIFY(m_reviewed.original.meanExpertZero() > m_reviewedWithoutPrior.original.meanExpertZero());
}

void MoeLprTest::trainingEverythingForgetsMoreThanStageOne()
{
    QVERIFY(m_everything.original.bitsPerByte > m_expanded.original.bitsPerByte);
}

void MoeLprTest::randomExpertsStartFromADamagedModelAndLearnNewLanguagesNoBetter()
{
    QVERIFY(m_randomUpcycled.original.bitsPerByte > m_dense.original.bitsPerByte + 0.1);
    QVERIFY(m_random.expanded.bitsPerByte >= m_expanded.expanded.bitsPerByte);
}

QTEST_GUILESS_MAIN(MoeLprTest)
#include "moe_lpr_test.moc"
