// Meanings of the made-up languages: concepts, and the sentences that a document consists of.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "moebel/base/ids.h"

namespace moebel {

enum class WordClass { Noun, Verb, Adjective, Adverb, Preposition, Determiner };

/// A meaning that every language has a word for: `index` counts inside the class.
struct Concept {
    WordClass wordClass = WordClass::Noun;
    std::int32_t index = 0;
    bool operator==(const Concept&) const = default;
};

/// Number of concepts of a class: about 300 in all.
std::int32_t conceptCount(WordClass wordClass);

struct NounPhrase {
    Concept determiner;
    std::optional<Concept> adjective;
    Concept noun;
    bool operator==(const NounPhrase&) const = default;
};

struct SentenceMeaning {
    NounPhrase subject;
    Concept verb;
    std::optional<Concept> adverb;
    std::optional<NounPhrase> object;
    std::optional<Concept> preposition;  ///< with `place`
    std::optional<NounPhrase> place;
    bool operator==(const SentenceMeaning&) const = default;
};

/// What document number `document` says; a pure function of (seed, document).
std::vector<SentenceMeaning> documentMeaning(Seed seed, std::uint64_t document);

}  // namespace moebel
