#include "engine/text/tokenizer/token_decoder.h"

#include "engine/text/tokenizer/byte_pair_model.h"
#include "engine/text/utf8.h"

namespace moebel
{
namespace
{

using Tokens = std::vector<std::string>;

std::string joined(const Tokens& tokens, std::string_view between = {})
{
    std::string text;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0) text += between;
        text += tokens[i];
    }
    return text;
}

std::string lossy(const std::string& bytes) { return std::string(validUtf8(bytes).text()); }

std::string withReplaced(std::string_view text, std::string_view from, std::string_view to)
{
    std::string result;
    std::size_t done = 0;
    for (std::size_t at; !from.empty() && (at = text.find(from, done)) != std::string_view::npos; done = at + from.size()) {
        result += text.substr(done, at - done);
        result += to;
    }
    return result += text.substr(done);
}

/// The byte of <0xNN>, or -1.
int byteOf(const std::string& token)
{
    if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return -1;
    int value = 0;
    for (const char digit : {token[3], token[4]}) {
        const int number = digit >= '0' && digit <= '9'   ? digit - '0'
                           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                                          : -1;
        if (number < 0) return -1;
        value = 16 * value + number;
    }
    return value;
}

Tokens step(const DecodeByteLevel&, const Tokens& tokens)
{
    std::string bytes;
    for (const std::string& token : tokens) bytes += bytesOfByteLevel(token).value_or(token);
    return {lossy(bytes)};
}

// Bytes that are no text become one U+FFFD each, as in the reference.
Tokens step(const DecodeByteFallback&, const Tokens& tokens)
{
    Tokens result;
    std::string bytes;
    const auto flush = [&] {
        if (bytes.empty()) return;
        if (isValidUtf8(bytes))
            result.push_back(bytes);
        else
            result.insert(result.end(), bytes.size(), "\xEF\xBF\xBD");
        bytes.clear();
    };
    for (const std::string& token : tokens) {
        if (const int byte = byteOf(token); byte >= 0) {
            bytes += char(byte);
            continue;
        }
        flush();
        result.push_back(token);
    }
    flush();
    return result;
}

Tokens step(const DecodeFuse&, const Tokens& tokens) { return {joined(tokens)}; }

Tokens step(const DecodeReplace& replace, Tokens tokens)
{
    for (std::string& token : tokens) token = withReplaced(token, replace.from, replace.to);
    return tokens;
}

Tokens step(const DecodeStrip& strip, Tokens tokens)
{
    for (std::string& token : tokens) {
        for (std::int64_t i = 0; i < strip.left && token.starts_with(strip.character); ++i)
            token.erase(0, strip.character.size());
        for (std::int64_t i = 0; i < strip.right && token.ends_with(strip.character); ++i)
            token.resize(token.size() - strip.character.size());
    }
    return tokens;
}

Tokens step(const DecodeMetaspace& space, Tokens tokens)
{
    for (std::size_t i = 0; i < tokens.size(); ++i)
        tokens[i] = withReplaced(tokens[i], space.mark, i == 0 && space.scheme != PrependScheme::Never ? "" : " ");
    return tokens;
}

Tokens step(const DecodeWordPiece& piece, Tokens tokens)
{
    constexpr std::pair<const char*, const char*> kTidy[] = {
        {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
        {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0) tokens[i] = tokens[i].starts_with(piece.prefix) ? tokens[i].substr(piece.prefix.size()) : ' ' + tokens[i];
        for (const auto& [from, to] : kTidy)
            if (piece.cleanUp) tokens[i] = withReplaced(tokens[i], from, to);
    }
    return tokens;
}

}  // namespace

std::string decoded(Tokens tokens, const std::vector<TokenDecoder>& decoders)
{
    if (decoders.empty()) return joined(tokens, " ");
    for (const TokenDecoder& decoder : decoders)
        tokens = std::visit([&](const auto& kind) { return step(kind, std::move(tokens)); }, decoder);
    return joined(tokens);
}

}  // namespace moebel
