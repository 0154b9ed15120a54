// Pictures of a similarity matrix as values: a tree, an order of its leaves, points in the plane. Distance is 1 - similarity,
// and nothing is closer than 0.
#pragma once

#include <cstddef>
#include <vector>

#include "moebel/analysis/language_matrix.h"
#include "moebel/base/result.h"

namespace moebel
{

/// The distance of two clusters: mean of all pairs, or the farthest pair.
enum class Linkage { Average, Complete };

/// Two clusters become one. Node i < n is language i, node n + k the merge k.
struct Merge {
    std::size_t left = 0;  ///< the node with the lower first language
    std::size_t right = 0;
    double height = 0;     ///< distance of the two
    std::size_t size = 0;  ///< languages in it

    bool operator==(const Merge&) const = default;
};

/// Agglomerative clustering, from the closest pair to the whole; n - 1 merges. The first pair wins ties. Error: an unknown
/// pair.
Result<std::vector<Merge>> dendrogram(const LanguageMatrix& matrix, Linkage linkage);

/// The order of the languages in which no branch crosses and neighbours are as close as the tree allows (Bar-Joseph et al.
/// 2001): smallest sum of the distances between neighbours. Of an order and its reverse, the one that begins with the lower
/// language. Precondition: `tree` is a dendrogram of that matrix.
std::vector<std::size_t> optimalLeafOrder(const std::vector<Merge>& tree, const LanguageMatrix& matrix);

struct MapPoint {
    double x = 0, y = 0;

    bool operator==(const MapPoint&) const = default;
};

/// Languages as points whose distances are close to those of the matrix.
struct LanguageMap {
    std::vector<MapPoint> points;  ///< a language each, around the origin
    double shown = 0;              ///< share of the positive eigenvalues that two dimensions show; 1 is everything

    bool operator==(const LanguageMap&) const = default;
};

/// Classical (Torgerson) scaling to two dimensions. In each the coordinate of largest magnitude is positive. Error: an unknown
/// pair.
Result<LanguageMap> classicalScaling(const LanguageMatrix& matrix);

}  // namespace moebel
