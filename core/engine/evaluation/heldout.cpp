#include "engine/evaluation/heldout.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/training/losses.h"
#include "engine/training/stage_trainer.h"

namespace moebel {
namespace {

constexpr std::int64_t kTokensAtOnce = 2048;

/// A piece of a document that goes through the model at once; only its last `scored` targets count.
struct Window {
    std::int64_t document = 0;
    std::vector<std::int64_t> inputs;
    std::vector<std::int64_t> targets;
    std::int64_t scored = 0;
};

/// Each token is predicted once: the first window scores all of its targets, later ones the `stride` new ones.
void appendWindows(std::int64_t document, std::span<const std::int32_t> tokens, std::int32_t context, std::int64_t window,
                   std::int64_t stride, std::vector<Window>& windows)
{
    std::vector<std::int64_t> sequence = {context};
    sequence.insert(sequence.end(), tokens.begin(), tokens.end());
    const std::int64_t targets = std::int64_t(tokens.size());
    std::int64_t done = 0;
    while (done < targets) {
        const std::int64_t end = std::min(targets, done == 0 ? window : done + stride);
        const std::int64_t begin = std::max<std::int64_t>(0, end - window);
        windows.push_back({document, {sequence.begin() + begin, sequence.begin() + end},
                           {sequence.begin() + begin + 1, sequence.begin() + end + 1}, end - done});
        done = end;
    }
}

torch::Tensor asTensor(const std::vector<Window>& windows, std::size_t begin, std::size_t end,
                       const std::vector<std::int64_t> Window::*member)
{
    const std::int64_t length = std::int64_t((windows[begin].*member).size());
    torch::Tensor tensor = torch::empty({std::int64_t(end - begin), length}, torch::kInt64);
    std::int64_t* to = tensor.mutable_data_ptr<std::int64_t>();
    for (std::size_t i = begin; i < end; ++i, to += length) std::copy((windows[i].*member).begin(), (windows[i].*member).end(), to);
    return tensor;
}

/// What was scored in a window, for routing: only tokens that were not scored before count.
RoutingDecision lastTokens(const RoutingDecision& decision, std::int64_t sequences, std::int64_t length, std::int64_t scored)
{
    const auto last = [&](const torch::Tensor& tensor) {
        return tensor.view({sequences, length, -1}).slice(1, length - scored).reshape({sequences * scored, -1});
    };
    return {last(decision.logits_TE), last(decision.scores_TE), last(decision.weights_TK), last(decision.expert_ids_TK)};
}

/// One batch of windows of equal length and equal number of scored targets. Adds to each document's nll.
void scoreBatch(const Decoder& decoder, const std::vector<Window>& windows, std::size_t begin, std::size_t end,
                LanguageId language, std::vector<double>& nll, RoutingStats* routing)
{
    const torch::Tensor ids_BS = asTensor(windows, begin, end, &Window::inputs);
    const torch::Tensor targets_BS = asTensor(windows, begin, end, &Window::targets);
    const std::int64_t sequences = ids_BS.size(0), length = ids_BS.size(1), scored = windows[begin].scored;
    const DecoderOutput output = decoder.forward(ids_BS);
    const torch::Tensor loss_T =
        tokenNegativeLogLikelihood(output.hidden_TD, decoder.head_VD(), targets_BS.reshape({-1}), 512);
    const float* loss = loss_T.const_data_ptr<float>();
    for (std::int64_t b = 0; b < sequences; ++b)
        for (std::int64_t s = length - scored; s < length; ++s)
            nll[std::size_t(windows[begin + std::size_t(b)].document)] += double(loss[b * length + s]);
    if (routing == nullptr) return;
    std::vector<RoutingDecision> decisions;
    for (const RoutingDecision& decision : output.routing)
        decisions.push_back(decision.defined() ? lastTokens(decision, sequences, length, scored) : RoutingDecision());
    countRouting(decisions, torch::full({sequences}, std::int64_t(language.index), torch::kInt64), scored, *routing);
}

void scoreWindows(const Decoder& decoder, std::vector<Window> windows, LanguageId language, std::vector<double>& nll,
                  RoutingStats* routing)
{
    const torch::NoGradGuard noGradient;
    const auto kind = [](const Window& window) { return std::pair(window.inputs.size(), window.scored); };
    std::stable_sort(windows.begin(), windows.end(), [&](const Window& a, const Window& b) { return kind(a) > kind(b); });
    std::size_t begin = 0;
    while (begin < windows.size()) {
        const std::size_t most = std::max<std::size_t>(1, std::size_t(kTokensAtOnce) / windows[begin].inputs.size());
        std::size_t end = begin + 1;
        while (end < windows.size() && end - begin < most && kind(windows[end]) == kind(windows[begin])) ++end;
        scoreBatch(decoder, windows, begin, end, language, nll, routing);
        begin = end;
    }
}

/// bytes: of each document. The standard error is that of a ratio of sums over documents.
TextLikelihood summarise(const std::vector<double>& nll, const std::vector<std::int64_t>& bytes, std::int64_t tokens)
{
    TextLikelihood likelihood;
    likelihood.documents = std::int64_t(nll.size());
    likelihood.tokens = tokens;
    for (std::size_t i = 0; i < nll.size(); ++i) {
        likelihood.nll += nll[i];
        likelihood.bytes += bytes[i];
    }
    if (likelihood.bytes == 0 || tokens == 0) return likelihood;
    const double perByte = likelihood.nll / double(likelihood.bytes);
    likelihood.bitsPerByte = perByte / std::numbers::ln2;
    likelihood.tokenPerplexity = std::exp(likelihood.nll / double(tokens));
    const double count = double(nll.size());
    if (nll.size() < 2) return likelihood;
    double squares = 0;
    for (std::size_t i = 0; i < nll.size(); ++i) squares += std::pow(nll[i] - perByte * double(bytes[i]), 2);
    likelihood.bitsPerByteStandardError =
        std::sqrt(count / (count - 1) * squares) / double(likelihood.bytes) / std::numbers::ln2;
    return likelihood;
}

}  // namespace

TextLikelihood scoreHeldout(const Decoder& decoder, const TokenShard& shard, std::int64_t maxBytes, std::int32_t endOfDocument,
                            LanguageId language, RoutingStats* routing)
{
    const std::int64_t window = decoder.shape().contextLength;
    std::vector<Window> windows;
    std::vector<std::int64_t> bytes;
    std::int64_t tokens = 0;
    std::int64_t total = 0;
    for (std::size_t d = 0; d < shard.documentBytes().size() && (maxBytes <= 0 || total < maxBytes); ++d) {
        const std::uint64_t begin = shard.documentStarts()[d];
        const std::uint64_t end = shard.documentStarts()[d + 1] - 1;  // without its EOS
        const auto document = shard.tokens().subspan(begin, end - begin);
        appendWindows(std::int64_t(bytes.size()), document, endOfDocument, window, std::max<std::int64_t>(1, window / 2), windows);
        bytes.push_back(std::int64_t(shard.documentBytes()[d]));
        total += bytes.back();
        tokens += std::int64_t(document.size());
    }
    std::vector<double> nll(bytes.size(), 0.0);
    scoreWindows(decoder, std::move(windows), language, nll, routing);
    return summarise(nll, bytes, tokens);
}

TextLikelihood scoreTokens(const Decoder& decoder, const std::vector<std::int32_t>& tokens, std::int64_t bytes,
                           std::int32_t endOfDocument, std::int64_t window, std::int64_t stride, LanguageId language,
                           RoutingStats* routing)
{
    std::vector<Window> windows;
    appendWindows(0, tokens, endOfDocument, window, stride, windows);
    std::vector<double> nll(1, 0.0);
    scoreWindows(decoder, std::move(windows), language, nll, routing);
    return summarise(nll, {bytes}, std::int64_t(tokens.size()));
}

}  // namespace moebel
