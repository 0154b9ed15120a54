// An Experiment as TOML for people and as canonical JSON for its identity.
#include <nlohmann/json.hpp>

#include "fields.h"
#include "moebel/base/hash.h"
#include "moebel/experiment/experiment_file.h"
#include "toml_values.h"

namespace moebel {
namespace {

using nlohmann::json;

class JsonWriter {
public:
    template <typename T>
    void operator()(const char* key, const T& value)
    {
        if constexpr (std::is_enum_v<T>)
            m_value[key] = name(value);
        else
            m_value[key] = value;
    }
    template <typename T>
    void operator()(const char* key, const T& value, fields::Range)
    {
        m_value[key] = value;
    }
    void heldout(const char* key, std::int64_t every) { m_value[key] = ordinalText(every); }
    void weights(const char* key, const std::map<std::string, double>& weights, fields::Range)
    {
        if (!weights.empty()) m_value[key] = weights;  // descriptions of version 0.1.0 keep their identity
    }
    void numberOrList(const char* key, const std::vector<std::int64_t>& values, fields::Range) { m_value[key] = values; }
    void languages(const char* key, const std::vector<Language>& languages)
    {
        for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded}) m_value[key][std::string(name(role))] = json::array();
        for (const Language& language : languages) m_value[key][std::string(name(language.role))].push_back(language.code);
    }
    void stages(const char* key, const std::vector<StageSpec>& stages)
    {
        m_value[key] = json::array();
        for (const StageSpec& stage : stages) m_value[key].push_back(written(stage));
    }
    template <typename S>
    void section(const char* key, const S& spec)
    {
        m_value[key] = written(spec);
    }
    template <typename S>
    static json written(const S& spec)
    {
        JsonWriter writer;
        fields::visit(writer, spec);
        return writer.m_value;
    }

private:
    json m_value = json::object();
};

class TomlWriter {
public:
    void operator()(const char* key, const std::string& value)
    {
        if (!value.empty()) line(key, quotedText(value));
    }
    void operator()(const char* key, bool value) { line(key, value ? "true" : "false"); }
    void operator()(const char* key, const std::vector<std::string>& values) { line(key, listText(values, quotedText)); }
    void operator()(const char* key, const std::map<std::string, std::string>& values)
    {
        if (!values.empty()) line(key, tableText(values, quotedText));
    }
    template <typename E>
        requires std::is_enum_v<E>
    void operator()(const char* key, E value)
    {
        line(key, quotedText(std::string(name(value))));
    }
    void operator()(const char* key, double value, fields::Range) { line(key, realText(value)); }
    template <std::integral I>
    void operator()(const char* key, I value, fields::Range)
    {
        line(key, std::to_string(value));
    }
    void heldout(const char* key, std::int64_t every) { line(key, quotedText(ordinalText(every))); }
    void weights(const char* key, const std::map<std::string, double>& weights, fields::Range)
    {
        if (!weights.empty()) line(key, tableText(weights, realText));
    }
    void numberOrList(const char* key, const std::vector<std::int64_t>& values, fields::Range)
    {
        const auto text = [](std::int64_t value) { return std::to_string(value); };
        line(key, values.size() == 1 ? text(values.front()) : listText(values, text));
    }
    void languages(const char* key, const std::vector<Language>& languages)
    {
        m_text += std::string("\n[") + key + "]\n";
        for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded}) {
            std::vector<std::string> codes;
            for (const Language& language : languages)
                if (language.role == role) codes.push_back(language.code);
            line(std::string(name(role)).c_str(), listText(codes, quotedText));
        }
    }
    void stages(const char* key, const std::vector<StageSpec>& stages)
    {
        for (const StageSpec& stage : stages) {
            m_text += std::string("\n[[") + key + "]]\n";
            fields::visit(*this, stage);
        }
    }
    template <typename S>
    void section(const char* key, const S& spec)
    {
        m_text += std::string("\n[") + key + "]\n";
        fields::visit(*this, spec);
    }
    const std::string& text() const { return m_text; }

private:
    void line(const char* key, const std::string& value) { m_text += std::string(key) + " = " + value + "\n"; }

    std::string m_text;
};

}  // namespace

std::string toToml(const Experiment& experiment)
{
    TomlWriter writer;
    fields::visit(writer, experiment);
    return writer.text();
}

std::string toCanonicalJson(const Experiment& experiment) { return JsonWriter::written(experiment).dump(); }

std::string experimentHash(const Experiment& experiment) { return sha256Hex(toCanonicalJson(experiment)); }

}  // namespace moebel
