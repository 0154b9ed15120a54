#include "engine/evaluation/similarity_probe.h"

#include <algorithm>
#include <numeric>

#include "moebel/base/random.h"

namespace moebel
{
namespace
{

constexpr std::int64_t kLongestDocument = 32'000;
constexpr std::int64_t kTokensOfDocument = 10'000;
constexpr std::int64_t kTokensAtOnce = 2048;
constexpr std::uint64_t kOrderStream = 0x51312;

/// A piece of a document that goes through the model at once.
struct Piece {
    std::size_t language = 0;
    std::span<const std::int32_t> tokens;
};

std::vector<Piece> piecesOf(const std::vector<ProbeText>& texts, std::int64_t tokens, std::int64_t context)
{
    std::vector<Piece> pieces;
    for (std::size_t language = 0; language < texts.size(); ++language) {
        std::int64_t left = tokens;
        for (const auto& document : texts[language].documents) {
            std::span<const std::int32_t> rest(document);
            while (!rest.empty() && left > 0) {
                const auto length = std::size_t(std::min({std::int64_t(rest.size()), left, context}));
                pieces.push_back({language, rest.first(length)});
                rest = rest.subspan(length);
                left -= std::int64_t(length);
            }
        }
    }
    std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.tokens.size() > b.tokens.size(); });
    return pieces;
}

/// Pieces padded on the right to the first, longest one. Attention is causal, so padding changes no vector that counts.
struct PieceBatch {
    torch::Tensor ids_BS;
    torch::Tensor lengths_B;
    torch::Tensor member_AT;  ///< fp64: 1 where a token is of the language, 0 in padding
};

PieceBatch makeBatch(std::span<const Piece> pieces, std::int64_t languages)
{
    const auto sequences = std::int64_t(pieces.size()), length = std::int64_t(pieces.front().tokens.size());
    PieceBatch batch{torch::zeros({sequences, length}, torch::kInt64), torch::empty({sequences}, torch::kInt64),
                     torch::zeros({languages, sequences * length}, torch::kFloat64)};
    for (std::int64_t b = 0; b < sequences; ++b) {
        const Piece& piece = pieces[std::size_t(b)];
        std::copy(piece.tokens.begin(), piece.tokens.end(), batch.ids_BS.mutable_data_ptr<std::int64_t>() + b * length);
        batch.lengths_B.mutable_data_ptr<std::int64_t>()[b] = std::int64_t(piece.tokens.size());
        double* row = batch.member_AT.mutable_data_ptr<double>() + std::int64_t(piece.language) * sequences * length + b * length;
        std::fill_n(row, piece.tokens.size(), 1.0);
    }
    return batch;
}

/// Unit vectors of all tokens, summed by language; a vector of zeros has no direction and adds nothing.
torch::Tensor unitSums(const torch::Tensor& x_TD, const torch::Tensor& member_AT)
{
    const torch::Tensor x = x_TD.to(torch::kFloat64);
    const torch::Tensor length_T = torch::linalg_vector_norm(x, 2, at::IntArrayRef{1}).clamp_min(1e-300);
    return torch::mm(member_AT / length_T, x);
}

}  // namespace

std::int64_t ProbeText::tokens() const
{
    return std::accumulate(documents.begin(), documents.end(), std::int64_t(0),
                           [](std::int64_t sum, const auto& document) { return sum + std::int64_t(document.size()); });
}

ProbeText probeText(const std::string& language, const TokenShard& shard, std::int64_t tokens, Seed seed)
{
    ProbeText text{language, {}};
    std::int64_t collected = 0;
    for (const std::uint32_t d : randomPermutation(std::uint32_t(shard.documentBytes().size()), seed, kOrderStream)) {
        if (collected >= tokens) break;
        const std::uint64_t begin = shard.documentStarts()[d], end = shard.documentStarts()[d + 1] - 1;  // without its EOS
        const auto length = std::int64_t(end - begin);
        if (length == 0 || length > kLongestDocument) continue;
        const auto document = shard.tokens().subspan(begin, std::size_t(std::min(length, kTokensOfDocument)));
        text.documents.emplace_back(document.begin(), document.end());
        collected += std::int64_t(document.size());
    }
    return text;
}

Result<LanguageSimilarity> measureSimilarity(const Decoder& decoder, const std::vector<ProbeText>& texts, std::int64_t tokens,
                                             const std::function<bool(double)>& goOn)
{
    const torch::NoGradGuard noGradient;
    const ModelShape& shape = decoder.shape();
    const auto languages = std::int64_t(texts.size());
    std::vector<std::string> codes;
    torch::Tensor count_A = torch::zeros({languages}, torch::kFloat64);
    for (std::int64_t a = 0; a < languages; ++a) {
        const ProbeText& text = texts[std::size_t(a)];
        if (text.tokens() == 0)
            return invalidInput("no-text", "language '" + text.language + "' has no text to measure its similarity with");
        codes.push_back(text.language);
        count_A[a] = double(std::min(tokens, text.tokens()));
    }
    const std::vector<Piece> pieces = piecesOf(texts, tokens, std::min(shape.contextLength, kTokensOfDocument));
    torch::Tensor sums_LAD = torch::zeros({shape.layers, languages, shape.width}, torch::dtype(torch::kFloat64).device(decoder.device()));
    for (std::size_t begin = 0; begin < pieces.size();) {
        const std::size_t most = std::max<std::size_t>(1, std::size_t(kTokensAtOnce) / pieces[begin].tokens.size());
        const std::size_t end = std::min(pieces.size(), begin + most);
        const PieceBatch batch = makeBatch(std::span(pieces).subspan(begin, end - begin), languages);
        const torch::Tensor member_AT = batch.member_AT.to(decoder.device());
        const auto add = [&](std::int64_t layer, const torch::Tensor& x_TD) { sums_LAD[layer] += unitSums(x_TD, member_AT); };
        (void)decoder.forward(batch.ids_BS, {batch.lengths_B, add});
        begin = end;
        if (goOn && !goOn(double(begin) / double(pieces.size())))
            return Error{ErrorKind::Stopped, "stopped", "the similarity probe was stopped as requested", {}};
    }
    const torch::Tensor mean_LAD = sums_LAD.cpu() / count_A.unsqueeze(1);
    const torch::Tensor product_LAA = torch::matmul(mean_LAD, mean_LAD.transpose(1, 2)).contiguous();
    LanguageSimilarity similarity(shape.layers, codes);
    const double* value = product_LAA.const_data_ptr<double>();
    for (std::int64_t layer = 0; layer < shape.layers; ++layer)
        for (std::int64_t a = 0; a < languages; ++a)
            for (std::int64_t b = 0; b < languages; ++b, ++value)
                if (a <= b) similarity.set(layer, std::size_t(a), std::size_t(b), *value);
    return similarity;
}

}  // namespace moebel
