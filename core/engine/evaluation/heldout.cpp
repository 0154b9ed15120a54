#include "engine/evaluation/heldout.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/training/losses.h"
#include "engine/training/stage_trainer.h"

namespace moebel {
namespace {

constexpr std::int64_t kTokensAtOnce = 2048;
constexpr std::int64_t kLongestWindow = 4096;

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

/// Windows padded on the right to the first, longest one. Attention is causal, so padding changes no scored token.
struct WindowBatch {
    torch::Tensor ids_BS;
    torch::Tensor scoredRows;     ///< int64: rows of the flattened batch whose targets count
    torch::Tensor scoredTargets;  ///< int64, one a scored row
    torch::Tensor lengths_B;      ///< int64, without the padding
};

WindowBatch makeWindowBatch(const std::vector<Window>& windows, std::size_t begin, std::size_t end, std::int32_t padding)
{
    const std::int64_t length = std::int64_t(windows[begin].inputs.size());
    WindowBatch batch{torch::full({std::int64_t(end - begin), length}, std::int64_t(padding), torch::kInt64), {}, {}, {}};
    std::vector<std::int64_t> rows, targets, lengths;
    for (std::size_t i = begin; i < end; ++i) {
        const Window& window = windows[i];
        const std::int64_t first = std::int64_t(i - begin) * length;
        std::copy(window.inputs.begin(), window.inputs.end(), batch.ids_BS.mutable_data_ptr<std::int64_t>() + first);
        const std::int64_t tokens = std::int64_t(window.targets.size());
        lengths.push_back(tokens);
        for (std::int64_t s = tokens - window.scored; s < tokens; ++s) {
            rows.push_back(first + s);
            targets.push_back(window.targets[std::size_t(s)]);
        }
    }
    batch.lengths_B = torch::tensor(lengths, torch::kInt64);
    batch.scoredRows = torch::tensor(rows, torch::kInt64);
    batch.scoredTargets = torch::tensor(targets, torch::kInt64);
    return batch;
}

/// The decisions of some tokens.
RoutingDecision ofRows(const RoutingDecision& decision, const torch::Tensor& rows)
{
    if (!decision.defined()) return {};
    const auto select = [&](const torch::Tensor& tensor) { return tensor.index_select(0, rows); };
    RoutingDecision some{select(decision.logits_TE), select(decision.scores_TE), select(decision.weights_TK),
                         select(decision.expert_ids_TK)};
    if (decision.bypass_T.defined()) some.bypass_T = select(decision.bypass_T);
    return some;
}

/// Where the routing of scored tokens is counted; either may be missing.
struct RoutingCounts {
    RoutingStats* stats = nullptr;
    std::vector<SequenceProfile>* profiles = nullptr;  ///< of the documents; sums until meansOf()
};

/// The scores of the batch's windows, whose scored tokens are the rows of `decision`.
void addToProfiles(const torch::Tensor& scores_TE, std::int64_t offset, std::span<const Window> windows,
                   std::vector<SequenceProfile>& profiles)
{
    const torch::Tensor scores = scores_TE.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const std::int64_t experts = scores.size(1);
    const float* next = scores.const_data_ptr<float>();
    for (const Window& window : windows) {
        float* sums = profiles[std::size_t(window.document)].scores.data() + offset;
        for (std::int64_t s = 0; s < window.scored; ++s, next += experts)
            for (std::int64_t e = 0; e < experts; ++e) sums[e] += next[e];
    }
}

/// Adds to each document's nll. `expert`: takes all tokens; -1: the routers decide. The head and the statistics see scored tokens only.
void scoreBatch(const Decoder& decoder, const std::vector<Window>& windows, std::size_t begin, std::size_t end,
                std::int32_t padding, LanguageId language, std::vector<double>& nll, const RoutingCounts& counts, std::int64_t expert)
{
    const WindowBatch batch = makeWindowBatch(windows, begin, end, padding);
    ForwardOptions options{batch.lengths_B};
    if (expert >= 0) options.expert_B = torch::full({batch.ids_BS.size(0)}, expert, torch::kInt64);
    const DecoderOutput output = decoder.forward(batch.ids_BS, options);
    const torch::Tensor rows = batch.scoredRows.to(output.hidden_TD.device());
    const torch::Tensor loss = tokenNegativeLogLikelihood(output.hidden_TD.index_select(0, rows), decoder.head(),
                                                          batch.scoredTargets)
                                   .cpu();
    const float* next = loss.const_data_ptr<float>();
    for (std::size_t i = begin; i < end; ++i)
        for (std::int64_t s = 0; s < windows[i].scored; ++s) nll[std::size_t(windows[i].document)] += double(*next++);
    if (counts.stats == nullptr) return;
    std::vector<RoutingDecision> decisions;
    for (const RoutingDecision& decision : output.routing) decisions.push_back(ofRows(decision, rows));
    countRouting(decisions, torch::full({1}, std::int64_t(language.index), torch::kInt64), batch.scoredRows.numel(),
                 *counts.stats);
    if (counts.profiles == nullptr) return;
    const std::span<const Window> scored(windows.data() + begin, end - begin);
    for (std::size_t layer = 0; layer < decisions.size(); ++layer)
        if (decisions[layer].defined())
            addToProfiles(decisions[layer].scores_TE, counts.stats->offset(LayerId{std::int32_t(layer)}), scored, *counts.profiles);
}

/// Documents without a token are left out: they were routed nowhere.
void meansOf(const std::vector<Window>& windows, std::vector<SequenceProfile>& profiles)
{
    for (const Window& window : windows) profiles[std::size_t(window.document)].tokens += double(window.scored);
    std::erase_if(profiles, [](const SequenceProfile& profile) { return profile.tokens == 0; });
    for (SequenceProfile& profile : profiles)
        for (float& score : profile.scores) score /= float(profile.tokens);
}

void scoreWindows(const Decoder& decoder, std::vector<Window> windows, std::int32_t padding, LanguageId language,
                  std::vector<double>& nll, const RoutingCounts& counts, const ScoringProgress& progress = {}, std::int64_t expert = -1)
{
    const torch::NoGradGuard noGradient;
    const auto longer = [](const Window& a, const Window& b) { return a.inputs.size() > b.inputs.size(); };
    std::stable_sort(windows.begin(), windows.end(), longer);
    for (std::size_t begin = 0; begin < windows.size();) {
        const std::size_t most = std::max<std::size_t>(1, std::size_t(kTokensAtOnce) / windows[begin].inputs.size());
        const std::size_t end = std::min(windows.size(), begin + most);
        scoreBatch(decoder, windows, begin, end, padding, language, nll, counts, expert);
        begin = end;
        if (progress) progress(double(end) / double(windows.size()));
    }
    if (counts.profiles != nullptr) meansOf(windows, *counts.profiles);
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
        likelihood.perDocument.push_back({nll[i], bytes[i]});
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

std::int64_t usualWindow(const ModelShape& shape) { return std::min(shape.contextLength, kLongestWindow); }

TextLikelihood scoreHeldout(const Decoder& decoder, const TokenShard& shard, std::int64_t maxBytes, std::int32_t endOfDocument,
                            LanguageId language, RoutingStats* routing, std::vector<SequenceProfile>* profiles, std::int64_t expert)
{
    const std::int64_t window = usualWindow(decoder.shape());
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
    if (routing != nullptr && profiles != nullptr)
        profiles->assign(bytes.size(), {0, std::vector<float>(std::size_t(routing->rowSize()), 0.0F)});
    scoreWindows(decoder, std::move(windows), endOfDocument, language, nll, {routing, profiles}, {}, expert);
    return summarise(nll, bytes, tokens);
}

TextLikelihood scoreTokens(const Decoder& decoder, const std::vector<std::int32_t>& tokens, std::int64_t bytes,
                           std::int32_t endOfDocument, std::int64_t window, std::int64_t stride, LanguageId language,
                           RoutingStats* routing, const ScoringProgress& progress)
{
    std::vector<Window> windows;
    appendWindows(0, tokens, endOfDocument, window, stride, windows);
    std::vector<double> nll(1, 0.0);
    scoreWindows(decoder, std::move(windows), endOfDocument, language, nll, {routing, nullptr}, progress);
    return summarise(nll, {bytes}, std::int64_t(tokens.size()));
}

Result<std::vector<TextLikelihood>> expertPerplexities(const Decoder& decoder, const std::vector<std::int32_t>& tokens,
                                                       std::int64_t bytes, std::int32_t endOfDocument, std::int64_t window,
                                                       std::int64_t stride, const ScoringProgress& progress)
{
    std::int64_t experts = 0;
    for (const std::int64_t count : decoder.allocation().experts) {
        if (count > 1 && experts > 0 && count != experts)
            return invalidInput("unequal-experts", "the layers of this model have different numbers of experts (" + std::to_string(experts) +
                                                       " and " + std::to_string(count) + "), so that no expert goes through all of them");
        if (count > 1) experts = count;
    }
    if (experts == 0) return invalidInput("not-a-mixture", "this model has no layer with several experts");
    std::vector<Window> windows;
    appendWindows(0, tokens, endOfDocument, window, stride, windows);
    std::vector<TextLikelihood> result;
    for (std::int64_t expert = 0; expert < experts; ++expert) {
        std::vector<double> nll(1, 0.0);
        const auto ofAll = [&](double fraction) { progress((double(expert) + fraction) / double(experts)); };
        scoreWindows(decoder, windows, endOfDocument, LanguageId{}, nll, {}, progress ? ScoringProgress(ofAll) : progress, expert);
        result.push_back(summarise(nll, {bytes}, std::int64_t(tokens.size())));
    }
    return result;
}

}  // namespace moebel
