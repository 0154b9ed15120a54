#include "engine/runner/allocation.h"

#include <nlohmann/json.hpp>

#include "engine/evaluation/similarity_probe.h"
#include "engine/runner/numerics.h"
#include "engine/runner/similarity_cache.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel
{
namespace
{

constexpr const char* kFile = "allocation.json";

std::string cacheKey(Session& session, const std::string& baseIdentity, const PreparedText& text)
{
    const nlohmann::json key = {{"numerics", numericsIdentity(session.threads(), session.experiment().compute.precision, session.device())},
                                {"model", baseIdentity},
                                {"text", text.hash},
                                {"tokens", session.experiment().expansion.similarityTokens},
                                {"seed", session.experiment().seed.value}};
    return sha256Hex(key.dump());
}

Result<LanguageSimilarity> measure(Session& session, const Decoder& base, const PreparedText& text)
{
    const std::int64_t tokens = session.experiment().expansion.similarityTokens;
    std::vector<ProbeText> texts;
    for (const LanguageText& language : text.languages) {
        texts.push_back(probeText(language.language.code, language.training, tokens, session.seed(kSeedSimilarity)));
        if (texts.back().tokens() < tokens) {
            session.tell(Warned{0, "language '" + language.language.code + "' has " + std::to_string(texts.back().tokens()) +
                                       " tokens for the similarity probe, " + std::to_string(tokens) + " were asked for"});
        }
    }
    return measureSimilarity(base, texts, tokens, [&](double fraction) {
        session.tell(Progress{"measuring the similarity of the languages", fraction});
        return !session.stopWished();
    });
}

}  // namespace

Result<LanguageSimilarity> provideSimilarity(Session& session, const Decoder& base, const std::string& baseIdentity,
                                             const PreparedText& text)
{
    const std::string key = cacheKey(session, baseIdentity, text);
    if (auto cached = readCachedSimilarity(key, base.shape().layers)) {
        return std::move(*cached);
    }
    auto similarity = measure(session, base, text);
    if (similarity) {
        cacheSimilarity(key, *similarity);
    }
    return similarity;
}

Result<AllocationChoice> chooseAllocation(Session& session, const Decoder& base, const std::string& baseIdentity,
                                          const PreparedText& text)
{
    const ExpansionSpec& expansion = session.experiment().expansion;
    ExpertsAllocated event;
    std::vector<LayerSimilarity> layers(std::size_t(base.shape().layers));
    if (needsSimilarity(expansion)) {
        auto similarity = provideSimilarity(session, base, baseIdentity, text);
        if (!similarity) {
            return similarity.error();
        }
        auto means = groupMeans(*similarity, rolesOfRound(session.experiment().languages, session.baseRun()));
        if (!means) {
            return means.error();
        }
        event.similarity = std::move(*similarity);
        layers = std::move(*means);
    }
    auto choice = chooseExperts(expansion, layers, base.allocation().experts);
    if (!choice) {
        Error error = choice.error();
        error.message = error.where + ": " + error.message;
        return error;
    }
    if (choice->added() == 0 && expansion.rule != AllocationRule::Manual && expansion.rule != AllocationRule::Schedule) {
        const std::string key = expansion.delta > 0 ? "expansion.delta" : "expansion.total";
        return invalidInput("nothing-added", key + ": no layer gets a new expert (" + choice->reason + "); ask for more", key);
    }
    event.choice = *choice;
    if (Status recorded = recordAllocation(session, event); !recorded) {
        return recorded.error();
    }
    if (isBySimilarity(expansion.rule) && !flooredLayers(layers, expansion.similarityFloor).empty()) {
        session.tell(Warned{0, "experts by similarity: " + choice->reason});
    }
    if (!choice->exact) {
        session.tell(Warned{0, "the expanded model has " + std::to_string(choice->total()) + " experts: " + choice->reason});
    }
    if (std::int64_t(choice->classifierLayers.size()) < std::max(expansion.classifierCount, std::int64_t(expansion.classifierLayers.size()))) {
        session.tell(Warned{0, "language classifiers stand in " + std::to_string(choice->classifierLayers.size()) +
                                   " layers only: a layer with one expert has no router to stand in front of"});
    }
    return choice;
}

Status recordAllocation(Session& session, const ExpertsAllocated& event)
{
    session.tell(event);
    return writeFileAtomically(session.run().path / kFile, toJsonLine(event, 0) + "\n");
}

Status provideClassifiers(Session& session, const StageSpec& stage, Decoder& decoder)
{
    if (stage.classifierWeight <= 0 || !decoder.allocation().classifierLayers.empty()) {
        return Done{};
    }
    const std::filesystem::path file = session.run().path / kFile;
    const auto line = readFile(file);
    if (!line) {
        return line.error();
    }
    const auto event = fromJsonLine(*line);
    const auto* allocated = event ? std::get_if<ExpertsAllocated>(&*event) : nullptr;
    if (allocated == nullptr || allocated->choice.experts != decoder.allocation().experts) {
        return failed("bad-allocation", file.string() + ": it does not tell the allocation of this run's model; start a new run");
    }
    const ClassifierScope scope = session.experiment().expansion.classifierScope;
    decoder.addClassifiers(allocated->choice.classifierLayers, scope, session.seed(kSeedClassifiers));
    if (const std::string note = causalityNote(allocated->choice.classifierLayers, scope); !note.empty()) {
        session.tell(Warned{session.step(), note});
    }
    return Done{};
}

}  // namespace moebel
