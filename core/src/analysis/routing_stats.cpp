#include "moebel/analysis/routing_stats.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

namespace moebel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

bool hasRouter(const RoutingStats& stats, LayerId layer) { return stats.experts()[std::size_t(layer.index)] > 1; }

double perToken(const RoutingStats& stats, RoutingKind kind, LanguageId language, ExpertId expert)
{
    const double tokens = stats.tokens(language);
    if (tokens <= 0 || !hasRouter(stats, expert.layer)) return kNone;
    return stats.at(kind, language, expert) / tokens;
}

}  // namespace

std::string_view name(RoutingKind kind)
{
    switch (kind) {
    case RoutingKind::Count: return "count";
    case RoutingKind::TopOne: return "top-one";
    case RoutingKind::GateMass: return "gate-mass";
    case RoutingKind::SoftScore: return "soft-score";
    case RoutingKind::Bypass: return "bypass";
    }
    return {};
}

RoutingStats::RoutingStats(std::vector<std::int64_t> experts, std::int64_t languages)
    : m_experts(std::move(experts)), m_languages(languages)
{
    for (const std::int64_t count : m_experts) {
        m_offsets.push_back(m_rowSize);
        m_rowSize += count;
    }
    m_tokens.assign(std::size_t(languages), 0.0);
    m_sums.assign(std::size(kRoutingKinds) * std::size_t(languages * m_rowSize), 0.0);
}

const double* RoutingStats::row(RoutingKind kind, LanguageId language) const
{
    assert(language.index >= 0 && language.index < m_languages);
    return m_sums.data() + (std::int64_t(kind) * m_languages + language.index) * m_rowSize;
}

double* RoutingStats::row(RoutingKind kind, LanguageId language)
{
    return const_cast<double*>(std::as_const(*this).row(kind, language));
}

bool RoutingStats::hasBypass(LanguageId language) const
{
    const double* sums = row(RoutingKind::Bypass, language);
    return std::any_of(sums, sums + m_rowSize, [](double sum) { return sum != 0; });
}

double RoutingStats::at(RoutingKind kind, LanguageId language, ExpertId expert) const
{
    return row(kind, language)[offset(expert.layer) + expert.index];
}

void RoutingStats::clear()
{
    std::fill(m_tokens.begin(), m_tokens.end(), 0.0);
    std::fill(m_sums.begin(), m_sums.end(), 0.0);
}

void RoutingStats::add(const RoutingStats& other)
{
    assert(m_experts == other.m_experts && m_languages == other.m_languages);
    std::transform(m_tokens.begin(), m_tokens.end(), other.m_tokens.begin(), m_tokens.begin(), std::plus<>());
    std::transform(m_sums.begin(), m_sums.end(), other.m_sums.begin(), m_sums.begin(), std::plus<>());
}

double meanScore(const RoutingStats& stats, LanguageId language, ExpertId expert)
{
    return perToken(stats, RoutingKind::SoftScore, language, expert);
}

double selectionShare(const RoutingStats& stats, LanguageId language, ExpertId expert)
{
    return perToken(stats, RoutingKind::Count, language, expert);
}

double topOneShare(const RoutingStats& stats, LanguageId language, ExpertId expert)
{
    return perToken(stats, RoutingKind::TopOne, language, expert);
}

double gateShare(const RoutingStats& stats, LanguageId language, ExpertId expert)
{
    return perToken(stats, RoutingKind::GateMass, language, expert);
}

double bypassShare(const RoutingStats& stats, LanguageId language, LayerId layer)
{
    return perToken(stats, RoutingKind::Bypass, language, ExpertId{layer, 0});
}

double routingEntropy(const RoutingStats& stats, LanguageId language, LayerId layer)
{
    if (stats.tokens(language) <= 0 || !hasRouter(stats, layer)) return kNone;
    double entropy = 0;
    for (std::int32_t e = 0; e < stats.experts()[std::size_t(layer.index)]; ++e) {
        const double share = meanScore(stats, language, ExpertId{layer, e});
        if (share > 0) entropy -= share * std::log(share);
    }
    return entropy;
}

double loadImbalance(const RoutingStats& stats, LayerId layer)
{
    if (!hasRouter(stats, layer)) return kNone;
    const std::int64_t experts = stats.experts()[std::size_t(layer.index)];
    double total = 0;
    double largest = 0;
    for (std::int32_t e = 0; e < experts; ++e) {
        double count = 0;
        for (std::int32_t l = 0; l < stats.languages(); ++l)
            count += stats.at(RoutingKind::Count, LanguageId{l}, ExpertId{layer, e});
        total += count;
        largest = std::max(largest, count);
    }
    return total > 0 ? largest * double(experts) / total : kNone;
}

}  // namespace moebel
