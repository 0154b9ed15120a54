#include "engine/text/tokenizer/pipeline_tokenizer.h"

#include <array>
#include <atomic>

#include "engine/text/tokenizer/piece_cache.h"

namespace moebel
{
namespace
{

std::uint32_t nextOwner()
{
    static std::atomic<std::uint32_t> last = 0;
    return ++last;
}

/// What one thread needs again and again.
struct Workplace {
    PieceCache cache;
    std::vector<std::string_view> pieces, finer;
    std::vector<PieceModel::Token> tokens;
};

Workplace& workplace()
{
    thread_local Workplace place;
    return place;
}

class PipelineTokenizer : public Tokenizer
{
public:
    explicit PipelineTokenizer(TokenizerPipeline pipeline) : m_pipeline(std::move(pipeline)) {}

    std::int64_t vocabularySize() const override { return std::int64_t(m_pipeline.contents.size()); }
    std::string kind() const override { return std::string(m_pipeline.model->kind()); }
    std::int32_t endOfDocument() const override { return m_pipeline.endOfDocument; }
    const SpecialFrame& frame() const override { return m_pipeline.frame; }
    std::string hash() const override { return m_pipeline.hash; }
    std::filesystem::path file() const override { return m_pipeline.file; }

    std::vector<std::int32_t> encode(std::string_view text) const override
    {
        Encoding encoding;
        encoding.ids.reserve(text.size() / 3);
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
    /// Between added tokens: from a stage of the pre-tokeniser on.
    void encodeStage(const AlignedText& piece, std::size_t stage, Encoding& encoding, bool offsets) const;
    /// `entry`: where the piece is, or will be, in the table; none for a long one.
    void encodePiece(const AlignedText& text, std::string_view piece, PieceCache::Entry* entry, Encoding& encoding,
                     bool offsets) const;
    void splitByMark(const std::vector<std::string_view>& pieces, std::vector<std::string_view>& finer) const;

    /// Added tokens are taken, what lies between them is given to `between`.
    template <typename Between>
    void overParts(const AddedTokens& tokens, const AlignedText& text, Encoding& encoding, bool offsets, Between between) const
    {
        if (text.text().empty()) return;
        if (tokens.areMissingIn(text.text())) return between(text);
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
    std::uint32_t m_owner = nextOwner();
};

void PipelineTokenizer::encodeText(std::string_view text, Encoding& encoding, bool offsets) const
{
    overParts(m_pipeline.rawTokens, validUtf8(text, offsets), encoding, offsets, [&](const AlignedText& raw) {
        overParts(m_pipeline.normalisedTokens, applied(m_pipeline.normaliser, raw), encoding, offsets,
                  [&](const AlignedText& part) { encodeStage(part, 0, encoding, offsets); });
    });
}

void PipelineTokenizer::encodeStage(const AlignedText& piece, std::size_t stage, Encoding& encoding, bool offsets) const
{
    const AlignedText text = applied(m_pipeline.stages[stage].marks, piece);
    Workplace& place = workplace();
    place.pieces.assign(1, text.text());
    for (const PatternSplit& split : m_pipeline.stages[stage].splits) {
        place.finer.clear();
        for (const std::string_view part : place.pieces) split.pattern.split(part, split.behaviour, split.invert, place.finer);
        std::swap(place.pieces, place.finer);
    }
    if (stage + 1 < m_pipeline.stages.size()) {
        for (const std::string_view part : std::vector(place.pieces)) {
            const auto begin = std::size_t(part.data() - text.text().data());
            encodeStage(text.part(begin, begin + part.size()), stage + 1, encoding, offsets);
        }
        return;
    }
    if (!m_pipeline.model->wordMark().empty()) {
        place.finer.clear();
        splitByMark(place.pieces, place.finer);
        std::swap(place.pieces, place.finer);
    }
    constexpr std::size_t kAhead = 8;  // memory is slower than the work on a few pieces
    std::array<PieceCache::Entry*, kAhead> entries{};
    const auto fetch = [&](std::size_t i) {
        if (i < place.pieces.size()) entries[i % kAhead] = place.cache.find(m_owner, place.pieces[i]);
    };
    for (std::size_t i = 0; i < kAhead; ++i) fetch(i);
    for (std::size_t i = 0; i < place.pieces.size(); ++i) {
        PieceCache::Entry* const entry = entries[i % kAhead];
        fetch(i + kAhead);
        encodePiece(text, place.pieces[i], entry, encoding, offsets);
    }
}

void PipelineTokenizer::splitByMark(const std::vector<std::string_view>& pieces, std::vector<std::string_view>& finer) const
{
    const std::string_view mark = m_pipeline.model->wordMark();
    for (std::string_view piece : pieces) {
        std::size_t at = 0;
        while ((at = piece.find(mark, at)) != std::string_view::npos) {
            if (at > 0 && !piece.substr(0, at).ends_with(mark)) {
                finer.push_back(piece.substr(0, at));
                piece.remove_prefix(at);
                at = 0;
            }
            at += mark.size();
        }
        finer.push_back(piece);
    }
}

void PipelineTokenizer::encodePiece(const AlignedText& text, std::string_view piece, PieceCache::Entry* entry,
                                    Encoding& encoding, bool offsets) const
{
    Workplace& place = workplace();
    const auto begin = std::size_t(piece.data() - text.text().data());
    const auto addOffset = [&](std::size_t from, std::size_t to) {
        encoding.offsets.push_back(text.source(begin + from, begin + to));
    };
    if (entry != nullptr && PieceCache::holds(*entry, m_owner, piece)) {
        encoding.ids.insert(encoding.ids.end(), entry->ids.data(), entry->ids.data() + entry->count);
        for (std::size_t i = 0; offsets && i < entry->count; ++i) addOffset(entry->begins[i], entry->ends[i]);
        return;
    }
    place.tokens.clear();
    m_pipeline.model->encode(piece, place.tokens);
    if (entry != nullptr) PieceCache::keep(*entry, m_owner, piece, place.tokens);
    for (const PieceModel::Token& token : place.tokens) {
        encoding.ids.push_back(token.id);
        if (offsets) addOffset(token.begin, token.end);
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
