#include "moebel/analysis/similarity_file.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "json_object.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;

constexpr const char* kExpected =
    "expected {\"layers\": [{\"layer\": 0, \"new_new\": 0.2, \"new_original\": 0.1, \"mean\": 0.15}, ...], "
    "\"pairs\": [...]} as `moebel similarity --json` prints it";

Error wrong(const std::string& file, const std::string& what)
{
    return invalidInput("bad-similarity", file + ": " + what + "; " + kExpected, file);
}

/// A finite number of an object; null and a missing one are none where `mayBeMissing`.
std::optional<double> numberOf(const Json& object, const char* key, bool mayBeMissing)
{
    const auto found = object.find(key);
    if (found == object.end() || found->is_null())
        return mayBeMissing ? std::optional(std::numeric_limits<double>::quiet_NaN()) : std::nullopt;
    return found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::optional<std::string> textOf(const Json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

bool isLayer(const Json& object, std::size_t expected)
{
    const auto found = object.is_object() ? object.find("layer") : object.end();
    return found != object.end() && found->is_number_integer() && *found == expected;
}

Result<std::vector<LayerSimilarity>> layersOf(const Json& list, const std::string& file)
{
    std::vector<LayerSimilarity> layers;
    for (const Json& entry : list) {
        const std::string place = "entry " + std::to_string(layers.size()) + " of \"layers\"";
        if (!isLayer(entry, layers.size())) return wrong(file, place + " is not layer " + std::to_string(layers.size()));
        const auto newNew = numberOf(entry, "new_new", true), newOriginal = numberOf(entry, "new_original", false),
                   mean = numberOf(entry, "mean", false);
        if (!newNew || !newOriginal || !mean)
            return wrong(file, place + " has no number \"" +
                                   (!newNew        ? "new_new"
                                    : !newOriginal ? "new_original"
                                                   : "mean") +
                                   "\"");
        layers.push_back({*newNew, *newOriginal, *mean});
    }
    return layers;
}

Result<LanguageSimilarity> pairsOf(const Json& list, std::int64_t layers, const std::string& file)
{
    std::vector<std::string> codes;
    const auto place = [&codes](const std::string& code) {
        return std::size_t(std::find(codes.begin(), codes.end(), code) - codes.begin());
    };
    for (const Json& entry : list)
        for (const char* key : {"language", "other"}) {
            const auto code = entry.is_object() ? textOf(entry, key) : std::nullopt;
            if (!code) return wrong(file, std::string("an entry of \"pairs\" has no text \"") + key + "\"");
            if (place(*code) == codes.size()) codes.push_back(*code);
        }
    LanguageSimilarity pairs(layers, codes);
    for (std::int64_t layer = 0; layer < layers; ++layer)  // what is not told is unknown
        for (std::size_t a = 0; a < codes.size(); ++a)
            for (std::size_t b = a; b < codes.size(); ++b) pairs.set(layer, a, b, std::nan(""));
    for (const Json& entry : list) {
        const auto layer = numberOf(entry, "layer", false), value = numberOf(entry, "similarity", false);
        if (!layer || !value || *layer < 0 || *layer >= double(layers) || *layer != std::floor(*layer))
            return wrong(file, "the pair " + *textOf(entry, "language") + ", " + *textOf(entry, "other") +
                                   " has no \"similarity\" in one of the " + std::to_string(layers) + " layers");
        pairs.set(std::int64_t(*layer), place(*textOf(entry, "language")), place(*textOf(entry, "other")), *value);
    }
    return pairs;
}

Result<MeasuredSimilarity> fromJson(const std::string& text, const std::string& file)
{
    const auto object = jsonObject(text, file, "bad-similarity", kExpected);
    if (!object) return object.error();
    const auto list = object->find("layers");
    if (list == object->end() || !list->is_array() || list->empty()) return wrong(file, "there is no list \"layers\"");
    auto layers = layersOf(*list, file);
    if (!layers) return layers.error();
    MeasuredSimilarity measured{std::move(*layers), {}};
    const auto pairs = object->find("pairs");
    if (pairs == object->end()) return measured;
    if (!pairs->is_array()) return wrong(file, "\"pairs\" is no list");
    auto read = pairsOf(*pairs, std::int64_t(measured.layers.size()), file);
    if (!read) return read.error();
    measured.pairs = std::move(*read);
    return measured;
}

}  // namespace

Result<MeasuredSimilarity> parseSimilarity(const std::string& text, const std::string& file)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && text[first] == '{') return fromJson(text, file);
    auto layers = parseSimilarityCsv(text, file);
    if (!layers) return layers.error();
    return MeasuredSimilarity{std::move(*layers), {}};
}

}  // namespace moebel
