// Every supported family computes what transformers computes (tests/golden/make_models.py).
#include "engine/model/torch.h"
//
#include <QtTest>
#include <set>

#include "engine/expansion/upcycle.h"
#include "engine/model/checkpoint/model_file.h"
#include "engine/model/checkpoint/name_list.h"
#include "engine/model/checkpoint/safetensors.h"
#include "engine/model/checkpoint/shard_writer.h"
#include "engine/training/losses.h"
#include "moebel/base/file.h"

using namespace moebel;
namespace fs = std::filesystem;

namespace
{

constexpr double kTolerance = 2e-4;  ///< of the range of the logits

fs::path golden(const QString& family) { return fs::path(MOEBEL_SOURCE_DIR) / "tests/golden/models" / family.toStdString(); }

std::unique_ptr<Decoder> read(const fs::path& folder)
{
    auto model = readModel(folder);
    if (!model) qFatal("%s", model.error().message.c_str());
    return std::move(*model);
}

/// The largest difference to the golden logits, as a share of their range.
double difference(const Decoder& model, const fs::path& folder)
{
    const auto file = readSafetensors(folder / "golden.safetensors");
    double largest = 0;
    for (int i = 0; file->tensors.contains("ids." + std::to_string(i)); ++i) {
        const torch::Tensor expected = file->tensors.at("logits." + std::to_string(i));
        const torch::Tensor found = logits(model, file->tensors.at("ids." + std::to_string(i)).unsqueeze(0)).view_as(expected);
        const double range = (expected.max() - expected.min()).item<double>();
        largest = std::max(largest, (found - expected).abs().max().item<double>() / range);
    }
    return largest;
}

std::string messageOf(const fs::path& config)
{
    const auto read = readConfig(config);
    return read ? "read" : read.error().message;
}

}  // namespace

class FamiliesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void logitsAreThoseOfTheReference_data() { families(); }
    void logitsAreThoseOfTheReference();
    void olderSpellingOfTheConfigSaysTheSame_data() { families(); }
    void olderSpellingOfTheConfigSaysTheSame();
    void whatIsWrittenIsReadAsTheSameBits_data() { families(); }
    void whatIsWrittenIsReadAsTheSameBits();
    void aDenseModelIsWrittenAsItsOwnFamily_data() { families(Dense); }
    void aDenseModelIsWrittenAsItsOwnFamily();
    void routingIsThatOfTheReference_data() { families(Mixtures); }
    void routingIsThatOfTheReference();
    void aMixtureIsNoBaseToExpand();
    void upcycledByCopiesEqualsTheDenseModel_data() { families(Dense); }
    void upcycledByCopiesEqualsTheDenseModel();
    void gradientsAreThoseOfTheLoss_data() { families(Dense); }
    void gradientsAreThoseOfTheLoss();
    void whatIsNotSupportedIsRefusedByName_data();
    void whatIsNotSupportedIsRefusedByName();
    void shardsAndIndexMustNameTheSameTensors();
    void shardsMayLinkIntoTheirCacheAndNowhereElse();
    void aBareModelIsReadByItsType();
    void tensorsThatAreMissingAreAllNamed();
    void shardsAreAtMostSoLargeAndReadAsTheSameBits();
    void aHeadThatIsNotTheTiedEmbeddingIsRefused();

private:
    enum Which { Dense, Mixtures, All };
    static void families(Which which = All);
    /// A copy of a golden checkpoint, to be spoilt.
    fs::path copied(const char* family);

    QTemporaryDir m_folder;
    int m_copies = 0;
};

void FamiliesTest::families(Which which)
{
    QTest::addColumn<QString>("family");
    for (const auto& entry : fs::directory_iterator(golden(""))) {
        const bool isMixture = mixtureLayers(*readConfig(entry.path() / "config.json")) > 0;
        if (which != All && isMixture != (which == Mixtures)) continue;
        QTest::newRow(entry.path().filename().c_str()) << QString::fromStdString(entry.path().filename());
    }
}

fs::path FamiliesTest::copied(const char* family)
{
    const fs::path target = fs::path(m_folder.path().toStdString()) / std::to_string(m_copies++);
    fs::copy(golden(family), target);
    return target;
}

void FamiliesTest::logitsAreThoseOfTheReference()
{
    QFETCH(QString, family);
    const double share = difference(*read(golden(family)), golden(family));
    QVERIFY2(share <= kTolerance, qPrintable(QString::number(share)));
    qInfo("%s: largest difference %.1e of the range", qPrintable(family), share);
}

void FamiliesTest::olderSpellingOfTheConfigSaysTheSame()
{
    QFETCH(QString, family);
    const auto now = readConfig(golden(family) / "config.json"), before = readConfig(golden(family) / "config.old.json");
    QVERIFY2(before, before ? "" : before.error().message.c_str());
    QVERIFY(now->shape == before->shape);
    QVERIFY(now->allocation == before->allocation);
}

void FamiliesTest::whatIsWrittenIsReadAsTheSameBits()
{
    QFETCH(QString, family);
    const auto model = read(golden(family));
    const fs::path folder = fs::path(m_folder.path().toStdString()) / family.toStdString();
    fs::create_directory(folder);
    QVERIFY(writeModel(*model, folder));
    const auto again = read(folder);
    QVERIFY(again->shape() == model->shape());
    const auto expected = model->parameters(), found = again->parameters();
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) QVERIFY2(found[i].tensor.equal(expected[i].tensor), found[i].name.c_str());
    QCOMPARE(difference(*again, golden(family)), difference(*model, golden(family)));
}

// What transformers has a class for needs no code of ours, whatever was trained in it since.
void FamiliesTest::aDenseModelIsWrittenAsItsOwnFamily()
{
    QFETCH(QString, family);
    const auto model = read(golden(family));
    const fs::path folder = fs::path(m_folder.path().toStdString()) / std::to_string(m_copies++);
    fs::create_directory(folder);
    QVERIFY(writeModel(*model, folder));
    const auto architectureIn = [](const fs::path& place) {
        const std::string text = readFile(place / "config.json").value();
        return QJsonDocument::fromJson(QByteArray::fromStdString(text)).object()["architectures"].toArray();
    };
    QCOMPARE(architectureIn(folder), architectureIn(golden(family)));
    const auto expected = readSafetensors(folder / "model.safetensors");
    QVERIFY(expected);
    std::set<std::string> names;
    for (const auto& entry : expected->tensors) names.insert(entry.first);
    if (family == "gpt-2") QVERIFY(names.contains("transformer.h.1.attn.c_attn.weight") && names.contains("transformer.wpe.weight"));
    if (family == "bloom") QVERIFY(names.contains("transformer.h.1.self_attention.query_key_value.bias"));
}

// The scores of all experts, and the kept ones in their order, token by token.
void FamiliesTest::routingIsThatOfTheReference()
{
    QFETCH(QString, family);
    const auto model = read(golden(family));
    const auto file = readSafetensors(golden(family) / "golden.safetensors");
    int compared = 0;
    for (int i = 0; file->tensors.contains("ids." + std::to_string(i)); ++i) {
        std::vector<RoutingDecision> routing;
        logits(*model, file->tensors.at("ids." + std::to_string(i)).unsqueeze(0), &routing);
        for (std::size_t layer = 0; layer < routing.size(); ++layer) {
            const std::string place = std::to_string(i) + '.' + std::to_string(layer);
            QCOMPARE(routing[layer].defined(), file->tensors.contains("router." + place));
            if (!routing[layer].defined()) continue;
            const torch::Tensor scores = file->tensors.at("router." + place);
            QVERIFY2((routing[layer].scores_TE - scores).abs().max().item<double>() < 1e-4, place.c_str());
            QVERIFY2(routing[layer].expert_ids_TK.equal(file->tensors.at("experts." + place)), place.c_str());
            ++compared;
        }
    }
    QVERIFY(compared >= 3);
}

void FamiliesTest::aMixtureIsNoBaseToExpand()
{
    Experiment experiment;
    experiment.base.kind = BaseKind::Checkpoint;
    experiment.base.path = "mixtral";
    const auto sized = withBaseShape(experiment, golden(""));
    QVERIFY(!sized);
    QCOMPARE(sized.error().code, std::string("base-not-dense"));
    QVERIFY(sized.error().message.find("several experts in 2 of its layers already") != std::string::npos);
}

// Layers may stay dense, others have more or fewer experts: copies whose weights sum to one change nothing.
void FamiliesTest::upcycledByCopiesEqualsTheDenseModel()
{
    QFETCH(QString, family);
    const auto dense = read(golden(family));
    for (const ExpertAllocation& allocation : {ExpertAllocation{{4, 2}, 2}, ExpertAllocation{{1, 3}, 2}}) {
        const auto expanded = upcycle(*dense, planUpcycle(dense->shape(), allocation, ExpertOrigin::Copy, Seed{3}));
        const double share = difference(*expanded, golden(family));
        QVERIFY2(share <= kTolerance, qPrintable(QString::number(share)));
        const fs::path folder = fs::path(m_folder.path().toStdString()) / std::to_string(m_copies++);
        fs::create_directory(folder);
        QVERIFY(writeModel(*expanded, folder));
        QCOMPARE(difference(*read(folder), golden(family)), share);
    }
}

// Along its own gradient the loss climbs as steeply as the gradient is long.
void FamiliesTest::gradientsAreThoseOfTheLoss()
{
    QFETCH(QString, family);
    const auto dense = read(golden(family));
    const auto model = upcycle(*dense, planUpcycle(dense->shape(), {{3, 1}, 2}, ExpertOrigin::Copy, Seed{3}));
    const torch::Tensor ids = torch::arange(24).remainder(17).view({2, 12}), targets = torch::arange(1, 25).remainder(13);
    const auto loss = [&] { return languageModelLossSum(model->forward(ids).hidden_TD, model->head(), targets); };
    double squares = 0;
    for (const NamedParameter& parameter : model->parameters()) parameter.tensor.set_requires_grad(true);
    loss().backward();
    for (const NamedParameter& parameter : model->parameters())
        if (parameter.tensor.grad().defined()) squares += parameter.tensor.grad().square().sum().item<double>();
    const double length = std::sqrt(squares), step = 2e-3;
    QVERIFY(length > 0.1);
    const auto lossAt = [&](double distance) {
        const torch::NoGradGuard noGradient;
        const auto move = [&](double by) {
            for (const NamedParameter& parameter : model->parameters())
                if (parameter.tensor.grad().defined()) parameter.tensor.add_(parameter.tensor.grad(), by / length);
        };
        move(distance);
        const double value = loss().item<double>();
        move(-distance);
        return value;
    };
    const double slope = (lossAt(step) - lossAt(-step)) / (2 * step);
    QVERIFY2(std::abs(slope / length - 1) < 0.01, qPrintable(QString("%1 for %2").arg(slope).arg(length)));
}

void FamiliesTest::whatIsNotSupportedIsRefusedByName_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const char* from, const char* to, const char* message) {
        QTest::newRow(name) << from << to << message;
    };
    row("architecture", "Qwen3ForCausalLM", "FalconForCausalLM",
        "the architecture is FalconForCausalLM, which is not supported");
    row("activation", "\"silu\"", "\"gelu\"", "hidden_act is \"gelu\", which is not supported; only \"silu\" is");
    row("rope kind", "\"default\"", "\"yarn\"", "the rope kind is \"yarn\", which is not supported");
    row("quantised", "\"head_dim\"", "\"quantization_config\": {\"bits\": 4}, \"head_dim\"", "quantization_config is set");
    row("soft cap", "\"head_dim\"", "\"attn_logit_softcapping\": 50.0, \"head_dim\"", "attn_logit_softcapping is set");
    row("partial rope", "\"head_dim\"", "\"partial_rotary_factor\": 0.5, \"head_dim\"", "partial_rotary_factor is 0.5");
    row("layers", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 0",
        "num_hidden_layers is 0, expected a whole number from 1");
    row("heads", "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "is not a multiple of num_key_value_heads");
    row("missing", "\"hidden_size\": 32,", "", "hidden_size is missing");
    row("kinds of layers", "\"full_attention\"", "\"linear_attention\"", "expected full_attention or sliding_attention");
    row("experts of a mixture", "\"num_experts\": 5", "\"num_experts\": 1",
        "num_experts is 1, expected a whole number from 2");
    row("kept experts", "\"num_experts_per_tok\": 3", "\"num_experts_per_tok\": 6",
        "num_experts_per_tok is 6, expected a whole number from 1 to 5");
    row("no experts", "\"num_experts\": 5,", "", "num_experts is missing");
    row("dense layers", "\"mlp_only_layers\": [\n    1", "\"mlp_only_layers\": [\n    3",
        "mlp_only_layers holds 3, expected layers from 0 to 2");
    row("clipped", "\"num_experts\": 5,", "\"num_experts\": 5, \"clip_qkv\": 8.0,", "clip_qkv is set");
    row("no JSON", "{", "[", "is not a JSON object");
}

void FamiliesTest::whatIsNotSupportedIsRefusedByName()
{
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, message);
    const fs::path folder = copied(message.contains("full_attention") ? "qwen-2-window"
                                   : from.contains("num_experts") || from.contains("mlp_only") ? "qwen-2-moe"
                                                                                               : "qwen-3");
    QString text = QString::fromStdString(readFile(folder / "config.json").value());
    const QString before = text;
    text.replace(text.indexOf(from), from.size(), to);
    QVERIFY(text != before);
    QVERIFY(writeFileAtomically(folder / "config.json", text.toStdString()));
    const std::string found = messageOf(folder / "config.json");
    QVERIFY2(QString::fromStdString(found).contains(message), found.c_str());
}

void FamiliesTest::shardsAndIndexMustNameTheSameTensors()
{
    const fs::path folder = copied("llama-linear"), index = folder / "model.safetensors.index.json";
    const std::string text = readFile(index).value();
    const auto refused = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        changed.replace(changed.find(from), from.size(), to);
        (void)writeFileAtomically(index, changed);
        const auto model = readModel(folder);
        return model ? std::string("read") : model.error().message;
    };
    const std::string norm = "\"model.norm.weight\"";
    QVERIFY(refused(norm, "\"model.norm.other\"").ends_with("model.norm.other is not in model-00003-of-00003.safetensors"));
    QVERIFY(refused("\"model-00001", "\"../model-00001").find("expected the name of a .safetensors file") != std::string::npos);
    QVERIFY(refused("weight_map", "weights").ends_with("there is no object \"weight_map\""));
    (void)writeFileAtomically(index, text);
    QVERIFY(readModel(folder));
    fs::remove(folder / "model-00002-of-00003.safetensors");
    QVERIFY(readModel(folder).error().message.ends_with("the shard model-00002-of-00003.safetensors is missing; copy it into the folder"));
    fs::remove(index);
    (void)writeFileAtomically(folder / "pytorch_model.bin", "x");
    QVERIFY(readModel(folder).error().message.find("safe_serialization=True") != std::string::npos);
}

// As in Hugging Face's cache: models--a--b/snapshots/revision links into models--a--b/blobs.
void FamiliesTest::shardsMayLinkIntoTheirCacheAndNowhereElse()
{
    const fs::path cache = fs::path(m_folder.path().toStdString()) / "models--a--b", snapshot = cache / "snapshots/1f";
    fs::create_directories(cache / "blobs");
    fs::create_directories(cache / "snapshots");
    fs::rename(copied("llama-linear"), snapshot);
    const std::string name = "model-00002-of-00003.safetensors";
    const auto linkedTo = [&](const fs::path& to) {
        fs::remove(snapshot / name);
        fs::create_symlink(to, snapshot / name);
        const auto model = readModel(snapshot);
        return model ? std::string("read") : model.error().message;
    };
    fs::rename(snapshot / name, cache / "blobs/77");
    QCOMPARE(linkedTo("../../blobs/77"), "read");
    fs::rename(cache / "blobs/77", cache.parent_path() / "77");
    QVERIFY(linkedTo("../../../77").find("leads to " + fs::canonical(cache.parent_path() / "77").string() + ", expected a file in " +
                                         fs::canonical(cache).string()) != std::string::npos);
    QVERIFY(linkedTo("/dev/zero").find("leads to /dev/zero, expected a file in") != std::string::npos);
}

// "architectures" of a model that was saved without its head, and of files that name none; tensors without "model.".
void FamiliesTest::aBareModelIsReadByItsType()
{
    const fs::path folder = copied("gemma");
    const std::string text = readFile(folder / "config.json").value();
    auto file = readSafetensors(folder / "model.safetensors");
    QVERIFY(file);
    NamedTensors bare;
    for (const auto& [name, tensor] : file->tensors) bare.emplace_back(name.substr(std::string("model.").size()), tensor);
    QVERIFY(writeSafetensors(folder / "model.safetensors", bare));
    const auto named = [&](const std::string& names) {
        std::string changed = text;
        const std::string before = "\"GemmaForCausalLM\"";
        const std::size_t begin = changed.rfind('[', changed.find(before)), end = changed.find(']', begin) + 1;
        changed.replace(begin, end - begin, names);
        (void)writeFileAtomically(folder / "config.json", changed);
        return messageOf(folder / "config.json");
    };
    for (const char* names : {"[\"GemmaModel\"]", "null", "[]"}) {
        QCOMPARE(named(names), "read");
        QVERIFY(difference(*read(folder), golden("gemma")) < kTolerance);
    }
    QVERIFY(named("[\"GemmaForSequenceClassification\"]").find("GemmaForSequenceClassification, which is not supported") != std::string::npos);
    QVERIFY(named("[\"GemmaModel\", \"B\"]").find("is not supported") != std::string::npos);
}

void FamiliesTest::tensorsThatAreMissingAreAllNamed()
{
    QCOMPARE(listedNames({"a", "l.0.x", "l.1.x", "l.2.x", "l.5.x", "l.1.y", "b.007", "l.2.e.3.z", "l.3.e.3.z", "l.3.e.4.z"}),
             "a, l.{0-2,5}.x, l.1.y, b.007, l.{2-3}.e.3.z, l.3.e.4.z");
}

void FamiliesTest::shardsAreAtMostSoLargeAndReadAsTheSameBits()
{
    const auto model = read(golden("qwen-3"));
    const fs::path folder = fs::path(m_folder.path().toStdString()) / "sharded";
    fs::create_directory(folder);
    NamedTensors tensors;
    for (const NamedParameter& parameter : model->parameters()) tensors.emplace_back(parameter.name, parameter.tensor);
    constexpr std::uint64_t kLargest = 30'000;
    QVERIFY(writeShards(tensors, folder, kLargest));
    QVERIFY(writeFileAtomically(folder / "config.json", configJson(model->shape(), model->allocation())));
    int shards = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".safetensors") continue;
        QVERIFY(entry.path().filename().string().ends_with("-of-00004.safetensors"));
        std::uint64_t bytes = 0;
        const auto shard = readSafetensors(entry.path());
        for (const auto& tensor : shard->tensors) bytes += tensor.second.nbytes();
        QVERIFY(bytes <= kLargest);
        ++shards;
    }
    QCOMPARE(shards, 4);
    QCOMPARE(difference(*read(folder), golden("qwen-3")), difference(*model, golden("qwen-3")));
}

void FamiliesTest::aHeadThatIsNotTheTiedEmbeddingIsRefused()
{
    const fs::path folder = copied("qwen-3");
    const auto file = readSafetensors(folder / "model.safetensors");
    NamedTensors tensors(file->tensors.begin(), file->tensors.end());
    const torch::Tensor embedding = file->tensors.at("model.embed_tokens.weight");
    tensors.push_back({"lm_head.weight", embedding.clone()});
    QVERIFY(writeSafetensors(folder / "model.safetensors", tensors));
    QVERIFY(readModel(folder));
    tensors.back().second = embedding + 1;
    QVERIFY(writeSafetensors(folder / "model.safetensors", tensors));
    QVERIFY(readModel(folder).error().message.find("lm_head.weight is not the embedding") != std::string::npos);
}

QTEST_GUILESS_MAIN(FamiliesTest)
#include "families_test.moc"
