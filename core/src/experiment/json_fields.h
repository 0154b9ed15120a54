// Fields of a JSON object read in their ranges; the first fault is kept.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "moebel/base/result.h"

namespace moebel
{

class JsonFields
{
public:
    /// `where` begins the sentence of a fault: the file's name, and the object in it.
    JsonFields(const nlohmann::json& object, std::string where) : m_object(object), m_where(std::move(where)) {}

    /// null counts as missing everywhere.
    bool has(const char* key) const { return m_object.contains(key) && !m_object[key].is_null(); }
    bool mentions(const char* key) const { return m_object.contains(key); }
    const nlohmann::json& operator[](const char* key) const { return m_object[key]; }

    /// A missing field without `fallback` is a fault.
    std::int64_t integer(const char* key, std::int64_t low, std::int64_t high, std::optional<std::int64_t> fallback = {})
    {
        if (!has(key)) {
            if (!fallback) fault(std::string(key) + " is missing");
            return fallback.value_or(low);
        }
        const nlohmann::json& value = m_object[key];
        if (value.is_number_integer() && value >= low && value <= high) return value;
        fault(std::string(key) + " is " + value.dump() + ", expected a whole number from " + std::to_string(low) + " to " +
              std::to_string(high));
        return low;
    }
    double positive(const char* key, double fallback)
    {
        if (!has(key)) return fallback;
        const nlohmann::json& value = m_object[key];
        if (value.is_number() && value > 0) return value;
        fault(std::string(key) + " is " + value.dump() + ", expected a number above 0");
        return fallback;
    }
    /// A number of 0 or more; null is 0, "none".
    double softCap(const char* key, double fallback)
    {
        if (!mentions(key)) return fallback;
        if (!has(key)) return 0;
        const nlohmann::json& value = m_object[key];
        if (value.is_number() && value >= 0) return value;
        fault(std::string(key) + " is " + value.dump() + ", expected a number of 0 or more");
        return fallback;
    }
    /// One of the words; the first where it is missing.
    template <typename Words>
    auto choice(const char* key, const Words& words)
    {
        const std::string found = word(key, std::string(words.front().second));
        std::string known;
        for (const auto& [value, name] : words) {
            if (name == found) return value;
            known += (known.empty() ? "" : ", ") + std::string(name);
        }
        fault(std::string(key) + " is \"" + found + "\", expected one of " + known);
        return words.front().first;
    }
    bool flag(const char* key, bool fallback)
    {
        if (!has(key)) return fallback;
        if (m_object[key].is_boolean()) return m_object[key];
        fault(std::string(key) + " is " + m_object[key].dump() + ", expected true or false");
        return fallback;
    }
    std::string word(const char* key, const std::string& fallback)
    {
        if (!has(key)) return fallback;
        if (m_object[key].is_string()) return m_object[key];
        fault(std::string(key) + " is " + m_object[key].dump() + ", expected a word");
        return fallback;
    }
    /// An array of `count` whole numbers; empty where it is missing.
    std::vector<std::int64_t> integers(const char* key, std::int64_t count, std::int64_t low, std::int64_t high)
    {
        std::vector<std::int64_t> values;
        if (!has(key)) return values;
        const nlohmann::json& array = m_object[key];
        if (!array.is_array() || std::int64_t(array.size()) != count) {
            fault(std::string(key) + " must list one number for each of the " + std::to_string(count) + " layers");
            return values;
        }
        for (const nlohmann::json& value : array) {
            if (!value.is_number_integer() || value < low || value > high)
                fault(std::string(key) + " holds " + value.dump() + ", expected " + std::to_string(low) + " to " +
                      std::to_string(high));
            values.push_back(value.is_number_integer() ? std::int64_t(value) : low);
        }
        return values;
    }
    /// A field that changes the numbers and is only supported where it says what is usual.
    void expect(const char* key, const nlohmann::json& usual)
    {
        if (has(key) && m_object[key] != usual)
            fault(std::string(key) + " is " + m_object[key].dump() + ", which is not supported; only " + usual.dump() + " is");
    }
    void fault(const std::string& what)
    {
        if (!m_error) m_error = invalidInput("bad-config", m_where + ": " + what, m_where);
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    const nlohmann::json& m_object;
    std::string m_where;
    std::optional<Error> m_error;
};

}  // namespace moebel
