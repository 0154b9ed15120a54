// The made-up languages: their kinship is what the description says.
#include <QTest>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "engine/text/synthetic_grammar.h"
#include "engine/text/synthetic_languages.h"
#include "engine/text/synthetic_lexicon.h"
#include "engine/text/utf8.h"

using namespace moebel;

class SyntheticTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void originalsAreOneFamilyAndExpandedLanguagesShareTheOthers();
    void sameSeedSameTextOtherSeedOtherText();
    void languagesAreParallel();
    void sistersShareWordsStrangersDoNot();
    void mixingIsTheRateOfBorrowing();
    void originalAndExpandedLettersAreDistinct();
    void wordOrderBelongsToTheLanguage();
    void wordsOfALanguageAreDifferent();
    void textCanBeLearned();
    void namesAnUnknownLanguage();
};

namespace {

const std::vector<Language> kSix = {{"en", LanguageRole::Original},    {"es", LanguageRole::Original},
                                    {"zh-CN", LanguageRole::Original}, {"el", LanguageRole::Expanded},
                                    {"hu", LanguageRole::Expanded},    {"tr", LanguageRole::Expanded}};

Corpus corpusOf(const std::string& code, double mixing = 0.0, Seed seed = {1}, std::int64_t families = 2,
                std::int64_t documents = 60)
{
    DataSpec data;
    data.syntheticDocuments = documents;
    data.syntheticFamilies = families;
    data.syntheticMixing = mixing;
    return makeSyntheticImporter(data, kSix, seed)->load(code).value();
}

std::vector<std::string> wordsOf(const Corpus& corpus)
{
    std::vector<std::string> words;
    for (const Document& document : corpus.documents) {
        std::istringstream text(document.text);
        for (std::string word; text >> word;) {
            if (word.back() == '.') word.pop_back();
            words.push_back(word);
        }
    }
    return words;
}

/// Share of the letters of `a` that `b` has too.
double sharedLetters(const Corpus& a, const Corpus& b)
{
    std::set<char32_t> lettersOfB;
    for (const std::string& word : wordsOf(b))
        for (std::size_t at = 0; at < word.size();) lettersOfB.insert(nextCodePoint(word, at));
    double shared = 0, all = 0;
    for (const std::string& word : wordsOf(a))
        for (std::size_t at = 0; at < word.size(); ++all) shared += lettersOfB.contains(nextCodePoint(word, at));
    return shared / all;
}

}  // namespace

void SyntheticTest::originalsAreOneFamilyAndExpandedLanguagesShareTheOthers()
{
    const auto familiesOf = [](std::int64_t families) {
        std::vector<int> result;
        for (const SyntheticLanguage& language : syntheticLanguages(kSix, families)) result.push_back(language.family);
        return result;
    };
    QCOMPARE(familiesOf(1), (std::vector<int>{0, 0, 0, 0, 0, 0}));
    QCOMPARE(familiesOf(2), (std::vector<int>{0, 0, 0, 1, 1, 1}));
    QCOMPARE(familiesOf(3), (std::vector<int>{0, 0, 0, 1, 1, 2}));
    QCOMPARE(familiesOf(4), (std::vector<int>{0, 0, 0, 1, 2, 3}));
}

void SyntheticTest::sameSeedSameTextOtherSeedOtherText()
{
    QCOMPARE(corpusOf("el").documents, corpusOf("el").documents);
    QVERIFY(corpusOf("el", 0, {2}).documents != corpusOf("el").documents);
    QVERIFY(corpusOf("el").documents != corpusOf("hu").documents);
}

void SyntheticTest::languagesAreParallel()
{
    const Corpus en = corpusOf("en"), el = corpusOf("el");
    QCOMPARE(en.documents.size(), std::size_t(60));
    for (std::size_t i = 0; i < en.documents.size(); ++i) QCOMPARE(en.documents[i].page, el.documents[i].page);
    QCOMPARE(wordsOf(en).size(), wordsOf(el).size());
}

void SyntheticTest::sistersShareWordsStrangersDoNot()
{
    const auto languages = syntheticLanguages(kSix, 2);
    const auto shared = [&](std::size_t a, std::size_t b) {  // stems: a word without its two-letter ending
        const SyntheticLexicon one(languages[a], {1}), two(languages[b], {1});
        double same = 0;
        for (std::int32_t noun = 0; noun < conceptCount(WordClass::Noun); ++noun)
            same += one.word({WordClass::Noun, noun}).substr(0, 4) == two.word({WordClass::Noun, noun}).substr(0, 4);
        return same / conceptCount(WordClass::Noun);
    };
    QVERIFY(std::abs(shared(0, 1) - kCognateShare) < 0.12);
    QVERIFY(std::abs(shared(3, 5) - kCognateShare) < 0.12);
    QCOMPARE(shared(0, 3), 0.0);
}

void SyntheticTest::mixingIsTheRateOfBorrowing()
{
    const std::vector<std::string> own = wordsOf(corpusOf("el", 0.0)), mixed = wordsOf(corpusOf("el", 0.2));
    QCOMPARE(own.size(), mixed.size());
    double different = 0;
    for (std::size_t i = 0; i < own.size(); ++i) different += own[i] != mixed[i];
    QVERIFY2(std::abs(different / double(own.size()) - 0.2) < 0.03, std::to_string(different / double(own.size())).c_str());
}

void SyntheticTest::originalAndExpandedLettersAreDistinct()
{
    QCOMPARE(sharedLetters(corpusOf("en", 0.1), corpusOf("el", 0.1)), 0.0);
    QVERIFY(sharedLetters(corpusOf("en"), corpusOf("es")) > 0.9);
}

void SyntheticTest::wordOrderBelongsToTheLanguage()
{
    const auto languages = syntheticLanguages(kSix, 2);
    QVERIFY(languages[0].clauseOrder != languages[3].clauseOrder);
    QVERIFY(languages[0].adjectiveFirst != languages[1].adjectiveFirst);
    // The first word of the first sentence is the subject's determiner with subject first, the verb never.
    const std::vector<SentenceMeaning> meaning = documentMeaning({1}, 0);
    const SyntheticLexicon lexicon(languages[0], {1});
    QCOMPARE(wordsOf(corpusOf("en")).front(), lexicon.word(meaning[0].subject.determiner));
}

void SyntheticTest::wordsOfALanguageAreDifferent()
{
    for (const SyntheticLanguage& language : syntheticLanguages(kSix, 4)) {
        const SyntheticLexicon lexicon(language, {1});
        std::set<std::string> words;
        std::size_t meanings = 0;
        for (const WordClass wordClass : {WordClass::Noun, WordClass::Verb, WordClass::Adjective, WordClass::Adverb,
                                          WordClass::Preposition, WordClass::Determiner})
            for (std::int32_t index = 0; index < conceptCount(wordClass); ++index, ++meanings)
                words.insert(lexicon.word({wordClass, index}));
        QCOMPARE(words.size(), meanings);
    }
}

void SyntheticTest::textCanBeLearned()
{
    // The word before says much about the next one: bits of a word alone against bits given its predecessor.
    const std::vector<std::string> words = wordsOf(corpusOf("en", 0.0, {1}, 2, 2000));
    std::map<std::string, double> single;
    std::map<std::pair<std::string, std::string>, double> pairs;
    for (std::size_t i = 1; i < words.size(); ++i) {
        ++single[words[i]];
        ++pairs[{words[i - 1], words[i]}];
    }
    const auto entropy = [&](const auto& counts) {
        double bits = 0;
        for (const auto& [key, count] : counts) bits -= count / double(words.size()) * std::log2(count / double(words.size()));
        return bits;
    };
    const double alone = entropy(single), afterAnother = entropy(pairs) - entropy(single);
    QVERIFY2(alone > 5 && afterAnother < alone - 1.5, qPrintable(QString("%1 %2").arg(alone).arg(afterAnother)));
}

void SyntheticTest::namesAnUnknownLanguage()
{
    const Result<Corpus> corpus = makeSyntheticImporter({}, kSix, {1})->load("fr");
    QCOMPARE(corpus.error().code, std::string("no-text"));
    QVERIFY(corpus.error().message.find("fr") != std::string::npos);
}

QTEST_GUILESS_MAIN(SyntheticTest)
#include "synthetic_test.moc"
