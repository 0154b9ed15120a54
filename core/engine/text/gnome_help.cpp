#include <memory>

#include "engine/text/help_importers.h"
#include "engine/text/help_language.h"
#include "engine/text/markup_text.h"
#include "engine/text/page_tree.h"

namespace moebel {

namespace {

constexpr const char* kPackage = "gnome-user-docs";
constexpr const char* kHelp = "usr/share/help";

class GnomeHelpImporter : public CorpusImporter {
public:
    explicit GnomeHelpImporter(HelpFolders folders) : m_folders(std::move(folders)) {}

    Result<Corpus> load(const std::string& language) override
    {
        const Result<PageTree> pages = find(language);
        if (!pages) return pages.error();
        Corpus corpus = readPages(*pages, isEnglish(language) ? nullptr : m_english.get(), mallardParagraphs);
        if (corpus.documents.empty())
            return invalidInput("no-text", "language " + language + " has no translated page in " + pages->folder.string());
        return corpus;
    }

    Result<std::string> fingerprint(const std::string& language) override
    {
        const Result<PageTree> pages = find(language);
        if (!pages) return pages.error();
        return "gnome-help 1 " + pages->fingerprint() + " " + m_english->fingerprint();
    }

    std::vector<std::string> missingPackages(const std::string&) const override
    {
        std::error_code error;
        for (const std::filesystem::path& root : {m_folders.system, m_folders.cache / kPackage})
            if (std::filesystem::is_directory(root / kHelp / "C" / "gnome-help", error)) return {};
        return {kPackage};
    }

private:
    /// The pages of a language; m_english is there when they are.
    Result<PageTree> find(const std::string& language)
    {
        const std::string folder = gnomeHelpFolder(language);
        if (folder.empty()) return badLanguage(language);
        const std::filesystem::path cache = m_folders.cache / kPackage;
        for (const std::filesystem::path& root : {m_folders.system, cache}) {
            const std::filesystem::path english = root / kHelp / "C" / "gnome-help";
            const std::filesystem::path pages = root / kHelp / folder / "gnome-help";
            std::error_code error;
            if (!std::filesystem::is_directory(english, error)) continue;
            if (!std::filesystem::is_directory(pages, error))
                return invalidInput("no-text", "language " + language + " has no pages in " + pages.string() + " of " +
                                                   kPackage + "; choose another language or data.source");
            if (!m_english) m_english = std::make_unique<EnglishPages>(PageTree{"en", english, ".page"}, mallardParagraphs);
            return PageTree{language, pages, ".page"};
        }
        return missingPackage(language, kPackage, {m_folders.system / kHelp, cache / kHelp});
    }

    HelpFolders m_folders;
    std::unique_ptr<EnglishPages> m_english;
};

}  // namespace

std::string gnomeHelpFolder(const std::string& language)
{
    if (!isLanguageCode(lowerCase(language))) return {};
    if (isEnglish(language)) return "C";
    if (language == "sr-Latn") return "sr@latin";
    std::string folder = language == "zh" || language == "zh-Hans" ? "zh-CN" : language;
    for (char& letter : folder) letter = letter == '-' ? '_' : letter;
    return folder;
}

std::unique_ptr<CorpusImporter> makeGnomeHelpImporter(const HelpFolders& folders)
{
    return std::make_unique<GnomeHelpImporter>(folders);
}

}  // namespace moebel
