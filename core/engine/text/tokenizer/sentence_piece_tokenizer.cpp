#include "engine/text/tokenizer/sentence_piece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>

#include "engine/text/tokenizer/json_part.h"
#include "engine/text/tokenizer/tokenizer_json.h"
#include "engine/text/utf8.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel
{

namespace
{

constexpr std::uint64_t kLargestModel = std::uint64_t(256) << 20;
constexpr std::int64_t kLargestVocabulary = 4'194'304;
/// Longer texts are encoded in pieces of this size, so that time and memory grow linearly.
constexpr std::size_t kEncodeBytes = std::size_t(1) << 20;
/// U+2581, which SentencePiece uses for a space. Tokenizers that were trained here keep it as bytes; of others it is a space, as the
/// library has it.
constexpr std::string_view kSpaceSymbol = "\xE2\x96\x81";

/// End of a piece of at most kEncodeBytes that begins `text`: before a word where there is one, else between characters.
std::size_t pieceEnd(std::string_view text)
{
    if (text.size() <= kEncodeBytes) return text.size();
    for (std::size_t end = kEncodeBytes; end > kEncodeBytes / 2; --end)
        if (text[end] == ' ' && text[end - 1] != ' ') return end;
    return utf8Boundary(text, kEncodeBytes);
}

/// The fields of a protocol buffer's message up to the first that is damaged: their numbers, and their values or their bytes.
template <typename Function>
void eachField(std::string_view message, Function function)
{
    std::size_t at = 0;
    const auto varint = [&] {
        std::uint64_t value = 0;
        for (int shift = 0; at < message.size() && shift < 64; shift += 7) {
            const auto byte = std::uint8_t(message[at++]);
            value |= std::uint64_t(byte & 0x7FU) << shift;
            if (byte < 0x80) break;
        }
        return value;
    };
    while (at < message.size()) {
        const std::uint64_t key = varint();
        const std::uint64_t kind = key & 7U, value = kind == 0 || kind == 2 ? varint() : 0;
        const std::uint64_t size = kind == 0 ? 0 : kind == 1 ? 8 : kind == 5 ? 4 : value;
        if (kind == 3 || kind == 4 || kind > 5 || size > message.size() - at) return;
        function(key >> 3U, value, message.substr(at, size));
        at += size;
    }
}

/// Whether trainTokenizer() made it: the longest sentence of its training (TrainerSpec.max_sentence_length) is not the usual one.
bool wasTrainedHere(std::string_view model)
{
    constexpr std::uint64_t kTrainerSpec = 2, kLongestSentence = 18;
    std::uint64_t longest = 0;
    eachField(model, [&](std::uint64_t field, std::uint64_t, std::string_view spec) {
        if (field != kTrainerSpec) return;
        eachField(spec, [&](std::uint64_t inner, std::uint64_t value, std::string_view) {
            if (inner == kLongestSentence) longest = value;
        });
    });
    return longest == kLongestTrainingSentence;
}

class SentencePieceTokenizer : public Tokenizer
{
public:
    SentencePieceTokenizer(std::filesystem::path file, std::string hash) : m_file(std::move(file)), m_hash(std::move(hash)) {}

    sentencepiece::util::Status load(const std::string& model)
    {
        const auto status = m_processor.LoadFromSerializedProto(model);
        if (!status.ok()) return status;
        std::vector<std::string> pieces;
        m_addsPrefix = !m_processor.Encode("a", &pieces).ok() || pieces.empty() || pieces.front().starts_with(kSpaceSymbol);
        for (const char* byte : {"<0xE2>", "<0x96>", "<0x81>"}) m_spaceSymbolBytes.push_back(m_processor.PieceToId(byte));
        m_keepsSpaceSymbol = m_processor.IsByte(m_spaceSymbolBytes.front()) && wasTrainedHere(model);
        readMarks();
        return status;
    }

    std::int64_t vocabularySize() const override { return m_processor.GetPieceSize(); }
    std::string kind() const override { return "SentencePiece"; }
    std::int32_t endOfDocument() const override { return m_end; }
    const SpecialFrame& frame() const override { return m_frame; }
    std::string hash() const override { return m_hash; }
    std::filesystem::path file() const override { return m_file; }

    std::vector<std::int32_t> encode(std::string_view text) const override
    {
        Encoding result;
        encodePieces(text, result, [&](std::string_view piece, std::size_t) {
            std::vector<int> ids;
            if (m_processor.Encode(piece, &ids).ok()) result.ids.insert(result.ids.end(), ids.begin(), ids.end());
        });
        return result.ids;
    }

    Encoding encodeWithOffsets(std::string_view text) const override
    {
        Encoding result;
        encodePieces(text, result, [&](std::string_view piece, std::size_t start) {
            sentencepiece::ImmutableSentencePieceText parts;
            if (!m_processor.Encode(piece, parts.mutable_proto()).ok()) return;
            for (std::size_t i = 0; i < parts.pieces_size(); ++i) {
                const auto part = parts.pieces(int(i));
                result.ids.push_back(std::int32_t(part.id()));
                result.offsets.emplace_back(start + part.begin(), start + part.end());
            }
        });
        return result;
    }

    Result<std::string> decode(const std::vector<std::int32_t>& ids, bool) const override
    {
        const auto bad =
            std::find_if(ids.begin(), ids.end(), [&](std::int32_t id) { return id < 0 || id >= vocabularySize(); });
        if (bad != ids.end())
            return invalidInput("bad-token", "token id " + std::to_string(*bad) + " at position " +
                                                 std::to_string(bad - ids.begin()) + " is outside the vocabulary of " +
                                                 std::to_string(vocabularySize()) + " in '" + m_file.string() + "'");
        std::string text;
        if (const auto status = m_processor.Decode(ids, &text); !status.ok())
            return failed("decode", "tokenizer '" + m_file.string() + "' could not decode: " + status.ToString());
        return text;
    }

private:
    /// The model has its marks; which of them are put around a text, and whether another ends it, stands beside it.
    void readMarks()
    {
        const nlohmann::json file = jsonBeside(m_file.parent_path() / "tokenizer_config.json");
        const JsonPart config(file, {});
        const std::string end = config.word("eos_token", config["eos_token"].word("content"));
        const int named = m_processor.PieceToId(end);
        m_end = !end.empty() && named != m_processor.unk_id() ? named : m_processor.eos_id();
        if (config.flag("add_bos_token", false) && m_processor.bos_id() >= 0) m_frame.before = {m_processor.bos_id()};
        if (config.flag("add_eos_token", false) && m_end >= 0) m_frame.after = {m_end};
    }
    /// Calls `encodePiece(piece, start)` for the pieces of a text. A space symbol that is kept becomes three byte tokens in `result`.
    template <typename Function>
    void encodePieces(std::string_view text, Encoding& result, Function encodePiece) const
    {
        if (m_addsPrefix)  // cutting would add a space at every cut
            return encodePiece(text, 0);
        for (std::size_t start = 0; start < text.size();) {
            std::string_view rest = text.substr(start);
            if (m_keepsSpaceSymbol && rest.starts_with(kSpaceSymbol)) {
                appendSpaceSymbol(result, std::int64_t(start));
                start += kSpaceSymbol.size();
                continue;
            }
            if (m_keepsSpaceSymbol) rest = rest.substr(0, rest.find(kSpaceSymbol));
            const std::size_t end = pieceEnd(rest);
            encodePiece(rest.substr(0, end), start);
            start += end;
        }
    }

    /// Bytes of one character: the first ones have empty ranges, the last one has all of it, as the library does it.
    void appendSpaceSymbol(Encoding& result, std::int64_t start) const
    {
        result.ids.insert(result.ids.end(), m_spaceSymbolBytes.begin(), m_spaceSymbolBytes.end());
        result.offsets.insert(result.offsets.end(), {{start, start}, {start, start}, {start, start + 3}});
    }

    sentencepiece::SentencePieceProcessor m_processor;
    std::filesystem::path m_file;
    std::string m_hash;
    std::int32_t m_end = -1;
    SpecialFrame m_frame;
    std::vector<std::int32_t> m_spaceSymbolBytes;
    bool m_addsPrefix = false;
    bool m_keepsSpaceSymbol = false;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> openSentencePiece(const std::filesystem::path& file)
{
    Result<std::string> model = readFile(file, kLargestModel);
    if (!model) return model.error();
    auto tokenizer = std::make_unique<SentencePieceTokenizer>(file, sha256Hex(*model));
    if (const auto status = tokenizer->load(*model); !status.ok())
        return invalidInput("bad-tokenizer",
                            "'" + file.string() + "' (" + std::to_string(model->size()) +
                                " bytes) is no SentencePiece model: " + status.ToString(),
                            file.string());
    if (tokenizer->vocabularySize() < 1 || tokenizer->vocabularySize() > kLargestVocabulary)
        return invalidInput("bad-tokenizer",
                            "tokenizer '" + file.string() + "' has " + std::to_string(tokenizer->vocabularySize()) +
                                " tokens, 1 to " + std::to_string(kLargestVocabulary) + " are allowed",
                            file.string());
    if (tokenizer->endOfDocument() < 0)
        return invalidInput("bad-tokenizer",
                            "tokenizer '" + file.string() + "' has no end-of-sentence token (</s>), which ends every document",
                            file.string());
    return std::unique_ptr<Tokenizer>(std::move(tokenizer));
}

}  // namespace moebel
