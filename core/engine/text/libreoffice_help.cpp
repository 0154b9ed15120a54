#include <memory>

#include "engine/text/help_importers.h"
#include "engine/text/help_language.h"
#include "engine/text/markup_text.h"
#include "engine/text/page_tree.h"

namespace moebel {

namespace {

constexpr const char* kHelp = "usr/share/libreoffice/help";

Result<std::vector<std::string>> readHelpPage(const std::string& page) { return htmlParagraphs(page, "DisplayArea"); }

class LibreOfficeHelpImporter : public CorpusImporter {
public:
    explicit LibreOfficeHelpImporter(HelpFolders folders) : m_folders(std::move(folders)) {}

    Result<Corpus> load(const std::string& language) override
    {
        const Result<PageTree> pages = findBoth(language);
        if (!pages) return pages.error();
        Corpus corpus = readPages(*pages, isEnglish(language) ? nullptr : m_english.get(), readHelpPage);
        if (corpus.documents.empty())
            return invalidInput("no-text", "language " + language + " has no translated page in " + pages->folder.string());
        return corpus;
    }

    Result<std::string> fingerprint(const std::string& language) override
    {
        const Result<PageTree> pages = findBoth(language);
        if (!pages) return pages.error();
        const std::string own = isEnglish(language) ? m_english->fingerprint() : pages->fingerprint();
        return "libreoffice-help 1 " + own + " " + m_english->fingerprint();
    }

    std::vector<std::string> missingPackages(const std::string& language) const override
    {
        std::vector<std::string> missing;
        for (const std::string& code : {language, std::string("en")})  // what is still English is left out of the others
            if (const std::string package = libreOfficeHelpPackage(code); !package.empty() && !find(code)) missing.push_back(package);
        return missing;
    }

private:
    /// The pages of a language, and the English ones beside them.
    Result<PageTree> findBoth(const std::string& language)
    {
        const Result<PageTree> pages = find(language);
        if (pages.ok() && !m_english) {
            const Result<PageTree> english = find("en");
            if (!english) return english.error();
            m_english = std::make_unique<EnglishPages>(*english, readHelpPage);
        }
        return pages;
    }

    Result<PageTree> find(const std::string& language) const
    {
        const std::string package = libreOfficeHelpPackage(language);
        if (package.empty()) return badLanguage(language);
        for (const std::filesystem::path& root : {m_folders.system, m_folders.cache / package}) {
            std::error_code error;
            for (const auto& folder : std::filesystem::directory_iterator(root / kHelp, error)) {
                if ("libreoffice-help-" + lowerCase(folder.path().filename().string()) != package) continue;
                if (std::filesystem::is_directory(folder.path() / "text", error))
                    return PageTree{language, folder.path() / "text", ".html"};
            }
        }
        return missingPackage(language, package, {m_folders.system / kHelp, m_folders.cache / package / kHelp});
    }

    HelpFolders m_folders;
    std::unique_ptr<EnglishPages> m_english;
};

}  // namespace

std::string libreOfficeHelpPackage(const std::string& language)
{
    const std::string code = lowerCase(language);
    if (!isLanguageCode(code)) return {};
    if (code == "en") return "libreoffice-help-en-us";
    if (code == "zh" || code == "zh-hans") return "libreoffice-help-zh-cn";
    return code == "zh-hant" ? "libreoffice-help-zh-tw" : "libreoffice-help-" + code;
}

std::unique_ptr<CorpusImporter> makeLibreOfficeHelpImporter(const HelpFolders& folders)
{
    return std::make_unique<LibreOfficeHelpImporter>(folders);
}

}  // namespace moebel
