#include "engine/text/tokenizer/pipeline_tokenizer.h"

#include <atomic>

namespace moebel
{
namespace
{

constexpr std::size_t kCachedPieces = std::size_t(1) << 16;
constexpr std::size_t kLongestCached = 48;

/// Pieces that came before, of one tokenizer at a time.
struct PieceCache {
    std::uint64_t owner = 0;
    std::unordered_map<std::string, std::vector<BytePairModel::Token>> pieces;
};

std::uint64_t nextOwner()
{
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

class PipelineTokenizer : public Tokenizer
{
public:
    explicit PipelineTokenizer(TokenizerPipeline pipeline) : m_pipeline(std::move(pipeline)) {}

    std::int64_t vocabularySize() const override { return std::int64_t(m_pipeline.contents.size()); }
    std::int32_t endOfDocument() const override { return m_pipeline.endOfDocument; }
    const SpecialFrame& frame() const override { return m_pipeline.frame; }
    std::string hash() const override { return m_pipeline.hash; }
    std::filesystem::path file() const override { return m_pipeline.file; }

    std::vector<std::int32_t> encode(std::string_view text) const override
    {
        Encoding encoding;
        encodeText(text, encoding, false);
        return encoding.ids;
    }

    Encoding encodeWithOffsets(std::string_view text) const override
    {
        Encoding encoding;
        encodeText(text, encoding, true);
        return encoding;
    }

    Result<std::string> decode(const std::vector<std::int32_t>& ids, bool keepSpecial) const override;

private:
    void encodeText(std::string_view text, Encoding& encoding, bool offsets) const;
    /// Between added tokens.
    void encodePlain(const AlignedText& text, Encoding& encoding, bool offsets) const;
    void encodePiece(const AlignedText& text, std::string_view piece, Encoding& encoding, bool offsets) const;

    /// Added tokens are taken, what lies between them is given to `between`.
    template <typename Between>
    void overParts(const AddedTokens& tokens, const AlignedText& text, Encoding& encoding, bool offsets, Between between) const
    {
        if (tokens.empty()) return between(text);
        for (const AddedTokens::Part& part : tokens.split(text.text())) {
            if (part.id < 0) {
                between(text.part(part.begin, part.end));
                continue;
            }
            encoding.ids.push_back(part.id);
            if (offsets) encoding.offsets.push_back(text.source(part.begin, part.end));
        }
    }

    TokenizerPipeline m_pipeline;
    std::uint64_t m_owner = nextOwner();
};

void PipelineTokenizer::encodeText(std::string_view text, Encoding& encoding, bool offsets) const
{
    overParts(m_pipeline.rawTokens, validUtf8(text), encoding, offsets, [&](const AlignedText& raw) {
        overParts(m_pipeline.normalisedTokens, applied(m_pipeline.normaliser, raw), encoding, offsets,
                  [&](const AlignedText& part) { encodePlain(applied(m_pipeline.marks, part), encoding, offsets); });
    });
}

void PipelineTokenizer::encodePlain(const AlignedText& text, Encoding& encoding, bool offsets) const
{
    std::vector<std::string_view> pieces = {text.text()};
    for (const PatternSplit& split : m_pipeline.splits) {
        std::vector<std::string_view> finer;
        for (const std::string_view piece : pieces) {
            const auto parts = split.pattern.split(piece, split.behaviour, split.invert);
            finer.insert(finer.end(), parts.begin(), parts.end());
        }
        pieces = std::move(finer);
    }
    for (const std::string_view piece : pieces) encodePiece(text, piece, encoding, offsets);
}

void PipelineTokenizer::encodePiece(const AlignedText& text, std::string_view piece, Encoding& encoding, bool offsets) const
{
    thread_local PieceCache cache;
    if (cache.owner != m_owner || cache.pieces.size() > kCachedPieces) cache = PieceCache{m_owner, {}};
    std::vector<BytePairModel::Token> longPiece;
    const std::vector<BytePairModel::Token>* tokens = &longPiece;
    if (piece.size() > kLongestCached) {
        m_pipeline.model->encode(piece, longPiece);
    } else {
        const auto [entry, isNew] = cache.pieces.try_emplace(std::string(piece));
        if (isNew) m_pipeline.model->encode(piece, entry->second);
        tokens = &entry->second;
    }
    const auto begin = std::size_t(piece.data() - text.text().data());
    for (const BytePairModel::Token& token : *tokens) {
        encoding.ids.push_back(token.id);
        if (offsets) encoding.offsets.push_back(text.source(begin + token.begin, begin + token.end));
    }
}

Result<std::string> PipelineTokenizer::decode(const std::vector<std::int32_t>& ids, bool keepSpecial) const
{
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] < 0 || ids[i] >= vocabularySize())
            return invalidInput("bad-token", "token id " + std::to_string(ids[i]) + " at position " + std::to_string(i) +
                                                 " is outside the vocabulary of " + std::to_string(vocabularySize()) + " in '" +
                                                 m_pipeline.file.string() + "'");
        const std::string& content = m_pipeline.contents[std::size_t(ids[i])];
        if (!content.empty() && (keepSpecial || !m_pipeline.special.contains(ids[i]))) tokens.push_back(content);
    }
    return decoded(std::move(tokens), m_pipeline.decoders);
}

}  // namespace

std::unique_ptr<Tokenizer> makeTokenizer(TokenizerPipeline pipeline)
{
    return std::make_unique<PipelineTokenizer>(std::move(pipeline));
}

}  // namespace moebel
