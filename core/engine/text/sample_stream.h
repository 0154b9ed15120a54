// A training sample is a pure function of (shards, seed, global sample index): nothing to save, nothing to drift on resume.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/text/token_shard.h"
#include "moebel/base/ids.h"
#include "moebel/experiment/experiment.h"

namespace moebel {

/// Blocks of one language's concatenated documents (methods.md 1.6: EOS between documents, fixed blocks, no mask across
/// documents, the rest dropped). A sample is one block of `length + 1` tokens: inputs and shifted targets.
struct MixturePart {
    const TokenShard* shard = nullptr;
    LanguageId language;
    double weight = 1;  ///< share of samples, normalised over the parts
};

class SampleStream {
public:
    /// Errors "no-text" when a part with a weight has less than one block, or no part has a weight. The shards must outlive it.
    static Result<SampleStream> make(std::vector<MixturePart> parts, std::int64_t length, Seed seed);

    /// Runs of `run` samples, each of one group of parts; groups alternate by the weights of their parts as parts do.
    static Result<SampleStream> makeGrouped(const std::vector<std::vector<MixturePart>>& groups, std::int64_t length,
                                            std::int64_t run, Seed seed);

    struct Sample {
        LanguageId language;
        std::span<const std::int32_t> tokens;  ///< length + 1 ids inside the mapped shard
    };
    /// Each part's blocks are used once an epoch in an order drawn from (seed, part, epoch); parts alternate by weight: every
    /// cycle of the stream holds each part by its share (to one percent of it), in an order drawn from (seed, cycle). Any
    /// thread may ask.
    Sample sample(std::uint64_t globalIndex) const;

    std::int64_t length() const { return m_length; }
    /// Share of a language among the samples, for so many languages; 0 for one that is no part.
    std::vector<double> shares(std::size_t languages) const;
    /// Different samples that there are, of all parts with a weight together.
    std::uint64_t samples() const;
    /// Hash of the shards' content hashes, the weights and the length.
    std::string dataHash() const;

    SampleStream(SampleStream&&) noexcept;
    SampleStream& operator=(SampleStream&&) noexcept;
    ~SampleStream();

private:
    struct Orders;
    SampleStream();
    void shuffleCycle(std::uint64_t cycle) const;
    Sample sampleOfGroup(std::uint64_t globalIndex) const;
    void setParts(std::vector<MixturePart> parts, double total);

    std::vector<MixturePart> m_parts;
    std::int64_t m_length = 0;
    Seed m_seed;
    std::vector<std::int32_t> m_cycle;   ///< part of each position of a cycle, before it is shuffled
    std::vector<std::int64_t> m_counts;  ///< positions of each part in a cycle
    std::vector<SampleStream> m_groups;  ///< one a part, which has no shard then
    std::uint64_t m_run = 1;             ///< samples of one group, one after the other
    std::unique_ptr<Orders> m_orders;    ///< permutations in use
};

/// Shares of samples by language: roles by replay ratio (original : expanded tokens; 0 = expanded only; `originalOnly` for the
/// base), languages inside a role by weight * size^temperature; `weights` by code, 1 where there is none.
std::vector<double> mixtureWeights(const std::vector<Language>& languages, const std::vector<std::int64_t>& tokens,
                                   double replayRatio, bool originalOnly, double temperature,
                                   const std::map<std::string, double>& weights = {});

}  // namespace moebel
