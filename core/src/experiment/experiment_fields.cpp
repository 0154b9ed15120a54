#include "moebel/experiment/experiment_fields.h"

#include "fields.h"
#include "toml_values.h"

namespace moebel
{
namespace
{

/// Walks the lists of fields.h and notes each key with its path.
class FieldList
{
public:
    FieldList(std::vector<Field>& fields, std::string prefix) : m_fields(fields), m_prefix(std::move(prefix)) {}

    void operator()(const char* key, const std::string& value) { add(key, FieldKind::Text, quotedText(value)); }
    void operator()(const char* key, bool value) { add(key, FieldKind::Switch, value ? "true" : "false"); }
    void operator()(const char* key, const std::vector<std::string>& values) { add(key, FieldKind::Words, tomlList(values)); }
    void operator()(const char* key, const std::map<std::string, std::string>& values)
    {
        add(key, FieldKind::Files, tableText(values, quotedText));
    }
    template <typename E>
    requires std::is_enum_v<E>
    void operator()(const char* key, E value)
    {
        Field& field = add(key, FieldKind::Word, quotedText(std::string(name(value))));
        for (const E candidate : fields::kValues<E>) field.words.emplace_back(name(candidate));
    }
    void operator()(const char* key, double value, fields::Range range) { add(key, FieldKind::Real, tomlNumber(value), range); }
    template <std::integral I>
    void operator()(const char* key, I value, fields::Range range)
    {
        add(key, FieldKind::Whole, tomlNumber(std::int64_t(value)), range);
    }
    void weights(const char* key, const std::map<std::string, double>& weights, fields::Range range)
    {
        add(key, FieldKind::Weights, tableText(weights, realText), range);
    }
    void heldout(const char* key, std::int64_t every) { add(key, FieldKind::Phrase, quotedText(ordinalText(every))); }
    void numberOrList(const char* key, const std::vector<std::int64_t>& values, fields::Range range)
    {
        const auto text = [](std::int64_t value) { return std::to_string(value); };
        add(key, FieldKind::WholeOrList, values.size() == 1 ? text(values.front()) : listText(values, text), range);
    }
    void languages(const char* key, const std::vector<Language>& languages)
    {
        FieldList inside(m_fields, path(key));
        for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded}) {
            std::vector<std::string> codes;
            for (const Language& language : languages)
                if (language.role == role) codes.push_back(language.code);
            inside(std::string(name(role)).c_str(), codes);
        }
    }
    void stages(const char* key, const std::vector<StageSpec>& stages)
    {
        for (std::size_t i = 0; i < stages.size(); ++i) {
            FieldList inside(m_fields, path(key) + "." + std::to_string(i));
            fields::visit(inside, stages[i]);
        }
    }
    template <typename S>
    void section(const char* key, const S& spec)
    {
        FieldList inside(m_fields, path(key));
        fields::visit(inside, spec);
    }

private:
    std::string path(const char* key) const { return m_prefix.empty() ? key : m_prefix + "." + key; }
    Field& add(const char* key, FieldKind kind, std::string value, fields::Range range = {})
    {
        m_fields.push_back({path(key), kind, std::move(value), range.low, range.high, {}});
        return m_fields.back();
    }

    std::vector<Field>& m_fields;
    std::string m_prefix;
};

}  // namespace

std::vector<Field> fieldsOf(const Experiment& experiment)
{
    std::vector<Field> fields;
    FieldList list(fields, "");
    fields::visit(list, experiment);
    return fields;
}

std::string tomlText(const std::string& value) { return quotedText(value); }

std::string tomlNumber(double value) { return realText(value); }

std::string tomlNumber(std::int64_t value)
{
    std::string text = std::to_string(value);
    if (value < 10'000 && value > -10'000) return text;
    for (std::size_t i = text.size(); i > 3 && text[i - 4] != '-'; i -= 3) text.insert(i - 3, "_");
    return text;
}

std::string tomlList(const std::vector<std::string>& words) { return listText(words, quotedText); }

}  // namespace moebel
