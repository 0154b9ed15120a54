// Reads a merged TOML table into an Experiment, noting every problem and the place of every key.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <toml++/toml.h>

#include "fields.h"
#include "moebel/base/nearest_word.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel {

struct Place {
    int line = 0;
    int column = 0;
};

/// One table at a time; nested tables use a reader of their own that shares the notes.
class TomlReader {
public:
    struct Notes {
        std::vector<Problem> problems;
        std::map<std::string, Place> places;  ///< by TOML path
        bool given(const std::string& path) const { return places.contains(path); }
    };

    TomlReader(const toml::table& table, std::string prefix, Notes& notes);

    void operator()(const char* key, std::string& value);
    void operator()(const char* key, bool& value);
    void operator()(const char* key, std::vector<std::string>& value);
    void operator()(const char* key, std::map<std::string, std::string>& value);
    void operator()(const char* key, double& value, fields::Range range);
    template <std::integral I>
    void operator()(const char* key, I& value, fields::Range range)
    {
        std::int64_t number = std::int64_t(value);
        readInteger(key, number, range);
        value = I(number);
    }
    template <typename E>
        requires std::is_enum_v<E>
    void operator()(const char* key, E& value)
    {
        std::vector<std::string> words;
        for (const E candidate : fields::kValues<E>) words.emplace_back(name(candidate));
        const int chosen = readWord(key, words);
        if (chosen >= 0) value = fields::kValues<E>[std::size_t(chosen)];
    }
    void heldout(const char* key, std::int64_t& every);
    void weights(const char* key, std::map<std::string, double>& weights, fields::Range range);
    void numberOrList(const char* key, std::vector<std::int64_t>& values, fields::Range range);
    void languages(const char* key, std::vector<Language>& languages);
    void stages(const char* key, std::vector<StageSpec>& stages);
    template <typename S>
    void section(const char* key, S& spec)
    {
        const toml::table* table = findTable(key);
        if (table == nullptr) return;
        TomlReader reader(*table, path(key), m_notes);
        fields::visit(reader, spec);
        reader.refuseUnknownKeys();
    }
    /// Call last: every key that no one asked for is a problem, with the nearest known one.
    void refuseUnknownKeys();

private:
    const toml::node* find(const char* key);
    const toml::table* findTable(const char* key);
    void readInteger(const char* key, std::int64_t& value, fields::Range range);
    int readWord(const char* key, const std::vector<std::string>& words);
    void addProblem(std::string code, const std::string& path, const toml::node& node, std::string message);
    std::string path(const std::string& key) const { return m_prefix.empty() ? key : m_prefix + "." + key; }

    const toml::table& m_table;
    std::string m_prefix;
    Notes& m_notes;
    std::set<std::string, std::less<>> m_known;
};

}  // namespace moebel
