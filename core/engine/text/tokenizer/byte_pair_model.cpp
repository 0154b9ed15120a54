#include "engine/text/tokenizer/byte_pair_model.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <queue>
#include <unordered_map>

#include "engine/text/tokenizer/code_points.h"
#include "engine/text/utf8.h"

namespace moebel
{
namespace
{

Error badTokenizer(const std::string& what) { return invalidInput("bad-tokenizer", what); }

std::size_t scattered(std::int32_t left, std::int32_t right, std::uint64_t seed)
{
    const std::uint64_t pair = (std::uint64_t(std::uint32_t(left)) << 32) | std::uint32_t(right);
    return std::size_t(((pair ^ seed) * 0x9E3779B97F4A7C15U) >> 40);
}

constexpr std::size_t kFew = 64;  ///< symbols: looking through all of them is faster than a queue up to here
constexpr const char* kSpaceSymbol = "\u2581";

/// A pair that may be merged; stale when one of its symbols has changed since.
struct Candidate {
    std::int32_t rank, left, leftId, rightId;
    bool operator<(const Candidate& other) const { return std::pair(rank, left) > std::pair(other.rank, other.left); }
};

/// No merge joins the mark to something before it that is not made of marks.
bool staysInFront(std::string_view mark, const TextPairs& merges)
{
    for (std::size_t i = 0; i < merges.size(); ++i) {
        std::string_view left = merges[i].left;
        while (left.starts_with(mark)) left.remove_prefix(mark.size());
        if (!left.empty() && merges[i].right.starts_with(mark)) return false;
    }
    return true;
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
    // Tokens as the file spells them, and as a text does.
    TextTable spelled(values.vocabulary.size()), bytes(values.byteLevel ? values.vocabulary.size() : 0);
    std::int32_t last = 0;
    for (std::size_t i = 0; i < values.vocabulary.size(); ++i) {
        const auto [token, id] = values.vocabulary[i];
        if (spelled.find(token) >= 0) return badTokenizer("the token \"" + std::string(token) + "\" is there twice");
        spelled.add(token, id);
        if (values.byteLevel)
            if (const auto text = bytesOfByteLevel(token)) bytes.add(*text, id);
        last = std::max(last, id);
    }
    const TextTable& ids = values.byteLevel ? bytes : spelled;
    for (int byte = 0; byte < 256; ++byte) {
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", unsigned(byte));
        if (values.byteLevel || values.byteFallback)
            model.m_byteIds[std::size_t(byte)] = ids.find(values.byteLevel ? std::string(1, char(byte)) : std::string(name));
    }
    if (values.unknown) {
        model.m_unknown = spelled.find(*values.unknown);
        if (model.m_unknown < 0) return badTokenizer("the unknown token \"" + *values.unknown + "\" is not in the vocabulary");
    }
    model.m_characterBlocks.assign(0x1100, 0);
    model.m_characterIds.assign(256, -1);
    for (std::size_t i = 0; !values.byteLevel && i < values.vocabulary.size(); ++i) {
        const auto [token, id] = values.vocabulary[i];
        std::size_t end = 0;
        const char32_t character = token.empty() ? 0 : nextCodePoint(token, end);
        if (end > 0 && end == token.size()) model.addCharacter(character, id);
    }
    model.m_sides.assign(std::size_t(last) + 1, 0);
    model.m_merges.assign(std::bit_ceil(std::max<std::size_t>(16, 2 * values.merges.size())), Merge());
    model.m_merged.reserve(values.merges.size());
    for (std::size_t rank = 0; rank < values.merges.size(); ++rank) {
        const auto [left, right, whole] = values.merges[rank];
        const std::int32_t a = spelled.find(left), b = spelled.find(right), merged = spelled.find(whole);
        if (a < 0 || b < 0 || merged < 0)
            return badTokenizer("merge " + std::to_string(rank) + ", \"" + std::string(left) + " " + std::string(right) + "\": \"" +
                                std::string(a < 0 ? left : b < 0 ? right : whole) + "\" is not in the vocabulary");
        model.insert({a, b, Rank(rank)});
        model.m_merged.push_back(merged);
        model.m_sides[std::size_t(a)] |= kLeft;
        model.m_sides[std::size_t(b)] |= kRight;
    }
    const bool isWhole = std::find(model.m_byteIds.begin(), model.m_byteIds.end(), -1) == model.m_byteIds.end();
    if (values.byteLevel && isWhole)
        for (const std::int32_t left : model.m_byteIds)
            for (const std::int32_t right : model.m_byteIds) model.m_bytePairs.push_back(model.find(left, right));
    if (!values.byteLevel && !values.ignoreMerges && spelled.find(kSpaceSymbol) >= 0 &&
        staysInFront(kSpaceSymbol, values.merges))
        model.m_wordMark = kSpaceSymbol;
    if (values.ignoreMerges) model.m_pieces = values.byteLevel ? std::move(bytes) : std::move(spelled);
    return model;
}

BytePairModel::Rank BytePairModel::find(std::int32_t left, std::int32_t right) const
{
    if ((m_sides[std::size_t(left)] & kLeft) == 0 || (m_sides[std::size_t(right)] & kRight) == 0) return kNone;
    const std::size_t mask = m_merges.size() - 1;
    for (std::size_t slot = scattered(left, right, m_seed) & mask;; slot = (slot + 1) & mask) {
        const Merge& merge = m_merges[slot];
        if ((merge.left == left && merge.right == right) || merge.rank == kNone) return merge.rank;
    }
}

// The last one counts where a pair is there twice, as in the reference.
void BytePairModel::insert(const Merge& merge)
{
    const std::size_t mask = m_merges.size() - 1;
    std::size_t slot = scattered(merge.left, merge.right, m_seed) & mask;
    const auto isOther = [&](const Merge& there) { return there.left != merge.left || there.right != merge.right; };
    while (m_merges[slot].rank != kNone && isOther(m_merges[slot])) slot = (slot + 1) & mask;
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

void BytePairModel::mergeFew(std::string_view piece, std::vector<Token>& symbols, std::size_t first) const
{
    Token* const symbol = symbols.data() + first;
    std::size_t count = symbols.size() - first;
    std::array<Rank, kFew> rank;  // of each symbol with the next one
    const auto byteAt = [&](std::size_t i) { return std::size_t(std::uint8_t(piece[symbol[i].begin])); };
    for (std::size_t i = 0; i + 1 < count; ++i)
        rank[i] = m_bytePairs.empty() ? find(symbol[i].id, symbol[i + 1].id) : m_bytePairs[256 * byteAt(i) + byteAt(i + 1)];
    while (count > 1) {
        Rank best = kNone;
        std::size_t at = 0;
        for (std::size_t i = 0; i + 1 < count; ++i)
            if (rank[i] < best) best = rank[at = i];
        if (best == kNone) break;
        symbol[at].id = m_merged[std::size_t(best)];
        symbol[at].end = symbol[at + 1].end;
        std::copy(symbol + at + 2, symbol + count, symbol + at + 1);
        std::copy(rank.data() + at + 1, rank.data() + count - 1, rank.data() + at);
        --count;
        if (at + 1 < count) rank[at] = find(symbol[at].id, symbol[at + 1].id);
        if (at > 0) rank[at - 1] = find(symbol[at - 1].id, symbol[at].id);
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
        if (const Rank rank = find(symbol[left].id, symbol[right].id); rank != kNone)
            queue.push({rank, left, symbol[left].id, symbol[right].id});
    };
    for (std::int32_t i = 0; i < count; ++i) propose(i);
    while (!queue.empty()) {
        const Candidate best = queue.top();
        queue.pop();
        Link& left = links[std::size_t(best.left)];
        if (left.next < 0 || symbol[best.left].id != best.leftId || symbol[left.next].id != best.rightId) continue;
        Link& right = links[std::size_t(left.next)];
        symbol[best.left].id = m_merged[std::size_t(best.rank)];
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
        if (const std::int32_t id = m_pieces.find(piece); id >= 0)
            return tokens.push_back({id, 0, std::uint32_t(piece.size())});
    const std::size_t first = tokens.size();
    appendSymbols(piece, tokens);
    if (tokens.size() - first <= kFew)
        mergeFew(piece, tokens, first);
    else
        mergeMany(tokens, first);
}

}  // namespace moebel
