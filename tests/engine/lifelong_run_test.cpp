// A second round of expansion as a run: what it keeps of the first one, what it tells, and how it goes on without it.
#include <QtTest>
#include <fstream>

#include "engine/model/checkpoint/model_file.h"
#include "moebel/experiment/experiment_compare.h"
#include "moebel/store/checkpoint_folder.h"
#include "tests/support/store_access.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;
using namespace fixture;
namespace fs = std::filesystem;

namespace
{

constexpr std::int64_t kStageOne = 45, kTotal = 78;

QString said(const Status& status) { return status ? QStringLiteral("done") : QString::fromStdString(status.error().message); }

}  // namespace

class LifelongRunTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void languagesOfTheFirstRoundAreACohortOfTheirOwn();
    void expertsTellTheirRounds();
    void firstRoundExpertsAndExpertZeroAreBitIdenticalAfterRoundTwo();
    void resumedInRoundTwoItEndsWithTheSameBitsWithoutItsParent();
    void anotherModelInThePlaceOfTheParentsIsRefused();
    void aParentThatIsGoneIsNamed();
    void aParentThatMovedAlongIsFoundBesideTheRun();
    void aLanguageThatIsLeftOutIsWarnedOf();
    void anOlderProgramsRunGoesOnToTheSameBits();

private:
    fs::path runs(const char* name = "runs") const { return m_folder.filePath(name).toStdString(); }
    Experiment secondRound() const;

    OwnCache m_cache;
    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_first;
    std::unique_ptr<TinyRun> m_second;
};

/// Two original languages and one of two expanded ones; round two brings the other.
void LifelongRunTest::initTestCase()
{
    Experiment first = tinyExperiment();
    first.languages.pop_back();
    m_first = std::make_unique<TinyRun>(runs(), first);
    const Status done = m_first->work(false);
    QVERIFY2(done, qPrintable(said(done)));
    QVERIFY(writeExitRecord(m_first->run, {"finished", 0, 0, "", 0}));
    m_second = std::make_unique<TinyRun>(runs(), secondRound());
    QVERIFY2(m_second->created_error.empty(), m_second->created_error.c_str());
    const Status again = m_second->work(false);
    QVERIFY2(again, qPrintable(said(again)));
}

Experiment LifelongRunTest::secondRound() const
{
    Experiment second = tinyExperiment();
    second.title = "second";
    second.base.kind = BaseKind::Run;
    second.base.path = m_first->run.path.string();
    second.evaluation.everySteps = 0;
    return second;
}

void LifelongRunTest::languagesOfTheFirstRoundAreACohortOfTheirOwn()
{
    const RunReader reader = readerOf(m_second->run);
    const RunRecord record = reader.record().value();
    QVERIFY(record.base);
    QCOMPARE(record.base->run.id(), m_first->run.id());
    QCOMPARE(record.base->rounds, std::int64_t(1));
    QCOMPARE(record.base->languages.size(), std::size_t(3));
    const std::vector<Score> scores = reader.scores().value();
    for (const Score& score : scores) QCOMPARE(score.isEarlier, score.language == "ba");
    for (const EvaluationFinished& told : m_second->sink.all<EvaluationFinished>())
        for (const Score& score : told.scores) QCOMPARE(score.isEarlier, score.language == "ba");
    const ForgettingReport report = forgettingReport(scores);
    QVERIFY(report.complete && report.hasEarlier);
    QVERIFY(report.expanded.base > report.expanded.afterExpansion);  // of "bb" alone
    const auto shares = reader.mixture().value();
    for (const MixtureShare& share : shares)
        if (share.stage == 0) QCOMPARE(share.share, share.language == "bb" ? 1.0 : 0.0);
}

void LifelongRunTest::expertsTellTheirRounds()
{
    const auto experts = readerOf(m_second->run).experts().value();
    QCOMPARE(experts.size(), std::size_t(2 * 5));
    for (const ExpertRecord& expert : experts) {
        const std::int64_t round = expert.id.index == 0 ? 0 : expert.id.index < 3 ? 1 : 2;
        QCOMPARE(expert.round, round);
        QCOMPARE(expert.origin, round == 0 ? ExpertOrigin::Original : round == 1 ? ExpertOrigin::Earlier : ExpertOrigin::Copy);
    }
    const auto& stages = secondRound().stages;
    QVERIFY(isTrained(stages, ExpertOrigin::Copy) && !isTrained(stages, ExpertOrigin::Earlier) &&
            !isTrained(stages, ExpertOrigin::Original));
}

void LifelongRunTest::firstRoundExpertsAndExpertZeroAreBitIdenticalAfterRoundTwo()
{
    const auto before = readModel(m_first->run.path / "checkpoints/step-000078"),
               after = readModel(m_second->run.path / "checkpoints/step-000078");
    QVERIFY(before && after);
    int kept = 0, changed = 0;
    for (const NamedParameter& old : (*before)->parameters())
        for (const NamedParameter& now : (*after)->parameters()) {
            if (old.name != now.name || old.group == ParameterGroup::Router) continue;
            QVERIFY2(torch::equal(old.tensor, now.tensor), now.name.c_str());
            ++kept;
        }
    for (const NamedParameter& now : (*after)->parameters()) changed += now.group == ParameterGroup::NewExpert;
    QVERIFY(kept > 2 * 3 * 3 && changed == 2 * 2 * 3);
}

void LifelongRunTest::resumedInRoundTwoItEndsWithTheSameBitsWithoutItsParent()
{
    const fs::path away = runs("away");
    for (const std::int64_t step : {20, 60}) {
        TinyRun run(runs(), secondRound());
        QVERIFY(!run.workUntil(false, step));
        fs::create_directories(away);
        fs::rename(m_first->run.path, away / m_first->run.id());
        const Status done = run.work(true);
        fs::rename(away / m_first->run.id(), m_first->run.path);
        QVERIFY2(done, qPrintable(said(done)));
        QCOMPARE(run.weightsHash(kTotal), m_second->weightsHash(kTotal));
        QVERIFY(readerOf(run.run).scores().value() == readerOf(m_second->run).scores().value());
    }
}

void LifelongRunTest::anotherModelInThePlaceOfTheParentsIsRefused()
{
    TinyRun run(runs(), secondRound());
    const fs::path model = m_first->run.path / "checkpoints/step-000078", aside = runs("aside");
    fs::rename(model, aside);
    fs::copy(m_second->run.path / "checkpoints/step-000078", model, fs::copy_options::recursive);
    const Status changed = run.work(false);
    fs::remove_all(model);
    fs::rename(aside, model);
    QVERIFY2(!changed && changed.error().code == "base-changed", qPrintable(said(changed)));
    QVERIFY(said(changed).contains("is not the checkpoint that this run began with; put that one back"));
    QCOMPARE(changed.error().kind, ErrorKind::InvalidInput);
    QVERIFY(run.work(false));
}

void LifelongRunTest::aParentThatIsGoneIsNamed()
{
    TinyRun run(runs(), secondRound());
    const fs::path away = runs("away");
    fs::create_directories(away);
    fs::rename(m_first->run.path, away / m_first->run.id());
    const Status gone = run.work(false);
    fs::rename(away / m_first->run.id(), m_first->run.path);
    QVERIFY2(!gone && gone.error().code == "base-gone", qPrintable(said(gone)));
    QVERIFY(said(gone).contains(QString::fromStdString(m_first->run.id())));
}

void LifelongRunTest::aParentThatMovedAlongIsFoundBesideTheRun()
{
    TinyRun run(runs(), secondRound());
    const fs::path elsewhere = runs("elsewhere");
    fs::rename(runs(), elsewhere);
    run.run.path = elsewhere / run.run.id();
    const Status done = run.workUntil(false, 3);
    fs::rename(elsewhere, runs());
    QCOMPARE(said(done), QString("the run was stopped after step 3 as requested"));
}

void LifelongRunTest::aLanguageThatIsLeftOutIsWarnedOf()
{
    Experiment second = secondRound();
    std::erase_if(second.languages, [](const Language& language) { return language.code == "ab"; });
    TinyRun run(runs(), second);
    (void)run.workUntil(false, 1);
    const auto warnings = run.sink.all<Warned>();
    QVERIFY(std::any_of(warnings.begin(), warnings.end(), [](const Warned& warned) {
        return warned.message.find("knows ab too, which this description does not name") != std::string::npos;
    }));
}

/// As a program stored it that knew neither groups nor deviations: its record and, by that, its checkpoints have another
/// identity.
void LifelongRunTest::anOlderProgramsRunGoesOnToTheSameBits()
{
    TinyRun undisturbed(runs(), tinyExperiment()), run(runs(), tinyExperiment());
    QVERIFY(undisturbed.work(false));
    OwnSql(run.run).run(
        "UPDATE run SET experiment = json_remove(experiment, '$.groups', '$.deviation', '$.stage[0].router_weight', "
        "'$.stage[1].router_weight')");
    const std::string older = readerOf(run.run).record()->experimentJson, identity = sha256Hex(older);
    QVERIFY(identity != experimentHash(tinyExperiment()) && isSameDescription(older, tinyExperiment()));
    OwnSql(run.run).run(("UPDATE run SET experiment_hash = '" + identity + "'").c_str());
    QVERIFY(!run.workUntil(false, 20));
    std::ifstream state(run.run.path / "checkpoints/step-000020/trainer.json");
    const std::string text((std::istreambuf_iterator<char>(state)), {});
    QVERIFY2(text.find(identity) != std::string::npos, "the checkpoint is not one of the older program");
    const Status done = run.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    QCOMPARE(run.weightsHash(kTotal), undisturbed.weightsHash(kTotal));
}

QTEST_GUILESS_MAIN(LifelongRunTest)
#include "lifelong_run_test.moc"
