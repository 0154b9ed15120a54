#include "engine/model/checkpoint/safetensors.h"

#include <QtTest>
#include <cstring>

#include "engine/model/checkpoint/safetensors_header.h"
#include "engine/model/checkpoint/shard_index.h"
#include "engine/model/torch.h"
#include "engine/text/tokenizer.h"
#include "moebel/base/gguf.h"
#include "moebel/experiment/model_config.h"
#include "tests/support/hostile_safetensors.h"
#include "tests/support/peak_memory.h"

using namespace moebel;

namespace
{

QString refusal(const std::string& bytes)
{
    const auto header = parseSafetensorsHeader(bytes, bytes.size(), "x.safetensors");
    return QString::fromStdString(header.ok() ? std::string("accepted") : header.error().message);
}

}  // namespace

class SafetensorsTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return std::filesystem::path(m_folder.path().toStdString()) / name; }
    void write(const char* name, const std::string& bytes) const
    {
        QFile file(QString::fromStdString(path(name).string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes.data(), qint64(bytes.size()));
    }

private Q_SLOTS:
    void everyTypeAndShapeComesBackBitForBit()
    {
        const NamedTensors tensors = {{"f32", torch::tensor({1.5F, -0.0F, NAN})},
                                      {"bf16", torch::tensor({1.5F, 3.0F}).to(torch::kBFloat16)},
                                      {"f16", torch::tensor({{1.5F}, {3.0F}}).to(torch::kFloat16)},
                                      {"i64", torch::tensor({-5, 7}, torch::kInt64)},
                                      {"i32", torch::tensor({-5, 7}, torch::kInt32)},
                                      {"u8", torch::tensor({0, 255}, torch::kUInt8)},
                                      {"scalar", torch::tensor(4.0F)},
                                      {"empty", torch::empty({0, 3})},
                                      {"transposed", torch::arange(6, torch::kFloat32).view({2, 3}).t()}};
        QVERIFY(writeSafetensors(path("all.safetensors"), tensors, {{"format", "pt"}, {"key", "ελ"}}).ok());
        const auto read = readSafetensors(path("all.safetensors"));
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
        QCOMPARE(read->metadata.at("key"), std::string("ελ"));
        QCOMPARE(read->tensors.size(), tensors.size());
        for (const auto& [name, tensor] : tensors) {
            const torch::Tensor& found = read->tensors.at(name);
            QVERIFY2(found.sizes() == tensor.sizes() && found.scalar_type() == tensor.scalar_type(), name.c_str());
            const torch::Tensor expected = tensor.contiguous();
            QVERIFY(std::memcmp(found.const_data_ptr(), expected.const_data_ptr(), expected.nbytes()) == 0);
        }
    }

    void everyBrokenRuleIsRefusedWithItsReason_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        for (const auto& [what, bytes, says] : test::brokenSafetensors())
            QTest::newRow(what) << QByteArray(bytes.data(), qsizetype(bytes.size())) << QString::fromStdString(says);
    }

    void everyBrokenRuleIsRefusedWithItsReason()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, says);
        QCOMPARE(refusal(bytes.toStdString()), "x.safetensors" + says);
    }

    // Every number of a header, one after the other, with every awkward value: refused, or the same tensor.
    void noNumberIsBelieved()
    {
        const std::string header = R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})";
        int refused = 0;
        for (const char* field : {"2,3", "3]", "0,24", "24"}) {
            for (const char* value : {"0", "1", "2147483647", "2147483648", "2147483649", "4294967295", "4294967296", "4294967297",
                                      "9223372036854775807", "9223372036854775808", "9223372036854775809", "18446744073709551615"}) {
                std::string changed = header;
                const std::size_t at = changed.find(field), size = std::string(field).find_first_not_of("0123456789");
                changed.replace(at, std::min(size, std::string(field).size()), value);
                if (changed == header) continue;
                const QString found = refusal(test::fileOf(changed, 24));
                QVERIFY2(found != "accepted", changed.c_str());
                ++refused;
            }
        }
        QCOMPARE(refused, 47);
    }

    void aHeaderNeedsAtMostFourTimesItsBytes_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("says");
        QTest::newRow("numbers") << "numbers" << ": tensor 'a' must have exactly dtype, shape and data_offsets; the file is damaged or not safetensors";
        QTest::newRow("members") << "members" << ": tensor 'a' must have exactly dtype, shape and data_offsets; the file is damaged or not safetensors";
        QTest::newRow("dimensions") << "dimensions" << ": tensor 'a' has no shape of at most 8 dimensions; the file is damaged or not safetensors";
        QTest::newRow("metadata") << "metadata" << ": __metadata__ has more than 65536 entries; the file is damaged or not safetensors";
        QTest::newRow("tensors") << "tensors" << "accepted";
        QTest::newRow("more tensors") << "more tensors" << ": the header names more than 1000000 tensors; the file is damaged or not safetensors";
    }

    void aHeaderNeedsAtMostFourTimesItsBytes()
    {
        QFETCH(QString, kind);
        QFETCH(QString, says);
        std::string header = test::largeHeader(kind.toStdString());
        const std::string bytes = test::fileOf(header, 0);
        header.clear();
        header.shrink_to_fit();
        const test::PeakMemory memory;
        QCOMPARE(refusal(bytes), (says == "accepted" ? "" : "x.safetensors") + says);
        const std::uint64_t most = test::mostFor(bytes.size()) - bytes.size();  // the header itself is in memory already
        if (test::kMeasuresMemory) QVERIFY2(memory.bytes() <= most, qPrintable(QString("%1 MiB").arg(memory.bytes() >> 20)));
        qInfo("%llu MiB beside a header of %zu MiB", (unsigned long long)(memory.bytes() >> 20), bytes.size() >> 20);
    }

    void goodFilesOfOtherWritersAreAccepted()
    {
        for (const std::string& bytes : test::goodSafetensors()) QCOMPARE(refusal(bytes), QString("accepted"));
    }

    void aFileCutAnywhereIsRefused()
    {
        QVERIFY(writeSafetensors(path("whole.safetensors"), {{"a", torch::ones({5})}, {"b", torch::ones({3}, torch::kInt64)}})
                    .ok());
        QFile file(QString::fromStdString(path("whole.safetensors").string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const std::string whole = file.readAll().toStdString();
        for (std::size_t size = 0; size < whole.size(); ++size) {
            write("cut.safetensors", whole.substr(0, size));
            const auto read = readSafetensors(path("cut.safetensors"));
            QVERIFY2(!read.ok(), qPrintable(QString("cut at %1 was accepted").arg(size)));
            QVERIFY(QString::fromStdString(read.error().message).contains("cut.safetensors"));
        }
    }

    void everyFaultOfAnIndexHasItsSentence_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* what, const QByteArray& bytes, const QString& says) { QTest::newRow(what) << bytes << ": " + says; };
        const auto shard = [](const QString& name) {
            return QString("the shard of a is \"%1\", expected the name of a .safetensors file in the same folder").arg(name);
        };
        const QString none = "there is no object \"weight_map\"";
        row("nothing", "", none);
        row("not JSON", "{\"weight_map\": {", none);
        row("a list", "[]", none);
        row("no map", R"({"metadata": {}})", none);
        row("a map that is a list", R"({"weight_map": ["a"]})", none);
        row("a map that is null", R"({"weight_map": null})", none);
        row("rubbish behind", R"({"weight_map": {}} x)", none);
        row("a number", R"({"weight_map": {"a": 7}})", "the shard of a is not a file name");
        row("null", R"({"weight_map": {"a": null}})", "the shard of a is not a file name");
        row("an object", R"({"weight_map": {"a": {}}})", "the shard of a is not a file name");
        for (const char* name : {"", ".", "..", "../b.safetensors", "/b.safetensors", "b/c.safetensors", "./b.safetensors", "b.safetensors/", "b.bin", "b", "/dev/zero"})
            row(name, QByteArray(R"({"weight_map": {"a": ")") + name + "\"}}", shard(name));
        row("deep", R"({"weight_map": )" + QByteArray(40, '[') + QByteArray(40, ']') + '}', "its arrays and objects are nested more than 32 deep");
        row("many values", R"({"weight_map": {}, "b": [)" + QByteArray("0,").repeated(700'000) + "0]}",
            "it has 700004 values, at most 636687 are read in a file of its size");
    }

    void everyFaultOfAnIndexHasItsSentence()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, says);
        write("index.json", bytes.toStdString());
        const auto read = readShardIndex(path("index.json"));
        QVERIFY(!read);
        QCOMPARE(QString::fromStdString(read.error().message), QString::fromStdString(std::string(path("index.json"))) + says);
    }

    void thirtyPicklesUnderOtherNamesAreNeverRead()
    {
        const std::string rest(60, 'x');
        const std::vector<std::string> beginnings = {std::string("PK\x03\x04", 4), "\x80\x02}q\x01(X\x05", "\x80\x03}q\x01(X\x05", "\x80\x04\x95\x20",
                                                     "\x80\x05\x95\x20", "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9"};
        for (const std::string& beginning : beginnings)
            for (const char* name : {"x.safetensors", "x.gguf", "config.json", "tokenizer.json", "tokenizer.model"}) {
                const std::filesystem::path file = path(name);
                write(name, beginning + rest);
                const auto said = [](const auto& read) { return read ? std::string("read") : read.error().message; };
                const std::string found = file.extension() == ".gguf"         ? said(readGgufHeader(file))
                                          : file.extension() == ".safetensors" ? said(readSafetensors(file))
                                          : file.filename() == "config.json"   ? said(readConfig(file))
                                                                               : said(openTokenizer(file));
                QVERIFY2(found.starts_with(file.string() + " is a pickle, which can run code when it is read: give the model's "), found.c_str());
                QVERIFY(std::filesystem::remove(file));
            }
    }

    void picklesAreRefusedByNameAndByContent()
    {
        write("model.bin", test::goodSafetensors().front());
        const QByteArray rest(60, 'x');
        write("zip.safetensors", (QByteArray("PK\x03\x04") + rest).toStdString());
        write("pickle.safetensors", (QByteArray("\x80\x02}q\x01(X\x05") + rest).toStdString());
        for (const char* name : {"model.bin", "zip.safetensors", "pickle.safetensors"}) {
            const auto read = readSafetensors(path(name));
            QVERIFY(!read.ok());
            QVERIFY2(QString::fromStdString(read.error().message).contains("safetensors file instead"),
                     read.error().message.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
