#include "engine/text/synthetic_languages.h"

#include <algorithm>
#include <cstdio>

#include "engine/text/draws.h"
#include "engine/text/synthetic_grammar.h"
#include "engine/text/synthetic_lexicon.h"

namespace moebel {

namespace {

constexpr std::uint64_t kBorrowing = 6;  // purpose of a derived seed
constexpr std::size_t kSentencesInParagraph = 4;

/// Says the meanings of a document in one language.
class Voice {
public:
    /// `lexicons`: the language's own first, then its sisters'.
    Voice(const SyntheticLanguage& language, const std::vector<const SyntheticLexicon*>& lexicons, double mixing, Draws draws)
        : m_language(language), m_lexicons(lexicons), m_mixing(mixing), m_draws(draws)
    {
    }

    std::string say(const std::vector<SentenceMeaning>& sentences)
    {
        for (std::size_t i = 0; i < sentences.size(); ++i) {
            saySentence(sentences[i]);
            const bool endsParagraph = (i + 1) % kSentencesInParagraph == 0 || i + 1 == sentences.size();
            m_text.back() = '.';
            m_text += endsParagraph ? "\n" : " ";
        }
        return std::move(m_text);
    }

private:
    void saySentence(const SentenceMeaning& sentence)
    {
        switch (m_language.clauseOrder) {
            case ClauseOrder::SubjectVerbObject:
                sayPhrase(sentence.subject), sayVerb(sentence), sayObject(sentence);
                break;
            case ClauseOrder::SubjectObjectVerb:
                sayPhrase(sentence.subject), sayObject(sentence), sayVerb(sentence);
                break;
            case ClauseOrder::VerbSubjectObject:
                sayVerb(sentence), sayPhrase(sentence.subject), sayObject(sentence);
                break;
            case ClauseOrder::ObjectVerbSubject:
                sayObject(sentence), sayVerb(sentence), sayPhrase(sentence.subject);
                break;
        }
    }

    void sayVerb(const SentenceMeaning& sentence)
    {
        sayWord(sentence.verb);
        if (sentence.adverb) sayWord(*sentence.adverb);
    }

    void sayObject(const SentenceMeaning& sentence)
    {
        if (sentence.object) sayPhrase(*sentence.object);
        if (!sentence.place) return;
        if (m_language.prepositionFirst) sayWord(*sentence.preposition);
        sayPhrase(*sentence.place);
        if (!m_language.prepositionFirst) sayWord(*sentence.preposition);
    }

    void sayPhrase(const NounPhrase& phrase)
    {
        sayWord(phrase.determiner);
        if (phrase.adjective && m_language.adjectiveFirst) sayWord(*phrase.adjective);
        sayWord(phrase.noun);
        if (phrase.adjective && !m_language.adjectiveFirst) sayWord(*phrase.adjective);
    }

    void sayWord(Concept meaning)
    {
        const bool borrows = m_lexicons.size() > 1 && m_draws.chance(m_mixing);
        const std::size_t from = borrows ? 1 + m_draws.below(m_lexicons.size() - 1) : 0;
        m_text += m_lexicons[from]->word(meaning) + ' ';
    }

    const SyntheticLanguage& m_language;
    const std::vector<const SyntheticLexicon*>& m_lexicons;
    double m_mixing;
    Draws m_draws;
    std::string m_text;
};

class SyntheticImporter : public CorpusImporter {
public:
    SyntheticImporter(const DataSpec& data, const std::vector<Language>& languages, Seed seed)
        : m_languages(syntheticLanguages(languages, data.syntheticFamilies)),
          m_documents(data.syntheticDocuments),
          m_mixing(data.syntheticMixing),
          m_seed(seed)
    {
    }

    Result<std::string> fingerprint(const std::string& code) override
    {
        std::string text = "synthetic 1 " + code + " " + std::to_string(m_seed.value) + " " + std::to_string(m_documents) +
                           " " + std::to_string(m_mixing);
        for (const SyntheticLanguage& language : m_languages)
            text += " " + language.code + ":" + std::to_string(language.family);
        return text;
    }

    Result<Corpus> load(const std::string& code) override
    {
        const auto language =
            std::find_if(m_languages.begin(), m_languages.end(), [&](const SyntheticLanguage& it) { return it.code == code; });
        if (language == m_languages.end() || m_documents < 1)
            return invalidInput("no-text", "language " + code + " has no made-up text: the experiment has " +
                                               std::to_string(m_languages.size()) + " languages and " +
                                               std::to_string(m_documents) + " synthetic documents");
        std::vector<SyntheticLexicon> lexicons = {SyntheticLexicon(*language, m_seed)};
        for (const SyntheticLanguage& other : m_languages)
            if (other.family == language->family && other.code != code) lexicons.emplace_back(other, m_seed);
        std::vector<const SyntheticLexicon*> voices;
        for (const SyntheticLexicon& lexicon : lexicons) voices.push_back(&lexicon);

        Corpus corpus{code, {}, {}};
        const Seed borrowing = deriveSeed(deriveSeed(m_seed, kBorrowing), std::uint64_t(language - m_languages.begin()));
        for (std::int64_t document = 0; document < m_documents; ++document) {
            char page[32];
            std::snprintf(page, sizeof page, "document-%05lld", static_cast<long long>(document));
            const auto index = std::uint64_t(document);
            Voice voice(*language, voices, m_mixing, Draws(borrowing, index));
            corpus.documents.push_back({page, voice.say(documentMeaning(m_seed, index))});
        }
        return corpus;
    }

private:
    std::vector<SyntheticLanguage> m_languages;
    std::int64_t m_documents;
    double m_mixing;
    Seed m_seed;
};

}  // namespace

std::vector<SyntheticLanguage> syntheticLanguages(const std::vector<Language>& languages, std::int64_t families)
{
    const auto expanded = std::int64_t(std::count_if(
        languages.begin(), languages.end(), [](const Language& language) { return language.role == LanguageRole::Expanded; }));
    const bool hasOriginals = expanded < std::int64_t(languages.size());
    const std::int64_t first = hasOriginals && families > 1 ? 1 : 0;  // of the families of expanded languages
    const std::int64_t shared = std::max<std::int64_t>(1, families - first);

    std::vector<SyntheticLanguage> result;
    std::vector<std::int32_t> members(std::size_t(std::max<std::int64_t>(1, families)), 0);
    std::int64_t expandedBefore = 0;
    for (const Language& language : languages) {
        SyntheticLanguage made;
        made.code = language.code;
        if (language.role == LanguageRole::Expanded) made.family = std::int32_t(first + expandedBefore++ * shared / expanded);
        made.indexInFamily = members[std::size_t(made.family)]++;
        made.alphabet = made.family % std::int32_t(syntheticAlphabets().size());
        made.clauseOrder = ClauseOrder(made.family % 4);
        made.adjectiveFirst = made.indexInFamily % 2 == 0;
        made.prepositionFirst = made.indexInFamily / 2 % 2 == 0;
        result.push_back(made);
    }
    return result;
}

std::unique_ptr<CorpusImporter> makeSyntheticImporter(const DataSpec& data, const std::vector<Language>& languages, Seed seed)
{
    return std::make_unique<SyntheticImporter>(data, languages, seed);
}

}  // namespace moebel
