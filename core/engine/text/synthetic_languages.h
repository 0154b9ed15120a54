// Made-up languages whose kinship is known, so that tests and demonstrations know which languages are alike.
//
// Every document is one sequence of meanings (sentences of a small phrase grammar with topics, verbs that prefer certain
// objects and nouns that prefer certain adjectives), said in every language: the corpora are parallel by construction. A
// language says it with
//   - its own words (token remap): the languages of a family share an alphabet and kCognateShare of their word stems, each with
//     its own endings; languages of different families share neither;
//   - its own word order: the order of subject, verb and object belongs to the family, the place of adjectives and of
//     prepositions to the language;
//   - a rate of borrowing (data.synthetic_mixing): the share of words that are said in a sister language.
// All is a pure function of the seed. Original languages form family 0; the other families share the expanded languages in
// blocks of the experiment's order. With one family, expanded languages are sisters of the original ones.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/text/corpus.h"

namespace moebel {

inline constexpr double kCognateShare = 0.5;

enum class ClauseOrder { SubjectVerbObject, SubjectObjectVerb, VerbSubjectObject, ObjectVerbSubject };

/// What is true of a made-up language.
struct SyntheticLanguage {
    std::string code;
    std::int32_t family = 0;
    std::int32_t indexInFamily = 0;
    std::int32_t alphabet = 0;  ///< of syntheticAlphabets(); families beyond the last alphabet share letters, not words
    ClauseOrder clauseOrder = ClauseOrder::SubjectVerbObject;
    bool adjectiveFirst = true;    ///< before its noun
    bool prepositionFirst = true;  ///< before its noun phrase
    bool operator==(const SyntheticLanguage&) const = default;
};

/// Kinship and word order of the experiment's languages, in its order.
std::vector<SyntheticLanguage> syntheticLanguages(const std::vector<Language>& languages, std::int64_t families);

/// Pages "document-00000", ...: data.syntheticDocuments of them, each 6 to 14 sentences.
std::unique_ptr<CorpusImporter> makeSyntheticImporter(const DataSpec& data, const std::vector<Language>& languages, Seed seed);

}  // namespace moebel
