// Text <-> ids. SentencePiece models through the library; other kinds join behind the same interface.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"

namespace moebel
{

struct Encoding {
    std::vector<std::int32_t> ids;
    /// [begin, end) bytes of the UTF-8 source, one a token. Byte-level tokens have their very bytes. In a SentencePiece model a
    /// character that is spelled as bytes belongs to its last byte; the earlier ones have empty ranges.
    std::vector<std::pair<std::int64_t, std::int64_t>> offsets;
};

/// Marks that a model expects around a text: what its post-processor adds.
struct SpecialFrame {
    std::vector<std::int32_t> before, after;
};

class Tokenizer
{
public:
    virtual ~Tokenizer() = default;
    virtual std::int64_t vocabularySize() const = 0;
    /// How it makes tokens: "BPE", "Unigram", "WordPiece", "SentencePiece".
    virtual std::string kind() const = 0;
    virtual std::int32_t endOfDocument() const = 0;  ///< EOS; -1: its files name none, see needsEndOfDocument()
    /// Of a SentencePiece model what "add_bos_token" and "add_eos_token" in tokenizer_config.json beside it say; without the file
    /// nothing, as the library.
    virtual const SpecialFrame& frame() const;
    /// Invalid UTF-8 is read as U+FFFD; no EOS is added.
    virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
    virtual Encoding encodeWithOffsets(std::string_view text) const = 0;
    /// Error "bad-token" for an id outside the vocabulary. Bytes that are no UTF-8 become U+FFFD.
    virtual Result<std::string> decode(const std::vector<std::int32_t>& ids, bool keepSpecial) const = 0;
    Result<std::string> decode(const std::vector<std::int32_t>& ids) const { return decode(ids, false); }
    /// SHA-256 of the file it was read from: its identity.
    virtual std::string hash() const = 0;
    virtual std::filesystem::path file() const = 0;
};

/// A tokenizer.json, a SentencePiece `.model` file, or a folder with one of them (tokenizer.json counts where both are there);
/// at most 256 MiB and 4,194,304 tokens. What a tokenizer.json wants that is not supported is refused by name.
Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::filesystem::path& path);

/// The file that openTokenizer() reads of a folder; empty where there is none.
std::filesystem::path tokenizerFileIn(const std::filesystem::path& folder);
/// Into an existing folder, so that openTokenizer() gives the same one: its file, and what lies beside it where it needs that.
Status writeTokenizer(const Tokenizer& tokenizer, const std::filesystem::path& folder);
/// Error "no-end-of-document" for a tokenizer whose files do not say how a document ends.
Status needsEndOfDocument(const Tokenizer& tokenizer);

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
