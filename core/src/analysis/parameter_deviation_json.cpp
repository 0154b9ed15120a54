#include <cmath>

#include "json_object.h"
#include "moebel/analysis/parameter_deviation.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;

constexpr const char* kFeedForward = "delta_norm_ffn";
constexpr const char* kAttention = "delta_norm_att";
constexpr const char* kSimilarity = "similarity";
constexpr const char* kChanged = "changed";
constexpr const char* kExpected = "expected {\"<language>\": {\"delta_norm_ffn\": [one number a layer]}, ...}";

Error wrong(const std::string& file, const std::string& what)
{
    return invalidInput("bad-deviation", file + ": " + what + "; " + kExpected, file);
}

Result<std::vector<double>> readNorms(const Json& list, const std::string& place, const std::string& file)
{
    if (!list.is_array() || list.empty()) return wrong(file, place + " is no list of numbers");
    std::vector<double> norms;
    for (const Json& value : list) {
        if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0)
            return wrong(file, place + "[" + std::to_string(norms.size()) + "] is " +
                                   value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 40) +
                                   ", and the norm of a change is a number from 0 up");
        norms.push_back(value.get<double>());
    }
    return norms;
}

Status readLanguage(const std::string& code, const Json& value, const std::string& file, ParameterDeviation& deviation)
{
    if (!value.is_object() || !value.contains(kFeedForward)) return wrong(file, "'" + code + "' has no \"delta_norm_ffn\"");
    auto feedForward = readNorms(value[kFeedForward], code + "." + kFeedForward, file);
    if (!feedForward) return feedForward.error();
    std::vector<double> attention;
    if (value.contains(kAttention)) {
        auto read = readNorms(value[kAttention], code + "." + kAttention, file);
        if (!read) return read.error();
        attention = std::move(*read);
    }
    const std::size_t layers = deviation.feedForward.empty() ? feedForward->size() : deviation.feedForward.front().size();
    for (const auto* norms : {&*feedForward, &attention})
        if (norms->size() != layers && !norms->empty())
            return wrong(file, "'" + code + "' has " + std::to_string(norms->size()) + " layers where there are " +
                                   std::to_string(layers) + " before");
    deviation.languages.push_back(code);
    deviation.feedForward.push_back(std::move(*feedForward));
    deviation.attention.push_back(std::move(attention));
    return Done{};
}

Json toRows(const LanguageMatrix& matrix)
{
    Json rows = Json::array();
    for (std::size_t a = 0; a < matrix.size(); ++a) {
        Json row = Json::array();
        for (std::size_t b = 0; b < matrix.size(); ++b) row.push_back(matrix.at(a, b));
        rows.push_back(std::move(row));
    }
    return rows;
}

Error badSimilarity(const std::string& file, const std::string& what)
{
    return invalidInput(
        "bad-deviation",
        file + ": similarity: " + what +
            "; expected {\"languages\": [code, ...], \"matrix\": [[...], ...], \"layers\", \"with_gate\", \"steps\"}",
        file);
}

Result<LanguageMatrix> readRows(const Json& languages, const Json& rows, const std::string& file)
{
    std::vector<std::string> codes;
    for (const Json& code : languages) codes.push_back(code.is_string() ? code.get<std::string>() : "");
    if (!rows.is_array() || rows.size() != codes.size()) return badSimilarity(file, "the matrix has not one row a language");
    LanguageMatrix matrix(std::move(codes));
    for (std::size_t a = 0; a < matrix.size(); ++a) {
        if (!rows[a].is_array() || rows[a].size() != matrix.size())
            return badSimilarity(file, "row " + std::to_string(a) + " has not one value a language");
        for (std::size_t b = 0; b <= a; ++b) {
            if (!rows[a][b].is_number() && !rows[a][b].is_null())
                return badSimilarity(file, "row " + std::to_string(a) + " has a value that is no number");
            matrix.set(a, b, rows[a][b].is_null() ? std::nan("") : rows[a][b].get<double>());
        }
    }
    return matrix;
}

Status readSimilarity(const Json& value, const std::string& file, ParameterDeviation& deviation)
{
    const auto field = [&](const char* key) { return value.contains(key) ? value[key] : Json(); };
    const auto matrix = readRows(field("languages"), field("matrix"), file);
    if (!matrix) return matrix.error();
    if (!field("layers").is_number_integer() || !field("steps").is_number_integer() || !field("with_gate").is_boolean())
        return badSimilarity(file, "layers, steps or with_gate is missing or of another type");
    deviation.similarity = *matrix;
    deviation.similarityLayers = field("layers").get<std::int64_t>();
    deviation.withGate = field("with_gate").get<bool>();
    deviation.steps = field("steps").get<std::int64_t>();
    if (field(kChanged).is_number()) deviation.changedShare = field(kChanged).get<double>();
    return Done{};
}

/// The object that has the languages as its members.
const Json& languagesOf(const Json& file)
{
    const bool wrapped =
        file.contains("languages") && file["languages"].is_object() && !file["languages"].contains(kFeedForward);
    return wrapped ? file["languages"] : file;
}

}  // namespace

std::string toJson(const ParameterDeviation& deviation)
{
    Json value = Json::object();
    for (std::size_t i = 0; i < deviation.languages.size(); ++i) {
        Json& language = value[deviation.languages[i]];
        language[kFeedForward] = deviation.feedForward[i];
        if (i < deviation.attention.size() && !deviation.attention[i].empty()) language[kAttention] = deviation.attention[i];
    }
    if (deviation.similarity.size() > 0)
        value[kSimilarity] = {{"languages", deviation.similarity.languages()},
                              {"matrix", toRows(deviation.similarity)},
                              {"layers", deviation.similarityLayers},
                              {"with_gate", deviation.withGate},
                              {"steps", deviation.steps}};
    if (deviation.changedShare) value[kSimilarity][kChanged] = *deviation.changedShare;
    return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

Result<ParameterDeviation> parseDeviationJson(const std::string& text, const std::string& file)
{
    const auto object = jsonObject(text, file, "bad-deviation", kExpected);
    if (!object) return object.error();
    ParameterDeviation deviation;
    for (const auto& [code, value] : languagesOf(*object).items())
        if (code != kSimilarity)
            if (Status read = readLanguage(code, value, file, deviation); !read) return read.error();
    if (deviation.languages.empty()) return wrong(file, "there is no language");
    const Json similarity = object->value(kSimilarity, Json());
    if (similarity.contains("matrix"))  // another program's words under this key are let be
        if (Status read = readSimilarity(similarity, file, deviation); !read) return read.error();
    return deviation;
}

}  // namespace moebel
