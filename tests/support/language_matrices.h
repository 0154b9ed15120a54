// Similarities of languages "l0", "l1", ... for tests of groups and maps.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "moebel/analysis/language_matrix.h"

namespace moebel::test {

inline std::vector<std::string> codes(std::size_t count)
{
    std::vector<std::string> result;
    for (std::size_t i = 0; i < count; ++i) result.push_back(std::string("l").append(std::to_string(i)));
    return result;
}

/// The similarity of a pair is 1 - its distance; only what is below the diagonal counts.
inline LanguageMatrix matrixOf(const std::vector<std::vector<double>>& distances)
{
    LanguageMatrix matrix(codes(distances.size()));
    for (std::size_t a = 0; a < distances.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) matrix.set(a, b, 1 - distances[a][b]);
    return matrix;
}

/// Distances from 0 to 2.
inline LanguageMatrix randomMatrix(std::mt19937& engine, std::size_t languages)
{
    std::vector<std::vector<double>> distances(languages, std::vector<double>(languages));
    for (auto& row : distances)
        for (double& value : row) value = std::uniform_real_distribution<double>(0, 2)(engine);
    return matrixOf(distances);
}

}  // namespace moebel::test
