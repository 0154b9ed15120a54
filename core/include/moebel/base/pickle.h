// Pickles run code when they are read. They are known by their name and by their first bytes, and never read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "moebel/base/result.h"

namespace moebel
{

/// .bin, .pt, .pth, .ckpt, .pkl, or the index of such files.
bool isNamedLikePickle(const std::filesystem::path& file);
/// Error "pickle-refused": a regular file with such a name, or with the first bytes of a pickle or of the zip that PyTorch packs one
/// into, whatever it is called. `instead`: what to do, the end of the sentence.
Status refusePickle(const std::filesystem::path& file, std::string_view instead);

}  // namespace moebel
