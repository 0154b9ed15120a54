#include "json_object.h"

#include <algorithm>
#include <set>
#include <vector>

#include "moebel/base/json_depth.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;

/// Notes the first key that an object has twice.
class KeyWatch
{
public:
    bool operator()(int, Json::parse_event_t event, const Json& value)
    {
        if (event == Json::parse_event_t::object_start) m_open.emplace_back();
        if (event == Json::parse_event_t::object_end) m_open.pop_back();
        if (event == Json::parse_event_t::key && !m_open.back().insert(value.get<std::string>()).second && m_repeated.empty())
            m_repeated = value.get<std::string>();
        return true;
    }
    const std::string& repeated() const { return m_repeated; }

private:
    std::vector<std::set<std::string>> m_open;
    std::string m_repeated;
};

}  // namespace

Result<Json> jsonObject(const std::string& text, const std::string& file, const std::string& code, const std::string& expected)
{
    const auto wrong = [&](const std::string& place, const std::string& what) {
        return invalidInput(code, file + place + ": " + what + "; " + expected, file);
    };
    if (!isShallowJson(text)) return wrong("", "brackets inside each other more than 64 deep");
    KeyWatch watch;
    try {
        const Json value =
            Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) { return watch(depth, event, parsed); });
        if (!watch.repeated().empty()) return wrong("", "\"" + watch.repeated() + "\" is there twice");
        if (!value.is_object()) return wrong("", std::string("found a JSON ") + value.type_name());
        return value;
    } catch (const Json::parse_error& error) {
        const auto end = text.begin() + std::ptrdiff_t(std::min(error.byte, text.size()));
        return wrong(":" + std::to_string(1 + std::count(text.begin(), end, '\n')), "this is no JSON");
    }
}

}  // namespace moebel
