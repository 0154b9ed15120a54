#include "moebel/base/pickle.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace moebel
{
namespace
{

/// The mark and the protocol; six zeros behind them are the length that a safetensors file begins with.
bool beginsLikePickle(std::string_view bytes)
{
    if (bytes.starts_with(std::string_view("PK\x03\x04", 4))) return true;
    return bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5 &&
           (bytes.size() < 8 || bytes.substr(2, 6) != std::string_view("\0\0\0\0\0\0", 6));
}

}  // namespace

bool isNamedLikePickle(const std::filesystem::path& file)
{
    constexpr std::array<std::string_view, 5> kEndings = {".bin", ".pt", ".pth", ".ckpt", ".pkl"};
    const std::string name = file.filename().string();
    const auto ends = [&](std::string_view ending) { return name.ends_with(ending) || name.ends_with(std::string(ending) + ".index.json"); };
    return std::any_of(kEndings.begin(), kEndings.end(), ends);
}

Status refusePickle(const std::filesystem::path& file, std::string_view instead)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return Done{};
    std::array<char, 8> beginning{};
    std::ifstream stream(file, std::ios::binary);
    stream.read(beginning.data(), std::streamsize(beginning.size()));
    if (!isNamedLikePickle(file) && !beginsLikePickle({beginning.data(), std::size_t(stream.gcount())})) return Done{};
    return invalidInput("pickle-refused",
                        file.string() + " is a pickle, which can run code when it is read: " + std::string(instead), file.string());
}

}  // namespace moebel
