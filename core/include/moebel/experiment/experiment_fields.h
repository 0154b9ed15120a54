// Every field of a description as a list, for those who show them one by one.
#pragma once

#include <string>
#include <vector>

#include "moebel/experiment/experiment.h"

namespace moebel
{

/// What a field holds and how its TOML value looks.
enum class FieldKind {
    Text,         ///< "a title"
    Switch,       ///< true, false
    Whole,        ///< 300_000
    Real,         ///< 3e-3
    Word,         ///< one of a few words in quotes
    Words,        ///< a list of words: ["en", "el"]
    WholeOrList,  ///< 3, or [3, 3, 2, 2]: one number a layer
    Phrase,       ///< "every 10th document"
    Files,        ///< {en = "en.txt", el = "el.txt"}
    Weights       ///< {el = 2.0}
};

struct Field {
    std::string path;  ///< TOML path, as in Problem: "stage.0.learning_rate"
    FieldKind kind = FieldKind::Text;
    std::string value;  ///< TOML; a Text without content is ""
    double low = 0;     ///< smallest and largest allowed number of Whole, Real, WholeOrList and Weights
    double high = 0;
    std::vector<std::string> words;  ///< what a Word may be

    bool operator==(const Field&) const = default;
};

/// All fields in the order of the file, languages.original and languages.expanded among them.
std::vector<Field> fieldsOf(const Experiment& experiment);

/// TOML text of values: what stands behind the = of a key.
std::string tomlText(const std::string& value);
std::string tomlNumber(double value);
std::string tomlNumber(std::int64_t value);  ///< with _ between thousands from 10_000 on
std::string tomlList(const std::vector<std::string>& words);

}  // namespace moebel
