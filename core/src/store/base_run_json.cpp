#include "base_run_json.h"

#include "json_fields.h"
#include "words.h"

namespace moebel {

using Json = nlohmann::json;

std::string toJson(const std::optional<BaseRun>& base)
{
    if (!base) return {};
    Json languages = Json::array();
    for (const Language& language : base->languages) languages.push_back({{"code", language.code}, {"role", name(language.role)}});
    const nlohmann::ordered_json value = {{"folder", base->run.path.string()},
                                          {"checkpoint", base->checkpoint},
                                          {"hash", base->hash},
                                          {"rounds", base->rounds},
                                          {"languages", std::move(languages)}};
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<BaseRun> baseRunOf(const std::string& json)
{
    const Json value = Json::parse(json, nullptr, false);
    if (!value.is_object()) return std::nullopt;
    JsonFields fields(value);
    BaseRun base;
    std::string folder;
    fields.read("folder", folder);
    fields.read("checkpoint", base.checkpoint);
    fields.read("hash", base.hash);
    fields.read("rounds", base.rounds);
    for (const Json& entry : fields.list("languages")) {
        JsonFields language(entry);
        Language& known = base.languages.emplace_back();
        language.read("code", known.code);
        language.readWord("role", known.role, languageRoleOf);
        fields.take(language);
    }
    base.run.path = folder;
    return fields.problem().empty() ? std::optional(std::move(base)) : std::nullopt;
}

}  // namespace moebel
