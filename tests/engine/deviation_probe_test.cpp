// DMoE's probe: what a few steps on one language alone change in a base model (methods.md 3.2 to 3.4).
#include "engine/training/deviation_probe.h"

#include <QTest>
#include <algorithm>
#include <cmath>

#include "engine/text/corpus.h"
#include "engine/text/synthetic_languages.h"
#include "moebel/analysis/language_groups.h"
#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

DeviationSettings smallSettings()
{
    DeviationSettings settings;
    settings.steps = 3;
    settings.batchSequences = 4;
    settings.sequenceLength = 16;
    settings.similarityLayers = 1;
    return settings;
}

/// The four small languages, each with a stream of its own and the same seed.
struct SmallTexts {
    explicit SmallTexts(std::vector<std::size_t> order = {0, 1, 2, 3})
    {
        for (const std::size_t language : order) {
            std::vector<double> weights(4, 0.0);
            weights[language] = 1;
            streams.push_back(std::make_unique<SampleStream>(text.stream(weights)));
            texts.push_back({text.languages()[language].code, streams.back().get(), &text.shard(language)});
        }
    }
    SmallText text;
    std::vector<std::unique_ptr<SampleStream>> streams;
    std::vector<DeviationText> texts;
};

/// Ten steps in the plainest way, on a model of its own: the change of every tensor, by its name.
std::map<std::string, torch::Tensor> plainChange(const SampleStream& stream, const DeviationSettings& settings)
{
    const auto decoder = smallDense(), before = smallDense();
    std::map<std::string, std::pair<torch::Tensor, torch::Tensor>> moments;
    for (std::int64_t step = 0; step < settings.steps; ++step) {
        std::vector<std::int64_t> ids, targets;
        for (std::int64_t b = 0; b < settings.batchSequences; ++b) {
            const auto tokens = stream.sample(std::uint64_t(step * settings.batchSequences + b)).tokens;
            ids.insert(ids.end(), tokens.begin(), tokens.end() - 1);
            targets.insert(targets.end(), tokens.begin() + 1, tokens.end());
        }
        for (NamedParameter& parameter : decoder->parameters()) parameter.tensor.requires_grad_(true).mutable_grad() = torch::Tensor();
        const torch::Tensor hidden_TD = decoder->forward(torch::tensor(ids).view({settings.batchSequences, -1})).hidden_TD;
        const torch::Tensor logits_TV = torch::linear(hidden_TD, decoder->head_VD());
        torch::nll_loss(torch::log_softmax(logits_TV, 1), torch::tensor(targets)).backward();
        const torch::NoGradGuard noGradient;
        const double rate = settings.learningRate * (1 - double(step) / double(settings.steps));
        for (NamedParameter& parameter : decoder->parameters()) {
            const torch::Tensor gradient = parameter.tensor.grad();
            auto& [first, second] = moments[parameter.name];
            first = step == 0 ? 0.1 * gradient : 0.9 * first + 0.1 * gradient;
            second = step == 0 ? 0.001 * gradient.square() : 0.999 * second + 0.001 * gradient.square();
            const double n = double(step + 1);
            const torch::Tensor root = (second / (1 - std::pow(0.999, n))).sqrt() + 1e-8;
            parameter.tensor.sub_(rate * (first / (1 - std::pow(0.9, n))) / root);
        }
    }
    std::map<std::string, torch::Tensor> change;
    for (const NamedParameter& parameter : decoder->parameters()) change[parameter.name] = parameter.tensor.detach();
    for (const NamedParameter& parameter : before->parameters()) change[parameter.name] = change[parameter.name] - parameter.tensor;
    return change;
}

/// Of the mean loss of the first step's batch, by the names of the weights.
std::map<std::string, torch::Tensor> plainGradient(const SampleStream& stream, const DeviationSettings& settings)
{
    const auto decoder = smallDense();
    std::vector<std::int64_t> ids, targets;
    for (std::int64_t b = 0; b < settings.batchSequences; ++b) {
        const auto tokens = stream.sample(std::uint64_t(b)).tokens;
        ids.insert(ids.end(), tokens.begin(), tokens.end() - 1);
        targets.insert(targets.end(), tokens.begin() + 1, tokens.end());
    }
    for (NamedParameter& parameter : decoder->parameters()) parameter.tensor.requires_grad_(true);
    const torch::Tensor hidden_TD = decoder->forward(torch::tensor(ids).view({settings.batchSequences, -1})).hidden_TD;
    torch::nll_loss(torch::log_softmax(torch::linear(hidden_TD, decoder->head_VD()), 1), torch::tensor(targets)).backward();
    std::map<std::string, torch::Tensor> gradient;
    for (const NamedParameter& parameter : decoder->parameters()) gradient[parameter.name] = parameter.tensor.grad();
    return gradient;
}

torch::Tensor joined(const std::map<std::string, torch::Tensor>& change, int layer, const std::vector<std::string>& names)
{
    std::vector<torch::Tensor> parts;
    for (const std::string& name : names)
        parts.push_back(change.at("model.layers." + std::to_string(layer) + "." + name + ".weight").flatten().to(torch::kFloat64));
    return torch::cat(parts);
}

const std::vector<std::string> kFeedForward = {"mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"};
const std::vector<std::string> kAttention = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"};

/// Six made-up languages in three families beside the one that the base knows best, as bytes.
class FamilyText
{
public:
    FamilyText()
    {
        DataSpec data;
        data.syntheticDocuments = 150;
        data.syntheticFamilies = 4;
        const auto importer = makeSyntheticImporter(data, languages, Seed{21});
        for (const Language& language : languages) {
            std::vector<TokenizedDocument> documents;
            const Corpus corpus = importer->load(language.code).value();
            for (const Document& document : corpus.documents) {
                documents.push_back({{}, document.text.size()});
                for (const char byte : document.text)
                    documents.back().tokens.push_back(1 + static_cast<unsigned char>(byte));
            }
            const auto file = std::filesystem::path(m_folder.path().toStdString()) / language.code;
            (void)writeTokenShard(file, language.code, 0, documents);
            shards.push_back(TokenShard::open(file).value());
        }
    }
    SampleStream stream(const std::vector<double>& weights, Seed seed) const
    {
        std::vector<MixturePart> parts;
        for (std::size_t i = 0; i < shards.size(); ++i)
            if (weights[i] > 0) parts.push_back({&shards[i], LanguageId{std::int32_t(i)}, weights[i]});
        return SampleStream::make(parts, 64, seed).value();
    }
    /// Trained mostly on the original language, a little on all.
    std::unique_ptr<Decoder> makeBase() const
    {
        auto decoder = std::make_unique<Decoder>(ModelShape{3, 48, 2, 2, 24, 96, 257, 64}, ExpertAllocation{});
        initialiseDecoder(*decoder, 0.08, 0.06, Seed{22});
        StageSpec stage = smallStage(StageKind::Pretraining, 60);
        stage.sequenceLength = 64;
        stage.tokens = 60 * stage.batchSequences * stage.sequenceLength;
        const SampleStream mixed = stream({0.7, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05}, Seed{23});
        StageTrainer trainer(*decoder, stage, languages, mixed);
        for (std::int64_t step = 0; step < 60; ++step) (void)trainer.trainStep(step);
        return decoder;
    }

    const std::vector<Language> languages = {{"aa", LanguageRole::Original}, {"ba", LanguageRole::Expanded},
                                             {"bb", LanguageRole::Expanded}, {"bc", LanguageRole::Expanded},
                                             {"bd", LanguageRole::Expanded}, {"be", LanguageRole::Expanded},
                                             {"bf", LanguageRole::Expanded}};
    std::vector<TokenShard> shards;

private:
    QTemporaryDir m_folder;
};

}  // namespace

class DeviationProbeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theNormsAndCosinesAreThoseOfAPlainReimplementation()
    {
        const SmallTexts small;
        const auto base = smallDense();
        const auto deviation = measureDeviation(*base, small.texts, smallSettings(), Seed{5});
        QVERIFY2(deviation, deviation ? "" : deviation.error().message.c_str());
        std::vector<torch::Tensor> last;
        for (std::size_t language = 0; language < 4; ++language) {
            const auto change = plainChange(*small.texts[language].stream, smallSettings());
            for (int layer = 0; layer < 2; ++layer) {
                const double feedForward = joined(change, layer, kFeedForward).norm().item<double>();
                const double attention = joined(change, layer, kAttention).norm().item<double>();
                QVERIFY(std::abs(deviation->feedForward[language][std::size_t(layer)] / feedForward - 1) < 1e-3);
                QVERIFY(std::abs(deviation->attention[language][std::size_t(layer)] / attention - 1) < 1e-3);
            }
            last.push_back(joined(change, 1, kFeedForward));
        }
        for (std::size_t a = 0; a < 4; ++a)
            for (std::size_t b = 0; b < a; ++b) {
                const double cosine = (last[a].dot(last[b]) / (last[a].norm() * last[b].norm())).item<double>();
                QVERIFY2(std::abs(deviation->similarity.at(a, b) - cosine) < 1e-3,
                         qPrintable(QString("%1 against %2").arg(deviation->similarity.at(a, b)).arg(cosine)));
            }
    }

    void theNormsLeaveTheGateOutOnRequest()
    {
        const SmallTexts small({0});
        DeviationSettings settings = smallSettings();
        settings.withGate = false;
        const auto deviation = measureDeviation(*smallDense(), small.texts, settings, Seed{5});
        const auto change = plainChange(*small.texts[0].stream, settings);
        const double expected = joined(change, 0, {"mlp.up_proj", "mlp.down_proj"}).norm().item<double>();
        QVERIFY(std::abs(deviation->feedForward[0][0] / expected - 1) < 1e-3);
        QCOMPARE(deviation->withGate, false);
    }

    void theProbeLeavesTheBaseAsItWasAndIsTheSameBitForBitInAnyOrder()
    {
        const SmallTexts small, turned({2, 0, 3, 1});
        const auto base = smallDense();
        const auto before = hashes(*base);
        const auto first = measureDeviation(*base, small.texts, smallSettings(), Seed{5});
        QCOMPARE(hashes(*base), before);
        for (const NamedParameter& parameter : base->parameters()) QVERIFY(!parameter.tensor.grad().defined());
        const auto other = measureDeviation(*base, turned.texts, smallSettings(), Seed{5});
        const std::size_t place[] = {1, 3, 0, 2};
        for (std::size_t a = 0; a < 4; ++a) {
            QCOMPARE(other->feedForward[place[a]], first->feedForward[a]);
            QCOMPARE(other->attention[place[a]], first->attention[a]);
            for (std::size_t b = 0; b < 4; ++b)
                QVERIFY(std::abs(other->similarity.at(place[a], place[b]) - first->similarity.at(a, b)) < 1e-12);
        }
    }

    // Acceptance check 35.
    void fp32WeightsNearlyAllChangeAndBf16WeightsAreFlaggedByAWarning()
    {
        const SmallTexts small;
        DeviationSettings settings = smallSettings();
        settings.learningRate = 8e-6;
        const auto full = measureDeviation(*smallDense(), small.texts, settings, Seed{5});
        QVERIFY2(*full->changedShare > 0.9, qPrintable(QString::number(*full->changedShare)));
        QCOMPARE(warningsOf(*full, settings), std::vector<std::string>());
        settings.weights = Precision::BFloat16;
        const auto base = smallDense();
        const auto before = hashes(*base);
        const auto rounded = measureDeviation(*base, small.texts, settings, Seed{5});
        QCOMPARE(hashes(*base), before);
        QVERIFY2(*rounded->changedShare < 0.5, qPrintable(QString::number(*rounded->changedShare)));
        const auto warnings = warningsOf(*rounded, settings);
        QCOMPARE(warnings.size(), std::size_t(1));
        QVERIFY(warnings.front().find("bfloat16") != std::string::npos);
    }

    void anInterruptedProbeGoesOnAfterTheFinishedLanguagesWithTheSameResult()
    {
        const SmallTexts small;
        const QTemporaryDir folder;
        const auto spool = std::filesystem::path(folder.path().toStdString()) / "spool";
        const auto whole = measureDeviation(*smallDense(), small.texts, smallSettings(), Seed{5});
        int steps = 0;
        const auto stop = measureDeviation(*smallDense(), small.texts, smallSettings(), Seed{5}, spool,
                                           [&](const std::string&, double) { return ++steps < 8; });
        QVERIFY(!stop);
        QCOMPARE(stop.error().code, std::string("stopped"));
        QVERIFY(std::filesystem::exists(spool));
        std::vector<std::string> told;
        const auto again = measureDeviation(*smallDense(), small.texts, smallSettings(), Seed{5}, spool,
                                            [&](const std::string& language, double) {
                                                told.push_back(language);
                                                return true;
                                            });
        QCOMPARE(*again, *whole);
        QCOMPARE(told, (std::vector<std::string>{"aa", "ab", "ba", "ba", "ba", "bb", "bb", "bb"}));  // two languages were kept
        QVERIFY(!std::filesystem::exists(spool));
    }

    void anInterruptedProbeOfAnotherBaseIsNotGoneOnWith()
    {
        const SmallTexts small({0, 1});
        const QTemporaryDir folder;
        const auto spool = std::filesystem::path(folder.path().toStdString()) / "spool";
        int steps = 0;
        (void)measureDeviation(*smallDense(), small.texts, smallSettings(), Seed{5}, spool,
                               [&](const std::string&, double) { return ++steps < 5; }).ok();
        const auto fresh = measureDeviation(*smallDense(Seed{77}), small.texts, smallSettings(), Seed{5});
        const auto again = measureDeviation(*smallDense(Seed{77}), small.texts, smallSettings(), Seed{5}, spool);
        QCOMPARE(*again, *fresh);
    }

    void microBatchesGiveTheSameSumAndPaddingCountsForNothing()
    {
        const SmallTexts small({0, 3});
        DeviationSettings settings = smallSettings();
        for (const bool packing : {true, false}) {
            settings.packing = packing;
            settings.sequenceLength = packing ? 16 : 14;  // documents have 20 tokens and more: some are cut
            settings.microBatchSequences = 0;
            const auto whole = measureDeviation(*smallDense(), small.texts, settings, Seed{5});
            settings.microBatchSequences = 1;  // a document alone has no padding
            const auto parts = measureDeviation(*smallDense(), small.texts, settings, Seed{5});
            for (std::size_t language = 0; language < 2; ++language)
                QVERIFY(std::abs(parts->feedForward[language][1] / whole->feedForward[language][1] - 1) < 1e-2);
            QVERIFY(std::abs(parts->similarity.at(0, 1) - whole->similarity.at(0, 1)) < 2e-2);
        }
    }

    void aLanguageWithTooLittleTextAndAMixtureAreRefusedByName()
    {
        const SmallTexts small;
        DeviationSettings settings = smallSettings();
        settings.steps = 1000;
        const auto little = measureDeviation(*smallDense(), small.texts, settings, Seed{5});
        QVERIFY(!little);
        QCOMPARE(little.error().kind, ErrorKind::InvalidInput);
        QVERIFY(little.error().message.starts_with("language 'aa' has text for "));
        const auto mixture = measureDeviation(*smallMoe({1, 3}), small.texts, smallSettings(), Seed{5});
        QCOMPARE(mixture.error().code, std::string("base-not-dense"));
        QVERIFY(mixture.error().message.find("layer 1") != std::string::npos);
    }

    void gradientsAtTheBaseAreThoseOfOnePlainBackwardPass()
    {
        const SmallTexts small;
        DeviationSettings settings = smallSettings();
        settings.steps = 1;
        settings.microBatchSequences = 2;
        const auto base = smallDense();
        const auto before = hashes(*base);
        const auto similarity = measureGradients(*base, small.texts, settings, Seed{5});
        QVERIFY2(similarity, similarity ? "" : similarity.error().message.c_str());
        QCOMPARE(hashes(*base), before);
        std::vector<torch::Tensor> plain;
        for (const std::size_t language : {0, 1}) plain.push_back(joined(plainGradient(*small.streams[language], settings), 1, kFeedForward));
        const double cosine = (plain[0].dot(plain[1]) / (plain[0].norm() * plain[1].norm())).item<double>();
        QVERIFY2(std::abs(similarity->at(0, 1) - cosine) < 1e-5, qPrintable(QString("%1 %2").arg(similarity->at(0, 1)).arg(cosine)));
        QCOMPARE(similarity->at(2, 2), 1.0);
        int asked = 0;
        const auto stopped = measureGradients(*base, small.texts, settings, Seed{5}, [&](const std::string&, double) { return ++asked < 2; });
        QVERIFY(!stopped && stopped.error().kind == ErrorKind::Stopped);
        settings.steps = 1000;
        QVERIFY(measureGradients(*base, small.texts, settings, Seed{5}).error().message.starts_with("language 'aa' has text for "));
    }

    // Acceptance check 39, from text to groups.
    void familiesOfMadeUpLanguagesAreRecoveredByBothAlgorithms()
    {
        const FamilyText text;
        const auto base = text.makeBase();
        std::vector<std::unique_ptr<SampleStream>> streams;
        std::vector<DeviationText> texts;
        for (std::size_t i = 1; i < text.languages.size(); ++i) {
            std::vector<double> weights(text.languages.size(), 0.0);
            weights[i] = 1;
            streams.push_back(std::make_unique<SampleStream>(text.stream(weights, Seed{24})));
            texts.push_back({text.languages[i].code, streams.back().get(), &text.shards[i]});
        }
        DeviationSettings settings;
        settings.sequenceLength = 64;
        settings.similarityLayers = 3;
        const auto deviation = measureDeviation(*base, texts, settings, Seed{24});
        QVERIFY2(deviation, deviation ? "" : deviation.error().message.c_str());
        const auto kinship = syntheticLanguages(text.languages, 4);
        for (const auto& groups : {groupExactly(deviation->similarity, 3), groupByGrowth(deviation->similarity, 3)}) {
            QVERIFY(groups);
            for (const auto& group : groups->groups) {
                std::vector<std::int32_t> families;
                for (const std::string& code : group)
                    families.push_back(std::find_if(kinship.begin(), kinship.end(), [&](const auto& language) {
                                           return language.code == code;
                                       })->family);
                QCOMPARE(families.size(), std::size_t(2));
                QCOMPARE(families.front(), families.back());
            }
        }
    }
};

QTEST_APPLESS_MAIN(DeviationProbeTest)
#include "deviation_probe_test.moc"
