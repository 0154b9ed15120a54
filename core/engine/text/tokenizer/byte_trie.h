// Texts with a number each, found as beginnings of another text in one walk.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/text/tokenizer/text_table.h"

namespace moebel
{

class ByteTrie
{
public:
    /// `bytes`: how many will come; with more it grows.
    explicit ByteTrie(std::size_t bytes = 0) : m_edges(std::bit_ceil(2 * bytes + 16)), m_values(1, -1) {}

    /// Of equal texts the last one counts. Precondition: value >= 0.
    void add(std::string_view text, std::int32_t value)
    {
        std::int32_t node = 0;
        for (const char byte : text) {
            Edge& edge = m_edges[slotOf(node, byte)];
            const bool isNew = edge.to == 0;
            if (isNew) {
                edge = {keyOf(node, byte), std::int32_t(m_values.size())};
                m_values.push_back(-1);
            }
            node = edge.to;
            if (isNew && 2 * m_values.size() > m_edges.size()) grow();
        }
        m_values[std::size_t(node)] = value;
    }

    /// found(size, value) for every text that `text` begins with, the shortest first; the empty one is left out.
    template <typename Found>
    void walk(std::string_view text, Found found) const
    {
        std::int32_t node = 0;
        for (std::size_t size = 0; size < text.size(); ++size) {
            node = m_edges[slotOf(node, text[size])].to;
            if (node == 0) return;
            if (m_values[std::size_t(node)] >= 0) found(size + 1, m_values[std::size_t(node)]);
        }
    }

private:
    struct Edge {
        std::uint64_t key = 0;
        std::int32_t to = 0;  ///< 0: an empty slot
    };
    static std::uint64_t keyOf(std::int32_t node, char byte)
    {
        return (std::uint64_t(std::uint32_t(node)) << 8) | std::uint8_t(byte);
    }
    void grow()
    {
        std::vector<Edge> edges(2 * m_edges.size());
        edges.swap(m_edges);
        for (const Edge& edge : edges)
            if (edge.to != 0) m_edges[slotOf(std::int32_t(edge.key >> 8), char(std::uint8_t(edge.key)))] = edge;
    }
    /// Where the edge is, or could be.
    std::size_t slotOf(std::int32_t node, char byte) const
    {
        const std::uint64_t key = keyOf(node, byte);
        const std::size_t mask = m_edges.size() - 1;
        std::size_t slot = std::size_t(((key ^ m_seed) * 0x9E3779B97F4A7C15U) >> 24) & mask;
        while (m_edges[slot].to != 0 && m_edges[slot].key != key) slot = (slot + 1) & mask;
        return slot;
    }

    std::uint64_t m_seed = hashSeed();
    std::vector<Edge> m_edges;
    std::vector<std::int32_t> m_values;  ///< of every node, -1: none
};

}  // namespace moebel
