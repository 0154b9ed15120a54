// A part of a JSON file with its place, for parts that are read by their "type".
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "moebel/base/result.h"

namespace moebel
{

class JsonPart
{
public:
    JsonPart(const nlohmann::json& value, std::string where) : m_value(value), m_where(std::move(where)) {}

    const nlohmann::json& value() const { return m_value; }
    const std::string& where() const { return m_where; }
    bool has(const char* key) const { return m_value.is_object() && m_value.contains(key) && !m_value[key].is_null(); }
    /// An empty part where there is none.
    JsonPart operator[](const char* key) const
    {
        static const nlohmann::json kNone;
        return {has(key) ? m_value[key] : kNone, m_where + "." + key};
    }
    std::string type() const { return word("type"); }
    std::string word(const char* key, const std::string& fallback = {}) const
    {
        return has(key) && m_value[key].is_string() ? m_value[key].get<std::string>() : fallback;
    }
    bool flag(const char* key, bool fallback) const
    {
        return has(key) && m_value[key].is_boolean() ? m_value[key].get<bool>() : fallback;
    }
    std::int64_t number(const char* key, std::int64_t fallback) const
    {
        return has(key) && m_value[key].is_number_integer() ? m_value[key].get<std::int64_t>() : fallback;
    }
    Error fault(const std::string& what) const { return invalidInput("bad-tokenizer", m_where + ": " + what, m_where); }
    Error unsupported(const std::string& what) const { return fault(what + " is not supported"); }
    Error unsupportedType() const
    {
        return type().empty() ? fault("it has no \"type\"") : unsupported("type \"" + type() + "\"");
    }
    /// read(part) for every element of the array; the first error ends it.
    template <typename Read>
    Status each(const char* key, Read read) const
    {
        if (!has(key) || !m_value[key].is_array()) return fault(std::string(key) + " is not an array");
        for (std::size_t i = 0; i < m_value[key].size(); ++i)
            if (Status done = read(JsonPart(m_value[key][i], m_where + "." + key + "[" + std::to_string(i) + "]")); !done)
                return done;
        return Done{};
    }

private:
    const nlohmann::json& m_value;
    std::string m_where;
};

}  // namespace moebel
