// Hand-made GGUF files, each with one fault, and the sentence that says so; every size field with every awkward number.
#include <QtTest>
#include <cstring>
#include <fstream>

#include "moebel/base/file.h"
#include "moebel/base/gguf.h"
#include "moebel/experiment/model_config.h"
#include "tests/support/gguf_drawing.h"

using namespace moebel;
using namespace moebel::test;
namespace fs = std::filesystem;

namespace
{

constexpr std::uint64_t kHuge = ~std::uint64_t(0), kHalf = std::uint64_t(1) << 63;
const std::string kRoom(2000, '\0');

GgufDrawing oneValue() { return GgufDrawing().head(0, 1); }
/// A head with one tensor "t" and 64 bytes of data, or as many as given.
GgufDrawing oneTensor(const std::vector<std::uint64_t>& sizes, std::uint32_t type, std::uint64_t offset, std::size_t data = 64)
{
    return GgufDrawing().head(1, 0).tensor("t", sizes, type, offset).data(data);
}
/// A whole little Llama, but for the values that are given otherwise.
GgufDrawing llama(const std::string& key = {}, std::uint32_t value = 0)
{
    constexpr std::pair<const char*, std::uint32_t> kSizes[] = {{"block_count", 1},        {"context_length", 8},
                                                                {"embedding_length", 8},   {"feed_forward_length", 8},
                                                                {"attention.head_count", 2}};
    GgufDrawing file;
    const bool isNew = !key.empty() && std::none_of(std::begin(kSizes), std::end(kSizes), [&](const auto& size) { return key == size.first; });
    file.head(1, isNew ? 7 : 6).value("general.architecture", "llama");
    for (const auto& [name, size] : kSizes) file.value("llama." + std::string(name), kU32, key == name ? value : size);
    if (isNew) file.value("llama." + key, kU32, value);
    return file.tensor("token_embd.weight", {8, 4}, 0, 0).data(128);
}

}  // namespace

class GgufFaultsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFaultHasItsSentence_data();
    void everyFaultHasItsSentence();
    void noSizeFieldIsBelieved_data();
    void noSizeFieldIsBelieved();
    void whatNoRuleForbidsIsRead();

private:
    void headFaults();
    void valueFaults();
    void tensorFaults();
    void configFaults();
    static void row(const char* name, const GgufDrawing& file, const char* message)
    {
        QTest::newRow(name) << QByteArray::fromStdString(file.bytes) << message;
    }
    std::string refusal(const std::string& bytes)
    {
        const fs::path file = m_folder.filePath("x.gguf").toStdString();
        std::ofstream(file, std::ios::binary) << bytes;
        const auto read = readModelConfig(file);
        return read ? "read" : read.error().message.substr(file.string().size());
    }

    QTemporaryDir m_folder;
};

void GgufFaultsTest::headFaults()
{
    const char* const cut = ": the file ends inside its head";
    row("empty", {}, cut);
    row("three bytes", {"GGU"}, cut);
    row("only the magic", {"GGUF"}, cut);
    row("no counts", GgufDrawing{"GGUF"}.number(3U), cut);
    row("one count", GgufDrawing{"GGUF"}.number(3U).number(kHuge), cut);
    row("older magic", GgufDrawing{"GGML"}.number(3U), ": this is no GGUF file");
    row("small letters", GgufDrawing{"gguf"}.number(3U), ": this is no GGUF file");
    row("zeros", GgufDrawing{std::string(64, '\0')}, ": this is no GGUF file");
    row("version 0", GgufDrawing().head(0, 0, 0), ": version 0 is not read; 2 and 3 are");
    row("version 1", GgufDrawing().head(0, 0, 1), ": version 1 is not read; 2 and 3 are");
    row("version 4", GgufDrawing().head(0, 0, 4), ": version 4 is not read; 2 and 3 are");
    row("big endian", GgufDrawing().head(0, 0, 0x03000000), ": version 50331648 is not read; 2 and 3 are");
    row("tensors", GgufDrawing().head(kHuge, 0),
        ": it has 18446744073709551615 tensors and 0 values, at most 1000000 and 65536 are allowed");
    row("one tensor too many", GgufDrawing().head(1'000'001, 0),
        ": it has 1000001 tensors and 0 values, at most 1000000 and 65536 are allowed");
    row("values", GgufDrawing().head(0, kHuge),
        ": it has 0 tensors and 18446744073709551615 values, at most 1000000 and 65536 are allowed");
    row("one value too many", GgufDrawing().head(0, 65'537),
        ": it has 0 tensors and 65537 values, at most 1000000 and 65536 are allowed");
    row("tensors of a longer file", GgufDrawing().head(1'000'000, 0), ": it has 1000000 tensors, more than the file can hold");
    row("values of a longer file", GgufDrawing().head(0, 65'536), ": it has 65536 values, more than the file can hold");
}

void GgufFaultsTest::valueFaults()
{
    row("long key", oneValue().number(std::uint64_t(1025)).text(kRoom), ": a key has 1025 bytes, at most 1024 are allowed");
    row("huge key", oneValue().number(kHuge).text(kRoom), ": a key has 18446744073709551615 bytes, at most 1024 are allowed");
    row("key behind the end", oneValue().number(std::uint64_t(1000)).number(0).number(0), ": the file ends inside a key");
    row("no kind", oneValue().text("a key of some letters"), ": the file ends inside its head");
    row("kind 13", oneValue().value("k", 13, 0U), ": k has type 13, which is not known");
    row("huge kind", oneValue().value("k", ~0U, 0U), ": k has type 4294967295, which is not known");
    row("boolean of 2", oneValue().value("key", kBool, std::uint8_t(2)), ": key is a boolean with the value 2");
    row("boolean of 255", oneValue().value("key", kBool, std::uint8_t(255)), ": key is a boolean with the value 255");
    row("large number", oneValue().value("k", kU64, kHuge), ": a number is larger than 2^63");
    row("2^63", oneValue().value("k", kU64, kHalf), ": a number is larger than 2^63");
    row("cut number", oneValue().value("key", kU64, std::uint8_t(1)), ": the file ends inside its head");
    row("cut real", oneValue().value("key", kF64, 1.0F), ": the file ends inside its head");
    row("long text", oneValue().text("key").number(kText).number(std::uint64_t(16 << 20) + 1),
        ": key has 16777217 bytes, at most 16777216 are allowed");
    row("huge text", oneValue().text("key").number(kText).number(kHuge),
        ": key has 18446744073709551615 bytes, at most 16777216 are allowed");
    row("text behind the end", oneValue().text("key").number(kText).number(std::uint64_t(1)), ": the file ends inside key");
    row("long array", oneValue().array("k", kU32, kHuge),
        ": k has 18446744073709551615 items, more than the file can hold or than 16777216");
    row("bytes of the array wrap", oneValue().array("k", kU64, std::uint64_t(1) << 61),
        ": k has 2305843009213693952 items, more than the file can hold or than 16777216");
    row("array behind the end", oneValue().array("k", kU16, 3).number(0U),
        ": k has 3 items, more than the file can hold or than 16777216");
    row("texts behind the end", oneValue().array("k", kText, 2).text(""),
        ": k has 2 items, more than the file can hold or than 16777216");
    row("array of arrays", oneValue().array("k", kArray, 1).number(0U).number(std::uint64_t(0)),
        ": k is an array of type 9, which is not known");
    row("array of kind 13", oneValue().array("k", 13, 1).number(0U), ": k is an array of type 13, which is not known");
    row("boolean of an array", oneValue().array("k", kBool, 2).number(std::uint8_t(1)).number(std::uint8_t(3)),
        ": k is a boolean with the value 3");
    row("number of an array", oneValue().array("k", kU64, 1).number(kHuge), ": a number is larger than 2^63");
    row("long text of an array", oneValue().array("k", kText, 1).number(kHuge),
        ": an item of k has 18446744073709551615 bytes, at most 16777216 are allowed");
    row("text of an array behind the end", oneValue().array("k", kText, 1).number(std::uint64_t(5)),
        ": the file ends inside an item of k");
    row("key twice", GgufDrawing().head(0, 2).value("k", kU32, 1U).value("k", kU32, 1U), ": the key k is there twice");
    row("key twice with other kinds", GgufDrawing().head(0, 2).value("k", kU32, 1U).value("k", "word"), ": the key k is there twice");
    for (const auto& [name, number] : {std::pair("alignment of 0", 0U), {"alignment of 3", 3U}, {"alignment of 8192", 8192U}})
        row(name, oneValue().value("general.alignment", kU32, number),
            qPrintable(QString(": general.alignment is %1, expected a power of two up to 4096").arg(number)));
    row("negative alignment", oneValue().value("general.alignment", kI32, -32),
        ": general.alignment is -32, expected a power of two up to 4096");
    row("alignment in words", oneValue().value("general.alignment", "32"),
        ": general.alignment is no whole number, expected a power of two up to 4096");
}

void GgufFaultsTest::tensorFaults()
{
    row("long name", GgufDrawing().head(1, 0).number(std::uint64_t(1025)).text(kRoom),
        ": the name of a tensor has 1025 bytes, at most 1024 are allowed");
    row("name behind the end", GgufDrawing().head(1, 0).number(std::uint64_t(1000)).data(64), ": the file ends inside the name of a tensor");
    row("no dimension", oneTensor({}, 0, 0), ": tensor t has 0 dimensions, expected 1 to 4");
    row("five dimensions", oneTensor({1, 1, 1, 1, 1}, 0, 0), ": tensor t has 5 dimensions, expected 1 to 4");
    row("huge dimensions", GgufDrawing().head(1, 0).text("t").number(~0U).data(64), ": tensor t has 4294967295 dimensions, expected 1 to 4");
    row("dimension of 0", oneTensor({0}, 0, 0), ": tensor t has a dimension of 0");
    row("dimension of 2^63", oneTensor({kHalf}, 0, 0), ": tensor t has a dimension of 9223372036854775808");
    row("huge dimension", oneTensor({kHuge}, 0, 0), ": tensor t has a dimension of 18446744073709551615");
    row("product wraps", oneTensor({1ULL << 40, 1ULL << 40}, 0, 0), ": tensor t has a dimension of 1099511627776");
    row("product wraps to 0", oneTensor({1ULL << 32, 1ULL << 32, 1ULL << 32, 4}, 0, 0), ": tensor t has a dimension of 4294967296");
    row("dimensions behind the end", GgufDrawing().head(1, 0).text("tensor").number(3U).number(std::uint64_t(1)).number(std::uint64_t(1)),
        ": the file ends inside its head");
    for (const unsigned type : {4U, 5U, 9U, 10U, 31U, ~0U})
        row(qPrintable(QString("type %1").arg(type)), oneTensor({256}, type, 0),
            qPrintable(QString(": tensor t is stored as type %1, which is not read").arg(type)));
    row("part of a block", oneTensor({33}, 8, 0), ": tensor t has rows of 33 weights, expected a multiple of 32");
    row("row of half a block", oneTensor({16, 2}, 8, 0), ": tensor t has rows of 16 weights, expected a multiple of 32");
    row("part of a large block", oneTensor({255}, 12, 0, 256), ": tensor t has rows of 255 weights, expected a multiple of 256");
    row("larger than the file", oneTensor({1ULL << 30}, 0, 0), ": tensor t is larger than the file");
    row("blocks larger than the file", oneTensor({1ULL << 61}, 8, 0), ": tensor t is larger than the file");
    row("unaligned", oneTensor({4}, 0, 8), ": tensor t begins at 8, expected a multiple of 32");
    row("unaligned at the end", oneTensor({4}, 0, kHuge), ": tensor t begins at 18446744073709551615, expected a multiple of 32");
    row("behind the end", oneTensor({8}, 0, 64), ": tensor t lies behind the end of the file; the file is truncated");
    row("one byte behind the end", oneTensor({8}, 0, 64, 95), ": tensor t lies behind the end of the file; the file is truncated");
    row("offset wraps", oneTensor({8}, 0, kHuge - 31), ": tensor t lies behind the end of the file; the file is truncated");
    row("no data", GgufDrawing().head(1, 0).tensor("t", {8}, 0, 0), ": tensor t lies behind the end of the file; the file is truncated");
    const auto two = [](std::uint64_t size, std::uint64_t offset, const char* name = "b") {
        return GgufDrawing().head(2, 0).tensor("a", {16}, 0, 0).tensor(name, {size}, 0, offset).data(128);
    };
    row("overlap", two(8, 32), ": tensors a and b overlap");
    row("tensor twice", two(8, 64, "a"), ": tensor a is there twice");
    row("one inside the other", GgufDrawing().head(2, 0).tensor("a", {8}, 0, 32).tensor("b", {32}, 0, 0).data(128),
        ": tensors b and a overlap");
    row("same place", GgufDrawing().head(2, 0).tensor("a", {1}, 0, 0).tensor("b", {1}, 0, 0).data(32), ": tensors a and b overlap");
}

void GgufFaultsTest::configFaults()
{
    const char* const known = ", which is not supported; these are: llama, qwen2, qwen3, gemma, gemma2";
    row("no architecture", GgufDrawing().head(0, 0), qPrintable(QString(": the architecture is \"\"%1").arg(known)));
    row("architecture", oneValue().value("general.architecture", "rwkv"), qPrintable(QString(": the architecture is \"rwkv\"%1").arg(known)));
    row("architecture as a number", oneValue().value("general.architecture", kU32, 1U), qPrintable(QString(": the architecture is \"\"%1").arg(known)));
    row("no layers", oneValue().value("general.architecture", "llama"), ": llama.block_count is missing");
    row("layers in words", GgufDrawing().head(0, 2).value("general.architecture", "llama").value("llama.block_count", "two"),
        ": llama.block_count is a text, expected a whole number from 1 to 1024");
    const std::tuple<const char*, std::uint32_t, const char*> kSizes[] = {
        {"block_count", 0, " is 0, expected a whole number from 1 to 1024"},
        {"block_count", 1025, " is 1025, expected a whole number from 1 to 1024"},
        {"context_length", 0, " is 0, expected a whole number from 1 to 16777216"},
        {"embedding_length", 262'145, " is 262145, expected a whole number from 1 to 262144"},
        {"feed_forward_length", 1'048'577, " is 1048577, expected a whole number from 1 to 1048576"},
        {"attention.head_count", 0, " is 0, expected a whole number from 1 to 65536"},
        {"attention.head_count_kv", 0, " is 0, expected a whole number from 1 to 65536"},
        {"attention.key_length", ~0U, " is 4294967295, expected a whole number from 1 to 65536"}};
    for (const auto& [key, value, says] : kSizes)
        row(qPrintable(QString("%1 = %2").arg(key).arg(value)), llama(key, value), qPrintable(QString(": llama.%1%2").arg(key, says)));
    row("heads that do not fit", llama("attention.head_count_kv", 3), ": 2 heads can't share 3 key-value heads evenly");
    row("odd head", llama("attention.key_length", 3), ": a head has 3 numbers, expected an even count");
    row("values of another size", llama("attention.value_length", 6), ": values have heads of 6 numbers, keys of 4, which is not supported");
    row("experts", llama("expert_count", 4), ": a mixture of experts is not supported in GGUF files");
    row("part of a head turns", llama("rope.dimension_count", 2), ": a rotary embedding of a part of the head is not supported");
    row("clamped", llama("attention.clamp_kqv", 1), ": llama.attention.clamp_kqv is set, which is not supported");
    row("soft cap", llama("attn_logit_softcapping", 1),
        ": llama.attn_logit_softcapping is set, which is supported in the architecture gemma2 only");
    GgufDrawing flat = llama();
    flat.bytes.replace(flat.bytes.find("token_embd.weight"), 10, "token_emb_");
    row("no embedding", flat, ": there is no matrix token_embd.weight");
}

void GgufFaultsTest::everyFaultHasItsSentence_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("message");
    headFaults();
    valueFaults();
    tensorFaults();
    configFaults();
}

void GgufFaultsTest::everyFaultHasItsSentence()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, message);
    QCOMPARE(QString::fromStdString(refusal(bytes.toStdString())), message);
}

void GgufFaultsTest::noSizeFieldIsBelieved_data()
{
    QTest::addColumn<quint64>("number");
    for (const std::uint64_t middle : {std::uint64_t(1) << 31, std::uint64_t(1) << 32, kHalf})
        for (const int by : {-1, 0, 1}) QTest::addRow("%llu", (unsigned long long)(middle + std::uint64_t(by))) << quint64(middle + std::uint64_t(by));
    QTest::newRow("0") << quint64(0);
    QTest::newRow("1") << quint64(1);
    QTest::newRow("2^64-1") << quint64(kHuge);
}

// Every eight bytes of a head, one after the other: read as it was, or refused; never more memory than the file is large.
void GgufFaultsTest::noSizeFieldIsBelieved()
{
    QFETCH(quint64, number);
    const std::string whole = llama().bytes;
    QCOMPARE(refusal(whole), std::string("read"));
    for (std::size_t at = 8; at + 8 <= whole.size() - 128; ++at) {
        std::string changed = whole;
        std::memcpy(changed.data() + at, &number, sizeof number);
        const fs::path file = m_folder.filePath("x.gguf").toStdString();
        fs::remove(file);
        std::ofstream(file, std::ios::binary) << changed;
        const auto header = readGgufHeader(file);
        if (!header) continue;
        for (const GgufTensor& tensor : header->tensors)
            QVERIFY2(tensor.offset <= changed.size() && tensor.bytes <= changed.size() - tensor.offset, qPrintable(QString::number(at)));
        (void)ggufConfig(*header).ok();
    }
}

void GgufFaultsTest::whatNoRuleForbidsIsRead()
{
    QCOMPARE(refusal(llama().bytes), std::string("read"));
    for (const std::uint32_t alignment : {1U, 16U, 4096U}) {
        const fs::path file = m_folder.filePath("aligned.gguf").toStdString();
        std::ofstream(file, std::ios::binary) << oneValue().value("general.alignment", kU32, alignment).bytes;
        QVERIFY(readGgufHeader(file));
    }
}

QTEST_GUILESS_MAIN(GgufFaultsTest)
#include "gguf_faults_test.moc"
