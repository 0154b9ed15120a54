#include <algorithm>
#include <limits>

#include "event_fields.h"
#include "words.h"

namespace moebel {

using Json = nlohmann::json;
using Fields = JsonFields;

void readWholes(Fields& line, const char* key, std::uint64_t largest, std::vector<std::int64_t>& numbers)
{
    for (const Json& number : line.list(key)) {
        if (!number.is_number_unsigned() || number.get<std::uint64_t>() > largest || numbers.size() >= kMostLayers)
            return line.complain(key, "a list of whole numbers");
        numbers.push_back(number.get<std::int64_t>());
    }
}

namespace {

void readSimilarity(Fields& table, LanguageSimilarity& similarity)
{
    std::vector<std::string> languages;
    for (const Json& code : table.list("languages")) {
        if (!code.is_string() || languages.size() >= kMostLanguages) return table.complain("languages", "a list of language codes");
        languages.push_back(code.get<std::string>());
    }
    const Json& layers = table.list("layers");
    const std::size_t pairs = languages.size() * (languages.size() + 1) / 2;
    for (const Json& layer : layers)
        if (!layer.is_array() || layer.size() != pairs || layers.size() > kMostLayers ||
            !std::all_of(layer.begin(), layer.end(), [](const Json& value) { return value.is_number() || value.is_null(); }))
            return table.complain("layers", "a list of numbers for each layer, one a pair of languages");
    similarity = LanguageSimilarity(std::int64_t(layers.size()), languages);
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        auto value = layers[layer].begin();
        for (std::size_t a = 0; a < languages.size(); ++a)
            for (std::size_t b = a; b < languages.size(); ++b, ++value)
                similarity.set(std::int64_t(layer), a, b, value->is_null() ? std::numeric_limits<double>::quiet_NaN() : value->get<double>());
    }
}

}  // namespace

void readEvent(Fields& line, ExpertsAllocated& event)
{
    line.readWord("rule", event.choice.rule, allocationRuleOf);
    readWholes(line, "experts", kMostExperts, event.choice.experts);
    readWholes(line, "present", kMostExperts, event.choice.present);
    readWholes(line, "classifier_layers", kMostLayers, event.choice.classifierLayers);
    line.read("delta", event.choice.delta);
    line.read("wanted_total", event.choice.wantedTotal);
    line.read("exact", event.choice.exact);
    line.read("reason", event.choice.reason);
    Fields table(line.object("similarity"));
    readSimilarity(table, event.similarity);
    line.take(table);
}

void readEvent(Fields& line, TextReady& event)
{
    line.read("tokenizer", event.tokenizerHash);
    line.read("data", event.dataHash);
    for (const Json& entry : line.list("languages")) {
        Fields fields(entry);
        TextReady::LanguageFacts& language = event.languages.emplace_back();
        fields.read("code", language.code);
        fields.read("training_documents", language.trainingDocuments);
        fields.read("training_bytes", language.trainingBytes);
        fields.read("training_tokens", language.trainingTokens);
        fields.read("heldout_documents", language.heldoutDocuments);
        line.take(fields);
    }
}

void readEvent(Fields& line, BaseReady& event)
{
    line.readWord("source", event.source, baseSourceOf);
    line.read("identity", event.identity);
    line.read("threads", event.threads);
}

void readEvent(Fields& line, ModelExpanded& event)
{
    for (const Json& layer : line.list("origins")) {
        if (!layer.is_array() || layer.size() > kMostExperts || event.origins.size() >= kMostLayers)
            return line.complain("origins", "a list of experts for each layer");
        std::vector<ExpertOrigin>& origins = event.origins.emplace_back();
        for (const Json& word : layer) {
            const auto origin = expertOriginOf(word.is_string() ? word.get<std::string>() : std::string());
            if (!origin) return line.complain("origins", "words that say where an expert comes from");
            origins.push_back(*origin);
        }
    }
    line.read("top_k", event.topK);
    line.read("logit_difference", event.logitDifference);
    if (!line.has("rounds")) return;
    for (const Json& layer : line.list("rounds")) {
        std::vector<std::int64_t>& rounds = event.rounds.emplace_back();
        const bool isList = layer.is_array() && layer.size() <= kMostExperts && event.rounds.size() <= kMostLayers;
        if (!isList || !std::all_of(layer.begin(), layer.end(), [](const Json& round) { return round.is_number_unsigned(); }))
            return line.complain("rounds", "a list of whole numbers for each layer");
        for (const Json& round : layer) rounds.push_back(round.get<std::int64_t>());
    }
}

}  // namespace moebel
