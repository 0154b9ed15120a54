// GGUF files: the head is checked, blocks become the weights that gguf reads, models and tokenizers are those of the folder.
#include "engine/model/torch.h"
//
#include <QtTest>
#include <cmath>
#include <cstring>
#include <numbers>

#include "engine/model/checkpoint/model_file.h"
#include "engine/model/checkpoint/safetensors.h"
#include "engine/model/checkpoint/tensor_files.h"
#include "engine/text/tokenizer.h"
#include "moebel/base/file.h"
#include "moebel/base/gguf.h"
#include "moebel/experiment/model_config.h"
#include "tests/support/gguf_drawing.h"

using namespace moebel;
using namespace moebel::test;
namespace fs = std::filesystem;

namespace
{

fs::path golden(const char* file) { return fs::path(MOEBEL_SOURCE_DIR) / "tests/golden" / file; }

}  // namespace

class GgufTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyBlockBecomesTheWeightsOfTheReference();
    void modelsAreThoseOfTheFolder_data() { models(); }
    void modelsAreThoseOfTheFolder();
    void logitsAreThoseOfTheReference_data() { models(); }
    void logitsAreThoseOfTheReference();
    void anglesOfLlama3AreFoundInTheirDivisors_data();
    void anglesOfLlama3AreFoundInTheirDivisors();
    void anglesAreStretchedAsInLlamaCpp_data();
    void anglesAreStretchedAsInLlamaCpp();
    void scoresOfGemma2AreScaledByItsSize();
    void theVocabularyIsATokenizer();
    void everyNameOfASplittingIsRead();
    void everyTruncationIsRefused();

private:
    static void models();
    /// Of a file with one layer of one head.
    Result<ModelConfig> llamaWithDivisors(const std::vector<float>& divisors, double theta);
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

void GgufTest::models()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("folder");
    const auto row = [](const char* file, const char* folder) { QTest::newRow(file) << file << folder; };
    row("gguf/llama.gguf", "models/llama-2");
    row("gguf/llama-3.gguf", "models/llama-3");
    row("gguf/qwen3.gguf", "models/qwen-3");
    row("gguf/gemma.gguf", "models/gemma");
    row("gguf/gemma-2.gguf", "models/gemma-2-by-head");
}

void GgufTest::modelsAreThoseOfTheFolder()
{
    QFETCH(QString, file);
    QFETCH(QString, folder);
    const auto found = readModel(golden(qPrintable(file))), expected = readModel(golden(qPrintable(folder)));
    QVERIFY2(found, found ? "" : found.error().message.c_str());
    ModelShape shape = (*found)->shape();
    shape.normEpsilon = (*expected)->shape().normEpsilon;  // a float there
    QVERIFY(shape == (*expected)->shape());
    const auto a = (*found)->parameters(), b = (*expected)->parameters();
    QCOMPARE(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) QVERIFY2(a[i].tensor.equal(b[i].tensor), a[i].name.c_str());
    QVERIFY(hashOfModel(golden(qPrintable(file))));
    QVERIFY(openTokenizer(golden(qPrintable(file))));
}

void GgufTest::logitsAreThoseOfTheReference()
{
    QFETCH(QString, file);
    QFETCH(QString, folder);
    const auto model = readModel(golden(qPrintable(file)));
    const auto reference = readSafetensors(golden(qPrintable(folder)) / "golden.safetensors");
    QVERIFY(model && reference);
    for (int i = 0; i < 3; ++i) {
        const torch::Tensor expected = reference->tensors.at("logits." + std::to_string(i));
        const torch::Tensor ids = reference->tensors.at("ids." + std::to_string(i)).unsqueeze(0);
        const double range = (expected.max() - expected.min()).item<double>();
        const double largest = (logits(**model, ids).view_as(expected) - expected).abs().max().item<double>();
        QVERIFY2(largest <= 1e-5 * range, qPrintable(QString::number(largest / range)));
    }
}

Result<ModelConfig> GgufTest::llamaWithDivisors(const std::vector<float>& divisors, double theta)
{
    const std::uint64_t pairs = divisors.size();
    GgufDrawing file;
    file.head(2, 7).text("general.architecture").number(8U).text("llama");
    for (const char* size : {"block_count", "context_length", "attention.head_count", "feed_forward_length"})
        file.text("llama." + std::string(size)).number(4U).number(1U);
    file.text("llama.embedding_length").number(4U).number(std::uint32_t(2 * pairs));
    file.text("llama.rope.freq_base").number(6U).number(float(theta));
    file.tensor("token_embd.weight", {2 * pairs, 1}, 0, 0).tensor("rope_freqs.weight", {pairs}, 0, 8 * pairs).data(8 * pairs);
    for (const float divisor : divisors) file.number(divisor);
    const fs::path path = m_folder.filePath("divisors.gguf").toStdString();
    if (Status done = writeFileAtomically(path, file.bytes); !done) return done.error();
    return readModelConfig(path);
}

void GgufTest::anglesOfLlama3AreFoundInTheirDivisors_data()
{
    QTest::addColumn<double>("theta");
    QTest::addColumn<int>("headSize");
    QTest::addColumn<double>("factor");
    QTest::addColumn<int>("context");
    QTest::newRow("3.1 8B") << 5e5 << 128 << 8.0 << 8192;
    QTest::newRow("3.2 1B") << 5e5 << 64 << 32.0 << 8192;
    QTest::newRow("3.2 3B") << 5e5 << 128 << 32.0 << 8192;
    QTest::newRow("long") << 1e6 << 96 << 3.5 << 131072;
}

void GgufTest::anglesOfLlama3AreFoundInTheirDivisors()
{
    QFETCH(double, theta);
    QFETCH(int, headSize);
    QFETCH(double, factor);
    QFETCH(int, context);
    std::vector<float> divisors;
    for (int pair = 0; 2 * pair < headSize; ++pair) {
        const float frequency = std::pow(float(theta), -float(2 * pair) / float(headSize));
        const float turns = float(context) * frequency / float(2 * std::numbers::pi);
        const float kept = std::clamp((turns - 1) / 3, 0.0F, 1.0F);
        divisors.push_back(kept == 0 ? float(factor) : 1 / ((1 - kept) / float(factor) + kept));
    }
    const Result<ModelConfig> config = llamaWithDivisors(divisors, theta);
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    QVERIFY(config->shape.ropeScaling == (RopeScaling{RopeScalingKind::Llama3, factor, 1, 4, context}));
    divisors[std::size_t(headSize) / 4] *= 1.001F;
    const Result<ModelConfig> spoilt = llamaWithDivisors(divisors, theta);
    QVERIFY(!spoilt);
    QVERIFY2(spoilt.error().message.ends_with("others are not supported in GGUF files; use the safetensors files"),
             spoilt.error().message.c_str());
    const auto unscaled = llamaWithDivisors(std::vector<float>(std::size_t(headSize) / 2, 1.0F), theta);
    QVERIFY(unscaled && unscaled->shape.ropeScaling == RopeScaling());
}

// llama-model.cpp: the kind is linear where the file names none, the factor has an older name, and "none" never stretches.
void GgufTest::anglesAreStretchedAsInLlamaCpp_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<double>("factor");
    QTest::addColumn<double>("older");
    QTest::addColumn<double>("expected");
    QTest::newRow("nothing is said") << "" << 0.0 << 0.0 << 1.0;
    QTest::newRow("linear") << "linear" << 2.5 << 0.0 << 2.5;
    QTest::newRow("linear without a factor") << "linear" << 0.0 << 0.0 << 1.0;
    QTest::newRow("a factor alone") << "" << 4.0 << 0.0 << 4.0;
    QTest::newRow("the older name") << "" << 0.0 << 8.0 << 8.0;
    QTest::newRow("both names") << "linear" << 4.0 << 8.0 << 4.0;
    QTest::newRow("none") << "none" << 4.0 << 8.0 << 1.0;
    QTest::newRow("yarn") << "yarn" << 4.0 << 0.0 << 0.0;
}

void GgufTest::anglesAreStretchedAsInLlamaCpp()
{
    QFETCH(QString, type);
    QFETCH(double, factor);
    QFETCH(double, older);
    QFETCH(double, expected);
    GgufHeader header;
    header.values = {{"general.architecture", "llama"},
                     {"llama.block_count", std::int64_t(1)},
                     {"llama.context_length", std::int64_t(64)},
                     {"llama.embedding_length", std::int64_t(32)},
                     {"llama.feed_forward_length", std::int64_t(48)},
                     {"llama.attention.head_count", std::int64_t(4)}};
    header.tensors.push_back({"token_embd.weight", GgufType::F32, {96, 32}, 0, 0});
    if (!type.isEmpty()) header.values["llama.rope.scaling.type"] = type.toStdString();
    if (factor > 0) header.values["llama.rope.scaling.factor"] = factor;
    if (older > 0) header.values["llama.rope.scale_linear"] = older;
    const auto config = ggufConfig(header);
    if (expected == 0) {
        QVERIFY(config.error().message.ends_with("the rope scaling \"yarn\" is not supported; \"none\" and \"linear\" are"));
        return;
    }
    QVERIFY2(config, config ? "" : config.error().message.c_str());
    const RopeScaling stretched{RopeScalingKind::Linear, expected, 1, 4, 0};
    QVERIFY(config->shape.ropeScaling == (expected == 1 ? RopeScaling() : stretched));
}

// The files do not hold query_pre_attn_scalar: 144 for the 27B model, the size of a head for the others.
void GgufTest::scoresOfGemma2AreScaledByItsSize()
{
    GgufHeader header;
    header.values = {{"general.architecture", "gemma2"},
                     {"gemma2.block_count", std::int64_t(46)},
                     {"gemma2.context_length", std::int64_t(8192)},
                     {"gemma2.embedding_length", std::int64_t(4608)},
                     {"gemma2.feed_forward_length", std::int64_t(36864)},
                     {"gemma2.attention.head_count", std::int64_t(32)},
                     {"gemma2.attention.head_count_kv", std::int64_t(16)},
                     {"gemma2.attention.key_length", std::int64_t(128)}};
    header.tensors.push_back({"token_embd.weight", GgufType::F32, {256000, 4608}, 0, 0});
    const auto large = ggufConfig(header);
    QVERIFY2(large, large ? "" : large.error().message.c_str());
    QCOMPARE(large->shape.attentionScale, 1 / std::sqrt(144.0));
    QCOMPARE(large->shape.attentionSoftCap, 50.0);
    QCOMPARE(large->shape.headSoftCap, 30.0);
    QCOMPARE(large->shape.windows[44], std::int64_t(4096));
    QCOMPARE(large->shape.windows[45], std::int64_t(0));
    header.values["gemma2.block_count"] = std::int64_t(42);
    QCOMPARE(ggufConfig(header)->shape.attentionScale, 1 / std::sqrt(128.0));
    header.values["gemma2.attention.sliding_window_pattern"] = std::int64_t(3);
    const auto windows = ggufConfig(header)->shape.windows;
    QVERIFY(windows[0] == 4096 && windows[1] == 4096 && windows[2] == 0 && windows[41] == 0);
    header.values["gemma2.attention.sliding_window_pattern"] = std::int64_t(1);
    QVERIFY(ggufConfig(header)->shape.windows.empty());
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
    const auto config = readFile(fs::path(m_folder.path().toStdString()) / "tokenizer_config.json");
    QVERIFY2(config->find("\"eos_token\": \"<|end|>\"") != std::string::npos, config->c_str());
    QCOMPARE((*written)->encode("a 12"), (*tokenizer)->encode("a 12"));
}

// Digits stay together, or become one token each.
void GgufTest::everyNameOfASplittingIsRead()
{
    const std::vector<std::string> tokens = {"1", "2", "12", "3", "123", "<|end|>"}, merges = {"1 2", "12 3"};
    const auto idsOf = [&](const std::string& pre) {
        test::GgufDrawing drawing;
        drawing.head(0, 5).value("tokenizer.ggml.model", "gpt2").value("tokenizer.ggml.pre", pre);
        drawing.array("tokenizer.ggml.tokens", test::kText, tokens.size());
        for (const std::string& token : tokens) drawing.text(token);
        drawing.array("tokenizer.ggml.merges", test::kText, merges.size());
        for (const std::string& merge : merges) drawing.text(merge);
        drawing.value("tokenizer.ggml.eos_token_id", test::kU32, 5U);
        const fs::path file = m_folder.filePath("drawn.gguf").toStdString();
        (void)writeFileAtomically(file, drawing.bytes);
        const auto tokenizer = openTokenizer(file);
        if (!tokenizer) qInfo("%s", tokenizer.error().message.c_str());
        return tokenizer ? (*tokenizer)->encode("123") : std::vector<std::int32_t>();
    };
    for (const char* whole : {"gpt-2", "phi-2", "llama-bpe", "llama3", "llama-v3", "falcon3"}) QCOMPARE(idsOf(whole), (std::vector<std::int32_t>{4}));
    for (const char* single : {"smollm", "starcoder", "refact", "qwen2", "deepseek-r1-qwen"})
        QCOMPARE(idsOf(single), (std::vector<std::int32_t>{0, 1, 3}));
    QVERIFY(idsOf("tekken").empty());
}

std::string GgufTest::refusal(const std::string& bytes)
{
    const fs::path file = m_folder.filePath("x.gguf").toStdString();
    (void)writeFileAtomically(file, bytes);
    const auto read = readModelConfig(file);
    return read ? "read" : read.error().message.substr(file.string().size());
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
