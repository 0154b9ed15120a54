#include <sentencepiece_trainer.h>

#include <algorithm>
#include <cstdio>
#include <unordered_map>
#include <unordered_set>

#include "engine/text/tokenizer.h"
#include "engine/text/tokenizer/sentence_piece_tokenizer.h"
#include "engine/text/utf8.h"
#include "moebel/base/file.h"
#include "moebel/base/random.h"

namespace moebel {

namespace {

constexpr std::size_t kLongestSentence = kLongestTrainingSentence;
constexpr std::int64_t kFixedPieces = 256 + 3;   ///< bytes, unknown, begin and end
constexpr double kCharacterCoverage = 0.9995;    ///< characters that become pieces of their own, by share of the text
constexpr double kCharactersOfVocabulary = 0.4;  ///< at most this share of the vocabulary; rarer ones travel as bytes
constexpr Seed kDocumentOrder = {0x746f6b656e};  ///< "token": which documents are taken when not all are needed

/// Lines with their newlines, cut at kLongestSentence.
void appendSentences(std::string_view document, std::vector<std::string_view>& sentences)
{
    while (!document.empty()) {
        const std::size_t newline = document.find('\n');
        std::size_t end = newline == std::string_view::npos ? document.size() : newline + 1;
        if (end > kLongestSentence) end = utf8Boundary(document, kLongestSentence);
        sentences.push_back(document.substr(0, end));
        document.remove_prefix(end);
    }
}

/// Documents in a fixed random order, again from the first one when the language has less text than `bytes`.
std::vector<std::string_view> takeSentences(const TokenizerText& text, std::uint64_t language, std::int64_t bytes)
{
    std::vector<std::string_view> sentences;
    const auto order = randomPermutation(std::uint32_t(text.documents.size()), kDocumentOrder, language);
    while (bytes > 0) {
        for (const std::uint32_t document : order) {
            const std::size_t first = sentences.size();
            appendSentences(text.documents[document], sentences);
            for (std::size_t i = first; i < sentences.size(); ++i) {
                bytes -= std::int64_t(sentences[i].size());
                if (bytes <= 0) {
                    sentences.resize(i + 1);
                    return sentences;
                }
            }
        }
    }
    return sentences;
}

/// The frequent characters of the sentences: kCharacterCoverage of the text, but no more than their share of the vocabulary.
std::unordered_set<char32_t> frequentCharacters(const std::vector<std::string_view>& sentences, std::int64_t vocabulary)
{
    std::unordered_map<char32_t, std::int64_t> counts;
    std::int64_t total = 0;
    for (const std::string_view sentence : sentences)
        for (std::size_t position = 0; position < sentence.size(); ++total) ++counts[nextCodePoint(sentence, position)];
    std::vector<std::pair<std::int64_t, char32_t>> ranked;
    for (const auto& [character, count] : counts) ranked.emplace_back(-count, character);
    std::sort(ranked.begin(), ranked.end());

    const auto most = std::max(std::size_t(1), std::size_t(kCharactersOfVocabulary * double(vocabulary - kFixedPieces)));
    std::unordered_set<char32_t> frequent;
    std::int64_t covered = 0;
    for (const auto& [count, character] : ranked) {
        if (frequent.size() >= most || double(covered) >= kCharacterCoverage * double(total)) break;
        frequent.insert(character);
        covered -= count;
    }
    return frequent;
}

/// Round robin over the languages.
std::vector<std::string_view> interleave(const std::vector<std::vector<std::string_view>>& languages)
{
    std::vector<std::string_view> result;
    for (std::size_t i = 0, left = 1; left > 0; ++i) {
        left = 0;
        for (const auto& sentences : languages) {
            if (i < sentences.size()) {
                result.push_back(sentences[i]);
                ++left;
            }
        }
    }
    return result;
}

/// Hands the sentences to the trainer, cut at characters that are not frequent.
class Sentences : public sentencepiece::SentenceIterator {
public:
    Sentences(const std::vector<std::string_view>& sentences, std::int64_t vocabulary)
    {
        const std::unordered_set<char32_t> frequent = frequentCharacters(sentences, vocabulary);
        for (const std::string_view sentence : sentences) {
            std::size_t start = 0;
            for (std::size_t position = 0; position < sentence.size();) {
                const std::size_t before = position;
                if (frequent.contains(nextCodePoint(sentence, position))) continue;
                add(sentence.substr(start, before - start));
                start = position;
            }
            add(sentence.substr(start));
        }
    }
    bool done() const override { return m_next >= m_sentences.size(); }
    void Next() override { ++m_next; }
    const std::string& value() const override { return m_sentences[m_next]; }
    sentencepiece::util::Status status() const override { return {}; }

private:
    void add(std::string_view sentence)
    {
        if (!sentence.empty()) m_sentences.emplace_back(sentence);
    }

    std::vector<std::string> m_sentences;
    std::size_t m_next = 0;
};

Error trainingError(const std::string& message, std::int64_t vocabulary)
{
    const std::string_view mark = "Please set it to a value <= ";
    const std::size_t at = message.find(mark);
    long long largest = 0;
    if (at != std::string::npos && std::sscanf(message.c_str() + at + mark.size(), "%lld", &largest) == 1)
        return invalidInput("vocabulary-too-large",
                            "a vocabulary of " + std::to_string(vocabulary) + " is too large for this text, at most " +
                                std::to_string(largest) + " is possible; lower tokenizer.vocabulary or add text",
                            "tokenizer.vocabulary");
    return failed("tokenizer-training", "the tokenizer could not be trained: " + message);
}

}  // namespace

Status trainTokenizer(const std::vector<TokenizerText>& texts, std::int64_t vocabulary, std::int64_t bytesPerLanguage,
                      const std::filesystem::path& file)
{
    constexpr std::int64_t kSmallest = kFixedPieces + 16;
    if (vocabulary < kSmallest)
        return invalidInput("vocabulary-too-small",
                            "a vocabulary of " + std::to_string(vocabulary) + " is too small, " + std::to_string(kSmallest) +
                                " is the least (256 bytes, 3 marks, some characters)",
                            "tokenizer.vocabulary");
    std::vector<std::vector<std::string_view>> taken;
    for (const TokenizerText& text : texts) {
        const bool empty = std::all_of(text.documents.begin(), text.documents.end(), [](auto& it) { return it.empty(); });
        if (empty) return invalidInput("no-text", "language " + text.language + " has no text to train the tokenizer on");
        taken.push_back(takeSentences(text, taken.size(), std::max<std::int64_t>(1, bytesPerLanguage)));
    }
    Sentences sentences(interleave(taken), vocabulary);
    std::string model;
    const auto status = sentencepiece::SentencePieceTrainer::Train({{"model_type", "bpe"},
                                                                    {"vocab_size", std::to_string(vocabulary)},
                                                                    {"byte_fallback", "true"},
                                                                    {"character_coverage", "1.0"},
                                                                    {"normalization_rule_name", "identity"},
                                                                    {"add_dummy_prefix", "false"},
                                                                    {"remove_extra_whitespaces", "false"},
                                                                    {"max_sentence_length", std::to_string(kLongestSentence)},
                                                                    {"num_threads", "1"},
                                                                    {"minloglevel", "2"}},
                                                                   &sentences, &model);
    if (!status.ok()) return trainingError(status.ToString(), vocabulary);
    return writeFileAtomically(file, model);
}

}  // namespace moebel
