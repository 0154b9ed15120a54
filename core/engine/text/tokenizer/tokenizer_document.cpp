#include "engine/text/tokenizer/tokenizer_document.h"

#include <algorithm>
#include <array>

#include "engine/text/utf8.h"
#include "moebel/base/json_depth.h"

namespace moebel
{
namespace
{

using nlohmann::json;

constexpr std::size_t kMostValues = 500'000;

template <std::size_t count>
bool holds(const std::array<std::string_view, count>& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 6> kParts = {"added_tokens",   "normalizer", "pre_tokenizer",
                                                    "post_processor", "decoder",    "model"};
constexpr std::array<std::string_view, 11> kModelMembers = {
    "type",          "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
    "byte_fallback", "unk_id",  "vocab",     "ignore_merges",             "max_input_chars_per_word"};

std::string shortened(const json& value)
{
    const std::string text = value.dump();
    return text.substr(0, utf8Boundary(text, std::min<std::size_t>(60, text.size())));
}

void addId(VocabularyList& list, std::size_t index, const std::string& token, const json& id)
{
    if (list.bad) return;
    if (id.is_number_integer() && id >= 0 && id < kLargestVocabulary)
        list.ids.add(token, id.get<std::int32_t>());
    else
        list.bad = BadItem{index, token, shortened(id)};
}

void addScore(VocabularyList& list, std::size_t index, const json& item)
{
    if (list.bad) return;
    if (item.is_array() && item.size() == 2 && item[0].is_string() && item[1].is_number())
        list.scores.add(item[0].get_ref<const std::string&>(), item[1].get<double>());
    else
        list.bad = BadItem{index, {}, shortened(item)};
}

void addMerge(MergeList& list, std::size_t index, const json& item)
{
    if (list.bad) return;
    if (item.is_array() && item.size() == 2 && item[0].is_string() && item[1].is_string())
        return list.pairs.add(item[0].get_ref<const std::string&>(), item[1].get_ref<const std::string&>());
    if (item.is_string()) {
        const std::string_view text = item.get_ref<const std::string&>();
        const std::size_t space = text.find(' ');
        if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos)
            return list.pairs.add(text.substr(0, space), text.substr(space + 1));
    }
    list.bad = BadItem{index, {}, shortened(item)};
}

/// Builds the document while it is parsed. Every level that is open has a value; what is finished goes into the level around it.
class DocumentReader
{
public:
    const std::string& excess() const { return m_excess; }
    TokenizerDocument take() { return std::move(m_document); }

    bool null() { return put(nullptr); }
    bool boolean(bool value) { return put(value); }
    bool number_integer(std::int64_t value) { return put(value); }
    bool number_unsigned(std::uint64_t value) { return put(value); }
    bool number_float(double value, const std::string&) { return put(value); }
    bool string(std::string& value) { return put(std::move(value)); }
    bool binary(json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open(json::object()); }
    bool start_array(std::size_t) { return open(json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name)
    {
        m_levels.back().key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

private:
    enum class Role { Kept, Dropped, Vocabulary, Merges };
    struct Level {
        Role role = Role::Kept;
        json value;
        std::string key;         ///< of the member that comes
        std::size_t items = 0;   ///< of a list
        std::size_t before = 0;  ///< values that were kept when the list began
    };

    bool isIn(std::size_t depth, std::string_view part) const
    {
        return m_levels.size() == depth && m_levels[0].value.is_object() && (depth == 1 || m_levels[0].key == part);
    }
    /// Of a value that comes now.
    Role roleOfNext(bool isContainer, bool isArray) const
    {
        if (m_levels.empty()) return Role::Kept;
        if (m_levels.back().role != Role::Kept) return m_levels.back().role == Role::Dropped ? Role::Dropped : Role::Kept;
        const std::string& name = m_levels.back().key;
        if (isIn(1, {})) return holds(kParts, name) ? Role::Kept : Role::Dropped;
        if (!isIn(2, "model") || !m_levels[1].value.is_object()) return Role::Kept;
        if (isContainer && name == "vocab") return Role::Vocabulary;
        if (name == "merges") return isArray ? Role::Merges : Role::Dropped;
        return holds(kModelMembers, name) ? Role::Kept : Role::Dropped;
    }

    bool open(json value)
    {
        const Role role = roleOfNext(true, value.is_array());
        if (role == Role::Vocabulary) {
            m_document.vocabulary = {};
            m_document.vocabulary.kind = value.is_array() ? VocabularyList::Kind::Array : VocabularyList::Kind::Object;
        }
        if (role == Role::Merges) {
            m_document.merges = {};
            m_document.merges.isArray = true;
        }
        m_levels.push_back({role, role == Role::Dropped ? json() : std::move(value), {}, 0, m_kept});
        return true;
    }
    bool close()
    {
        Level level = std::move(m_levels.back());
        m_levels.pop_back();
        return level.role == Role::Kept ? put(std::move(level.value)) : true;
    }
    bool put(json value)
    {
        if (m_levels.empty()) {
            m_document.rest = std::move(value);
            return true;
        }
        Level& level = m_levels.back();
        switch (level.role) {
            case Role::Dropped:
                return true;
            case Role::Vocabulary:
                level.value.is_array() ? addScore(m_document.vocabulary, level.items, value)
                                       : addId(m_document.vocabulary, level.items, level.key, value);
                return endItem(level, std::size_t(kLargestVocabulary), "tokens");
            case Role::Merges:
                addMerge(m_document.merges, level.items, value);
                return endItem(level, kMostMerges, "merges");
            case Role::Kept:
                break;
        }
        if (++m_kept > kMostValues) return stop("it has more than " + std::to_string(kMostValues) + " values beside its vocabulary");
        if (level.value.is_array())
            level.value.push_back(std::move(value));
        else if (roleOfNext(false, false) == Role::Kept)
            level.value[level.key] = std::move(value);
        return true;
    }
    bool endItem(Level& level, std::size_t most, const char* what)
    {
        m_kept = level.before;
        return ++level.items <= most || stop("there are more than " + std::to_string(most) + " " + what);
    }
    bool stop(const std::string& excess)
    {
        m_excess = excess;
        return false;
    }

    TokenizerDocument m_document;
    std::vector<Level> m_levels;
    std::size_t m_kept = 0;
    std::string m_excess;
};

}  // namespace

Result<TokenizerDocument> readTokenizerDocument(const std::string& text)
{
    const auto bad = [](const std::string& what) { return invalidInput("bad-tokenizer", what); };
    if (!isShallowJson(text)) return bad("its objects are nested too deeply");
    DocumentReader reader;
    const bool parsed = json::sax_parse(text.begin(), text.end(), &reader);
    if (!reader.excess().empty()) return bad(reader.excess());
    TokenizerDocument document = reader.take();
    if (!parsed || !document.rest.is_object() || !document.rest.contains("model") || document.rest["model"].is_null())
        return bad("this is no tokenizer: there is no object with a \"model\"");
    return document;
}

}  // namespace moebel
