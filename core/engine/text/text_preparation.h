// The work behind prepareText() when the cache does not have it: import, split, tokenizer, shards.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/text/corpus.h"
#include "engine/text/prepared_index.h"
#include "engine/text/token_shard.h"
#include "engine/text/tokenizer.h"

namespace moebel {

/// One preparation; use it once.
class TextPreparation {
public:
    using Progress = std::function<void(const std::string&, double)>;

    /// `tokenizerPath`: a model to use; empty = train one. The experiment and `progress` must outlive it.
    TextPreparation(const Experiment& experiment, std::filesystem::path tokenizerPath, std::filesystem::path cacheFolder,
                    const Progress& progress)
        : m_experiment(experiment),
          m_tokenizerPath(std::move(tokenizerPath)),
          m_cacheFolder(std::move(cacheFolder)),
          m_progress(progress)
    {
    }

    /// Writes shards/<hash>/<language>.{train,heldout}.bin, and tokenizers/<hash>.model unless it is there.
    Result<PreparedIndex> prepare(CorpusImporter& importer);

private:
    Status readCorpora(CorpusImporter& importer);
    Status findTokenizer();
    Status train(const std::filesystem::path& file) const;
    Status tokenise();
    /// Writes a shard and gives its hash.
    Result<std::string> writeShard(const std::string& language, const char* part, const std::vector<Document>& documents) const;
    std::vector<TokenizedDocument> encodeAll(const std::vector<Document>& documents) const;
    std::string textHash() const;
    void tell(const std::string& what, double fraction) const;

    const Experiment& m_experiment;
    std::filesystem::path m_tokenizerPath;
    std::filesystem::path m_cacheFolder;
    const Progress& m_progress;
    std::vector<SplitCorpus> m_split;
    std::unique_ptr<Tokenizer> m_tokenizer;
    PreparedIndex m_index;
};

}  // namespace moebel
