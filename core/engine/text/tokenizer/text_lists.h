// Many texts in one block of memory: of a vocabulary with their numbers, and as pairs that may be joined.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moebel
{

/// At most 4 GiB of texts.
template <typename Number>
class NumberedTexts
{
public:
    struct Item {
        std::string_view text;
        Number number{};
    };
    NumberedTexts() = default;
    NumberedTexts(std::initializer_list<Item> items)
    {
        for (const Item& item : items) add(item.text, item.number);
    }

    void add(std::string_view text, Number number)
    {
        m_places.push_back({std::uint32_t(m_bytes.size()), std::uint32_t(text.size()), number});
        m_bytes += text;
    }
    bool empty() const { return m_places.empty(); }
    std::size_t size() const { return m_places.size(); }
    std::size_t bytes() const { return m_bytes.size(); }
    Item operator[](std::size_t i) const
    {
        return {std::string_view(m_bytes).substr(m_places[i].begin, m_places[i].size), m_places[i].number};
    }

private:
    struct Place {
        std::uint32_t begin = 0, size = 0;
        Number number{};
    };
    std::string m_bytes;
    std::vector<Place> m_places;
};

/// At most 4 GiB of texts.
class TextPairs
{
public:
    struct Pair {
        std::string_view left, right, whole;
    };
    TextPairs() = default;
    TextPairs(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs)
    {
        for (const auto& [left, right] : pairs) add(left, right);
    }

    void add(std::string_view left, std::string_view right)
    {
        m_places.push_back({std::uint32_t(m_bytes.size()), std::uint32_t(left.size()), std::uint32_t(right.size())});
        m_bytes += left;
        m_bytes += right;
    }
    std::size_t size() const { return m_places.size(); }
    Pair operator[](std::size_t i) const
    {
        const Place& place = m_places[i];
        const std::string_view whole = std::string_view(m_bytes).substr(place.begin, place.left + place.right);
        return {whole.substr(0, place.left), whole.substr(place.left), whole};
    }

private:
    struct Place {
        std::uint32_t begin = 0, left = 0, right = 0;
    };
    std::string m_bytes;
    std::vector<Place> m_places;
};

}  // namespace moebel
