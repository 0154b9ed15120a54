#include "moebel/experiment/experiment_compare.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "moebel/experiment/experiment_file.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;

struct Flat {
    std::vector<std::string> keys;  ///< in order
    std::map<std::string, std::string> values;
};

bool isPlain(const Json& value)
{
    return !value.is_object() && !(value.is_array() && std::any_of(value.begin(), value.end(),
                                                                   [](const Json& item) { return item.is_structured(); }));
}

void flatten(const Json& value, const std::string& key, Flat& flat)
{
    if (isPlain(value)) {
        flat.keys.push_back(key);
        flat.values[key] = value.is_string() ? value.get<std::string>() : value.dump();
        return;
    }
    const auto inner = [&](const std::string& name) { return key.empty() ? name : key + "." + name; };
    if (value.is_object())
        for (const auto& [name, item] : value.items()) flatten(item, inner(name), flat);
    else
        for (std::size_t i = 0; i < value.size(); ++i) flatten(value[i], inner(std::to_string(i)), flat);
}

// Keys that only later descriptions have stand behind the one they follow there.
void insertKeys(const std::vector<std::string>& more, std::vector<std::string>& keys)
{
    auto place = keys.begin();
    for (const std::string& key : more) {
        const auto found = std::find(keys.begin(), keys.end(), key);
        place = std::next(found != keys.end() ? found : keys.insert(place, key));
    }
}

// What `stored` does not have stands at `defaults` in `now`; the elements of a list share the defaults of its first one.
bool isSame(const Json& stored, const Json& now, const Json& defaults)
{
    if (stored.is_array() && now.is_array() && stored.size() == now.size()) {
        for (std::size_t i = 0; i < now.size(); ++i)
            if (!isSame(stored[i], now[i], defaults.is_array() && !defaults.empty() ? defaults[0] : Json())) return false;
        return true;
    }
    if (!stored.is_object() || !now.is_object()) return stored == now;
    const auto isKnown = [&](const auto& entry) { return now.contains(entry.key()); };
    const auto fits = [&](const auto& entry) {
        const Json usual = defaults.is_object() ? defaults.value(entry.key(), Json()) : Json();
        return stored.contains(entry.key()) ? isSame(stored[entry.key()], entry.value(), usual) : entry.value() == usual;
    };
    const auto before = stored.items(), after = now.items();
    return std::all_of(before.begin(), before.end(), isKnown) && std::all_of(after.begin(), after.end(), fits);
}

}  // namespace

bool isSameDescription(const std::string& storedJson, const Experiment& experiment)
{
    Experiment usual;
    usual.stages.emplace_back();
    return isSame(Json::parse(storedJson, nullptr, false), Json::parse(toCanonicalJson(experiment)), Json::parse(toCanonicalJson(usual)));
}

Result<std::vector<DescriptionRow>> compareDescriptions(const std::vector<std::string>& experimentJsons)
{
    std::vector<Flat> flats;
    std::vector<std::string> keys;
    for (const std::string& text : experimentJsons) {
        const Json description = Json::parse(text, nullptr, false);
        if (!description.is_object())
            return invalidInput("bad-description", "the description of run " + std::to_string(flats.size() + 1) +
                                                       " is not a JSON object: its run.sqlite is damaged");
        flats.emplace_back();
        flatten(description, {}, flats.back());
        insertKeys(flats.back().keys, keys);
    }
    std::vector<DescriptionRow> rows;
    for (const std::string& key : keys) {
        DescriptionRow row{key, {}, false};
        for (const Flat& flat : flats) {
            const auto found = flat.values.find(key);
            row.values.push_back(found == flat.values.end() ? std::string() : found->second);
            row.differs = row.differs || row.values.back() != row.values.front();
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace moebel
