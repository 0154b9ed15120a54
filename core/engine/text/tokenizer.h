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
    /// [begin, end) bytes of the UTF-8 source, one a token. A character that is spelled as bytes belongs to its last byte; the
    /// earlier ones have empty ranges.
    std::vector<std::pair<std::int64_t, std::int64_t>> offsets;
};

class Tokenizer {
public:
    virtual ~Tokenizer() = default;
    virtual std::int64_t vocabularySize() const = 0;
    virtual std::int32_t endOfDocument() const = 0;  ///< EOS
    /// Invalid UTF-8 is read as U+FFFD; no EOS is added.
    virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
    virtual Encoding encodeWithOffsets(std::string_view text) const = 0;
    /// Error "bad-token" for an id outside the vocabulary. Bytes that are no UTF-8 become U+FFFD.
    virtual Result<std::string> decode(const std::vector<std::int32_t>& ids) const = 0;
    /// SHA-256 of the file it was read from: its identity.
    virtual std::string hash() const = 0;
    virtual std::filesystem::path file() const = 0;
};

/// A `.model` file, or a folder with `tokenizer.model` in it; at most 256 MiB and 4,194,304 tokens.
Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::filesystem::path& path);

/// Trains a SentencePiece BPE model with byte fallback (nothing is unknown) on equal bytes of each language and writes it to
/// `file` atomically. Deterministic: one thread, fixed sentence order. A language with less text is repeated until it has as
/// many bytes as the others. decode(encode(x)) == x for every valid UTF-8 text: newlines, tabs and several spaces included.
/// Errors: "vocabulary-too-large" names the largest vocabulary that the text allows; "vocabulary-too-small"; "no-text".
struct TokenizerText {
    std::string language;
    std::vector<std::string_view> documents;
};
Status trainTokenizer(const std::vector<TokenizerText>& texts, std::int64_t vocabulary, std::int64_t bytesPerLanguage,
                      const std::filesystem::path& file);

}  // namespace moebel
