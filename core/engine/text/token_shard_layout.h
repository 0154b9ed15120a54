// Bytes of a token shard, shared by its reader and its writer. core/doc/formats/token_shard.md.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace moebel::shard {

static_assert(std::endian::native == std::endian::little, "token shards are little-endian and mapped in place");

inline constexpr std::array<char, 8> kMagic = {'M', 'O', 'E', 'B', 'T', 'O', 'K', 'S'};
inline constexpr std::uint32_t kVersion = 1;

struct Header {
    std::array<char, 8> magic = kMagic;
    std::uint32_t version = kVersion;
    std::int32_t endOfDocument = 0;  ///< the id that ends each document
    std::uint64_t documents = 0;
    std::uint64_t tokens = 0;            ///< with the ends of documents
    std::array<char, 32> language = {};  ///< BCP-47, zero-terminated
    std::array<char, 64> hash = {};      ///< SHA-256 in hex, see contentHash()
};
static_assert(sizeof(Header) == 128);

/// Header, documents + 1 starts, documents lengths in bytes, tokens; none when it does not fit 2^62.
std::optional<std::uint64_t> fileSize(std::uint64_t documents, std::uint64_t tokens);

/// SHA-256 over the header with an empty hash field, then over everything behind the header.
std::string contentHash(Header header, std::span<const std::byte> content);

}  // namespace moebel::shard
