#include "engine/text/markup_text.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "engine/text/utf8.h"

namespace moebel {

namespace {

constexpr int kDeepest = 256;

struct FreeDocument {
    void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using DocumentPointer = std::unique_ptr<xmlDoc, FreeDocument>;

/// What the names of elements mean.
struct MarkupRules {
    std::span<const std::string_view> blocks;    ///< begin and end a paragraph
    std::span<const std::string_view> verbatim;  ///< blocks whose lines are paragraphs
    std::span<const std::string_view> skipped;   ///< not text
    std::string_view skippedClass;               ///< elements of this class are no text either
};

constexpr auto kHtmlBlocks = std::to_array<std::string_view>(
    {"p",       "h1",         "h2",      "h3",      "h4",    "h5",     "h6",     "div", "ul",    "ol",
     "li",      "dl",         "dt",      "dd",      "table", "tr",     "td",     "th",  "thead", "tbody",
     "caption", "blockquote", "section", "article", "aside", "header", "footer", "nav", "hr"});
constexpr auto kHtmlVerbatim = std::to_array<std::string_view>({"pre"});
constexpr auto kHtmlSkipped =
    std::to_array<std::string_view>({"script", "style", "noscript", "button", "input", "select", "head"});

/// LibreOffice gives menu paths twice, for macOS and for other systems, and shows one of them.
constexpr std::string_view kOtherSystem = "MAC";

constexpr auto kMallardBlocks = std::to_array<std::string_view>(
    {"page",  "section", "title",   "subtitle", "p",        "item",   "steps",   "list",    "terms",
     "tree",  "note",    "example", "quote",    "synopsis", "figure", "listing", "caption", "table",
     "thead", "tbody",   "tfoot",   "tr",       "td",       "th",     "comment", "cite",    "div"});
constexpr auto kMallardVerbatim = std::to_array<std::string_view>({"code", "screen"});
constexpr auto kMallardSkipped = std::to_array<std::string_view>({"info", "links", "desc"});

std::string_view view(const xmlChar* text)
{
    return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

bool hasClass(const xmlNode* node, std::string_view wanted)
{
    for (const xmlAttr* attribute = node->properties; attribute && !wanted.empty(); attribute = attribute->next)
        if (view(attribute->name) == "class" && attribute->children && view(attribute->children->content) == wanted)
            return true;
    return false;
}

bool contains(std::span<const std::string_view> names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Collects paragraphs in the order of the page.
class ParagraphReader {
public:
    explicit ParagraphReader(const MarkupRules& rules) : m_rules(rules) {}

    std::vector<std::string> read(const xmlNode* root)
    {
        walk(root, 0);
        endParagraph();
        return std::move(m_paragraphs);
    }

private:
    void walk(const xmlNode* node, int depth)
    {
        if (depth > kDeepest) return;
        if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) return addText(view(node->content));
        if (node->type != XML_ELEMENT_NODE) return;
        const std::string_view name = view(node->name);
        if (contains(m_rules.skipped, name) || hasClass(node, m_rules.skippedClass)) return;
        const bool startsVerbatim = contains(m_rules.verbatim, name) && !isInsideParagraph(node);
        const bool isBlock = startsVerbatim || contains(m_rules.blocks, name);
        if (isBlock) endParagraph();
        m_verbatim += startsVerbatim;
        for (const xmlNode* child = node->children; child; child = child->next) walk(child, depth + 1);
        if (isBlock) endParagraph();
        m_verbatim -= startsVerbatim;
        if (name == "br") m_text += ' ';
    }

    /// <code> of Mallard is inline inside a paragraph and a block elsewhere.
    static bool isInsideParagraph(const xmlNode* node)
    {
        return node->parent &&
               contains(std::to_array<std::string_view>({"p", "title", "span", "em"}), view(node->parent->name));
    }

    void addText(std::string_view text)
    {
        for (std::size_t newline; m_verbatim > 0 && (newline = text.find('\n')) != std::string_view::npos;) {
            m_text += text.substr(0, newline);
            endParagraph();
            text.remove_prefix(newline + 1);
        }
        m_text += text;
    }

    void endParagraph()
    {
        std::string paragraph = simplified(m_text);
        if (!paragraph.empty()) m_paragraphs.push_back(std::move(paragraph));
        m_text.clear();
    }

    const MarkupRules& m_rules;
    std::vector<std::string> m_paragraphs;
    std::string m_text;
    int m_verbatim = 0;
};

bool hasIdOrClass(const xmlNode* node, std::string_view wanted)
{
    for (const xmlAttr* attribute = node->properties; attribute; attribute = attribute->next) {
        const std::string_view name = view(attribute->name);
        if ((name == "id" || name == "class") && attribute->children && view(attribute->children->content) == wanted)
            return true;
    }
    return false;
}

const xmlNode* findArea(const xmlNode* node, std::string_view wanted, int depth)
{
    for (; node && depth <= kDeepest; node = node->next) {
        if (node->type != XML_ELEMENT_NODE) continue;
        if (hasIdOrClass(node, wanted)) return node;
        if (const xmlNode* found = findArea(node->children, wanted, depth + 1)) return found;
    }
    return nullptr;
}

Error badPage(const std::string& what) { return invalidInput("bad-page", what); }

}  // namespace

Result<std::vector<std::string>> htmlParagraphs(const std::string& page, std::string_view area)
{
    if (page.size() > kLargestPage) return badPage("has " + std::to_string(page.size()) + " bytes, at most 64 MiB are read");
    constexpr int kOptions = HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_RECOVER;
    const DocumentPointer document(htmlReadMemory(page.data(), int(page.size()), nullptr, "UTF-8", kOptions));
    const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    const xmlNode* node = root ? findArea(root, area, 0) : nullptr;
    if (!node) return badPage("has no element '" + std::string(area) + "'");
    return ParagraphReader({kHtmlBlocks, kHtmlVerbatim, kHtmlSkipped, kOtherSystem}).read(node);
}

Result<std::vector<std::string>> mallardParagraphs(const std::string& page)
{
    if (page.size() > kLargestPage) return badPage("has " + std::to_string(page.size()) + " bytes, at most 64 MiB are read");
    constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    const DocumentPointer document(xmlReadMemory(page.data(), int(page.size()), nullptr, nullptr, kOptions));
    const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    if (!root || view(root->name) != "page") return badPage("is no Mallard page");
    if (document->intSubset || document->extSubset) return badPage("has a document type declaration, which is not read");
    return ParagraphReader({kMallardBlocks, kMallardVerbatim, kMallardSkipped, {}}).read(root);
}

}  // namespace moebel
