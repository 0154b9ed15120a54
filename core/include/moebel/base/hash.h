// SHA-256 as lower-case hex: the identity of texts, descriptions and checkpoint files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "moebel/base/result.h"

namespace moebel {

/// Feed pieces, take the 64 hex digits once.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(const void* data, std::size_t size);
    void update(std::string_view text) { update(text.data(), text.size()); }
    /// Ends the computation; call once.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

std::string sha256Hex(std::string_view bytes);
Result<std::string> sha256OfFile(const std::filesystem::path& file);

}  // namespace moebel
