#include "engine/text/corpus.h"

#include <map>
#include <set>

#include "engine/text/file_importers.h"
#include "engine/text/help_importers.h"
#include "engine/text/synthetic_languages.h"

namespace moebel {

Result<std::unique_ptr<CorpusImporter>> makeImporter(const DataSpec& data, const std::vector<Language>& languages, Seed seed,
                                                     const std::filesystem::path& baseFolder)
{
    switch (data.source) {
        case TextSource::LibreOfficeHelp:
            return makeLibreOfficeHelpImporter(HelpFolders());
        case TextSource::GnomeHelp:
            return makeGnomeHelpImporter(HelpFolders());
        case TextSource::TextFiles:
            return makeTextFileImporter(data, baseFolder);
        case TextSource::JsonLines:
            return makeJsonLinesImporter(data, baseFolder);
        case TextSource::Synthetic:
            return makeSyntheticImporter(data, languages, seed);
    }
    return failed("unknown-source", "the source of text has no importer", "data.source");
}

std::vector<std::string> missingPackages(const CorpusImporter& importer, const std::vector<Language>& languages)
{
    std::set<std::string> missing;
    for (const Language& language : languages)
        for (const std::string& package : importer.missingPackages(language.code)) missing.insert(package);
    return {missing.begin(), missing.end()};
}

std::vector<SplitCorpus> splitHeldout(std::vector<Corpus> corpora, const DataSpec& data)
{
    std::set<std::string> names;
    for (const Corpus& corpus : corpora)
        for (const Document& document : corpus.documents) names.insert(document.page);
    std::set<std::string> heldout;
    std::int64_t number = 0;
    for (const std::string& name : names)
        if (data.heldoutEvery > 0 && ++number % data.heldoutEvery == 0) heldout.insert(heldout.end(), name);

    std::vector<SplitCorpus> result;
    for (Corpus& corpus : corpora) {
        SplitCorpus split{corpus.language, {}, {}};
        for (Document& document : corpus.documents)
            (heldout.contains(document.page) ? split.heldout : split.training).push_back(std::move(document));
        result.push_back(std::move(split));
    }
    return result;
}

}  // namespace moebel
