// Words of the made-up languages: stems from the family's alphabet, endings of the language.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/text/synthetic_grammar.h"
#include "engine/text/synthetic_languages.h"

namespace moebel {

/// Letters by script; a family uses one of them.
struct SyntheticAlphabet {
    std::vector<std::string> consonants;
    std::vector<std::string> vowels;
};
const std::vector<SyntheticAlphabet>& syntheticAlphabets();

/// Every word of one language, different from each other.
class SyntheticLexicon {
public:
    SyntheticLexicon(const SyntheticLanguage& language, Seed seed);
    const std::string& word(Concept meaning) const;

private:
    std::array<std::vector<std::string>, 6> m_words;  ///< by word class
};

}  // namespace moebel
