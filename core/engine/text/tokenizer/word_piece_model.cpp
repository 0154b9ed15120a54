#include "engine/text/tokenizer/word_piece_model.h"

#include <algorithm>

namespace moebel
{

Result<WordPieceModel> WordPieceModel::make(const WordPieceValues& values)
{
    WordPieceModel model(values.vocabulary.bytes());
    model.m_longest = values.longest;
    for (std::size_t i = 0; i < values.vocabulary.size(); ++i) {
        const auto [token, id] = values.vocabulary[i];
        model.m_starts.add(token, id);
        if (token.starts_with(values.prefix))
            model.m_continuations.add(token.substr(values.prefix.size()), id);
        if (token == values.unknown) model.m_unknown = id;
    }
    if (model.m_unknown < 0)
        return invalidInput("bad-tokenizer", "the unknown token \"" + values.unknown + "\" is not in the vocabulary");
    return model;
}

void WordPieceModel::encode(std::string_view piece, std::vector<Token>& tokens) const
{
    const auto unknown = [&] { tokens.push_back({m_unknown, 0, std::uint32_t(piece.size())}); };
    const auto characters =
        std::count_if(piece.begin(), piece.end(), [](char byte) { return (std::uint8_t(byte) & 0xC0U) != 0x80U; });
    if (characters > m_longest) return unknown();
    const std::size_t first = tokens.size();
    for (std::size_t at = 0; at < piece.size();) {
        Token longest{-1, std::uint32_t(at), 0};
        (at == 0 ? m_starts : m_continuations).walk(piece.substr(at), [&](std::size_t size, std::int32_t id) {
            longest.id = id;
            longest.end = std::uint32_t(at + size);
        });
        if (longest.id < 0) {
            tokens.resize(first);
            return unknown();
        }
        tokens.push_back(longest);
        at = longest.end;
    }
}

}  // namespace moebel
