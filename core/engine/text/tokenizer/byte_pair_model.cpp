#include "engine/text/tokenizer/byte_pair_model.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <queue>

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

/// A pair that may be merged; stale when one of its symbols has changed since.
struct Candidate {
    std::int32_t rank, left, id, leftId, rightId;
    bool operator<(const Candidate& other) const { return std::pair(rank, left) > std::pair(other.rank, other.left); }
};

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
        model.insert({pairOf(a->second, b->second), std::int32_t(rank), merged->second});
    }
    return model;
}

const BytePairModel::Merge* BytePairModel::find(std::int32_t left, std::int32_t right) const
{
    const std::uint64_t pair = pairOf(left, right);
    const std::size_t mask = m_merges.size() - 1;
    for (std::size_t slot = scattered(pair) & mask;; slot = (slot + 1) & mask) {
        if (m_merges[slot].pair == pair) return &m_merges[slot];
        if (m_merges[slot].pair == kNoPair) return nullptr;
    }
}

// The last one counts where a pair is there twice, as in the reference.
void BytePairModel::insert(const Merge& merge)
{
    const std::size_t mask = m_merges.size() - 1;
    std::size_t slot = scattered(merge.pair) & mask;
    while (m_merges[slot].pair != kNoPair && m_merges[slot].pair != merge.pair) slot = (slot + 1) & mask;
    m_merges[slot] = merge;
}

void BytePairModel::appendSymbols(std::string_view piece, std::vector<Symbol>& symbols) const
{
    const auto add = [&symbols](std::int32_t id, std::size_t begin, std::size_t end) {
        const auto place = std::int32_t(symbols.size());
        if (place > 0) symbols.back().next = place;
        symbols.push_back({id, place - 1, -1, std::uint32_t(begin), std::uint32_t(end)});
    };
    bool unknownBefore = false;
    for (std::size_t begin = 0, end = 0; begin < piece.size(); begin = end) {
        std::int32_t id = -1;
        if (m_byteLevel) {
            id = m_byteIds[std::uint8_t(piece[begin])];
            end = begin + 1;
        } else {
            (void)nextCodePoint(piece, end);
            const auto found = m_ids.find(std::string(piece.substr(begin, end - begin)));
            if (found != m_ids.end()) id = found->second;
        }
        const std::string_view character = piece.substr(begin, end - begin);
        const bool hadUnknown = std::exchange(unknownBefore, false);
        if (id >= 0) {
            add(id, begin, end);
        } else if (!m_byteLevel && std::all_of(character.begin(), character.end(),
                                               [&](char byte) { return m_byteIds[std::uint8_t(byte)] >= 0; })) {
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

void BytePairModel::mergeAll(std::vector<Symbol>& symbols) const
{
    std::vector<Candidate> store;
    store.reserve(symbols.size());
    std::priority_queue<Candidate> queue(std::less<Candidate>(), std::move(store));
    const auto propose = [&](std::int32_t left) {
        if (left < 0 || symbols[std::size_t(left)].next < 0) return;
        const Symbol& symbol = symbols[std::size_t(left)];
        const std::int32_t rightId = symbols[std::size_t(symbol.next)].id;
        if (const Merge* merge = find(symbol.id, rightId)) queue.push({merge->rank, left, merge->id, symbol.id, rightId});
    };
    for (std::int32_t place = 0; place < std::int32_t(symbols.size()); ++place) propose(place);
    while (!queue.empty()) {
        const Candidate best = queue.top();
        queue.pop();
        Symbol& left = symbols[std::size_t(best.left)];
        if (left.begin == left.end || left.id != best.leftId || left.next < 0) continue;
        Symbol& right = symbols[std::size_t(left.next)];
        if (right.id != best.rightId) continue;
        left.id = best.id;
        left.end = right.end;
        left.next = right.next;
        right.end = right.begin;  // gone
        if (left.next >= 0) symbols[std::size_t(left.next)].previous = best.left;
        propose(left.previous);
        propose(best.left);
    }
}

void BytePairModel::encode(std::string_view piece, std::vector<Token>& tokens) const
{
    if (piece.empty()) return;
    if (m_ignoreMerges)
        if (const auto found = m_ids.find(std::string(piece)); found != m_ids.end())
            return tokens.push_back({found->second, 0, std::uint32_t(piece.size())});
    std::vector<Symbol> symbols;
    symbols.reserve(piece.size());
    appendSymbols(piece, symbols);
    if (symbols.size() > 1) mergeAll(symbols);
    for (const Symbol& symbol : symbols)
        if (symbol.begin < symbol.end) tokens.push_back({symbol.id, symbol.begin, symbol.end});
}

}  // namespace moebel
