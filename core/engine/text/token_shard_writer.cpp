#include <cstring>

#include "engine/text/token_shard.h"
#include "engine/text/token_shard_layout.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel {

namespace shard {

std::optional<std::uint64_t> fileSize(std::uint64_t documents, std::uint64_t tokens)
{
    constexpr std::uint64_t kLimit = std::uint64_t(1) << 58;
    if (documents > kLimit || tokens > kLimit) return std::nullopt;
    return sizeof(Header) + (documents + 1) * sizeof(std::uint64_t) + documents * sizeof(std::uint64_t) +
           tokens * sizeof(std::int32_t);
}

std::string contentHash(Header header, std::span<const std::byte> content)
{
    header.hash = {};
    Sha256 hash;
    hash.update(&header, sizeof header);
    hash.update(content.data(), content.size());
    return hash.hex();
}

}  // namespace shard

namespace {

template <typename T>
void append(std::string& bytes, std::span<const T> values)
{
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

}  // namespace

Status writeTokenShard(const std::filesystem::path& file, const std::string& language, std::int32_t endOfDocument,
                       const std::vector<TokenizedDocument>& documents)
{
    shard::Header header;
    if (language.empty() || language.size() >= header.language.size())
        return invalidInput("bad-language", "language code '" + language + "' has " + std::to_string(language.size()) +
                                                " bytes, a token shard holds 1 to 31 of them");
    std::memcpy(header.language.data(), language.data(), language.size());
    header.endOfDocument = endOfDocument;
    header.documents = documents.size();

    std::vector<std::uint64_t> starts = {0};
    std::vector<std::uint64_t> lengths;
    for (const TokenizedDocument& document : documents) {
        for (const std::int32_t token : document.tokens)
            if (token < 0)
                return failed("bad-token",
                              "a document of " + language + " has the token id " + std::to_string(token) + "; ids begin at 0");
        starts.push_back(starts.back() + document.tokens.size() + 1);
        lengths.push_back(document.bytes);
    }
    header.tokens = starts.back();

    std::string bytes(sizeof header, '\0');
    bytes.reserve(*shard::fileSize(header.documents, header.tokens));
    append<std::uint64_t>(bytes, starts);
    append<std::uint64_t>(bytes, lengths);
    for (const TokenizedDocument& document : documents) {
        append<std::int32_t>(bytes, document.tokens);
        append<std::int32_t>(bytes, {&endOfDocument, 1});
    }
    const std::string hash = shard::contentHash(header, std::as_bytes(std::span(bytes)).subspan(sizeof header));
    std::memcpy(header.hash.data(), hash.data(), header.hash.size());
    std::memcpy(bytes.data(), &header, sizeof header);
    return writeFileAtomically(file, bytes);
}

}  // namespace moebel
