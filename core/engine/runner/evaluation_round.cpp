#include "engine/runner/evaluation_round.h"

#include <cmath>
#include <map>
#include <numbers>
#include <nlohmann/json.hpp>

#include "engine/model/precision.h"
#include "engine/runner/numerics.h"
#include "engine/runner/routing_json.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel {
namespace {

nlohmann::json toJsonValue(const TextLikelihood& likelihood)
{
    nlohmann::json documents = nlohmann::json::array();
    for (const DocumentLikelihood& document : likelihood.perDocument) {
        documents.push_back({document.nll, document.bytes});
    }
    return {{"per_document", std::move(documents)},
            {"nll", likelihood.nll},
            {"tokens", likelihood.tokens},
            {"bytes", likelihood.bytes},
            {"documents", likelihood.documents},
            {"bits_per_byte", likelihood.bitsPerByte},
            {"standard_error", likelihood.bitsPerByteStandardError},
            {"token_perplexity", likelihood.tokenPerplexity}};
}

TextLikelihood likelihoodFromJson(const nlohmann::json& value)
{
    TextLikelihood likelihood;
    likelihood.nll = value.at("nll").get<double>();
    likelihood.tokens = value.at("tokens").get<std::int64_t>();
    likelihood.bytes = value.at("bytes").get<std::int64_t>();
    likelihood.documents = value.at("documents").get<std::int64_t>();
    likelihood.bitsPerByte = value.at("bits_per_byte").get<double>();
    likelihood.bitsPerByteStandardError = value.at("standard_error").get<double>();
    likelihood.tokenPerplexity = value.at("token_perplexity").get<double>();
    for (const auto& document : value.at("per_document")) {
        likelihood.perDocument.push_back({document.at(0).get<double>(), document.at(1).get<std::int64_t>()});
    }
    return likelihood;
}

std::optional<EvaluationRound> readCached(const std::filesystem::path& file)
{
    const auto text = readFile(file);
    if (!text) {
        return std::nullopt;
    }
    try {
        const auto value = nlohmann::json::parse(*text);
        EvaluationRound round;
        for (const auto& language : value.at("languages")) {
            round.languages.push_back(likelihoodFromJson(language));
        }
        auto routing = routingFromJson(value.at("routing"));
        if (!routing) {
            return std::nullopt;
        }
        round.routing = std::move(*routing);
        round.profiles = profilesFromJson(value.at("profiles"));
        return round;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;  // made anew
    }
}

std::filesystem::path cacheFile(Session& session, const Decoder& decoder, const PreparedText& text, std::int64_t maxBytes,
                                const std::string& identity)
{
    const Precision precision = session.experiment().compute.precision;
    nlohmann::json key = {
        {"numerics", numericsIdentity(session.threads(), precision, session.device())}, {"model", identity}, {"bytes", maxBytes},
        {"window", usualWindow(decoder.shape())}};
    for (const LanguageText& language : text.languages) {
        key["heldout"].push_back({language.language.code, language.heldout.hash()});
    }
    return userCacheFolder() / "evaluations" / (sha256Hex(key.dump()) + ".json");
}

// Named by what their text says; the second one with the same text gets a number.
std::vector<SampleScore> itemsOf(const TextLikelihood& likelihood, const TokenShard& shard, const Tokenizer& tokenizer)
{
    std::vector<SampleScore> items;
    std::map<std::string, int> seen;
    for (std::size_t d = 0; d < likelihood.perDocument.size(); ++d) {
        const DocumentLikelihood& document = likelihood.perDocument[d];
        const auto tokens =
            shard.tokens().subspan(shard.documentStarts()[d], shard.documentStarts()[d + 1] - 1 - shard.documentStarts()[d]);
        const auto text = tokenizer.decode({tokens.begin(), tokens.end()});
        if (!text || document.bytes == 0) {
            continue;
        }
        std::string item = sha256Hex(*text).substr(0, 16);
        if (const int before = seen[item]++; before > 0) {
            item += "-" + std::to_string(before + 1);
        }
        items.push_back({item, document.nll / std::numbers::ln2 / double(document.bytes), double(document.bytes)});
    }
    return items;
}

}  // namespace

bool EvaluationRound::isMoe() const
{
    for (const std::int64_t experts : routing.experts()) {
        if (experts > 1) {
            return true;
        }
    }
    return false;
}

Result<EvaluationRound> evaluateHeldout(Session& session, const Decoder& decoder, const PreparedText& text,
                                        std::int64_t maxBytes)
{
    std::vector<std::int64_t> experts = decoder.allocation().experts;
    experts.resize(std::size_t(decoder.shape().layers), 1);
    EvaluationRound round{{}, RoutingStats(experts, std::int64_t(text.languages.size())), {}};
    if (round.isMoe()) round.profiles.languages.resize(text.languages.size());
    for (std::size_t i = 0; i < text.languages.size(); ++i) {
        if (session.stopWished()) {
            return Error{ErrorKind::Stopped, "stopped", "the evaluation was stopped as requested", {}};
        }
        round.languages.push_back(scoreHeldout(decoder, text.languages[i].heldout, maxBytes, text.tokenizer->endOfDocument(),
                                               LanguageId{std::int32_t(i)}, round.isMoe() ? &round.routing : nullptr,
                                               round.isMoe() ? &round.profiles.languages[i] : nullptr));
    }
    return round;
}

std::optional<EvaluationRound> knownEvaluation(Session& session, const Decoder& decoder, const PreparedText& text, std::int64_t maxBytes,
                                               const std::string& identity)
{
    auto cached = readCached(cacheFile(session, decoder, text, maxBytes, identity));
    const bool isWhole = cached && cached->languages.size() == text.languages.size();
    return isWhole ? std::move(cached) : std::nullopt;
}

Result<EvaluationRound> evaluateKnown(Session& session, const Decoder& decoder, const PreparedText& text,
                                      std::int64_t maxBytes, const std::string& identity)
{
    if (auto cached = knownEvaluation(session, decoder, text, maxBytes, identity)) {
        return std::move(*cached);
    }
    const std::unique_ptr<Decoder> computing = inPrecision(decoder, session.experiment().compute.precision);
    auto round = evaluateHeldout(session, *computing, text, maxBytes);
    if (!round) {
        return round;
    }
    nlohmann::json value = {{"languages", nlohmann::json::array()}, {"routing", toJsonValue(round->routing)},
                            {"profiles", toJsonValue(round->profiles)}};
    for (const TextLikelihood& likelihood : round->languages) {
        value["languages"].push_back(toJsonValue(likelihood));
    }
    // A cache that cannot be written costs time in the next run and nothing in this one.
    const std::filesystem::path file = cacheFile(session, decoder, text, maxBytes, identity);
    if (Status made = makeDirectories(file.parent_path()); made) {
        (void)writeFileAtomically(file, value.dump()).ok();
    }
    return round;
}

std::vector<Score> scoresOf(const Session& session, const EvaluationRound& round, const PreparedText& text, const std::string& checkpoint,
                            std::int64_t step)
{
    std::vector<Score> scores;
    for (std::size_t i = 0; i < round.languages.size(); ++i) {
        const TextLikelihood& likelihood = round.languages[i];
        const Language& language = text.languages[i].language;
        Score score{"bits-per-byte", "bits-per-byte", language.code, language.role, checkpoint, step,
                    likelihood.bitsPerByte, likelihood.bitsPerByteStandardError, likelihood.documents};
        score.isEarlier = language.role == LanguageRole::Expanded && !session.isNew(language);
        scores.push_back(score);
        scores.back().items = itemsOf(likelihood, text.languages[i].heldout, *text.tokenizer);
        // d ppl = ppl * d(nll/token), and nll/token = bits/byte * ln 2 * bytes/token.
        const double natsPerToken = std::log(2.0) * double(likelihood.bytes) / double(std::max<std::int64_t>(likelihood.tokens, 1));
        score.metric = "token-perplexity";
        score.value = likelihood.tokenPerplexity;
        score.standardError = likelihood.tokenPerplexity * likelihood.bitsPerByteStandardError * natsPerToken;
        scores.push_back(score);
    }
    return scores;
}

}  // namespace moebel
