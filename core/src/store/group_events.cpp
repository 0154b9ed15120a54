#include <algorithm>
#include <limits>

#include "event_fields.h"
#include "words.h"

namespace moebel
{

using Json = nlohmann::json;

namespace
{

constexpr std::size_t kMostGroups = kMostExperts;

std::vector<std::string> codesOf(const Json& list)
{
    std::vector<std::string> codes;
    if (!list.is_array() || list.size() > kMostLanguages) return codes;
    for (const Json& code : list)
        if (code.is_string()) codes.push_back(code.get<std::string>());
    return codes;
}

// One number a group; null is NaN.
void readNumbers(JsonFields& line, const char* key, std::vector<double>& numbers)
{
    for (const Json& value : line.list(key)) {
        if ((!value.is_number() && !value.is_null()) || numbers.size() >= kMostGroups)
            return line.complain(key, "a list of numbers");
        numbers.push_back(value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>());
    }
}

void readAdded(JsonFields& fields, NearestExpert& added)
{
    added.languages = codesOf(fields.list("languages"));
    fields.read("nearest", added.expert);
    for (const Json& entry : fields.list("experts")) {
        JsonFields expert(entry);
        ExpertFit& fit = added.fits.emplace_back();
        expert.read("nll", fit.nll);
        expert.read("tokens", fit.tokens);
        expert.read("bytes", fit.bytes);
        fields.take(expert);
    }
    if (added.expert < 0 || added.expert >= std::int64_t(added.fits.size())) fields.complain("nearest", "one of the experts");
}

}  // namespace

void readEvent(JsonFields& line, DeviationMeasured& event)
{
    const std::string text = line.object("deviation").dump(-1, ' ', false, Json::error_handler_t::replace);
    if (!line.problem().empty()) return;
    auto deviation = parseDeviationJson(text, "deviation");
    if (!deviation) return line.complain("deviation", deviation.error().message);
    event.deviation = std::move(*deviation);
}

void readEvent(JsonFields& line, GroupsFormed& event)
{
    for (const Json& group : line.list("groups")) {
        if (!group.is_array() || event.groups.groups.size() >= kMostGroups)
            return line.complain("groups", "a list of language codes for each group");
        event.groups.groups.push_back(codesOf(group));
    }
    readNumbers(line, "smallest_similarity", event.groups.smallestSimilarity);
    readNumbers(line, "mean_similarity", event.groups.meanSimilarity);
    line.readWord("algorithm", event.algorithm, groupingAlgorithmOf);
    line.readWord("source", event.source, groupingSourceOf);
    readWholes(line, "layers", kMostLayers, event.layers);
    for (const Json& entry : line.list("added")) {
        JsonFields fields(entry);
        readAdded(fields, event.added.emplace_back());
        line.take(fields);
    }
}

}  // namespace moebel
