// GGUF files: the head is checked, blocks become the weights that gguf reads, models and tokenizers are those of the folder.
#include "engine/model/torch.h"
//
#include <QtTest>
#include <cstring>

#include "engine/model/checkpoint/model_file.h"
#include "engine/model/checkpoint/safetensors.h"
#include "engine/model/checkpoint/tensor_files.h"
#include "engine/text/tokenizer.h"
#include "moebel/base/file.h"
#include "moebel/base/gguf.h"

using namespace moebel;
namespace fs = std::filesystem;

namespace
{

fs::path golden(const char* file) { return fs::path(MOEBEL_SOURCE_DIR) / "tests/golden" / file; }

/// A file put together by hand.
struct Drawing {
    std::string bytes;

    template <typename Number>
    Drawing& number(Number value)
    {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    Drawing& text(const std::string& value)
    {
        number(std::uint64_t(value.size()));
        bytes += value;
        return *this;
    }
    Drawing& head(std::uint64_t tensors, std::uint64_t values, std::uint32_t version = 3)
    {
        bytes += "GGUF";
        return number(version).number(tensors).number(values);
    }
    Drawing& tensor(const std::string& name, std::vector<std::uint64_t> sizes, std::uint32_t type, std::uint64_t offset)
    {
        text(name).number(std::uint32_t(sizes.size()));
        for (const std::uint64_t size : sizes) number(size);
        return number(type).number(offset);
    }
    Drawing& data(std::size_t count)
    {
        bytes.append((32 - bytes.size() % 32) % 32, '\0');
        bytes.append(count, '\0');
        return *this;
    }
};

}  // namespace

class GgufTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyBlockBecomesTheWeightsOfTheReference();
    void modelsAreThoseOfTheFolder_data();
    void modelsAreThoseOfTheFolder();
    void theVocabularyIsATokenizer();
    void malformedFilesAreRefused_data();
    void malformedFilesAreRefused();
    void everyTruncationIsRefused();

private:
    std::string refusal(const std::string& bytes);

    QTemporaryDir m_folder;
};

void GgufTest::everyBlockBecomesTheWeightsOfTheReference()
{
    const auto files = openGgufTensors(golden("gguf/blocks.gguf"));
    const auto expected = readSafetensors(golden("gguf/blocks.safetensors"));
    QVERIFY(files && expected);
    QCOMPARE(expected->tensors.size(), std::size_t(11));
    for (const auto& [name, weights] : expected->tensors) {
        const torch::Tensor found = files->read(name).value();
        const double largest = (found - weights).abs().max().item<double>();
        QVERIFY2(largest <= 1e-6 * weights.abs().max().item<double>(), (name + ": " + std::to_string(largest)).c_str());
    }
}

void GgufTest::modelsAreThoseOfTheFolder_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("folder");
    QTest::newRow("llama") << "gguf/llama.gguf"
                           << "models/llama-2";
    QTest::newRow("qwen3") << "gguf/qwen3.gguf"
                           << "models/qwen-3";
}

void GgufTest::modelsAreThoseOfTheFolder()
{
    QFETCH(QString, file);
    QFETCH(QString, folder);
    const auto found = readModel(golden(qPrintable(file))), expected = readModel(golden(qPrintable(folder)));
    QVERIFY2(found, found ? "" : found.error().message.c_str());
    const auto a = (*found)->parameters(), b = (*expected)->parameters();
    QCOMPARE(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) QVERIFY2(a[i].tensor.equal(b[i].tensor), a[i].name.c_str());
    const torch::Tensor ids = torch::arange(1, 40).unsqueeze(0);
    QVERIFY((logits(**found, ids) - logits(**expected, ids)).abs().max().item<double>() < 1e-4);  // epsilon is a float there
    QVERIFY(hashOfModel(golden(qPrintable(file))));
}

void GgufTest::theVocabularyIsATokenizer()
{
    const auto tokenizer = openTokenizer(golden("gguf/llama.gguf"));
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
    QCOMPARE((*tokenizer)->vocabularySize(), 96);
    QCOMPARE((*tokenizer)->endOfDocument(), 95);
    QCOMPARE((*tokenizer)->encode("ab 12<|end|>"), (std::vector<std::int32_t>{94, 93, 16, 17, 95}));
    QCOMPARE((*tokenizer)->decode({64, 93, 16, 95}).value(), "a 1");
    QVERIFY(writeTokenizer(**tokenizer, m_folder.path().toStdString()));
    const auto written = openTokenizer(m_folder.path().toStdString());
    QCOMPARE((*written)->endOfDocument(), 95);
    QCOMPARE((*written)->encode("a 12"), (*tokenizer)->encode("a 12"));
}

std::string GgufTest::refusal(const std::string& bytes)
{
    const fs::path file = m_folder.filePath("x.gguf").toStdString();
    (void)writeFileAtomically(file, bytes);
    const auto read = readModelConfig(file);
    return read ? "read" : read.error().message.substr(file.string().size());
}

void GgufTest::malformedFilesAreRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const Drawing& file, const char* message) {
        QTest::newRow(name) << QByteArray::fromStdString(file.bytes) << message;
    };
    const std::uint64_t huge = ~std::uint64_t(0);
    row("empty", {}, ": the file ends inside its head");
    row("magic", Drawing{"GGML"}.number(3U), ": this is no GGUF file");
    row("version 1", Drawing().head(0, 0, 1), ": version 1 is not read; 2 and 3 are");
    row("counts", Drawing().head(huge, 0), ": it has 18446744073709551615 tensors and 0 values");
    row("long key", Drawing().head(0, 1).number(huge), ": a key has 18446744073709551615 bytes, at most 1024 are allowed");
    row("key behind the end", Drawing().head(0, 1).number(std::uint64_t(1000)), ": the file ends inside a key");
    row("type of a value", Drawing().head(0, 1).text("k").number(77U), ": k has type 77, which is not known");
    row("boolean", Drawing().head(0, 1).text("k").number(7U).number(std::uint8_t(2)), ": k is a boolean with the value 2");
    row("large number", Drawing().head(0, 1).text("k").number(10U).number(huge), ": a number is larger than 2^63");
    row("long array", Drawing().head(0, 1).text("k").number(9U).number(4U).number(huge), ": k has 18446744073709551615 items");
    row("array of arrays",
        Drawing().head(0, 1).text("k").number(9U).number(9U).number(std::uint64_t(1)).number(std::uint64_t(0)),
        ": k is an array of type 9, which is not known");
    row("key twice", Drawing().head(0, 2).text("k").number(4U).number(1U).text("k").number(4U).number(1U),
        ": the key k is there twice");
    row("dimensions", Drawing().head(1, 0).tensor("t", {}, 0, 0), ": tensor t has 0 dimensions, expected 1 to 4");
    row("five dimensions", Drawing().head(1, 0).tensor("t", {1, 1, 1, 1, 1}, 0, 0), ": tensor t has 5 dimensions");
    row("size zero", Drawing().head(1, 0).tensor("t", {0}, 0, 0), ": tensor t has a dimension of 0");
    row("overflow", Drawing().head(1, 0).tensor("t", {1ULL << 40, 1ULL << 40}, 0, 0),
        ": tensor t has a dimension of 1099511627776");
    row("storage type", Drawing().head(1, 0).tensor("t", {256}, 10, 0), ": tensor t is stored as type 10, which is not read");
    row("part of a block", Drawing().head(1, 0).tensor("t", {33}, 8, 0).data(64),
        ": tensor t has rows of 33 weights, expected a multiple of 32");
    row("larger than the file", Drawing().head(1, 0).tensor("t", {1ULL << 30}, 0, 0), ": tensor t is larger than the file");
    row("unaligned", Drawing().head(1, 0).tensor("t", {4}, 0, 8).data(64), ": tensor t begins at 8, expected a multiple of 32");
    row("behind the end", Drawing().head(1, 0).tensor("t", {8}, 0, 64).data(64), ": tensor t lies behind the end of the file");
    row("overlap", Drawing().head(2, 0).tensor("a", {16}, 0, 0).tensor("b", {8}, 0, 32).data(128), ": tensors a and b overlap");
    row("tensor twice", Drawing().head(2, 0).tensor("a", {8}, 0, 0).tensor("a", {8}, 0, 32).data(128),
        ": tensor a is there twice");
    row("alignment", Drawing().head(0, 1).text("general.alignment").number(4U).number(3U),
        ": general.alignment is 3, expected a power of two");
    row("no architecture", Drawing().head(0, 0), ": the architecture is \"\", which is not supported");
    row("architecture", Drawing().head(0, 1).text("general.architecture").number(8U).text("rwkv"),
        ": the architecture is \"rwkv\", which is not supported; these are: llama, qwen2, qwen3");
    row("no layers", Drawing().head(0, 1).text("general.architecture").number(8U).text("llama"),
        ": llama.block_count is missing");
}

void GgufTest::malformedFilesAreRefused()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, message);
    const QString found = QString::fromStdString(refusal(bytes.toStdString()));
    QVERIFY2(found.startsWith(message), qPrintable(found));
}

void GgufTest::everyTruncationIsRefused()
{
    const std::string whole = readFile(golden("gguf/qwen3.gguf")).value();
    QCOMPARE(refusal(whole), std::string("read"));
    for (std::size_t size = 0; size < whole.size(); size += size < 4000 ? 7 : 4099)
        QVERIFY2(refusal(whole.substr(0, size)) != "read", std::to_string(size).c_str());
}

QTEST_GUILESS_MAIN(GgufTest)
#include "gguf_test.moc"
