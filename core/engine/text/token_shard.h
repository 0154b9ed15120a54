// Token shards: memory-mapped ids of one language, documents joined with EOS. core/doc/formats/token_shard.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "moebel/base/result.h"

namespace moebel {

/// Read-only mapping of a shard. The content is hashed at open (about 1 GB/s): what opens is what was written.
class TokenShard {
public:
    /// Errors "truncated-file", "damaged-file" and "newer-version" name the file, what it holds and what was expected.
    static Result<TokenShard> open(const std::filesystem::path& file);
    TokenShard(TokenShard&&) noexcept;
    TokenShard& operator=(TokenShard&&) noexcept;
    ~TokenShard();

    const std::string& language() const { return m_language; }
    /// All documents, each ended by EOS.
    std::span<const std::int32_t> tokens() const { return m_tokens; }
    /// First token of each document, plus the total at the end.
    std::span<const std::uint64_t> documentStarts() const { return m_starts; }
    /// UTF-8 bytes of the source text of each document.
    std::span<const std::uint64_t> documentBytes() const { return m_bytes; }
    const std::string& hash() const { return m_hash; }  ///< content hash, from the header

private:
    TokenShard() = default;
    void* m_mapping = nullptr;
    std::size_t m_size = 0;
    std::string m_language;
    std::string m_hash;
    std::span<const std::int32_t> m_tokens;
    std::span<const std::uint64_t> m_starts;
    std::span<const std::uint64_t> m_bytes;
};

struct TokenizedDocument {
    std::vector<std::int32_t> tokens;  ///< without EOS
    std::uint64_t bytes = 0;
};
/// Replaces `file` atomically. Errors: a language code over 31 bytes, a negative id, the disk.
Status writeTokenShard(const std::filesystem::path& file, const std::string& language, std::int32_t endOfDocument,
                       const std::vector<TokenizedDocument>& documents);

}  // namespace moebel
