#include <algorithm>
#include <cmath>
#include <limits>

#include "language_distance.h"
#include "moebel/analysis/language_map.h"

namespace moebel
{
namespace
{

constexpr double kFar = std::numeric_limits<double>::infinity();

/// A cluster that has no parent yet; its distances lie in the row of its first language.
struct Cluster {
    std::size_t first = 0, node = 0, size = 1;
};

std::pair<std::size_t, std::size_t> closest(const std::vector<Cluster>& clusters, const Distances& distances)
{
    std::pair<std::size_t, std::size_t> best{0, 1};
    double least = kFar;
    for (std::size_t a = 0; a < clusters.size(); ++a)
        for (std::size_t b = a + 1; b < clusters.size(); ++b)
            if (const double distance = distances.at(clusters[a].first, clusters[b].first); distance < least) {
                least = distance;
                best = {a, b};
            }
    return best;
}

double joined(const Cluster& left, double toLeft, const Cluster& right, double toRight, Linkage linkage)
{
    if (linkage == Linkage::Complete) return std::max(toLeft, toRight);
    return (double(left.size) * toLeft + double(right.size) * toRight) / double(left.size + right.size);
}

/// Languages below each node, and the best order of them by its two ends.
class LeafOrders
{
public:
    LeafOrders(const std::vector<Merge>& tree, const LanguageMatrix& matrix)
        : m_tree(tree), m_distances(matrix), m_count(matrix.size())
    {
        m_leaves.resize(m_count + tree.size());
        m_best.assign(m_count * m_count, 0);
        m_inner.assign(m_count * m_count, {0, 0});
        for (std::size_t i = 0; i < m_count; ++i) m_leaves[i] = {i};
        for (std::size_t k = 0; k < tree.size(); ++k) solve(m_count + k, tree[k].left, tree[k].right);
    }

    std::vector<std::size_t> best() const
    {
        if (m_tree.empty()) return m_count == 1 ? std::vector<std::size_t>{0} : std::vector<std::size_t>{};
        const std::size_t root = m_leaves.size() - 1;
        std::size_t first = m_leaves[m_tree.back().left].front(), last = m_leaves[m_tree.back().right].front();
        for (const std::size_t a : m_leaves[m_tree.back().left])
            for (const std::size_t b : m_leaves[m_tree.back().right])
                if (m_best[a * m_count + b] < m_best[first * m_count + last]) first = a, last = b;
        if (first > last) std::swap(first, last);
        std::vector<std::size_t> order;
        write(root, first, last, order);
        return order;
    }

private:
    /// For every language of the one child at one end and of the other child at the other: the languages that meet in the
    /// middle. An end and the middle of a child with several languages are on different sides of it.
    void solve(std::size_t node, std::size_t left, std::size_t right)
    {
        const auto& as = m_leaves[left];
        const auto& bs = m_leaves[right];
        for (const std::size_t a : as) {
            std::vector<double> reach(m_count,
                                      kFar);  // from the end `a` through the left child to each language of the right one
            std::vector<std::size_t> through(m_count, 0);
            for (const std::size_t b : bs)
                for (const std::size_t middle : oppositeOf(left, a))
                    if (const double cost = m_best[a * m_count + middle] + m_distances.at(middle, b); cost < reach[b])
                        reach[b] = cost, through[b] = middle;
            for (const std::size_t b : bs) {
                double least = kFar;
                for (const std::size_t middle : oppositeOf(right, b))
                    if (const double cost = reach[middle] + m_best[middle * m_count + b]; cost < least) {
                        least = cost;
                        m_inner[a * m_count + b] = {through[middle], middle};
                        m_inner[b * m_count + a] = {middle, through[middle]};
                    }
                m_best[a * m_count + b] = m_best[b * m_count + a] = least;
            }
        }
        m_leaves[node] = as;
        m_leaves[node].insert(m_leaves[node].end(), bs.begin(), bs.end());
    }

    bool isBelow(std::size_t node, std::size_t leaf) const
    {
        return std::find(m_leaves[node].begin(), m_leaves[node].end(), leaf) != m_leaves[node].end();
    }

    /// The languages that can stand at the other end of a node; a single language is both ends.
    const std::vector<std::size_t>& oppositeOf(std::size_t node, std::size_t leaf) const
    {
        if (node < m_count) return m_leaves[node];
        const Merge& merge = m_tree[node - m_count];
        return m_leaves[isBelow(merge.left, leaf) ? merge.right : merge.left];
    }

    void write(std::size_t node, std::size_t first, std::size_t last, std::vector<std::size_t>& order) const
    {
        if (node < m_count) return order.push_back(node);
        const auto [before, after] = m_inner[first * m_count + last];
        const Merge& merge = m_tree[node - m_count];
        const bool leftFirst = isBelow(merge.left, first);
        write(leftFirst ? merge.left : merge.right, first, before, order);
        write(leftFirst ? merge.right : merge.left, after, last, order);
    }

    const std::vector<Merge>& m_tree;
    const Distances m_distances;
    const std::size_t m_count;
    std::vector<std::vector<std::size_t>> m_leaves;            ///< [node]
    std::vector<double> m_best;                                ///< [first][last]: least sum of the node where they part
    std::vector<std::pair<std::size_t, std::size_t>> m_inner;  ///< [first][last]: who meets in its middle
};

}  // namespace

Result<std::vector<Merge>> dendrogram(const LanguageMatrix& matrix, Linkage linkage)
{
    if (Status known = everyPairKnown(matrix); !known) return known.error();
    Distances distances(matrix);
    std::vector<Cluster> clusters;
    for (std::size_t i = 0; i < matrix.size(); ++i) clusters.push_back({i, i, 1});
    std::vector<Merge> tree;
    while (clusters.size() > 1) {
        const auto [a, b] = closest(clusters, distances);
        Cluster& left = clusters[a];
        const Cluster right = clusters[b];
        tree.push_back({left.node, right.node, distances.at(left.first, right.first), left.size + right.size});
        for (const Cluster& other : clusters)
            if (other.first != left.first && other.first != right.first)
                distances.set(left.first, other.first,
                              joined(left, distances.at(left.first, other.first), right, distances.at(right.first, other.first),
                                     linkage));
        left.node = matrix.size() + tree.size() - 1;
        left.size += right.size;
        clusters.erase(clusters.begin() + std::ptrdiff_t(b));
    }
    return tree;
}

std::vector<std::size_t> optimalLeafOrder(const std::vector<Merge>& tree, const LanguageMatrix& matrix)
{
    return LeafOrders(tree, matrix).best();
}

}  // namespace moebel
