// 1 - similarity as a matrix of distances.
#pragma once

#include <algorithm>
#include <vector>

#include "moebel/analysis/language_matrix.h"

namespace moebel
{

/// None is below 0, and a language is no way from itself. Precondition: every pair is known.
class Distances
{
public:
    explicit Distances(const LanguageMatrix& matrix) : m_size(matrix.size()), m_values(m_size * m_size, 0)
    {
        for (std::size_t a = 0; a < m_size; ++a)
            for (std::size_t b = 0; b < a; ++b) set(a, b, std::max(0.0, 1 - matrix.at(a, b)));
    }

    std::size_t size() const { return m_size; }
    double at(std::size_t a, std::size_t b) const { return m_values[a * m_size + b]; }
    void set(std::size_t a, std::size_t b, double value) { m_values[a * m_size + b] = m_values[b * m_size + a] = value; }

private:
    std::size_t m_size;
    std::vector<double> m_values;
};

}  // namespace moebel
