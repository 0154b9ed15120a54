// What reading a model needs: the model, and hardly more; and what becomes of it when its file changes meanwhile.
#include "engine/model/torch.h"

#include <QtTest>

#include "engine/model/checkpoint/model_file.h"
#include "engine/model/checkpoint/safetensors.h"
#include "engine/model/precision.h"
#include "tests/support/peak_memory.h"
#include "tests/support/small_model.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::uint64_t kMegabyte = 1 << 20;

/// 43 M weights: 164 MiB of fp32, the largest tensor 64.
ModelShape largeShape()
{
    ModelShape shape = smallShape();
    shape.layers = 4;
    shape.width = 512;
    shape.heads = 8;
    shape.keyValueHeads = 8;
    shape.headSize = 64;
    shape.feedForwardWidth = 1408;
    shape.vocabulary = 32'768;
    return shape;
}

std::uint64_t bytesOf(const Decoder& decoder)
{
    std::uint64_t bytes = 0;
    for (const NamedParameter& parameter : decoder.parameters()) bytes += parameter.tensor.nbytes();
    return bytes;
}

}  // namespace

class ModelLoadingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        const auto model = denseModel(largeShape());
        for (const char* type : {"float32", "bfloat16"}) {
            const std::filesystem::path folder = path(type);
            std::filesystem::create_directories(folder);
            const auto rounded = inPrecision(*model, type == std::string("bfloat16") ? Precision::BFloat16 : Precision::Float32);
            QVERIFY(writeModel(*rounded, folder).ok());
        }
    }

    void readingHoldsTheModelAndHardlyMore_data()
    {
        QTest::addColumn<QString>("stored");
        QTest::addColumn<bool>("inBFloat16");
        QTest::newRow("float32 as it is") << "float32" << false;
        QTest::newRow("bfloat16 widened") << "bfloat16" << false;
        QTest::newRow("bfloat16 as it is") << "bfloat16" << true;
    }
    void readingHoldsTheModelAndHardlyMore()
    {
        QFETCH(QString, stored);
        QFETCH(bool, inBFloat16);
        const PeakMemory peak;
        const auto model = readModel(path(stored), inBFloat16 ? Precision::BFloat16 : Precision::Float32);
        QVERIFY2(model.ok(), model.ok() ? "" : model.error().message.c_str());
        const std::uint64_t weights = bytesOf(**model);
        QVERIFY2(weights < (inBFloat16 ? 90 : 170) * kMegabyte, qPrintable(QString::number(weights / kMegabyte)));
        QVERIFY2(!kMeasuresMemory || peak.bytes() < weights + 24 * kMegabyte,
                 qPrintable(QString("%1 of %2 MiB").arg(peak.bytes() / kMegabyte).arg(weights / kMegabyte)));
    }

    void bfloat16StaysWhereTheRunComputesInIt()
    {
        const auto kept = readModel(path("bfloat16"), Precision::BFloat16), widened = readModel(path("bfloat16"));
        QVERIFY(kept && widened);
        const std::vector<NamedParameter> exact = (*widened)->parameters(), parameters = (*kept)->parameters();
        for (std::size_t i = 0; i < exact.size(); ++i) {
            QCOMPARE(parameters[i].tensor.scalar_type(), computeType(parameters[i].group, Precision::BFloat16));
            QVERIFY(torch::equal(parameters[i].tensor.to(torch::kFloat32), exact[i].tensor));
        }
        const torch::Tensor ids = randomIds(1, 16, largeShape().vocabulary);
        const auto rounded = inPrecision(**widened, Precision::BFloat16);
        QVERIFY(torch::equal(logits(**kept, ids), logits(*rounded, ids)));
        const auto fromFloat = readModel(path("float32"), Precision::BFloat16);  // rounded when it is packed, not before
        QCOMPARE((*fromFloat)->computeType(), torch::kFloat32);
    }

    void expandingKeepsWhatTheFileHolds()
    {
        const auto base = readModel(path("bfloat16"), Precision::BFloat16);
        const auto expanded = upcycled(**base, {3, 3, 1, 2});
        QCOMPARE(expanded->layers()[0].feedForward.bank.experts[0].up_FD.data_ptr(),
                 (*base)->layers()[0].feedForward.bank.experts[0].up_FD.data_ptr());
        QCOMPARE(expanded->layers()[0].feedForward.bank.experts[1].up_FD.scalar_type(), torch::kFloat32);  // it will be trained
        const double difference = logitDifference(**base, *expanded, Seed{4});
        QVERIFY2(difference < 0.02 * logits(**base, randomIds(1, 16, 32'768)).abs().max().item<double>(),
                 qPrintable(QString::number(difference)));
    }

    // Acceptance: a file that shrinks during use is an error, never a signal.
    void aFileThatShrinksWhileItIsReadIsAnError()
    {
        const std::filesystem::path file = path("shrinking.safetensors");
        QVERIFY(writeSafetensors(file, {{"first", torch::ones({1 << 21})}, {"second", torch::ones({1 << 21})}}));
        const auto reader = SafetensorsReader::open(file);
        QVERIFY(reader.ok());
        std::filesystem::resize_file(file, 10 << 20);
        QVERIFY(reader->read(reader->header().tensors[0]).ok());
        const auto read = reader->read(reader->header().tensors[1]);
        QVERIFY(!read.ok());
        QCOMPARE(QString::fromStdString(read.error().message),
                 QString::fromStdString(file.string() + " became shorter while tensor 'second' was read"));
    }

private:
    std::filesystem::path path(const QString& name) const { return m_folder.filePath(name).toStdString(); }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(ModelLoadingTest)
#include "model_loading_test.moc"
