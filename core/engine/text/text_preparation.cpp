#include "engine/text/text_preparation.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "engine/text/utf8.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel
{

namespace
{

std::int64_t bytesOf(const std::vector<Document>& documents)
{
    std::int64_t bytes = 0;
    for (const Document& document : documents) bytes += std::int64_t(document.text.size());
    return bytes;
}

/// Keeps documents until `maxBytes`, in an order that is the same in every language and not that of the pages.
void limitBytes(std::vector<Document>& documents, std::int64_t maxBytes)
{
    if (maxBytes <= 0 || bytesOf(documents) <= maxBytes) return;
    std::map<std::string, const Document*> shuffled;
    for (const Document& document : documents) shuffled.emplace(sha256Hex(document.page), &document);
    std::vector<std::string> kept;
    std::int64_t left = maxBytes;
    for (const auto& [key, document] : shuffled) {
        left -= std::int64_t(document->text.size());
        if (left < 0 && !kept.empty()) break;
        kept.push_back(document->page);
    }
    std::sort(kept.begin(), kept.end());
    std::erase_if(documents, [&](const Document& it) { return !std::binary_search(kept.begin(), kept.end(), it.page); });
}

/// The beginning of the first paragraph that is long enough to show the language; empty when none is.
std::string sampleOf(const std::vector<Document>& documents)
{
    constexpr std::size_t kEnough = 40, kMost = 160;
    for (const Document& document : documents) {
        for (std::size_t start = 0; start < document.text.size();) {
            const std::size_t end = std::min(document.text.find('\n', start), document.text.size());
            const std::string_view paragraph = std::string_view(document.text).substr(start, end - start);
            if (paragraph.size() >= kEnough)
                return std::string(paragraph.substr(0, utf8Boundary(paragraph, std::min(paragraph.size(), kMost))));
            start = end + 1;
        }
    }
    return {};
}

}  // namespace

Result<PreparedIndex> TextPreparation::prepare(CorpusImporter& importer)
{
    Status done = readCorpora(importer);
    if (done) done = findTokenizer();
    if (done) done = tokenise();
    if (!done) return done.error();
    return m_index;
}

Status TextPreparation::readCorpora(CorpusImporter& importer)
{
    std::vector<Corpus> corpora;
    for (const Language& language : m_experiment.languages) {
        tell("reading " + language.code, 0.5 * double(corpora.size()) / double(m_experiment.languages.size()));
        Result<Corpus> corpus = importer.load(language.code);
        if (!corpus) return corpus.error();
        m_index.warnings.insert(m_index.warnings.end(), corpus->warnings.begin(), corpus->warnings.end());
        corpora.push_back(std::move(*corpus));
    }
    m_split = splitHeldout(std::move(corpora), m_experiment.data);
    for (SplitCorpus& corpus : m_split) {
        if (corpus.training.empty() || corpus.heldout.empty())
            return invalidInput("no-text", "language " + corpus.language + " has " + std::to_string(corpus.training.size()) +
                                               " documents to train on and " + std::to_string(corpus.heldout.size()) +
                                               " held-out ones, at least one of each is needed; add text or change "
                                               "data.heldout, which takes every " + std::to_string(m_experiment.data.heldoutEvery) +
                                               ". document");
        limitBytes(corpus.training, m_experiment.data.maxBytesPerLanguage);
    }
    return Done{};
}

std::string TextPreparation::textHash() const
{
    Sha256 hash;
    for (const SplitCorpus& corpus : m_split) {
        hash.update(corpus.language + "\n");
        for (const auto* documents : {&corpus.training, &corpus.heldout})
            for (const Document& document : *documents)
                hash.update(document.page + "\n" + std::to_string(document.text.size()) + "\n" + document.text);
    }
    return hash.hex();
}

Status TextPreparation::findTokenizer()
{
    tell("tokenizer", 0.5);
    const TokenizerSpec& spec = m_experiment.tokenizer;
    std::filesystem::path file = m_tokenizerPath;
    if (file.empty()) {
        const std::string key = sha256Hex("tokenizer 1 " + textHash() + " " + std::to_string(spec.vocabulary) + " " +
                                          std::to_string(spec.trainBytesPerLanguage));
        file = m_cacheFolder / "tokenizers" / (key + ".model");
        if (!openTokenizer(file)) {
            if (const Status trained = train(file); !trained) return trained;
        }
    }
    Result<std::unique_ptr<Tokenizer>> tokenizer = openTokenizer(file);
    if (!tokenizer) return tokenizer.error();
    if (const Status ends = needsEndOfDocument(**tokenizer); !ends) return ends;
    m_tokenizer = std::move(*tokenizer);
    m_index.tokenizerFile = file.string();
    m_index.tokenizerHash = m_tokenizer->hash();
    return Done{};
}

Status TextPreparation::train(const std::filesystem::path& file) const
{
    if (const Status made = makeDirectories(file.parent_path()); !made) return made;
    std::vector<TokenizerText> texts;
    for (const SplitCorpus& corpus : m_split) {
        texts.push_back({corpus.language, {}});
        for (const Document& document : corpus.training) texts.back().documents.push_back(document.text);
    }
    return trainTokenizer(texts, m_experiment.tokenizer.vocabulary, m_experiment.tokenizer.trainBytesPerLanguage, file);
}

Status TextPreparation::tokenise()
{
    const std::filesystem::path folder = m_cacheFolder / "shards" / sha256Hex("shards 1 " + m_tokenizer->hash() + textHash());
    if (const Status made = makeDirectories(folder); !made) return made;
    m_index.shardFolder = folder.string();
    for (const SplitCorpus& corpus : m_split) {
        tell("tokenising " + corpus.language, 0.6 + 0.4 * double(m_index.languages.size()) / double(m_split.size()));
        const Result<std::string> training = writeShard(corpus.language, "train", corpus.training);
        const Result<std::string> heldout = writeShard(corpus.language, "heldout", corpus.heldout);
        if (!training || !heldout) return training ? heldout.error() : training.error();
        m_index.languages.push_back({corpus.language, *training, *heldout, std::int64_t(corpus.training.size()),
                                     bytesOf(corpus.training), std::int64_t(corpus.heldout.size()), sampleOf(corpus.training)});
    }
    return Done{};
}

Result<std::string> TextPreparation::writeShard(const std::string& language, const char* part,
                                                const std::vector<Document>& documents) const
{
    const std::filesystem::path file = preparedShardFile(m_index, language, part);
    const Status written = writeTokenShard(file, language, m_tokenizer->endOfDocument(), encodeAll(documents));
    if (!written) return written.error();
    const Result<TokenShard> shard = TokenShard::open(file);
    if (!shard) return shard.error();
    return shard->hash();
}

std::vector<TokenizedDocument> TextPreparation::encodeAll(const std::vector<Document>& documents) const
{
    std::vector<TokenizedDocument> encoded(documents.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < documents.size(); i = next++)
            encoded[i] = {m_tokenizer->encode(documents[i].text), documents[i].text.size()};
    };
    std::vector<std::jthread> threads;
    for (unsigned more = std::max(1u, std::thread::hardware_concurrency()); more > 1; --more) threads.emplace_back(work);
    work();
    threads.clear();  // joins
    return encoded;
}

void TextPreparation::tell(const std::string& what, double fraction) const
{
    if (m_progress) m_progress(what, fraction);
}

}  // namespace moebel
