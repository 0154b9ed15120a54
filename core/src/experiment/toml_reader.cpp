#include "toml_reader.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace moebel {
namespace {

Place placeOf(const toml::source_region& source)
{
    return {int(source.begin.line), int(source.begin.column)};
}

std::string textOf(const toml::node& node)
{
    if (const toml::table* table = node.as_table()) return "a table of " + std::to_string(table->size());
    if (const toml::array* array = node.as_array()) return "a list of " + std::to_string(array->size());
    std::ostringstream text;
    node.visit([&text](const auto& value) {
        if constexpr (toml::is_value<decltype(value)>) text << value;
    });
    std::string result = text.str();
    if (result.size() > 60) result = result.substr(0, 57) + "...";
    return result;
}

std::string numberText(double value)
{
    std::ostringstream text;
    text << value;
    return text.str();
}

std::string rangeText(fields::Range range)
{
    if (range.high >= 1e15) return "at least " + numberText(range.low);
    return numberText(range.low) + " to " + numberText(range.high);
}

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace

TomlReader::TomlReader(const toml::table& table, std::string prefix, Notes& notes)
    : m_table(table), m_prefix(std::move(prefix)), m_notes(notes)
{
}

const toml::node* TomlReader::find(const char* key)
{
    m_known.insert(key);
    const toml::node* node = m_table.get(key);
    if (node != nullptr) m_notes.places[path(key)] = placeOf(node->source());
    return node;
}

const toml::table* TomlReader::findTable(const char* key)
{
    const toml::node* node = find(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) addProblem("wrong-type", path(key), *node, "'" + path(key) + "' is " + textOf(*node) + ", expected a table [" + key + "]");
    return node->as_table();
}

void TomlReader::addProblem(std::string code, const std::string& where, const toml::node& node, std::string message)
{
    const Place place = placeOf(node.source());
    m_notes.problems.push_back({std::move(code), where, place.line, place.column, std::move(message)});
}

void TomlReader::operator()(const char* key, std::string& value)
{
    const toml::node* node = find(key);
    if (node == nullptr) return;
    if (const auto text = node->value<std::string>(); text && node->is_string())
        value = *text;
    else
        addProblem("wrong-type", path(key), *node, "'" + path(key) + "' is " + textOf(*node) + ", expected text in quotes");
}

void TomlReader::operator()(const char* key, bool& value)
{
    const toml::node* node = find(key);
    if (node == nullptr) return;
    if (node->is_boolean())
        value = node->as_boolean()->get();
    else
        addProblem("wrong-type", path(key), *node, "'" + path(key) + "' is " + textOf(*node) + ", expected true or false");
}

void TomlReader::operator()(const char* key, std::vector<std::string>& value)
{
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr || std::any_of(array->begin(), array->end(), [](const toml::node& entry) { return !entry.is_string(); })) {
        addProblem("wrong-type", path(key), *node, "'" + path(key) + "' is " + textOf(*node) + ", expected a list of words in quotes");
        return;
    }
    value.clear();
    for (const toml::node& entry : *array) value.push_back(entry.as_string()->get());
}

void TomlReader::operator()(const char* key, std::map<std::string, std::string>& value)
{
    const toml::table* table = findTable(key);
    if (table == nullptr) return;
    for (const auto& [name, entry] : *table) {
        if (const toml::value<std::string>* text = entry.as_string())
            value[std::string(name.str())] = text->get();
        else
            addProblem("wrong-type", path(key) + "." + std::string(name.str()), entry,
                       "'" + path(key) + "." + std::string(name.str()) + "' is " + textOf(entry) + ", expected the path of a file in quotes");
    }
}

void TomlReader::operator()(const char* key, double& value, fields::Range range)
{
    const toml::node* node = find(key);
    if (node == nullptr) return;
    if (!node->is_number()) {
        addProblem("wrong-type", path(key), *node, "'" + path(key) + "' is " + textOf(*node) + ", expected a number");
        return;
    }
    const double number = *node->value<double>();
    if (!std::isfinite(number) || number < range.low || number > range.high)
        addProblem("out-of-range", path(key), *node, "'" + path(key) + "' is " + textOf(*node) + ", expected " + rangeText(range));
    else
        value = number;
}

void TomlReader::weights(const char* key, std::map<std::string, double>& weights, fields::Range range)
{
    const toml::table* table = findTable(key);
    if (table == nullptr) return;
    for (const auto& [name, entry] : *table) {
        const std::string where = path(key) + "." + std::string(name.str());
        m_notes.places[where] = placeOf(entry.source());
        const double weight = entry.value<double>().value_or(0);
        if (entry.is_number() && weight >= range.low && weight <= range.high)
            weights[std::string(name.str())] = weight;
        else
            addProblem(entry.is_number() ? "out-of-range" : "wrong-type", where, entry,
                       "'" + where + "' is " + textOf(entry) + ", expected a weight of " + rangeText(range));
    }
}

void TomlReader::readInteger(const char* key, std::int64_t& value, fields::Range range)
{
    const toml::node* node = find(key);
    if (node == nullptr) return;
    if (!node->is_integer()) {
        addProblem("wrong-type", path(key), *node, "'" + path(key) + "' is " + textOf(*node) + ", expected a whole number");
        return;
    }
    const std::int64_t number = node->as_integer()->get();
    if (double(number) < range.low || double(number) > range.high)
        addProblem("out-of-range", path(key), *node, "'" + path(key) + "' is " + textOf(*node) + ", expected " + rangeText(range));
    else
        value = number;
}

int TomlReader::readWord(const char* key, const std::vector<std::string>& words)
{
    const toml::node* node = find(key);
    if (node == nullptr) return -1;
    const std::string word = node->is_string() ? node->as_string()->get() : std::string();
    const auto found = std::find(words.begin(), words.end(), word);
    if (found != words.end()) return int(found - words.begin());
    addProblem("unknown-word", path(key), *node, "'" + path(key) + "' is " + textOf(*node) + ", expected one of " + joined(words));
    return -1;
}

void TomlReader::heldout(const char* key, std::int64_t& every)
{
    const toml::node* node = find(key);
    if (node == nullptr) return;
    std::int64_t number = node->is_integer() ? node->as_integer()->get() : 0;
    if (node->is_string()) {
        std::istringstream text(node->as_string()->get());
        std::string first, ordinal, last, more;
        text >> first >> ordinal >> last;
        if (first == "every" && last == "document" && !(text >> more)) number = std::atoll(ordinal.c_str());
    }
    if (number >= 2 && number <= 1'000'000)
        every = number;
    else
        addProblem("out-of-range", path(key), *node,
                   "'" + path(key) + "' is " + textOf(*node) + ", expected a phrase like \"every 10th document\" or a number from 2 on");
}

void TomlReader::numberOrList(const char* key, std::vector<std::int64_t>& values, fields::Range range)
{
    const toml::node* node = find(key);
    if (node == nullptr) return;
    std::vector<std::int64_t> numbers;
    if (node->is_integer()) numbers = {node->as_integer()->get()};
    if (const toml::array* array = node->as_array())
        for (const toml::node& entry : *array) numbers.push_back(entry.is_integer() ? entry.as_integer()->get() : -1);
    const bool mayBeEmpty = range.low < 1;  // of layers, where none is an answer; experts are at least one
    const bool good = (!numbers.empty() || (mayBeEmpty && node->is_array())) && std::all_of(numbers.begin(), numbers.end(), [&](std::int64_t number) {
        return double(number) >= range.low && double(number) <= range.high;
    });
    if (good)
        values = numbers;
    else
        addProblem("out-of-range", path(key), *node,
                   "'" + path(key) + "' is " + textOf(*node) + ", expected " +
                       (mayBeEmpty ? "a list of layers, counted from 0"
                                   : "a whole number of experts (the original one included, at least 1) or a list of them, one a layer"));
}

void TomlReader::languages(const char* key, std::vector<Language>& languages)
{
    const toml::table* table = findTable(key);
    if (table == nullptr) return;
    TomlReader reader(*table, path(key), m_notes);
    languages.clear();
    for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded}) {
        std::vector<std::string> codes;
        reader(std::string(name(role)).c_str(), codes);
        for (std::string& code : codes) languages.push_back({std::move(code), role});
    }
    reader.refuseUnknownKeys();
}

void TomlReader::stages(const char* key, std::vector<StageSpec>& stages)
{
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr || !array->is_array_of_tables()) {
        addProblem("wrong-type", path(key), *node, "'stage' is " + textOf(*node) + ", expected one [[stage]] table for each stage");
        return;
    }
    stages.clear();
    for (std::size_t i = 0; i < array->size(); ++i) {
        const toml::table& table = *array->get(i)->as_table();
        const std::string prefix = path(key) + "." + std::to_string(i);
        m_notes.places[prefix] = placeOf(table.source());
        StageSpec stage;
        if (const auto kind = table["kind"].value<std::string>(); kind == name(StageKind::Review)) {
            stage.trainable = TrainableSet::Routers;
            stage.replayRatio = 1.0;
        } else if (kind == name(StageKind::GroupWarmup) || kind == name(StageKind::Joint)) {
            stage.trainable = TrainableSet::All;
        }
        TomlReader reader(table, prefix, m_notes);
        fields::visit(reader, stage);
        reader.refuseUnknownKeys();
        if (!m_notes.given(prefix + ".kind"))
            addProblem("missing-key", prefix + ".kind", table, "stage " + std::to_string(i) + " has no kind, expected kind = \"post-pretraining\", \"review\", \"group-warmup\", \"joint\" or \"adaptation\"");
        stages.push_back(stage);
    }
}

void TomlReader::refuseUnknownKeys()
{
    const std::vector<std::string> known(m_known.begin(), m_known.end());
    for (const auto& [key, node] : m_table) {
        const std::string word(key.str());
        if (m_known.contains(word)) continue;
        const std::string nearest = nearestWord(word, known);
        const std::string section = m_prefix.empty() ? "the top level" : "[" + m_prefix + "]";
        const Place place = placeOf(key.source());
        m_notes.problems.push_back(
            {"unknown-key", path(word), place.line, place.column,
             "'" + word + "' is not a key of " + section +
                 (nearest.empty() ? "; expected one of " + joined(known) : "; did you mean '" + nearest + "'?")});
    }
}

}  // namespace moebel
