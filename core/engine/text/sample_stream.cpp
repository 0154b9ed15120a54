#include "engine/text/sample_stream.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>

#include "moebel/base/hash.h"
#include "moebel/base/random.h"

namespace moebel {

namespace {

// Purposes of derived seeds.
constexpr std::uint64_t kCycleOrder = 0x6379636c65;  // "cycle"
constexpr std::uint64_t kBlockOrder = 0x626c6f636b;  // "block"
constexpr std::uint64_t kGroupOrder = 0x67726f7570;  // "group"
constexpr std::int64_t kLongestCycle = 1024;

/// Blocks of `length` tokens and one target more that fit.
std::uint64_t blocksOf(const TokenShard& shard, std::int64_t length)
{
    const std::size_t tokens = shard.tokens().size();
    return tokens == 0 ? 0 : (tokens - 1) / static_cast<std::uint64_t>(length);
}

/// Positions of a cycle of `size` by weight: each part at least once, the rest by largest remainder, ties to the first.
std::vector<std::int64_t> positionsByWeight(const std::vector<double>& weights, std::int64_t size)
{
    std::vector<std::int64_t> counts;
    std::int64_t left = size;
    for (const double weight : weights) {
        counts.push_back(weight > 0 ? std::max<std::int64_t>(1, std::int64_t(weight * double(size))) : 0);
        left -= counts.back();
    }
    const auto missing = [&](std::size_t part) { return weights[part] * double(size) - double(counts[part]); };
    for (; left != 0; left += left > 0 ? -1 : 1) {
        std::size_t chosen = 0;
        double best = -std::numeric_limits<double>::infinity();
        for (std::size_t part = 0; part < counts.size(); ++part) {
            const double gain = left > 0 ? missing(part) : -missing(part);
            const bool allowed = left > 0 ? weights[part] > 0 : counts[part] > 1;
            if (allowed && gain > best + 1e-9) {
                best = gain;
                chosen = part;
            }
        }
        counts[chosen] += left > 0 ? 1 : -1;
    }
    return counts;
}

/// The shortest cycle that gives every part its share within one percent of it, else the longest one.
std::vector<std::int64_t> cycleCounts(const std::vector<double>& weights)
{
    const auto used = std::count_if(weights.begin(), weights.end(), [](double weight) { return weight > 0; });
    const std::int64_t longest = std::max<std::int64_t>(kLongestCycle, 8 * used);
    for (std::int64_t size = used;; ++size) {
        const std::vector<std::int64_t> counts = positionsByWeight(weights, size);
        bool exact = true;
        for (std::size_t part = 0; part < weights.size(); ++part)
            exact = exact && std::abs(double(counts[part]) / double(size) - weights[part]) <= 0.01 * weights[part];
        if (exact || size >= longest) return counts;
    }
}

}  // namespace

/// Orders computed last; a lookup gives the same with or without them.
struct SampleStream::Orders {
    struct Place {
        std::size_t part = 0;
        std::uint64_t before = 0;  ///< samples of the part earlier in the cycle
    };
    std::mutex mutex;
    std::uint64_t cycle = std::numeric_limits<std::uint64_t>::max();
    std::vector<Place> places;
    std::map<std::size_t, std::pair<std::uint64_t, std::vector<std::uint32_t>>> blocks;  ///< part -> epoch, order
};

SampleStream::SampleStream() : m_orders(std::make_unique<Orders>()) {}
SampleStream::SampleStream(SampleStream&&) noexcept = default;
SampleStream& SampleStream::operator=(SampleStream&&) noexcept = default;
SampleStream::~SampleStream() = default;

Result<SampleStream> SampleStream::make(std::vector<MixturePart> parts, std::int64_t length, Seed seed)
{
    if (length < 1)
        return invalidInput("bad-length",
                            "a sample has a length of " + std::to_string(length) + " tokens, at least 1 is needed");
    double total = 0;
    for (const MixturePart& part : parts) {
        if (!std::isfinite(part.weight) || part.weight < 0)
            return invalidInput("bad-weight", "a language of the mixture has the weight " + std::to_string(part.weight) +
                                                  ", weights are 0 or more");
        if (part.weight > 0 && (!part.shard || blocksOf(*part.shard, length) == 0))
            return invalidInput("no-text", (part.shard ? part.shard->language() : "a language") + " has " +
                                               std::to_string(part.shard ? part.shard->tokens().size() : 0) +
                                               " tokens of training text, one sample needs " + std::to_string(length + 1) +
                                               "; add text or use a smaller sequence_length");
        if (part.weight > 0 && blocksOf(*part.shard, length) > std::numeric_limits<std::uint32_t>::max())
            return invalidInput("too-much-text",
                                part.shard->language() + " has more than 2^32 samples; use a larger sequence_length");
        total += part.weight;
    }
    if (total <= 0)
        return invalidInput("no-text", "no language of the mixture has a share; give this stage at least one language");

    SampleStream stream;
    stream.m_length = length;
    stream.m_seed = seed;
    stream.setParts(std::move(parts), total);
    return stream;
}

void SampleStream::setParts(std::vector<MixturePart> parts, double total)
{
    std::vector<double> weights;
    for (MixturePart& part : parts) weights.push_back(part.weight /= total);
    m_counts = cycleCounts(weights);
    for (std::size_t part = 0; part < parts.size(); ++part)
        m_cycle.insert(m_cycle.end(), std::size_t(m_counts[part]), std::int32_t(part));
    m_parts = std::move(parts);
}

Result<SampleStream> SampleStream::makeGrouped(const std::vector<std::vector<MixturePart>>& groups, std::int64_t length,
                                               std::int64_t run, Seed seed)
{
    SampleStream stream;
    stream.m_length = length;
    stream.m_seed = seed;
    stream.m_run = std::uint64_t(run);
    std::vector<MixturePart> parts;
    double total = 0;
    for (const std::vector<MixturePart>& group : groups) {
        auto inner = make(group, length, deriveSeed(deriveSeed(seed, kGroupOrder), stream.m_groups.size()));
        if (!inner) return inner.error();
        stream.m_groups.push_back(std::move(*inner));
        parts.emplace_back();
        parts.back().weight = 0;
        for (const MixturePart& part : group) parts.back().weight += part.weight;
        total += parts.back().weight;
    }
    stream.setParts(std::move(parts), total);
    return stream;
}

SampleStream::Sample SampleStream::sampleOfGroup(std::uint64_t globalIndex) const
{
    const std::uint64_t run = globalIndex / m_run, cycle = run / m_cycle.size();
    Orders::Place place;
    {
        const std::lock_guard lock(m_orders->mutex);
        if (m_orders->cycle != cycle) shuffleCycle(cycle);
        place = m_orders->places[run % m_cycle.size()];
    }
    const std::uint64_t ordinal = cycle * std::uint64_t(m_counts[place.part]) + place.before;
    return m_groups[place.part].sample(ordinal * m_run + globalIndex % m_run);
}

SampleStream::Sample SampleStream::sample(std::uint64_t globalIndex) const
{
    if (!m_groups.empty()) return sampleOfGroup(globalIndex);
    const std::uint64_t cycle = globalIndex / m_cycle.size();
    const std::lock_guard lock(m_orders->mutex);
    if (m_orders->cycle != cycle) shuffleCycle(cycle);
    const Orders::Place place = m_orders->places[globalIndex % m_cycle.size()];
    const MixturePart& part = m_parts[place.part];

    const std::uint64_t blocks = blocksOf(*part.shard, m_length);
    const std::uint64_t ordinal = cycle * std::uint64_t(m_counts[place.part]) + place.before;
    const std::uint64_t epoch = ordinal / blocks;
    auto [order, isNew] = m_orders->blocks.try_emplace(place.part);
    if (isNew || order->second.first != epoch) {
        const Seed seed = deriveSeed(deriveSeed(m_seed, kBlockOrder), place.part);
        order->second = {epoch, randomPermutation(std::uint32_t(blocks), seed, epoch)};
    }
    const std::uint64_t block = order->second.second[ordinal % blocks];
    const auto length = std::size_t(m_length);
    return {part.language, part.shard->tokens().subspan(block * length, length + 1)};
}

void SampleStream::shuffleCycle(std::uint64_t cycle) const
{
    const auto order = randomPermutation(std::uint32_t(m_cycle.size()), deriveSeed(m_seed, kCycleOrder), cycle);
    std::vector<std::uint64_t> seen(m_parts.size(), 0);
    m_orders->places.clear();
    for (const std::uint32_t position : order) {
        const auto part = std::size_t(m_cycle[position]);
        m_orders->places.push_back({part, seen[part]++});
    }
    m_orders->cycle = cycle;
}

std::vector<double> SampleStream::shares(std::size_t languages) const
{
    std::vector<double> shares(languages, 0.0);
    for (std::size_t group = 0; group < m_groups.size(); ++group) {
        const std::vector<double> inside = m_groups[group].shares(languages);
        for (std::size_t i = 0; i < languages; ++i) shares[i] += inside[i] * double(m_counts[group]) / double(m_cycle.size());
    }
    for (std::size_t part = 0; part < m_parts.size() && m_groups.empty(); ++part)
        shares[std::size_t(m_parts[part].language.index)] += double(m_counts[part]) / double(m_cycle.size());
    return shares;
}

std::uint64_t SampleStream::samples() const
{
    std::uint64_t sum = 0;
    for (const SampleStream& group : m_groups) sum += group.samples();
    for (const MixturePart& part : m_parts)
        if (part.shard != nullptr && part.weight > 0) sum += blocksOf(*part.shard, m_length);
    return sum;
}

std::string SampleStream::dataHash() const
{
    Sha256 hash;
    hash.update("sample stream 1\n" + std::to_string(m_length) + "\n");
    for (const MixturePart& part : m_parts) {
        hash.update((part.shard ? part.shard->hash() : "-") + " " + std::to_string(part.language.index) + " ");
        hash.update(&part.weight, sizeof part.weight);
    }
    for (const SampleStream& group : m_groups) hash.update(group.dataHash() + std::to_string(m_run));
    return hash.hex();
}

std::vector<double> mixtureWeights(const std::vector<Language>& languages, const std::vector<std::int64_t>& tokens,
                                   double replayRatio, bool originalOnly, double temperature,
                                   const std::map<std::string, double>& weights)
{
    const auto roleShare = [&](LanguageRole role) {
        const double original = originalOnly ? 1.0 : replayRatio / (1.0 + replayRatio);
        return role == LanguageRole::Original ? original : 1.0 - original;
    };
    const auto weightOf = [&](const Language& language) {
        const auto given = weights.find(language.code);
        return given == weights.end() ? 1.0 : given->second;
    };
    std::vector<double> shares(languages.size(), 0.0);
    for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded}) {
        std::vector<double> sizes(languages.size(), 0.0);
        for (std::size_t i = 0; i < languages.size(); ++i)
            if (languages[i].role == role && tokens[i] > 0)
                sizes[i] = weightOf(languages[i]) * std::pow(double(tokens[i]), temperature);
        const double total = std::accumulate(sizes.begin(), sizes.end(), 0.0);
        for (std::size_t i = 0; total > 0 && i < languages.size(); ++i) shares[i] += roleShare(role) * sizes[i] / total;
    }
    return shares;
}

}  // namespace moebel
