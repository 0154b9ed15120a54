// Loading the part for GPUs: what is missing is said in one sentence.
#include "kernels/cuda_backend.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "kernels/cuda_table.h"

using namespace moebel;

namespace
{

std::filesystem::path fake(const char* name) { return std::filesystem::path(FAKE_LIBRARIES) / name; }

}  // namespace

class CudaBackendTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsMissingIsSaidInOneSentence_data();
    void whatIsMissingIsSaidInOneSentence();
    void suitableGpusAreFound();
    void whatIsNoLibraryIsNotLoaded();
    void theBuiltLibraryHasTheTable();
};

void CudaBackendTest::whatIsMissingIsSaidInOneSentence_data()
{
    QTest::addColumn<QString>("library");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("no file") << "absent.so"
                             << "absent.so is not beside the program: it was built without its part for GPUs";
    QTest::newRow("another version") << "libfake_version.so"
                                     << "libfake_version.so has table version 999, this program expects 2: build both from the "
                                        "same sources";
    QTest::newRow("no driver") << "libfake_driver.so"
                               << "no NVIDIA driver is installed";
    QTest::newRow("a fault of the driver") << "libfake_fault.so"
                                           << "the NVIDIA driver says: the made-up fault";
    QTest::newRow("no GPU") << "libfake_none.so"
                            << "the NVIDIA driver finds no GPU";
    QTest::newRow("an old GPU") << "libfake_old.so"
                                << "GPU 0 has compute capability 7.0, at least 8.0 is needed";
}

void CudaBackendTest::whatIsMissingIsSaidInOneSentence()
{
    QFETCH(QString, library);
    QFETCH(QString, sentence);
    const auto backend = loadCudaBackend(fake(qPrintable(library)));
    QVERIFY(!backend);
    QCOMPARE(QString::fromStdString(backend.error().message), sentence);
    QCOMPARE(backend.error().code, std::string("no-gpu"));
}

void CudaBackendTest::suitableGpusAreFound()
{
    const auto backend = loadCudaBackend(fake("libfake_good.so"));
    QVERIFY2(backend.ok(), backend ? "" : backend.error().message.c_str());
    QCOMPARE(backend->gpus.size(), std::size_t(1));  // the other one is too old
    QCOMPARE(backend->gpus[0].index, 1);
    QCOMPARE(backend->gpus[0].name, std::string("GPU 1"));
    QCOMPARE(backend->gpus[0].computeCapability, std::string("9.0"));
    QCOMPARE(backend->gpus[0].memoryBytes, std::int64_t(80'000'000'000));
}

void CudaBackendTest::whatIsNoLibraryIsNotLoaded()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath("libmoebel_cuda.so"));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("not a library") > 0);
    file.close();
    const auto backend = loadCudaBackend(file.fileName().toStdString());
    QVERIFY(!backend);
    QVERIFY(backend.error().message.starts_with("the part for GPUs can't be loaded: "));
}

/// Whether or not there is a GPU: the sentence is then one about driver or GPU, or, of a build without nvcc, about the library.
void CudaBackendTest::theBuiltLibraryHasTheTable()
{
    const std::filesystem::path library = std::filesystem::path(MOEBEL_BIN_DIR) / "libmoebel_cuda.so";
    QCOMPARE(std::filesystem::exists(library), bool(HAS_CUDA_LIBRARY));
    const auto backend = loadCudaBackend(library);
    if (backend) {
        QVERIFY(backend->table->kernels.fp32.rmsNorm != nullptr && backend->table->kernels.priorLoss != nullptr);
        return;
    }
    const std::string& sentence = backend.error().message;
    const auto says = [&](const char* words) { return sentence.find(words) != std::string::npos; };
    QVERIFY2(HAS_CUDA_LIBRARY ? says("NVIDIA driver") || says("compute capability") : says("built without its part for GPUs"),
             sentence.c_str());
}

QTEST_GUILESS_MAIN(CudaBackendTest)
#include "cuda_backend_test.moc"
