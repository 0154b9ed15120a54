// Help pages of one language in a folder: which there are, and their text without what is still English.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/corpus.h"

namespace moebel {

/// A page's paragraphs, or why it has none.
using PageReader = std::function<Result<std::vector<std::string>>(const std::string& bytes)>;

/// Pages of one language.
struct PageTree {
    std::string language;
    std::filesystem::path folder;
    std::string extension;  ///< ".html"

    /// Names relative to the folder, sorted; links are not followed.
    std::vector<std::string> pages() const;
    /// Names, sizes and times of all pages in one hash.
    std::string fingerprint() const;
};

/// The English pages that translations are compared with; each is read once, when first asked for.
class EnglishPages {
public:
    EnglishPages(PageTree tree, PageReader reader) : m_tree(std::move(tree)), m_reader(std::move(reader)) {}
    /// Paragraphs of a page; none when there is no such page.
    const std::set<std::string>& paragraphs(const std::string& page);
    const std::string& fingerprint();

private:
    PageTree m_tree;
    PageReader m_reader;
    std::map<std::string, std::set<std::string>> m_paragraphs;
    std::string m_fingerprint;
};

/// Reads all pages of `tree`; paragraphs equal to one of the same page in `english` (may be null) are left out, and pages with
/// none left. A page that cannot be read becomes a warning.
Corpus readPages(const PageTree& tree, EnglishPages* english, const PageReader& reader);

/// "3 of 400 pages were skipped: a, b, c": the first `most` names.
std::string skippedWarning(const std::string& source, std::size_t skipped, std::size_t all, const std::string& kind,
                           const std::vector<std::string>& names);

}  // namespace moebel
