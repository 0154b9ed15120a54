#include "json_fields.h"

#include <algorithm>
#include <limits>

namespace moebel {

using Json = nlohmann::json;

JsonFields::JsonFields(const Json& object) : m_object(object)
{
    if (!object.is_object()) m_problem = "has a value that is not an object";
}

void JsonFields::read(const char* key, std::int64_t& value)
{
    const Json* field = find(key);
    if (!field) return;
    if (!field->is_number_integer()) return complain(key, "an integer");
    constexpr auto kLargest = std::uint64_t(std::numeric_limits<std::int64_t>::max());
    if (field->is_number_unsigned() && field->get<std::uint64_t>() > kLargest) return complain(key, "an integer below 2^63");
    value = field->get<std::int64_t>();
}

void JsonFields::read(const char* key, int& value)
{
    std::int64_t wide = value;
    read(key, wide);
    if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) return complain(key, "a small integer");
    value = int(wide);
}

void JsonFields::read(const char* key, double& value)
{
    const Json* field = find(key);
    if (!field) return;
    if (!field->is_number() && !field->is_null()) return complain(key, "a number or null");
    value = field->is_null() ? std::numeric_limits<double>::quiet_NaN() : field->get<double>();
}

void JsonFields::read(const char* key, bool& value)
{
    const Json* field = find(key);
    if (!field) return;
    if (!field->is_boolean()) return complain(key, "true or false");
    value = field->get<bool>();
}

void JsonFields::read(const char* key, std::string& value)
{
    const Json* field = find(key);
    if (!field) return;
    if (!field->is_string()) return complain(key, "a string");
    value = field->get<std::string>();
}

bool JsonFields::has(const char* key) const { return m_object.is_object() && m_object.contains(key); }

const Json& JsonFields::list(const char* key)
{
    static const Json kEmpty = Json::array();
    const Json* field = find(key);
    if (field && field->is_array()) return *field;
    complain(key, "a list");
    return kEmpty;
}

const Json& JsonFields::object(const char* key)
{
    static const Json kEmpty = Json::object();
    const Json* field = find(key);
    if (field && field->is_object()) return *field;
    complain(key, "an object");
    return kEmpty;
}

void JsonFields::complain(const std::string& key, const std::string& expected)
{
    if (m_problem.empty()) m_problem = "has no \"" + key + "\" that is " + expected;
}

void JsonFields::take(const JsonFields& inner)
{
    if (m_problem.empty()) m_problem = inner.m_problem;
}

const Json* JsonFields::find(const char* key)
{
    if (!m_object.is_object()) return nullptr;
    const auto field = m_object.find(key);
    if (field != m_object.end()) return &*field;
    complain(key, "given");
    return nullptr;
}

int jsonDepth(std::string_view text)
{
    int depth = 0, deepest = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            if (c == '\\') ++i;
            else if (c == '"') inString = false;
        } else if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            deepest = std::max(deepest, ++depth);
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return deepest;
}

}  // namespace moebel
