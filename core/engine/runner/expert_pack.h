// What an expansion adds to its base model, alone: new experts and routers. core/doc/formats/expert_pack.md.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/model/decoder.h"
#include "engine/text/tokenizer.h"
#include "moebel/base/result.h"

namespace moebel
{

/// SHA-256 over names, shapes and fp32 weights of the dense model inside: all but new experts and routers, expert 0 under the
/// names of a dense feed-forward network. The same for a dense model and for what was expanded from it with everything else
/// frozen, however their files are divided.
std::string hashOfDensePart(const Decoder& decoder);

struct ExpertPack {
    const Decoder& decoder;                ///< with layers of several experts
    const Tokenizer* tokenizer = nullptr;  ///< none: that of the base is taken
    std::string card;                      ///< README.md
    std::string title, run;                ///< for people; may be empty
};
/// Makes `folder`, whole or not at all. Errors: "not-a-mixture", "exists", "no-space".
Status writeExpertPack(const ExpertPack& pack, const std::filesystem::path& folder);

/// The expanded model, weight for weight as it was packed. `base`: the dense model; where the pack was made in bfloat16, its
/// weights are rounded first. Errors: "bad-pack", "damaged-pack", "base-not-dense", "wrong-base" with both hashes.
Result<std::unique_ptr<Decoder>> unpackExperts(const std::filesystem::path& pack, const Decoder& base);

}  // namespace moebel
