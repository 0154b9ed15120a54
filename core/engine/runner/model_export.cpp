#include "engine/runner/model_export.h"

#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "engine/model/checkpoint/shard_writer.h"
#include "engine/model/checkpoint/tensor_names.h"
#include "moebel/base/embedded.h"
#include "moebel/base/file.h"
#include "moebel/base/json_depth.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::uint64_t kSmallFiles = 64U << 20;  ///< tokenizer, card, code

Status checkPlace(const ModelExport& request, const fs::path& folder)
{
    std::error_code error;
    if (fs::exists(folder, error))
        return invalidInput("exists", folder.string() + ": this exists already; choose a new folder or remove it",
                            folder.string());
    std::uint64_t bytes = kSmallFiles;
    for (const NamedParameter& parameter : request.decoder.parameters())
        bytes += std::uint64_t(parameter.tensor.numel()) * c10::elementSize(request.type);
    const auto free = freeSpace(folder);
    if (!free || *free >= bytes) return Done{};
    return Error{ErrorKind::NoSpace, "no-space",
                 folder.string() + " needs " + std::to_string(bytes >> 20) + " MiB, only " + std::to_string(*free >> 20) +
                     " MiB are free; make room or choose another folder",
                 folder.string()};
}

/// config.json, and the code beside it where transformers has no class of its own.
Status writeConfig(const ModelExport& request, std::int32_t endOfDocument, const fs::path& folder)
{
    ordered_json config = ordered_json::parse(configJson(request.decoder.shape(), request.decoder.allocation()));
    config["torch_dtype"] = request.type == torch::kFloat32 ? "float32" : request.type == torch::kFloat16 ? "float16" : "bfloat16";
    if (endOfDocument >= 0) config["eos_token_id"] = endOfDocument;
    if (config["model_type"] == "moebel") {
        config["auto_map"] = {{"AutoConfig", "configuration_moebel.MoebelConfig"},
                              {"AutoModelForCausalLM", "modeling_moebel.MoebelForCausalLM"}};
        for (const std::string name : {"configuration_moebel.py", "modeling_moebel.py"})
            if (Status done = writeFileAtomically(folder / name, embeddedFile("export/" + name).value()); !done) return done;
    }
    return writeFileAtomically(folder / "config.json", config.dump(2) + "\n");
}

/// SentencePiece models without a config of their own are loaded by transformers' Llama tokenizer, when told what is not to be added.
Status writeTokenizerFiles(const Tokenizer& tokenizer, const fs::path& folder)
{
    if (Status done = writeTokenizer(tokenizer, folder); !done) return done;
    std::error_code error;
    if (fs::exists(folder / "tokenizer_config.json", error)) return Done{};
    const bool addsSpace = tokenizer.encode("\n").size() != 1;  // a space of its own before the newline's byte
    ordered_json config = {{"tokenizer_class", "LlamaTokenizer"},
                           {"add_prefix_space", addsSpace},
                           {"add_bos_token", false},
                           {"add_eos_token", false},
                           {"legacy", false},
                           {"clean_up_tokenization_spaces", false}};
    if (const auto end = tokenizer.decode({tokenizer.endOfDocument()}, true)) config["eos_token"] = *end;
    return writeFileAtomically(folder / "tokenizer_config.json", config.dump(2) + "\n");
}

/// The settings that came with the tokenizer, and the end of a document where they do not say it.
Status writeGeneration(std::int32_t endOfDocument, const fs::path& folder)
{
    const fs::path file = folder / "generation_config.json";
    const auto text = readFile(file, kSmallFiles);
    ordered_json generation = text && jsonExcess(*text).empty() ? ordered_json::parse(*text, nullptr, /*allow_exceptions=*/false) : ordered_json();
    if (!generation.is_object()) generation = {{"_from_model_config", true}};
    if (endOfDocument >= 0 && !generation.contains("eos_token_id")) generation["eos_token_id"] = endOfDocument;
    return writeFileAtomically(file, generation.dump(2) + "\n");
}

Status writeAll(const ModelExport& request, const fs::path& folder)
{
    const std::int32_t end = request.tokenizer != nullptr ? request.tokenizer->endOfDocument() : -1;
    if (Status done = writeConfig(request, end, folder); !done) return done;
    NamedTensors tensors;
    for (const NamedParameter& parameter : request.decoder.parameters()) tensors.emplace_back(parameter.name, parameter.tensor);
    tensors = inFamilyNames(std::move(tensors), request.decoder.shape(), namingOf(request.decoder.shape(), request.decoder.allocation()));
    if (Status done = writeShards(tensors, folder, request.largestShard, request.type); !done) return done;
    if (request.tokenizer != nullptr)
        if (Status done = writeTokenizerFiles(*request.tokenizer, folder); !done) return done;
    if (Status done = writeGeneration(end, folder); !done) return done;
    if (const auto licence = readFile(request.licence, kSmallFiles); licence && !request.licence.empty())
        if (Status done = writeFileAtomically(folder / request.licence.filename(), *licence); !done) return done;
    return writeFileAtomically(folder / "README.md", request.card);
}

}  // namespace

Status exportModel(const ModelExport& request, const fs::path& folder)
{
    if (Status free = checkPlace(request, folder); !free) return free;
    const fs::path temporary = folder.string() + ".tmp-" + std::to_string(::getpid());
    if (Status made = makeDirectories(temporary); !made) return made;
    Status written = writeAll(request, temporary);
    if (written) written = syncDirectory(temporary);
    if (written) written = renameDurably(temporary, folder);
    std::error_code ignored;
    if (!written) fs::remove_all(temporary, ignored);
    return written;
}

}  // namespace moebel
