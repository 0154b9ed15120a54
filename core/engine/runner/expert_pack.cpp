#include "engine/runner/expert_pack.h"

#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>

#include "engine/model/checkpoint/safetensors.h"
#include "engine/model/precision.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"
#include "moebel/base/json_depth.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char *kManifest = "expert_pack.json", *kConfig = "expanded_config.json", *kExperts = "experts.safetensors";
constexpr const char* kFormat = "moebel-expert-pack";
constexpr int kVersion = 1;
constexpr std::uint64_t kLargestManifest = 1U << 20, kSmallFiles = 64U << 20;

bool isAdded(const NamedParameter& parameter)
{
    return parameter.group == ParameterGroup::NewExpert || parameter.group == ParameterGroup::EarlierExpert || parameter.group == ParameterGroup::Router ||
           parameter.group == ParameterGroup::Classifier;
}

bool isMixture(const Decoder& decoder) { return mixtureLayers({decoder.shape(), decoder.allocation()}) > 0; }

/// Expert 0 as a dense feed-forward network is called.
std::string denseName(std::string name)
{
    constexpr std::string_view kFirst = ".mlp.experts.0.";
    if (const std::size_t at = name.find(kFirst); at != std::string::npos) name.replace(at, kFirst.size(), ".mlp.");
    return name;
}

NamedTensors addedTensors(const Decoder& decoder)
{
    NamedTensors tensors;
    for (const NamedParameter& parameter : decoder.parameters())
        if (isAdded(parameter)) tensors.emplace_back(parameter.name, parameter.tensor.to(torch::kFloat32));
    return tensors;
}

Status checkPlace(const NamedTensors& tensors, const fs::path& folder)
{
    std::error_code error;
    if (fs::exists(folder, error))
        return invalidInput("exists", folder.string() + ": this exists already; choose a new folder or remove it",
                            folder.string());
    std::uint64_t bytes = kSmallFiles;
    for (const auto& entry : tensors) bytes += entry.second.nbytes();
    const auto free = freeSpace(folder);
    if (!free || *free >= bytes) return Done{};
    return Error{ErrorKind::NoSpace, "no-space",
                 folder.string() + " needs " + std::to_string(bytes >> 20) + " MiB, only " + std::to_string(*free >> 20) +
                     " MiB are free; make room or choose another folder",
                 folder.string()};
}

Status writeAll(const ExpertPack& pack, const NamedTensors& tensors, const fs::path& folder)
{
    if (Status done = writeSafetensors(folder / kExperts, tensors, {{"format", "pt"}}); !done) return done;
    const auto hash = sha256OfFile(folder / kExperts);
    if (!hash) return hash.error();
    const ParameterCount count = countParameters(pack.decoder.shape(), pack.decoder.allocation());
    const ordered_json manifest = {{"format", kFormat},
                                   {"version", kVersion},
                                   {"title", pack.title},
                                   {"run", pack.run},
                                   {"base_sha256", hashOfDensePart(pack.decoder)},
                                   {"experts_sha256", *hash},
                                   {"num_experts_per_layer", pack.decoder.allocation().experts},
                                   {"new_weights", count.newExperts + count.router}};
    const std::string config = configJson(pack.decoder.shape(), pack.decoder.allocation());
    if (Status done = writeFileAtomically(folder / kConfig, config); !done) return done;
    const std::string text = manifest.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    if (Status done = writeFileAtomically(folder / kManifest, text); !done) return done;
    if (pack.tokenizer != nullptr)
        if (Status done = writeTokenizer(*pack.tokenizer, folder); !done) return done;
    return writeFileAtomically(folder / "README.md", pack.card);
}

struct Manifest {
    std::string base, experts;
};

Result<Manifest> readManifest(const fs::path& pack)
{
    const fs::path file = pack / kManifest;
    const auto bad = [&](const std::string& what) { return invalidInput("bad-pack", file.string() + ": " + what, file.string()); };
    const auto text = readFile(file, kLargestManifest);
    if (!text)
        return invalidInput("bad-pack", pack.string() + " is no expert pack: " + text.error().message, pack.string());
    const auto json =
        jsonExcess(*text).empty() ? nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false) : nlohmann::json();
    if (!json.is_object() || !json.contains("format") || json["format"] != kFormat)
        return bad(std::string("\"format\" is not \"") + kFormat + "\": is it the manifest of an expert pack?");
    if (!json.contains("version") || json["version"] != kVersion)
        return bad("the version of this pack is not " + std::to_string(kVersion) + "; a newer moebel may read it");
    for (const char* key : {"base_sha256", "experts_sha256"})
        if (!json.contains(key) || !json[key].is_string()) return bad(std::string(key) + " is missing");
    return Manifest{json["base_sha256"], json["experts_sha256"]};
}

/// The base as the pack knows it: as it is, or rounded to bfloat16.
Result<std::unique_ptr<Decoder>> matchingBase(const Decoder& base, const std::string& wanted, const fs::path& pack)
{
    const std::string found = hashOfDensePart(base);
    for (const Precision precision : {Precision::Float32, Precision::BFloat16}) {
        auto candidate = inPrecision(base, precision);
        if (precision == Precision::Float32 ? found == wanted : hashOfDensePart(*candidate) == wanted) return candidate;
    }
    return invalidInput("wrong-base",
                        pack.string() + " was made from a base whose weights have the hash " + wanted.substr(0, 16) +
                            "..., those of the model given have " + found.substr(0, 16) + "...; give the pack's own base model",
                        "--base");
}

Status fill(const Decoder& expanded, const Decoder& base, std::map<std::string, torch::Tensor> added, const fs::path& file)
{
    const auto bad = [&](const std::string& what) { return invalidInput("bad-pack", file.string() + ": " + what, file.string()); };
    std::map<std::string, torch::Tensor> dense;
    for (const NamedParameter& parameter : base.parameters()) dense[parameter.name] = parameter.tensor;
    for (const NamedParameter& parameter : expanded.parameters()) {
        auto& source = isAdded(parameter) ? added : dense;
        const auto found = source.find(isAdded(parameter) ? parameter.name : denseName(parameter.name));
        if (found == source.end()) return bad(parameter.name + " is missing");
        if (found->second.sizes() != parameter.tensor.sizes()) return bad(parameter.name + " has another shape than the config says");
        parameter.tensor.copy_(found->second);
        source.erase(found);
    }
    if (!added.empty()) return bad(added.begin()->first + " is not a tensor of the expanded model");
    return Done{};
}

}  // namespace

std::string hashOfDensePart(const Decoder& decoder)
{
    std::map<std::string, torch::Tensor> tensors;
    for (const NamedParameter& parameter : decoder.parameters())
        if (!isAdded(parameter)) tensors[denseName(parameter.name)] = parameter.tensor;
    Sha256 hash;
    for (const auto& [name, tensor] : tensors) {
        const torch::Tensor weights = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
        hash.update(name);
        for (const std::int64_t size : weights.sizes()) {
            hash.update(" ");
            hash.update(std::to_string(size));
        }
        hash.update("\n");
        hash.update(weights.const_data_ptr(), weights.nbytes());
    }
    return hash.hex();
}

Status writeExpertPack(const ExpertPack& pack, const fs::path& folder)
{
    if (!isMixture(pack.decoder))
        return invalidInput("not-a-mixture", "this model has no layer with several experts, so that there is nothing to pack");
    if (!pack.decoder.allocation().groups.empty())
        return invalidInput("group-experts", "the experts of this model belong to groups of languages and all have left the base, whose "
                                             "own expert a pack would need; use `moebel export` for the whole model");
    const NamedTensors tensors = addedTensors(pack.decoder);
    if (Status free = checkPlace(tensors, folder); !free) return free;
    const fs::path temporary = folder.string() + ".tmp-" + std::to_string(::getpid());
    if (Status made = makeDirectories(temporary); !made) return made;
    Status written = writeAll(pack, tensors, temporary);
    if (written) written = syncDirectory(temporary);
    if (written) written = renameDurably(temporary, folder);
    std::error_code ignored;
    if (!written) fs::remove_all(temporary, ignored);
    return written;
}

Result<std::unique_ptr<Decoder>> unpackExperts(const fs::path& pack, const Decoder& base)
{
    const auto manifest = readManifest(pack);
    if (!manifest) return manifest.error();
    if (isMixture(base))
        return invalidInput("base-not-dense", "the base has several experts in its layers already; give the dense model", "--base");
    const auto config = readConfig(pack / kConfig);
    if (!config) return config.error();
    if (config->shape != base.shape())
        return invalidInput("wrong-base",
                            pack.string() + " was made from a model of another shape; give the pack's own base model", "--base");
    const fs::path file = pack / kExperts;
    const auto hash = sha256OfFile(file);
    if (!hash) return invalidInput("damaged-pack", hash.error().message, file.string());
    if (*hash != manifest->experts)
        return invalidInput("damaged-pack", file.string() + " is not what was packed, its hash is another; copy the pack anew",
                            file.string());
    const auto same = matchingBase(base, manifest->base, pack);
    if (!same) return same.error();
    const auto added = readSafetensors(file);
    if (!added) return added.error();
    const torch::NoGradGuard noGradient;
    auto expanded = std::make_unique<Decoder>(config->shape, config->allocation);
    if (Status filled = fill(*expanded, **same, added->tensors, file); !filled) return filled.error();
    return expanded;
}

}  // namespace moebel
