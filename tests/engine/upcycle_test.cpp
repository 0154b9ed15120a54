// The most valuable test: a model upcycled by copies, with weights that sum to one, equals the dense model.
#include <QtTest>

#include "engine/model/checkpoint/model_file.h"
#include "engine/model/checkpoint/safetensors.h"
#include "engine/model/precision.h"
#include "engine/model/torch.h"
#include "moebel/base/hash.h"
#include "tests/support/small_model.h"

using namespace moebel;
using namespace moebel::test;

class UpcycleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Acceptance checks 1 and 2 of the methods' specification.
    void anUpcycledModelEqualsTheDenseModelWhateverTheRouter()
    {
        const auto dense = denseModel();
        const torch::Tensor ids = randomIds(2, 24, dense->shape().vocabulary);
        const torch::Tensor expected = logits(*dense, ids);
        for (const std::uint64_t seed : {2U, 3U, 4U}) {
            const auto expanded = upcycled(*dense, {4, 4, 4}, 2, Seed{seed});
            QVERIFY(largestDifference(logits(*expanded, ids), expected) < 1e-5);
            QVERIFY(logitDifference(*dense, *expanded, Seed{9}) < 1e-5);
        }
    }

    // The half in bf16 of acceptance check 1.
    void inBf16AnUpcycledModelEqualsTheDenseModelUpToRounding()
    {
        const auto dense = denseModel();
        const torch::Tensor ids = randomIds(2, 24, dense->shape().vocabulary);
        const torch::Tensor expected = logits(*inPrecision(*dense, Precision::BFloat16), ids);
        for (const std::uint64_t seed : {2U, 3U, 4U}) {
            const auto expanded = inPrecision(*upcycled(*dense, {4, 4, 4}, 2, Seed{seed}), Precision::BFloat16);
            const double difference = largestDifference(logits(*expanded, ids), expected);
            QVERIFY2(difference < 3e-2, qPrintable(QString::number(difference)));
        }
    }

    void layersMayDifferInExpertsAndOneExpertStaysDense()
    {
        const auto dense = denseModel();
        const auto expanded = upcycled(*dense, {5, 1, 2});
        QVERIFY(!expanded->layers()[1].feedForward.isMoe());
        QVERIFY(logitDifference(*dense, *expanded, Seed{9}) < 1e-5);
        const DecoderOutput output = expanded->forward(randomIds(1, 8, 101));
        QVERIFY(output.routing[0].defined() && !output.routing[1].defined());
        QCOMPARE(output.routing[0].scores_TE.size(1), 5);
        QCOMPARE(output.routing[2].scores_TE.size(1), 2);
    }

    // Acceptance check 3.
    void withOneExpertATokenOnlyRenormalisationKeepsTheFunction()
    {
        const auto dense = denseModel();
        QVERIFY(logitDifference(*dense, *upcycled(*dense, {3, 3, 3}, 1), Seed{9}) < 1e-5);
        const auto official = upcycled(*dense, {3, 3, 3}, 1, Seed{2}, ExpertOrigin::Copy, /*renormaliseTopOne=*/false);
        QVERIFY(logitDifference(*dense, *official, Seed{9}) > 1e-2);
    }

    void copiesAreIndependentTensors()
    {
        const auto dense = denseModel();
        const auto expanded = upcycled(*dense, {3, 3, 3});
        const torch::NoGradGuard noGradient;
        const torch::Tensor before = expanded->layers()[0].feedForward.bank.experts[0].gate_FD.clone();
        expanded->layers()[0].feedForward.bank.experts[1].gate_FD.add_(1.0);
        QVERIFY(torch::equal(expanded->layers()[0].feedForward.bank.experts[0].gate_FD, before));
        QVERIFY(torch::equal(dense->layers()[0].feedForward.bank.experts[0].gate_FD, before));
        QVERIFY(torch::equal(expanded->layers()[0].feedForward.bank.experts[2].gate_FD, before));
    }

    void randomExpertsDifferAndTheOriginalDoesNot()
    {
        const auto dense = denseModel();
        const auto expanded = upcycled(*dense, {3, 3, 3}, 2, Seed{2}, ExpertOrigin::Random);
        const auto& experts = expanded->layers()[0].feedForward.bank.experts;
        QVERIFY(torch::equal(experts[0].up_FD, dense->layers()[0].feedForward.bank.experts[0].up_FD));
        QVERIFY(!torch::equal(experts[1].up_FD, experts[0].up_FD));
        QVERIFY(!torch::equal(experts[1].up_FD, experts[2].up_FD));
        QVERIFY(logitDifference(*dense, *expanded, Seed{9}) > 1e-2);
    }

    void routersBeginXavierNormal()
    {
        ModelShape shape = smallShape();
        shape.width = 512;
        shape.headSize = 128;
        const auto expanded = upcycled(*denseModel(shape), {6, 6, 6});
        const double deviation = expanded->layers()[1].feedForward.router.weight_ED.std().item<double>();
        QVERIFY(std::abs(deviation / std::sqrt(2.0 / 518) - 1) < 0.05);
    }

    // Acceptance check 26: also with unequal layers.
    void savingAndReadingKeepsEveryBit()
    {
        QTemporaryDir folder;
        const auto expanded = upcycled(*denseModel(), {5, 1, 2});
        QVERIFY(writeModel(*expanded, folder.path().toStdString()).ok());
        const auto again = readModel(folder.path().toStdString());
        QVERIFY2(again.ok(), again.ok() ? "" : again.error().message.c_str());
        QVERIFY(again.value()->allocation() == expanded->allocation());
        QVERIFY(again.value()->shape() == expanded->shape());
        const torch::Tensor ids = randomIds(2, 16, 101);
        QVERIFY(torch::equal(logits(*again.value(), ids), logits(*expanded, ids)));
    }

    void missingSpareAndMisshapenTensorsAreNamed()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        const auto dense = denseModel();
        const auto message = [&] {
            const auto read = readModel(path);
            return QString::fromStdString(read.ok() ? std::string("read") : read.error().message);
        };
        NamedTensors tensors;
        for (const NamedParameter& parameter : dense->parameters()) tensors.emplace_back(parameter.name, parameter.tensor);
        QVERIFY(writeModel(*dense, path).ok());
        QCOMPARE(message(), QString("read"));
        NamedTensors fewer(tensors.begin() + 1, tensors.end());
        QVERIFY(writeSafetensors(path / "model.safetensors", fewer).ok());
        QVERIFY2(message().contains("lacks 1 tensors") && message().contains("model.embed_tokens.weight"),
                 qPrintable(message()));
        NamedTensors more = tensors;
        more.emplace_back("model.layers.9.extra", torch::zeros({2}));
        QVERIFY(writeSafetensors(path / "model.safetensors", more).ok());
        QVERIFY2(message().contains("model.layers.9.extra"), qPrintable(message()));
        NamedTensors other = tensors;
        other[0].second = torch::zeros({100, 32});
        QVERIFY(writeSafetensors(path / "model.safetensors", other).ok());
        QVERIFY2(message().contains("is [100, 32], the config says [101, 32]"), qPrintable(message()));
        QFile::remove(folder.filePath("config.json"));
        QVERIFY2(message().contains("config.json does not exist"), qPrintable(message()));
    }

    void anUnknownArchitectureOrSettingIsRefusedByName()
    {
        QTemporaryDir folder;
        const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "config.json";
        const auto refusal = [&](const char* from, const char* to) {
            QFile out(QString::fromStdString(file.string()));
            if (!out.open(QIODevice::WriteOnly)) return QString("not written");
            out.write(QString::fromStdString(configJson(smallShape(), {})).replace(from, to).toUtf8());
            out.close();
            const auto config = readConfig(file);
            return QString::fromStdString(config.ok() ? std::string("read") : config.error().message);
        };
        QCOMPARE(refusal("nothing", ""), QString("read"));
        QVERIFY(refusal("LlamaForCausalLM", "GPTNeoForCausalLM").contains("GPTNeoForCausalLM"));
        QVERIFY(refusal("\"rope_theta\"", "\"rope_scaling\": {\"type\": \"yarn\"}, \"rope_theta\"").contains("rope_scaling"));
        QVERIFY(
            refusal("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 99999999").contains("num_hidden_layers is 99999999"));
        QVERIFY(refusal("{", "").contains("not a JSON object"));
    }
};

QTEST_GUILESS_MAIN(UpcycleTest)
#include "upcycle_test.moc"
