#include "engine/training/deviation_batch.h"

#include <algorithm>
#include <cassert>

#include "engine/training/losses.h"
#include "moebel/base/random.h"

namespace moebel
{
namespace
{

constexpr std::uint64_t kDocumentOrder = 0x646f6373;  // "docs"

/// Documents that predict at least one token, each with its EOS.
std::vector<std::span<const std::int32_t>> documentsOf(const TokenShard& shard)
{
    std::vector<std::span<const std::int32_t>> documents;
    for (std::size_t d = 0; d < shard.documentBytes().size(); ++d) {
        const std::uint64_t begin = shard.documentStarts()[d], end = shard.documentStarts()[d + 1];
        if (end - begin > 1) documents.push_back(shard.tokens().subspan(begin, end - begin));
    }
    return documents;
}

DeviationBatch batchOf(std::span<const std::span<const std::int32_t>> sequences)
{
    std::size_t longest = 0;
    for (const auto& tokens : sequences) longest = std::max(longest, tokens.size());
    const auto length = std::int64_t(longest) - 1;
    DeviationBatch batch;
    batch.ids_BS = torch::zeros({std::int64_t(sequences.size()), length}, torch::kInt64);
    std::vector<std::int64_t> rows, targets;
    for (std::size_t b = 0; b < sequences.size(); ++b) {
        const auto& tokens = sequences[b];
        const std::int64_t first = std::int64_t(b) * length;
        std::copy(tokens.begin(), tokens.end() - 1, batch.ids_BS.mutable_data_ptr<std::int64_t>() + first);
        for (std::size_t s = 1; s < tokens.size(); ++s) {
            rows.push_back(first + std::int64_t(s) - 1);
            targets.push_back(tokens[s]);
        }
    }
    batch.rows_X = torch::tensor(rows, torch::kInt64);
    batch.targets_X = torch::tensor(targets, torch::kInt64);
    return batch;
}

}  // namespace

Status checkTexts(const std::vector<DeviationText>& texts, const DeviationSettings& settings)
{
    if (texts.empty()) return invalidInput("no-text", "the deviation probe has no language; name at least one");
    const std::int64_t wanted = settings.steps * settings.batchSequences;
    for (const DeviationText& text : texts) {
        assert(settings.packing ? text.stream != nullptr : text.shard != nullptr);
        const auto found = settings.packing ? std::int64_t(text.stream->samples()) : std::int64_t(documentsOf(*text.shard).size());
        if (found >= wanted) continue;
        const std::string unit =
            settings.packing ? " sequences of " + std::to_string(settings.sequenceLength) + " tokens" : " documents";
        return invalidInput("no-text", "language '" + text.language + "' has text for " + std::to_string(found) + unit +
                                           ", the probe's " + std::to_string(settings.steps) + " steps of " +
                                           std::to_string(settings.batchSequences) + " need " + std::to_string(wanted) +
                                           "; add text, leave the language out, or lower steps or batch_sequences");
    }
    return Done{};
}

DeviationBatches::DeviationBatches(const DeviationText& text, const DeviationSettings& settings, Seed seed)
    : m_text(text), m_settings(settings)
{
    if (settings.packing) return;
    const auto documents = documentsOf(*text.shard);
    for (const std::uint32_t d : randomPermutation(std::uint32_t(documents.size()), seed, kDocumentOrder))
        m_documents.push_back(documents[d].first(std::min(documents[d].size(), std::size_t(settings.sequenceLength) + 1)));
}

std::vector<std::span<const std::int32_t>> DeviationBatches::sequences(std::int64_t first, std::int64_t count) const
{
    std::vector<std::span<const std::int32_t>> result;
    for (std::int64_t i = first; i < first + count; ++i)
        result.push_back(m_settings.packing ? m_text.stream->sample(std::uint64_t(i)).tokens : m_documents[std::size_t(i)]);
    return result;
}

std::vector<DeviationBatch> DeviationBatches::ofStep(std::int64_t step) const
{
    const std::int64_t whole = m_settings.batchSequences;
    const std::int64_t micro = m_settings.microBatchSequences > 0 ? m_settings.microBatchSequences : whole;
    const auto all = sequences(step * whole, whole);
    std::vector<DeviationBatch> parts;
    for (std::int64_t begin = 0; begin < whole; begin += micro)
        parts.push_back(batchOf(std::span(all).subspan(std::size_t(begin), std::size_t(std::min(micro, whole - begin)))));
    return parts;
}

double backwardOfStep(const Decoder& decoder, const std::vector<DeviationBatch>& parts, const std::function<void()>& collect)
{
    std::int64_t tokens = 0;
    for (const DeviationBatch& part : parts) tokens += part.rows_X.numel();
    double sum = 0;
    for (const DeviationBatch& part : parts) {
        torch::Tensor hidden_XD = decoder.forward(part.ids_BS).hidden_TD;
        if (part.rows_X.numel() < hidden_XD.size(0)) hidden_XD = hidden_XD.index_select(0, part.rows_X.to(hidden_XD.device()));
        const torch::Tensor loss = languageModelLossSum(hidden_XD, decoder.head(), part.targets_X) / double(tokens);
        loss.backward();
        sum += loss.item<double>();
        if (collect) collect();
    }
    return sum;
}

}  // namespace moebel
