#include "engine/text/tokenizer/unigram_model.h"

#include <algorithm>

#include "engine/text/tokenizer/code_points.h"

namespace moebel
{
namespace
{

constexpr double kUnknownPenalty = 10;  // below the least likely token (SentencePiece, unigram_model.cc)

/// The byte that "<0xNN>" (in capital letters) stands for, or -1.
int byteOfName(std::string_view token)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return -1;
    const std::size_t high = kDigits.find(token[3]), low = kDigits.find(token[4]);
    return high == std::string_view::npos || low == std::string_view::npos ? -1 : int(16 * high + low);
}

/// The best way to here.
struct Arrival {
    double score = 0;
    std::int64_t from = -1;
    std::int32_t id = -1;
};

}  // namespace

Result<UnigramModel> UnigramModel::make(const UnigramValues& values)
{
    if (values.unknown < 0 || std::size_t(values.unknown) >= values.vocabulary.size())
        return invalidInput("bad-tokenizer", "unk_id is " + std::to_string(values.unknown) + ", expected 0 to " +
                                                 std::to_string(std::int64_t(values.vocabulary.size()) - 1));
    UnigramModel model(values.vocabulary.bytes());
    model.m_unknown = std::int32_t(values.unknown);
    model.m_unknownText = values.vocabulary[std::size_t(values.unknown)].text;
    model.m_byteFallback = values.byteFallback;
    double least = values.vocabulary[0].number;
    model.m_byteIds.fill(-1);
    for (std::size_t id = 0; id < values.vocabulary.size(); ++id) {
        const auto [token, score] = values.vocabulary[id];
        model.m_trie.add(token, std::int32_t(id));
        if (const int byte = byteOfName(token); byte >= 0) model.m_byteIds[std::size_t(byte)] = std::int32_t(id);
        model.m_scores.push_back(score);
        least = std::min(least, score);
    }
    model.m_unknownScore = least - kUnknownPenalty;
    return model;
}

void UnigramModel::encode(std::string_view piece, std::vector<Token>& tokens) const
{
    thread_local std::vector<Arrival> arrivals;
    arrivals.assign(piece.size() + 1, {});
    for (std::size_t at = 0; at < piece.size();) {
        std::size_t behind = at;
        (void)decodeValid(piece, behind);
        const double here = arrivals[at].score;
        const auto offer = [&](std::size_t to, double score, std::int32_t id) {
            if (arrivals[to].from < 0 || score > arrivals[to].score) arrivals[to] = {score, std::int64_t(at), id};
        };
        bool isKnown = false;  // the character by itself
        m_trie.walk(piece.substr(at), [&](std::size_t size, std::int32_t id) {
            offer(at + size, m_scores[std::size_t(id)] + here, id);
            isKnown = isKnown || at + size == behind;
        });
        if (!isKnown) offer(behind, m_unknownScore + here, m_unknown);
        at = behind;
    }
    thread_local std::vector<Token> found;  // from the end
    found.clear();
    for (std::size_t end = piece.size(); end > 0; end = std::size_t(arrivals[end].from)) {
        const Arrival& arrival = arrivals[end];
        if (arrival.id == m_unknown && !found.empty() && found.back().id == m_unknown)
            found.back().begin = std::uint32_t(arrival.from);
        else
            found.push_back({arrival.id, std::uint32_t(arrival.from), std::uint32_t(end)});
    }
    for (auto token = found.rbegin(); token != found.rend(); ++token)
        if (token->id == m_unknown && m_byteFallback)
            appendUnknown(piece.substr(token->begin, token->end - token->begin), token->begin, token->end, tokens);
        else
            tokens.push_back(*token);
}

void UnigramModel::appendUnknown(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                 std::vector<Token>& tokens) const
{
    const auto idOf = [this](char byte) { return m_byteIds[std::uint8_t(byte)]; };
    if (text == m_unknownText || std::any_of(text.begin(), text.end(), [&](char byte) { return idOf(byte) < 0; }))
        return tokens.push_back({m_unknown, begin, end});
    for (const char byte : text) tokens.push_back({idOf(byte), begin, end});
}

}  // namespace moebel
