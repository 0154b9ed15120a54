// What the execution shim finds: planted races, planted errors of memory, planted undefined synchronisation.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>

#include "tests/kernels/planted_kernels.h"
#include "tests/kernels/twins.h"

using namespace moebel::test;

namespace
{

/// How a child process that runs `body` ends, and what it says.
struct Ending {
    bool isKilled = false;  ///< by a signal, or by a sanitizer's exit
    QByteArray said;
};

template <typename Body>
Ending endingOf(const Body& body)
{
    int pipeEnds[2];
    if (::pipe(pipeEnds) != 0) return {};
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit noCore{0, 0};
        ::setrlimit(RLIMIT_CORE, &noCore);
        ::signal(SIGABRT, SIG_DFL);  // Qt Test would print a backtrace
        ::dup2(pipeEnds[1], STDERR_FILENO);
        body();
        ::_exit(0);
    }
    ::close(pipeEnds[1]);
    Ending ending;
    char buffer[4096];
    for (ssize_t count; (count = ::read(pipeEnds[0], buffer, sizeof buffer)) > 0;) ending.said.append(buffer, count);
    ::close(pipeEnds[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ending.isKilled = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    return ending;
}

QString raceOfNeighbours(bool waits, void (*kernel)(bool, const float*, float*), std::int64_t count)
{
    const std::vector<float> from = randomNumbers<float>(count, 7);
    Outputs outputs;
    return raceOf(
        [&] {
            std::vector<float> to(from.size());
            kernel(waits, from.data(), to.data());
            return Outputs{{"to", asDoubles(to)}};
        },
        outputs);
}

}  // namespace

class CudaShimTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aMissingBarrierIsARace();
    void aMissingWarpBarrierIsARace();
    void aSumInTheOrderOfBlocksIsARace();
    void sharedMemoryStartsAsNoNumber();
    void undefinedSynchronisationEndsTheProgram_data();
    void undefinedSynchronisationEndsTheProgram();
    void memoryErrorsEndTheProgramUnderAddressSanitizer();
};

void CudaShimTest::aMissingBarrierIsARace()
{
    QCOMPARE(raceOfNeighbours(true, neighbours, 64), QString());
    QVERIFY(raceOfNeighbours(false, neighbours, 64).contains("a race: to differs"));
}

void CudaShimTest::aMissingWarpBarrierIsARace()
{
    QCOMPARE(raceOfNeighbours(true, warpNeighbours, 32), QString());
    QVERIFY(raceOfNeighbours(false, warpNeighbours, 32).contains("a race: to differs"));
}

void CudaShimTest::aSumInTheOrderOfBlocksIsARace()
{
    const std::vector<float> from{1e8F, 1.0F, -1e8F, 2.0F, 3.0F};
    Outputs outputs;
    const QString race = raceOf(
        [&] {
            std::vector<float> sum(1);
            blocksAdd(from.data(), int(from.size()), sum.data());
            return Outputs{{"sum", asDoubles(sum)}};
        },
        outputs);
    QVERIFY2(race.contains("a race: sum differs"), qPrintable(race));
}

void CudaShimTest::sharedMemoryStartsAsNoNumber()
{
    std::vector<float> to(64);
    readUnsetShared(to.data());
    for (const float number : to) QVERIFY(std::isnan(number));
}

void CudaShimTest::undefinedSynchronisationEndsTheProgram_data()
{
    QTest::addColumn<int>("which");
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("a barrier in each branch") << 0 << QByteArray("waits at");
    QTest::newRow("a thread has left") << 1 << QByteArray("has left");
    QTest::newRow("half a warp shuffles") << 2 << QByteArray("which has left");
    QTest::newRow("too many threads") << 3 << QByteArray("can't be launched");
}

void CudaShimTest::undefinedSynchronisationEndsTheProgram()
{
    QFETCH(int, which);
    QFETCH(QByteArray, said);
    std::vector<float> to(64);
    const Ending ending = endingOf([&] {
        if (which == 0) waitInBranch();
        if (which == 1) leaveBeforeBarrier();
        if (which == 2) shuffleInBranch(to.data());
        if (which == 3) launchTooManyThreads(to.data());
    });
    QVERIFY(ending.isKilled);
    QVERIFY2(ending.said.contains("cuda_shim: block 0") && ending.said.contains(said), ending.said.constData());
}

void CudaShimTest::memoryErrorsEndTheProgramUnderAddressSanitizer()
{
    const std::vector<float> from(64);
    std::vector<float> to(64);
    QVERIFY(!endingOf([&] { readPast(from.data(), to.data(), 0); }).isKilled);
    QVERIFY(!endingOf([&] { writePastShared(to.data(), 0); }).isKilled);
#ifdef __SANITIZE_ADDRESS__  // only then does one number too far end anything
    const Ending global = endingOf([&] { readPast(from.data(), to.data(), 1); });
    QVERIFY2(global.isKilled && global.said.contains("heap-buffer-overflow"), global.said.constData());
    const Ending shared = endingOf([&] { writePastShared(to.data(), 1); });
    QVERIFY2(shared.isKilled && shared.said.contains("heap-buffer-overflow"), shared.said.constData());
#endif
}

QTEST_GUILESS_MAIN(CudaShimTest)
#include "cuda_shim_test.moc"
