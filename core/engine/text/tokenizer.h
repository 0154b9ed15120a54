// Text <-> ids. SentencePiece models through the library; other kinds join behind the same interface.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"

namespace moebel {

struct Encoding {
    std::vector<std::int32_t> ids;
    std::vector<std::pair<std::int64_t, std::int64_t>> offsets;  ///< [begin, end) bytes of the UTF-8 source, one a token
};

class Tokenizer {
public:
    virtual ~Tokenizer() = default;
    virtual std::int64_t vocabularySize() const = 0;
    virtual std::int32_t endOfDocument() const = 0;  ///< EOS
    virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
    virtual Encoding encodeWithOffsets(std::string_view text) const = 0;
    virtual Result<std::string> decode(const std::vector<std::int32_t>& ids) const = 0;
    /// SHA-256 of the file it was read from: its identity.
    virtual std::string hash() const = 0;
    virtual std::filesystem::path file() const = 0;
};

/// A `.model` file, or a folder with `tokenizer.model` in it.
Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::filesystem::path& path);

/// Trains a SentencePiece BPE model with byte fallback (nothing is unknown) on equal bytes of each language and writes it to
/// `file` atomically. Deterministic: one thread, fixed sentence order.
struct TokenizerText {
    std::string language;
    std::vector<std::string_view> documents;
};
Status trainTokenizer(const std::vector<TokenizerText>& texts, std::int64_t vocabulary, std::int64_t bytesPerLanguage,
                      const std::filesystem::path& file);

}  // namespace moebel
