#include "engine/text/tokenizer/byte_pair_model.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <queue>

#include "engine/text/tokenizer/code_points.h"
#include "engine/text/utf8.h"

namespace moebel
{
namespace
{

Error badTokenizer(const std::string& what) { return invalidInput("bad-tokenizer", what); }

std::uint64_t pairOf(std::int32_t left, std::int32_t right)
{
    return (std::uint64_t(std::uint32_t(left)) << 32) | std::uint32_t(right);
}

std::size_t scattered(std::uint64_t pair) { return std::size_t((pair * 0x9E3779B97F4A7C15U) >> 20); }

constexpr std::size_t kFew = 64;  ///< symbols: looking through all of them is faster than a queue up to here
constexpr const char* kSpaceSymbol = "\u2581";

/// A pair that may be merged; stale when one of its symbols has changed since.
struct Candidate {
    std::uint64_t result;
    std::int32_t left, leftId, rightId;
    bool operator<(const Candidate& other) const { return std::pair(result, left) > std::pair(other.result, other.left); }
};

/// No merge joins the mark to something before it that is not made of marks.
bool staysInFront(const std::string& mark, const std::vector<std::pair<std::string, std::string>>& merges)
{
    return std::none_of(merges.begin(), merges.end(), [&](const auto& merge) {
        std::string_view left = merge.first;
        while (left.starts_with(mark)) left.remove_prefix(mark.size());
        return !left.empty() && merge.second.starts_with(mark);
    });
}

}  // namespace

const std::array<char32_t, 256>& byteLevelCharacters()
{
    static const std::array<char32_t, 256> kCharacters = [] {
        std::array<char32_t, 256> characters{};
        char32_t next = 256;
        for (char32_t byte = 0; byte < 256; ++byte) {
            const bool printed =
                (byte >= U'!' && byte <= U'~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
            characters[byte] = printed ? byte : next++;
        }
        return characters;
    }();
    return kCharacters;
}

std::optional<std::string> bytesOfByteLevel(std::string_view token)
{
    static const std::unordered_map<char32_t, char> kBytes = [] {
        std::unordered_map<char32_t, char> bytes;
        for (std::size_t byte = 0; byte < 256; ++byte) bytes[byteLevelCharacters()[byte]] = char(byte);
        return bytes;
    }();
    std::string bytes;
    for (std::size_t at = 0; at < token.size();) {
        const auto found = kBytes.find(nextCodePoint(token, at));
        if (found == kBytes.end()) return std::nullopt;
        bytes += found->second;
    }
    return bytes;
}

Result<BytePairModel> BytePairModel::make(const BytePairValues& values)
{
    BytePairModel model;
    model.m_byteLevel = values.byteLevel;
    model.m_fuseUnknown = values.fuseUnknown;
    model.m_ignoreMerges = values.ignoreMerges;
    model.m_byteIds.fill(-1);
    std::unordered_map<std::string, std::int32_t> spelled;
    for (const auto& [token, id] : values.vocabulary) {
        spelled[token] = id;
        if (!values.byteLevel)
            model.m_ids[token] = id;
        else if (auto bytes = bytesOfByteLevel(token))
            model.m_ids[std::move(*bytes)] = id;
    }
    for (int byte = 0; byte < 256; ++byte) {
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", unsigned(byte));
        const auto found = model.m_ids.find(values.byteLevel ? std::string(1, char(byte)) : std::string(name));
        if ((values.byteLevel || values.byteFallback) && found != model.m_ids.end())
            model.m_byteIds[std::size_t(byte)] = found->second;
    }
    if (values.unknown) {
        const auto found = spelled.find(*values.unknown);
        if (found == spelled.end())
            return badTokenizer("the unknown token \"" + *values.unknown + "\" is not in the vocabulary");
        model.m_unknown = found->second;
    }
    model.m_characterBlocks.assign(0x1100, 0);
    model.m_characterIds.assign(256, -1);
    if (!values.byteLevel)
        for (const auto& [token, id] : model.m_ids) {
            std::size_t end = 0;
            const char32_t character = token.empty() ? 0 : nextCodePoint(token, end);
            if (end > 0 && end == token.size()) model.addCharacter(character, id);
        }
    model.m_merges.assign(std::bit_ceil(std::max<std::size_t>(16, 2 * values.merges.size())), Merge());
    for (std::size_t rank = 0; rank < values.merges.size(); ++rank) {
        const auto& [left, right] = values.merges[rank];
        const auto a = spelled.find(left), b = spelled.find(right), merged = spelled.find(left + right);
        if (a == spelled.end() || b == spelled.end() || merged == spelled.end())
            return badTokenizer("merge " + std::to_string(rank) + ", \"" + left + " " + right + "\": \"" +
                                (a == spelled.end()   ? left
                                 : b == spelled.end() ? right
                                                      : left + right) +
                                "\" is not in the vocabulary");
        model.insert({pairOf(a->second, b->second), pairOf(std::int32_t(rank), merged->second)});
    }
    if (!values.byteLevel && !values.ignoreMerges && spelled.contains(kSpaceSymbol) &&
        staysInFront(kSpaceSymbol, values.merges))
        model.m_wordMark = kSpaceSymbol;
    return model;
}

BytePairModel::RankAndId BytePairModel::find(std::int32_t left, std::int32_t right) const
{
    const std::uint64_t pair = pairOf(left, right);
    const std::size_t mask = m_merges.size() - 1;
    for (std::size_t slot = scattered(pair) & mask;; slot = (slot + 1) & mask)
        if (m_merges[slot].pair == pair || m_merges[slot].pair == kNone) return m_merges[slot].result;
}

// The last one counts where a pair is there twice, as in the reference.
void BytePairModel::insert(const Merge& merge)
{
    const std::size_t mask = m_merges.size() - 1;
    std::size_t slot = scattered(merge.pair) & mask;
    while (m_merges[slot].pair != kNone && m_merges[slot].pair != merge.pair) slot = (slot + 1) & mask;
    m_merges[slot] = merge;
}

std::int32_t BytePairModel::idOfCharacter(char32_t c) const { return m_characterIds[m_characterBlocks[c >> 8] + (c & 0xFF)]; }

void BytePairModel::addCharacter(char32_t c, std::int32_t id)
{
    std::uint32_t& block = m_characterBlocks[c >> 8];
    if (block == 0) {
        block = std::uint32_t(m_characterIds.size());
        m_characterIds.resize(m_characterIds.size() + 256, -1);
    }
    m_characterIds[block + (c & 0xFF)] = id;
}

void BytePairModel::appendSymbols(std::string_view piece, std::vector<Token>& symbols) const
{
    const auto add = [&symbols](std::int32_t id, std::size_t begin, std::size_t end) {
        symbols.push_back({id, std::uint32_t(begin), std::uint32_t(end)});
    };
    bool unknownBefore = false;
    for (std::size_t begin = 0, end = 0; begin < piece.size(); begin = end) {
        std::int32_t id = -1;
        if (m_byteLevel) {
            id = m_byteIds[std::uint8_t(piece[begin])];
            end = begin + 1;
        } else {
            id = idOfCharacter(decodeValid(piece, end));
        }
        const bool hadUnknown = std::exchange(unknownBefore, false);
        if (id >= 0) {
            add(id, begin, end);
            continue;
        }
        const std::string_view character = piece.substr(begin, end - begin);
        const auto hasToken = [this](char byte) { return m_byteIds[std::uint8_t(byte)] >= 0; };
        if (!m_byteLevel && std::all_of(character.begin(), character.end(), hasToken)) {
            for (std::size_t at = begin; at < end; ++at) add(m_byteIds[std::uint8_t(piece[at])], at, at + 1);
        } else if (m_unknown >= 0) {
            unknownBefore = true;
            if (hadUnknown && m_fuseUnknown)
                symbols.back().end = std::uint32_t(end);
            else
                add(m_unknown, begin, end);
        }
    }
}

void BytePairModel::mergeFew(std::vector<Token>& symbols, std::size_t first) const
{
    Token* const symbol = symbols.data() + first;
    std::size_t count = symbols.size() - first;
    std::array<RankAndId, kFew> result;  // of each symbol with the next one
    for (std::size_t i = 0; i + 1 < count; ++i) result[i] = find(symbol[i].id, symbol[i + 1].id);
    while (count > 1) {
        RankAndId best = kNone;
        std::size_t at = 0;
        for (std::size_t i = 0; i + 1 < count; ++i)
            if (result[i] < best) best = result[at = i];
        if (best == kNone) break;
        symbol[at].id = std::int32_t(best & 0xFFFFFFFFU);
        symbol[at].end = symbol[at + 1].end;
        std::copy(symbol + at + 2, symbol + count, symbol + at + 1);
        std::copy(result.data() + at + 1, result.data() + count - 1, result.data() + at);
        --count;
        if (at + 1 < count) result[at] = find(symbol[at].id, symbol[at + 1].id);
        if (at > 0) result[at - 1] = find(symbol[at - 1].id, symbol[at].id);
    }
    symbols.resize(first + count);
}

void BytePairModel::mergeMany(std::vector<Token>& symbols, std::size_t first) const
{
    struct Link {
        std::int32_t previous, next;  ///< -1: none; next is kGone of one that was merged into the one before
    };
    constexpr std::int32_t kGone = -2;
    Token* const symbol = symbols.data() + first;
    const auto count = std::int32_t(symbols.size() - first);
    std::vector<Link> links;
    for (std::int32_t i = 0; i < count; ++i) links.push_back({i - 1, i + 1 < count ? i + 1 : -1});
    std::vector<Candidate> store;
    store.reserve(std::size_t(count));
    std::priority_queue<Candidate> queue(std::less<Candidate>(), std::move(store));
    const auto propose = [&](std::int32_t left) {
        const std::int32_t right = left < 0 ? -1 : links[std::size_t(left)].next;
        if (right < 0) return;
        if (const RankAndId result = find(symbol[left].id, symbol[right].id); result != kNone)
            queue.push({result, left, symbol[left].id, symbol[right].id});
    };
    for (std::int32_t i = 0; i < count; ++i) propose(i);
    while (!queue.empty()) {
        const Candidate best = queue.top();
        queue.pop();
        Link& left = links[std::size_t(best.left)];
        if (left.next < 0 || symbol[best.left].id != best.leftId || symbol[left.next].id != best.rightId) continue;
        Link& right = links[std::size_t(left.next)];
        symbol[best.left].id = std::int32_t(best.result & 0xFFFFFFFFU);
        symbol[best.left].end = symbol[left.next].end;
        left.next = std::exchange(right.next, kGone);
        if (left.next >= 0) links[std::size_t(left.next)].previous = best.left;
        propose(left.previous);
        propose(best.left);
    }
    std::size_t kept = first;
    for (std::int32_t i = 0; i < count; ++i)
        if (links[std::size_t(i)].next != kGone) symbols[kept++] = symbol[i];
    symbols.resize(kept);
}

void BytePairModel::encode(std::string_view piece, std::vector<Token>& tokens) const
{
    if (piece.empty()) return;
    if (m_ignoreMerges)
        if (const auto found = m_ids.find(std::string(piece)); found != m_ids.end())
            return tokens.push_back({found->second, 0, std::uint32_t(piece.size())});
    const std::size_t first = tokens.size();
    appendSymbols(piece, tokens);
    if (tokens.size() - first <= kFew)
        mergeFew(tokens, first);
    else
        mergeMany(tokens, first);
}

}  // namespace moebel
