#include "engine/text/synthetic_grammar.h"

#include "engine/text/draws.h"

namespace moebel {

namespace {

constexpr std::int32_t kTopics = 12;
constexpr std::int32_t kTopicNouns = 18;
constexpr std::int32_t kTopicVerbs = 8;
constexpr std::int32_t kPreferredObjects = 4;
constexpr std::int32_t kPreferredAdjectives = 3;
constexpr double kStaysOnTopic = 0.85;
constexpr double kFollowsPreference = 0.75;

constexpr std::uint64_t kDocuments = 1;  // purposes of derived seeds
constexpr std::uint64_t kPreferences = 2;

/// Number `rank` of the concepts that `owner` (a topic, a verb, a noun) likes: fixed for the world of this seed.
std::int32_t liked(Seed seed, std::uint64_t kind, std::int32_t owner, std::int32_t rank, WordClass wordClass)
{
    const CounterRandom random(deriveSeed(seed, kPreferences), kind);
    const auto position = (std::uint64_t(owner) << 16) + std::uint64_t(rank);
    return std::int32_t(random.below(position, std::uint64_t(conceptCount(wordClass))));
}

/// Draws the meaning of one document.
class Speaker {
public:
    Speaker(Seed seed, std::uint64_t document) : m_seed(seed), m_draws(deriveSeed(seed, kDocuments), document)
    {
        m_topic = std::int32_t(m_draws.below(kTopics));
    }

    std::vector<SentenceMeaning> speak()
    {
        std::vector<SentenceMeaning> sentences(6 + m_draws.below(9));
        for (SentenceMeaning& sentence : sentences) sentence = speakSentence();
        return sentences;
    }

private:
    SentenceMeaning speakSentence()
    {
        SentenceMeaning sentence;
        sentence.subject = phrase(topicWord(WordClass::Noun, kTopicNouns));
        sentence.verb = topicWord(WordClass::Verb, kTopicVerbs);
        if (m_draws.chance(0.25)) sentence.adverb = liking(3, sentence.verb, 2, WordClass::Adverb);
        if (m_draws.chance(0.8)) sentence.object = phrase(liking(4, sentence.verb, kPreferredObjects, WordClass::Noun));
        if (m_draws.chance(0.4)) {
            sentence.place = phrase(topicWord(WordClass::Noun, kTopicNouns));
            sentence.preposition = liking(5, sentence.place->noun, 2, WordClass::Preposition);
        }
        return sentence;
    }

    NounPhrase phrase(Concept noun)
    {
        NounPhrase result;
        result.noun = noun;
        result.determiner = {WordClass::Determiner, m_draws.chance(0.6) ? noun.index % 2 : 2 + noun.index % 2};
        if (m_draws.chance(0.35)) result.adjective = liking(6, noun, kPreferredAdjectives, WordClass::Adjective);
        return result;
    }

    /// Low ranks are frequent, as in real text.
    Concept topicWord(WordClass wordClass, std::int32_t size)
    {
        if (!m_draws.chance(kStaysOnTopic))
            return {wordClass, std::int32_t(m_draws.below(std::uint64_t(conceptCount(wordClass))))};
        const double uniform = m_draws.uniform();
        const auto rank = std::int32_t(uniform * uniform * size);
        return {wordClass, liked(m_seed, wordClass == WordClass::Noun ? 1 : 2, m_topic, rank, wordClass)};
    }

    Concept liking(std::uint64_t kind, Concept owner, std::int32_t choices, WordClass wordClass)
    {
        if (!m_draws.chance(kFollowsPreference))
            return {wordClass, std::int32_t(m_draws.below(std::uint64_t(conceptCount(wordClass))))};
        const auto rank = std::int32_t(m_draws.below(std::uint64_t(choices)));
        return {wordClass, liked(m_seed, kind, owner.index, rank, wordClass)};
    }

    Seed m_seed;
    Draws m_draws;
    std::int32_t m_topic = 0;
};

}  // namespace

std::int32_t conceptCount(WordClass wordClass)
{
    switch (wordClass) {
        case WordClass::Noun:
            return 160;
        case WordClass::Verb:
            return 60;
        case WordClass::Adjective:
            return 40;
        case WordClass::Adverb:
            return 16;
        case WordClass::Preposition:
            return 10;
        case WordClass::Determiner:
            return 4;
    }
    return 0;
}

std::vector<SentenceMeaning> documentMeaning(Seed seed, std::uint64_t document) { return Speaker(seed, document).speak(); }

}  // namespace moebel
