#include "engine/text/synthetic_lexicon.h"

#include <initializer_list>
#include <set>

#include "engine/text/draws.h"

namespace moebel {

namespace {

constexpr std::uint64_t kStems = 3;  // purposes of derived seeds
constexpr std::uint64_t kCognates = 4;
constexpr std::uint64_t kEndings = 5;
constexpr std::uint64_t kFamilyStems = 0xffff;  ///< in place of a language's index: the stems that the family shares

std::string syllable(const SyntheticAlphabet& alphabet, Draws& draws)
{
    const std::string consonant = alphabet.consonants[draws.below(alphabet.consonants.size())];
    return consonant + alphabet.vowels[draws.below(alphabet.vowels.size())];
}

/// One syllable for the small words, two or three for the others.
std::string stem(const SyntheticAlphabet& alphabet, WordClass wordClass, Draws& draws)
{
    const bool isSmall = wordClass == WordClass::Determiner || wordClass == WordClass::Preposition;
    std::string result = syllable(alphabet, draws);
    for (std::uint64_t more = isSmall ? 0 : 1 + draws.below(2); more > 0; --more) result += syllable(alphabet, draws);
    return result;
}

/// Stream of a language's (or its family's) draws for one concept.
std::uint64_t streamOf(const SyntheticLanguage& language, std::uint64_t index, Concept meaning)
{
    return (std::uint64_t(language.family) << 40) + (index << 24) + (std::uint64_t(meaning.wordClass) << 16) +
           std::uint64_t(meaning.index);
}

std::vector<std::string> letters(std::initializer_list<const char*> list) { return {list.begin(), list.end()}; }

}  // namespace

const std::vector<SyntheticAlphabet>& syntheticAlphabets()
{
    static const std::vector<SyntheticAlphabet> alphabets = {
        {letters({"b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"}), letters({"a", "e", "i", "o", "u"})},
        {letters({"β", "γ", "δ", "ζ", "θ", "κ", "λ", "μ", "ν", "π", "ρ", "σ", "τ", "φ"}),
         letters({"α", "ε", "η", "ι", "ο", "υ"})},
        {letters({"б", "в", "г", "д", "ж", "з", "к", "л", "м", "н", "п", "р", "с", "т"}),
         letters({"а", "е", "и", "о", "у", "ы"})},
        {letters({"բ", "գ", "դ", "զ", "կ", "լ", "մ", "ն", "պ", "ր", "ս", "տ", "վ", "ք"}), letters({"ա", "ե", "ի", "ո", "է"})},
        {letters({"ბ", "გ", "დ", "ვ", "ზ", "კ", "ლ", "მ", "ნ", "პ", "რ", "ს", "ტ", "ქ"}), letters({"ა", "ე", "ი", "ო", "უ"})},
        {letters({"क", "ग", "च", "ज", "ट", "ड", "त", "द", "न", "प", "ब", "म", "र", "ल"}), letters({"ा", "ि", "ी", "ु", "े"})},
        {letters({"ב", "ג", "ד", "ז", "ח", "ט", "כ", "ל", "מ", "נ", "ס", "פ", "ק", "ר"}), letters({"א", "ה", "ו", "י", "ע"})},
        {letters({"ก", "ค", "ง", "จ", "ช", "ด", "ต", "น", "บ", "ป", "พ", "ม", "ร", "ล"}), letters({"ะ", "า", "ิ", "ี", "ุ"})},
    };
    return alphabets;
}

SyntheticLexicon::SyntheticLexicon(const SyntheticLanguage& language, Seed seed)
{
    const SyntheticAlphabet& alphabet = syntheticAlphabets()[std::size_t(language.alphabet)];
    const auto own = std::uint64_t(language.indexInFamily);
    std::set<std::string> taken;
    for (std::size_t classIndex = 0; classIndex < m_words.size(); ++classIndex) {
        const auto wordClass = WordClass(classIndex);
        Draws endings(deriveSeed(seed, kEndings), streamOf(language, own, {wordClass, 0}));
        const std::string ending = alphabet.vowels[endings.below(alphabet.vowels.size())] +
                                   alphabet.consonants[endings.below(alphabet.consonants.size())];
        for (std::int32_t index = 0; index < conceptCount(wordClass); ++index) {
            const Concept meaning = {wordClass, index};
            Draws kinship(deriveSeed(seed, kCognates), streamOf(language, 0, meaning));
            const std::uint64_t from = kinship.chance(kCognateShare) ? kFamilyStems : own;
            Draws draws(deriveSeed(seed, kStems), streamOf(language, from, meaning));
            std::string word = stem(alphabet, wordClass, draws) + ending;
            while (!taken.insert(word).second) word = stem(alphabet, wordClass, draws) + syllable(alphabet, draws) + ending;
            m_words[classIndex].push_back(word);
        }
    }
}

const std::string& SyntheticLexicon::word(Concept meaning) const
{
    return m_words[std::size_t(meaning.wordClass)][std::size_t(meaning.index)];
}

}  // namespace moebel
