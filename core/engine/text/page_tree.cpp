#include "engine/text/page_tree.h"

#include <algorithm>
#include <utility>

#include "engine/text/markup_text.h"
#include "engine/text/utf8.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel {

namespace {

constexpr std::size_t kNamesListed = 100;

Result<std::vector<std::string>> readPage(const PageTree& tree, const std::string& page, const PageReader& reader)
{
    const Result<std::string> bytes = readFile(tree.folder / page, kLargestPage);
    if (!bytes) return bytes.error();
    if (!isValidUtf8(*bytes)) return invalidInput("bad-page", "is not UTF-8");
    return reader(*bytes);
}

}  // namespace

std::vector<std::string> PageTree::pages() const
{
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        if (it->path().extension() == extension && it->symlink_status(error).type() == std::filesystem::file_type::regular)
            names.push_back(it->path().lexically_relative(folder).generic_string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string PageTree::fingerprint() const
{
    Sha256 hash;
    hash.update(language + " " + folder.string() + "\n");
    for (const std::string& page : pages()) {
        std::error_code error;
        const auto size = std::filesystem::file_size(folder / page, error);
        const auto time = std::filesystem::last_write_time(folder / page, error).time_since_epoch().count();
        hash.update(page + " " + std::to_string(size) + " " + std::to_string(time) + "\n");
    }
    return hash.hex();
}

const std::set<std::string>& EnglishPages::paragraphs(const std::string& page)
{
    const auto [entry, isNew] = m_paragraphs.try_emplace(page);
    if (isNew) {
        if (const auto read = readPage(m_tree, page, m_reader); read.ok()) entry->second.insert(read->begin(), read->end());
    }
    return entry->second;
}

const std::string& EnglishPages::fingerprint()
{
    if (m_fingerprint.empty()) m_fingerprint = m_tree.fingerprint();
    return m_fingerprint;
}

Corpus readPages(const PageTree& tree, EnglishPages* english, const PageReader& reader)
{
    Corpus corpus{tree.language, {}, {}};
    std::vector<std::string> skipped;
    const std::vector<std::string> pages = tree.pages();
    for (const std::string& page : pages) {
        Result<std::vector<std::string>> paragraphs = readPage(tree, page, reader);
        if (!paragraphs) {
            skipped.push_back(page);
            continue;
        }
        std::string text;
        for (const std::string& paragraph : *paragraphs)
            if (!english || !english->paragraphs(page).contains(paragraph)) text += paragraph + '\n';
        if (!text.empty()) corpus.documents.push_back({page, std::move(text)});
    }
    if (!skipped.empty())
        corpus.warnings.push_back(skippedWarning(tree.language, skipped.size(), pages.size(), "pages", skipped));
    return corpus;
}

std::string skippedWarning(const std::string& source, std::size_t skipped, std::size_t all, const std::string& kind,
                           const std::vector<std::string>& names)
{
    std::string warning =
        source + ": " + std::to_string(skipped) + " of " + std::to_string(all) + " " + kind + " were skipped: ";
    for (std::size_t i = 0; i < std::min(names.size(), kNamesListed); ++i) warning += (i ? ", " : "") + names[i];
    if (skipped > kNamesListed) warning += " and " + std::to_string(skipped - kNamesListed) + " more";
    return warning;
}

}  // namespace moebel
