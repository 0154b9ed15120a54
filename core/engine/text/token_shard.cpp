#include "engine/text/token_shard.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "engine/text/token_shard_layout.h"

namespace moebel {

namespace {

using shard::Header;

std::string inQuotes(const std::filesystem::path& file) { return "'" + file.string() + "'"; }

Error truncated(const std::filesystem::path& file, std::uint64_t found, std::uint64_t expected)
{
    return invalidInput("truncated-file",
                        "token shard " + inQuotes(file) + " has " + std::to_string(found) + " bytes, " +
                            std::to_string(expected) + " are needed; delete it and it is made again",
                        file.string());
}

Error damaged(const std::filesystem::path& file, const std::string& what)
{
    return invalidInput("damaged-file", "token shard " + inQuotes(file) + " " + what + "; delete it and it is made again",
                        file.string());
}

/// Header fields against the file's size, before anything behind the header is touched.
Status checkHeader(const Header& header, std::uint64_t size, const std::filesystem::path& file)
{
    if (header.magic != shard::kMagic)
        return invalidInput("not-a-token-shard", inQuotes(file) + " is no token shard: it does not begin with MOEBTOKS",
                            file.string());
    if (header.version != shard::kVersion)
        return invalidInput("newer-version",
                            "token shard " + inQuotes(file) + " has version " + std::to_string(header.version) +
                                ", this program reads version " + std::to_string(shard::kVersion) +
                                "; delete it and it is made again",
                            file.string());
    const std::optional<std::uint64_t> expected = shard::fileSize(header.documents, header.tokens);
    if (!expected)
        return damaged(file, "claims " + std::to_string(header.documents) + " documents and " + std::to_string(header.tokens) +
                                 " tokens, more than a file can hold");
    if (size < *expected) return truncated(file, size, *expected);
    if (size > *expected)
        return damaged(file, "has " + std::to_string(size) + " bytes, " + std::to_string(*expected) + " were expected");
    if (header.language.back() != '\0') return damaged(file, "has a language code without an end");
    return Done{};
}

Status checkStarts(std::span<const std::uint64_t> starts, std::uint64_t tokens, const std::filesystem::path& file)
{
    bool ordered = starts.front() == 0 && starts.back() == tokens;
    for (std::size_t i = 1; ordered && i < starts.size(); ++i) ordered = starts[i - 1] < starts[i];
    if (!ordered)
        return damaged(file, "has document starts that do not rise from 0 to its " + std::to_string(tokens) + " tokens");
    return Done{};
}

/// An open descriptor for the time of one function.
class Descriptor {
public:
    explicit Descriptor(const std::filesystem::path& file) : m_number(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~Descriptor()
    {
        if (m_number >= 0) ::close(m_number);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return m_number; }

private:
    int m_number;
};

}  // namespace

Result<TokenShard> TokenShard::open(const std::filesystem::path& file)
{
    const Descriptor descriptor(file);
    struct stat facts = {};
    if (descriptor.number() < 0 || ::fstat(descriptor.number(), &facts) != 0 || !S_ISREG(facts.st_mode))
        return invalidInput("unreadable-file", "token shard " + inQuotes(file) + " cannot be opened as a file", file.string());
    TokenShard result;
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    if (size < sizeof(Header)) return truncated(file, size, sizeof(Header));
    void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number(), 0);
    if (mapping == MAP_FAILED)
        return failed("unreadable-file", "token shard " + inQuotes(file) + " cannot be mapped into memory", file.string());
    result.m_mapping = mapping;
    result.m_size = size;

    const auto* bytes = static_cast<const std::byte*>(mapping);
    const auto& header = *reinterpret_cast<const Header*>(bytes);
    if (Status checked = checkHeader(header, size, file); !checked) return checked.error();
    result.m_language = header.language.data();
    result.m_starts = {reinterpret_cast<const std::uint64_t*>(bytes + sizeof(Header)), header.documents + 1};
    result.m_bytes = {result.m_starts.data() + result.m_starts.size(), header.documents};
    result.m_tokens = {reinterpret_cast<const std::int32_t*>(result.m_bytes.data() + header.documents), header.tokens};
    result.m_hash = shard::contentHash(header, {bytes + sizeof(Header), size - sizeof(Header)});
    if (result.m_hash != std::string_view(header.hash.data(), header.hash.size()))
        return damaged(file, "does not have the content that its hash promises");
    if (Status checked = checkStarts(result.m_starts, header.tokens, file); !checked) return checked.error();
    return result;
}

TokenShard::TokenShard(TokenShard&& other) noexcept
    : m_mapping(std::exchange(other.m_mapping, nullptr)),
      m_size(std::exchange(other.m_size, 0)),
      m_language(std::move(other.m_language)),
      m_hash(std::move(other.m_hash)),
      m_tokens(std::exchange(other.m_tokens, {})),
      m_starts(std::exchange(other.m_starts, {})),
      m_bytes(std::exchange(other.m_bytes, {}))
{
}

TokenShard& TokenShard::operator=(TokenShard&& other) noexcept
{
    std::swap(m_mapping, other.m_mapping);
    std::swap(m_size, other.m_size);
    std::swap(m_language, other.m_language);
    std::swap(m_hash, other.m_hash);
    std::swap(m_tokens, other.m_tokens);
    std::swap(m_starts, other.m_starts);
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

TokenShard::~TokenShard()
{
    if (m_mapping) ::munmap(m_mapping, m_size);
}

}  // namespace moebel
