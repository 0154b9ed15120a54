// Values of a GGUF file's architecture read in their ranges; the first fault is kept.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "moebel/base/gguf.h"

namespace moebel
{

class GgufFields
{
public:
    explicit GgufFields(const GgufHeader& header)
        : m_header(header), m_architecture(header.get<std::string>("general.architecture").value_or(""))
    {
    }

    const std::string& architecture() const { return m_architecture; }
    bool has(const std::string& name) const { return m_header.values.contains(keyOf(name)); }
    /// Null where there is none.
    const GgufTensor* tensor(const std::string& name) const
    {
        const auto found = std::find_if(m_header.tensors.begin(), m_header.tensors.end(),
                                        [&](const GgufTensor& tensor) { return tensor.name == name; });
        return found == m_header.tensors.end() ? nullptr : &*found;
    }

    /// 1 to `high`; a missing one without `fallback` is a fault.
    std::int64_t integer(const std::string& name, std::int64_t high, std::optional<std::int64_t> fallback = {})
    {
        if (!has(name)) {
            if (!fallback) fault(keyOf(name) + " is missing");
            return fallback.value_or(1);
        }
        const GgufValue& value = m_header.values.at(keyOf(name));
        const auto* number = std::get_if<std::int64_t>(&value);
        if (number != nullptr && *number >= 1 && *number <= high) return *number;
        fault(keyOf(name) + " is " + described(value) + ", expected a whole number from 1 to " + std::to_string(high));
        return 1;
    }
    double positive(const std::string& name, double fallback)
    {
        if (!has(name)) return fallback;
        const GgufValue& value = m_header.values.at(keyOf(name));
        if (const auto* whole = std::get_if<std::int64_t>(&value); whole != nullptr && *whole > 0) return double(*whole);
        const auto* number = std::get_if<double>(&value);
        if (number != nullptr && *number > 0 && std::isfinite(*number)) return *number;
        fault(keyOf(name) + " is " + described(value) + ", expected a number above 0");
        return fallback;
    }
    /// "" where it is missing.
    std::string word(const std::string& name)
    {
        if (!has(name)) return {};
        const GgufValue& value = m_header.values.at(keyOf(name));
        if (const auto* text = std::get_if<std::string>(&value)) return *text;
        fault(keyOf(name) + " is " + described(value) + ", expected a text");
        return {};
    }
    void fault(const std::string& what)
    {
        const std::string file = m_header.file.string();
        if (!m_error) m_error = invalidInput("bad-config", file + ": " + what, file);
    }
    void fault(const Error& error)
    {
        if (!m_error) m_error = error;
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    std::string keyOf(const std::string& name) const { return m_architecture + '.' + name; }
    static std::string described(const GgufValue& value)
    {
        if (std::holds_alternative<bool>(value)) return "a boolean";
        if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
        if (const auto* number = std::get_if<double>(&value)) return std::to_string(*number);
        return std::holds_alternative<std::string>(value) ? "a text" : "a list";
    }

    const GgufHeader& m_header;
    std::string m_architecture;
    std::optional<Error> m_error;
};

}  // namespace moebel
