// Reading a JSON object from outside: every field is asked for by name and type, the first problem is kept in words.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace moebel {

/// Takes the fields of one object. A field that is missing or of another type leaves the value alone and makes problem().
class JsonFields {
public:
    explicit JsonFields(const nlohmann::json& object);

    void read(const char* key, std::int64_t& value);
    void read(const char* key, int& value);
    void read(const char* key, double& value);  ///< null is NaN
    void read(const char* key, bool& value);
    void read(const char* key, std::string& value);
    /// A word that `parse` (word -> optional kind) knows.
    template <typename Kind, typename Parse>
    void readWord(const char* key, Kind& value, Parse parse)
    {
        std::string word;
        read(key, word);
        const auto kind = parse(word);
        if (!kind) return complain(key, "a known word");
        value = *kind;
    }
    bool has(const char* key) const;
    const nlohmann::json& list(const char* key);    ///< an empty list when the field is not one
    const nlohmann::json& object(const char* key);  ///< an empty object when the field is not one

    void complain(const std::string& key, const std::string& expected);
    /// Takes over the problem of an object inside this one.
    void take(const JsonFields& inner);
    /// "has no "step" that is an integer"; empty when all is well.
    const std::string& problem() const { return m_problem; }

private:
    const nlohmann::json* find(const char* key);

    const nlohmann::json& m_object;
    std::string m_problem;
};

/// The deepest nesting of brackets outside of strings; asked before a text from outside is parsed.
int jsonDepth(std::string_view text);

}  // namespace moebel
