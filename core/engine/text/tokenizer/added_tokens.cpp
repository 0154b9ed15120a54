#include "engine/text/tokenizer/added_tokens.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "engine/text/tokenizer/code_points.h"
#include "engine/text/utf8.h"

namespace moebel
{
namespace
{

bool isSpace(char32_t c) { return u_isUWhiteSpace(UChar32(c)) != 0; }

bool isWord(char32_t c) { return wordCharacters()[c] != 0; }

char32_t characterAt(std::string_view text, std::size_t at) { return nextCodePoint(text, at); }

bool touchesWord(std::string_view text, std::size_t begin, std::size_t end)
{
    return (begin > 0 && isWord(characterAt(text, previousCharacter(text, begin)))) ||
           (end < text.size() && isWord(characterAt(text, end)));
}

}  // namespace

void AddedTokens::add(AddedToken token)
{
    if (token.content.empty()) return;
    if (const AddedToken* other = longestAt(token.content); other != nullptr && other->content == token.content) return;
    m_begins[std::uint8_t(token.content.front())] = true;
    m_places.add(token.content, std::int32_t(m_tokens.size()));
    m_tokens.push_back(std::move(token));
}

const AddedToken* AddedTokens::longestAt(std::string_view rest) const
{
    const AddedToken* longest = nullptr;
    m_places.walk(rest, [&](std::size_t, std::int32_t token) { longest = &m_tokens[std::size_t(token)]; });
    return longest;
}

std::pair<std::size_t, const AddedToken*> AddedTokens::nextIn(std::string_view text, std::size_t at) const
{
    for (; at < text.size(); ++at)
        if (m_begins[std::uint8_t(text[at])])
            if (const AddedToken* token = longestAt(text.substr(at))) return {at, token};
    return {text.size(), nullptr};
}

std::vector<AddedTokens::Part> AddedTokens::split(std::string_view text) const
{
    std::vector<Part> parts;
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto [found, token] = nextIn(text, at);
        if (token == nullptr) break;
        std::size_t begin = found, end = found + token->content.size();
        at = end;
        if (token->singleWord && touchesWord(text, begin, end)) continue;
        if (token->leftStrip)
            while (begin > done && isSpace(characterAt(text, previousCharacter(text, begin))))
                begin = previousCharacter(text, begin);
        if (token->rightStrip)
            for (std::size_t next = end; end < text.size() && isSpace(nextCodePoint(text, next)); end = next) {
            }
        if (done < begin) parts.push_back({done, begin, -1});
        parts.push_back({begin, end, token->id});
        done = end;
        at = std::max(at, end);
    }
    if (done < text.size()) parts.push_back({done, text.size(), -1});
    return parts;
}

}  // namespace moebel
