#include "app/workbench/control/grouping/grouping_files.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "app/workbench/control/grouping/grouping_evidence.h"
#include "moebel/analysis/similarity_file.h"
#include "moebel/base/file.h"

namespace moebel
{

namespace
{

constexpr std::uint64_t kLargestFile = 256U << 20;

Result<std::string> textOf(const QString& file)
{
    auto text = readFile(QFile::encodeName(file).toStdString(), kLargestFile);
    if (!text) return invalidInput("no-file", text.error().message, file.toStdString());
    return text;
}

bool isJson(const std::string& text)
{
    const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    return first != std::string::npos && text[first] == '{';
}

bool isDeviation(const std::string& text) { return text.find("\"delta_norm_ffn\"") != std::string::npos; }
bool isLayerwise(const std::string& text)
{
    return isJson(text) ? text.find("\"layers\"") != std::string::npos && text.find("\"new_original\"") != std::string::npos
                        : text.substr(0, text.find('\n')).find("new_original") != std::string::npos;
}

std::vector<std::string> codes(const QJsonValue& list)
{
    std::vector<std::string> result;
    for (const QJsonValue& code : list.toArray()) result.push_back(code.toString().toStdString());
    return result;
}

AdaptedGroup adaptedGroup(const QJsonObject& object)
{
    AdaptedGroup group{codes(object.value(QStringLiteral("languages"))),
                       object.value(QStringLiteral("expert")).toInteger(-1),
                       object.value(QStringLiteral("nearest")).toInteger(-1),
                       {}};
    for (const QJsonValue& value : object.value(QStringLiteral("experts")).toArray()) {
        const QJsonObject fit = value.toObject();
        group.fits.push_back(
            {codes(fit.value(QStringLiteral("languages"))), fit.value(QStringLiteral("token_perplexity")).toDouble(),
             fit.value(QStringLiteral("bits_per_byte")).toDouble(), fit.value(QStringLiteral("tokens")).toInteger()});
    }
    return group;
}

}  // namespace

Result<SimilarityFile> readSimilarityFile(const QString& file)
{
    const std::string name = file.toStdString();
    const auto text = textOf(file);
    if (!text) return text.error();
    SimilarityFile read;
    if (isDeviation(*text)) {
        auto deviation = parseDeviationJson(*text, name);
        if (!deviation) return deviation.error();
        read.languages = deviation->languages;
        read.deviation = std::move(*deviation);
        return read;
    }
    if (isJson(*text) || isLayerwise(*text)) {
        auto similarity = parseSimilarity(*text, name);
        if (!similarity) return similarity.error();
        if (similarity->pairs.layers() == 0)
            return invalidInput("no-pairs",
                                name +
                                    ": it has the means of each layer and no pairs of languages; open what "
                                    "`moebel similarity --json` printed",
                                name);
        read.languages = similarity->pairs.languages();
        read.hidden = std::move(similarity->pairs);
        return read;
    }
    auto matrix = parseMatrixCsv(*text, name);
    if (!matrix) return matrix.error();
    if (const Status known = everyPairKnown(*matrix); !known)
        return invalidInput(known.error().code, name + ": " + known.error().message, name);
    read.languages = matrix->languages();
    read.matrix = std::move(*matrix);
    return read;
}

Result<std::optional<LanguageGroups>> groupsOfFile(const QString& file)
{
    const auto text = textOf(file);
    if (!text) return text.error();
    if (!isJson(*text) || isDeviation(*text) || isLayerwise(*text)) return std::optional<LanguageGroups>();
    auto groups = parseExpertMap(*text, file.toStdString());
    if (!groups) return groups.error();
    return std::optional(std::move(*groups));
}

Result<std::vector<AdaptedGroup>> parseAdaptation(const std::string& text, const std::string& file)
{
    const QJsonValue groups = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object().value(QStringLiteral("groups"));
    const Error wrong = invalidInput("bad-adaptation",
                                     file +
                                         ": expected {\"groups\": [{\"languages\", \"nearest\", \"experts\": [...]}]}, one "
                                         "entry for each group of new languages",
                                     file);
    if (!groups.isArray()) return wrong;
    std::vector<AdaptedGroup> adapted;
    for (const QJsonValue& group : groups.toArray()) {
        adapted.push_back(adaptedGroup(group.toObject()));
        const AdaptedGroup& last = adapted.back();
        const bool inside = last.nearest >= 0 && last.nearest < std::int64_t(last.fits.size());
        if (last.languages.empty() || !inside) return wrong;
    }
    return adapted;
}

std::vector<std::string> languagesIn(const LanguageGroups& groups)
{
    std::vector<std::string> languages;
    for (const auto& group : groups.groups) languages.insert(languages.end(), group.begin(), group.end());
    return languages;
}

LanguageGroups fitted(const LanguageGroups& groups, const std::vector<std::string>& languages)
{
    LanguageGroups result;
    const auto isThere = [](const std::vector<std::string>& list, const std::string& code) {
        return std::find(list.begin(), list.end(), code) != list.end();
    };
    std::vector<std::string> rest = languages;
    for (const auto& group : groups.groups) {
        std::vector<std::string> members;
        for (const std::string& code : group)
            if (isThere(languages, code)) members.push_back(code);
        for (const std::string& code : members) std::erase(rest, code);
        if (!members.empty()) result.groups.push_back(std::move(members));
    }
    if (!rest.empty()) result.groups.push_back(std::move(rest));
    return withSimilarities(std::move(result), {});
}

}  // namespace moebel
