// What the routers did: raw sums by layer, expert and language. Everything else is derived when read.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "moebel/base/ids.h"

namespace moebel {

/// The sums that are kept for each (language, layer, expert).
enum class RoutingKind {
    Count,     ///< tokens for which the expert is in the top-K
    TopOne,    ///< tokens for which it has the highest score
    GateMass,  ///< sum of its kept, renormalised weights
    SoftScore,  ///< sum of its softmax score over all experts, before top-K
    Bypass      ///< at expert 0: tokens that a language classifier sent past the router; they count as once expert 0 in the others
};
inline constexpr RoutingKind kRoutingKinds[] = {RoutingKind::Count, RoutingKind::TopOne, RoutingKind::GateMass,
                                                RoutingKind::SoftScore, RoutingKind::Bypass};
std::string_view name(RoutingKind kind);  ///< "count", "top-one", "gate-mass", "soft-score", "bypass"

/// Sums over a window (a logging interval in training, a held-out text in evaluation). Ragged: layers differ in experts;
/// a layer with one expert is dense, has no router and holds zeros.
class RoutingStats {
public:
    RoutingStats() = default;
    /// Zeros. `experts`: experts per layer, the original one included.
    RoutingStats(std::vector<std::int64_t> experts, std::int64_t languages);

    const std::vector<std::int64_t>& experts() const { return m_experts; }
    std::int64_t languages() const { return m_languages; }
    std::int64_t layers() const { return std::int64_t(m_experts.size()); }
    /// Experts of all layers together: the length of one language's row.
    std::int64_t rowSize() const { return m_rowSize; }
    /// Start of a layer inside a row.
    std::int64_t offset(LayerId layer) const { return m_offsets[std::size_t(layer.index)]; }

    /// Tokens seen of a language (the same in every layer).
    double tokens(LanguageId language) const { return m_tokens[std::size_t(language.index)]; }
    double& tokens(LanguageId language) { return m_tokens[std::size_t(language.index)]; }

    /// One language's sums of a kind: rowSize() values, layer after layer.
    const double* row(RoutingKind kind, LanguageId language) const;
    double* row(RoutingKind kind, LanguageId language);
    double at(RoutingKind kind, LanguageId language, ExpertId expert) const;

    /// Whether any token of the language went past a router. Records without it were made before there were classifiers.
    bool hasBypass(LanguageId language) const;

    /// Zeros again, in the same memory.
    void clear();
    /// Adds the sums of another window. Precondition: same experts and languages.
    void add(const RoutingStats& other);

    bool operator==(const RoutingStats&) const = default;

private:
    std::vector<std::int64_t> m_experts;
    std::vector<std::int64_t> m_offsets;
    std::int64_t m_languages = 0;
    std::int64_t m_rowSize = 0;
    std::vector<double> m_tokens;
    std::vector<double> m_sums;  ///< [kind][language][row]
};

/// Mean softmax score of an expert on a language's tokens (paper figure 3 for expert 0); NaN without tokens or router.
double meanScore(const RoutingStats& stats, LanguageId language, ExpertId expert);
/// Share of tokens with the expert in their top-K; sums to K over the experts.
double selectionShare(const RoutingStats& stats, LanguageId language, ExpertId expert);
/// Share of tokens with the expert on top; sums to 1.
double topOneShare(const RoutingStats& stats, LanguageId language, ExpertId expert);
/// Mean kept weight; sums to 1.
double gateShare(const RoutingStats& stats, LanguageId language, ExpertId expert);
/// Share of a language's tokens that the layer's classifier sends past the router.
double bypassShare(const RoutingStats& stats, LanguageId language, LayerId layer);
/// Entropy in nats of the mean softmax scores of a layer.
double routingEntropy(const RoutingStats& stats, LanguageId language, LayerId layer);
/// Largest share of selections over the fair one (1 = balanced), all languages together.
double loadImbalance(const RoutingStats& stats, LayerId layer);

}  // namespace moebel
