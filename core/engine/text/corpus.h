// Text of the languages of an experiment, a document a page.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel {

struct Document {
    std::string page;  ///< the same in every language for parallel sources; the line number for jsonl
    std::string text;  ///< UTF-8, valid
    bool operator==(const Document&) const = default;
};

/// One language's documents, in the order of their pages.
struct Corpus {
    std::string language;
    std::vector<Document> documents;
    std::vector<std::string> warnings;  ///< "el.jsonl: 2 of 400 lines were skipped: 17, 230"
};

/// Reads one language from a source. One implementation a source; all errors name the language and the remedy.
class CorpusImporter {
public:
    virtual ~CorpusImporter() = default;
    /// Error "no-text" when there is none, and where it was looked for.
    virtual Result<Corpus> load(const std::string& language) = 0;
    /// Changes whenever load() could give something else (names, sizes and times of the files); takes milliseconds.
    virtual Result<std::string> fingerprint(const std::string& language) = 0;
    /// Debian packages that hold the text of a language and are not there; none for a source that is no package.
    virtual std::vector<std::string> missingPackages(const std::string&) const { return {}; }
};

/// `baseFolder`: relative paths of `files` start here (the folder of experiment.toml).
Result<std::unique_ptr<CorpusImporter>> makeImporter(const DataSpec& data, const std::vector<Language>& languages, Seed seed,
                                                     const std::filesystem::path& baseFolder);

/// Of all languages of a description, each package once, sorted.
std::vector<std::string> missingPackages(const CorpusImporter& importer, const std::vector<Language>& languages);

/// Every n-th page is held out, the same pages in every language: page names are sorted over all languages together.
struct SplitCorpus {
    std::string language;
    std::vector<Document> training;
    std::vector<Document> heldout;
};
std::vector<SplitCorpus> splitHeldout(std::vector<Corpus> corpora, const DataSpec& data);

}  // namespace moebel
