#include "engine/runner/model_inspection.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "engine/model/checkpoint/safetensors.h"
#include "engine/model/checkpoint/tensor_files.h"
#include "engine/text/tokenizer.h"
#include "moebel/base/file.h"
#include "moebel/base/gguf.h"
#include "moebel/base/json_depth.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t kLargestConfig = 16U << 20, kLargestCard = 4U << 20;

bool isDigit(char letter) { return std::isdigit(static_cast<unsigned char>(letter)) != 0; }

/// Digits as the numbers they are: "layers.2." before "layers.10.".
bool comesBefore(const std::string& a, const std::string& b)
{
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (!isDigit(a[i]) || !isDigit(b[j])) {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i, ++j;
            continue;
        }
        std::size_t iEnd = i, jEnd = j;
        while (iEnd < a.size() && isDigit(a[iEnd])) ++iEnd;
        while (jEnd < b.size() && isDigit(b[jEnd])) ++jEnd;
        const auto order = std::pair(iEnd - i, a.substr(i, iEnd - i)) <=> std::pair(jEnd - j, b.substr(j, jEnd - j));
        if (order != 0) return order < 0;
        i = iEnd, j = jEnd;
    }
    return a.size() - i < b.size() - j;
}

/// A text of a JSON object; empty where there is none.
std::string textIn(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// "license: apache-2.0" of the card's front matter.
std::string licenceInCard(const fs::path& card)
{
    const auto text = readFile(card, kLargestCard);
    if (!text || !text->starts_with("---")) return {};
    const std::size_t end = text->find("\n---", 3);
    constexpr std::string_view kKey = "\nlicense:";
    const std::size_t key = text->find(kKey);
    if (key == std::string::npos || key > end) return {};
    const std::size_t begin = key + kKey.size();
    std::string licence = text->substr(begin, text->find_first_of("\r\n", begin) - begin);
    std::erase_if(licence, [](char letter) { return letter == ' ' || letter == '"' || letter == '\''; });
    return licence;
}

/// LICENSE, LICENCE.txt, COPYING, NOTICE: the first by name.
fs::path licenceFileIn(const fs::path& folder)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        std::string name = entry.path().filename().string();
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char letter) { return std::toupper(letter); });
        for (const char* word : {"LICENSE", "LICENCE", "COPYING", "NOTICE"})
            if (name.starts_with(word) && entry.is_regular_file(error)) found.push_back(entry.path());
    }
    return found.empty() ? fs::path() : *std::min_element(found.begin(), found.end());
}

void readFolderHead(ModelInspection& model)
{
    model.format = "safetensors";
    const auto text = readFile(model.path / "config.json", kLargestConfig);
    const json config = text && jsonExcess(*text).empty() ? json::parse(*text, nullptr, /*allow_exceptions=*/false) : json();
    if (config.is_object()) {
        if (const auto names = config.find("architectures"); names != config.end() && names->is_array() && !names->empty())
            if (names->front().is_string()) model.architecture = names->front().get<std::string>();
        if (model.architecture.empty()) model.architecture = textIn(config, "model_type");
        model.name = textIn(config, "_name_or_path");
    }
    model.licence = licenceInCard(model.path / "README.md");
    model.licenceFile = licenceFileIn(model.path);
}

void readFolderTensors(ModelInspection& model)
{
    const auto files = openTensorFiles(model.path);
    if (!files) {
        model.problems.push_back(files.error());
        return;
    }
    for (const fs::path& file : files->files) {
        if (file.extension() != ".safetensors") continue;
        const auto reader = SafetensorsReader::open(file);
        if (!reader) continue;  // openTensorFiles() read it a moment ago
        for (const StoredTensor& stored : reader->header().tensors)
            model.tensors.push_back({stored.name, std::string(name(stored.type)), stored.shape, stored.end - stored.begin,
                                     file.filename().string()});
    }
}

void readFolder(ModelInspection& model)
{
    readFolderHead(model);
    if (auto config = readConfig(model.path / "config.json"))
        model.config = std::move(*config);
    else
        model.problems.push_back(config.error());
    readFolderTensors(model);
}

void readGguf(ModelInspection& model)
{
    model.format = "GGUF";
    const auto header = readGgufHeader(model.path);
    if (!header) {
        model.problems.push_back(header.error());
        return;
    }
    if (auto config = ggufConfig(*header))
        model.config = std::move(*config);
    else
        model.problems.push_back(config.error());
    model.architecture = header->get<std::string>("general.architecture").value_or("");
    model.name = header->get<std::string>("general.name").value_or("");
    model.licence = header->get<std::string>("general.license").value_or("");
    model.licenceFile = licenceFileIn(model.path.parent_path());
    for (const GgufTensor& stored : header->tensors)
        model.tensors.push_back({stored.name, std::string(name(stored.type)), stored.shape, stored.bytes,
                                 model.path.filename().string()});
}

void readTokenizer(ModelInspection& model)
{
    // A checkpoint of a run has its tokenizer in the run.
    const fs::path run = model.path.parent_path().parent_path();
    fs::path file = tokenizerFileIn(model.path);
    if (file.empty() && model.path.parent_path().filename() == "checkpoints") file = tokenizerFileIn(run);
    if (file.empty()) {
        model.problems.push_back(invalidInput("no-tokenizer",
                                              model.path.string() + " holds neither tokenizer.json nor tokenizer.model; "
                                                                    "copy the model's tokenizer there",
                                              model.path.string()));
        return;
    }
    const auto tokenizer = openTokenizer(file);
    if (!tokenizer) {
        model.problems.push_back(tokenizer.error());
        return;
    }
    model.tokenizer = InspectedTokenizer{(*tokenizer)->file(), (*tokenizer)->kind(), (*tokenizer)->vocabularySize()};
    if (const Status ends = needsEndOfDocument(**tokenizer); !ends) model.problems.push_back(ends.error());
    if (model.config && model.config->shape.vocabulary < model.tokenizer->vocabulary)
        model.problems.push_back(
            invalidInput("vocabulary-too-small",
                         model.path.string() + ": the model has rows for " + std::to_string(model.config->shape.vocabulary) +
                             " tokens, its tokenizer makes " + std::to_string(model.tokenizer->vocabulary) +
                             "; one of them belongs to another model",
                         model.path.string()));
}

}  // namespace

ModelInspection inspectModel(const fs::path& path)
{
    ModelInspection model;
    std::error_code error;
    model.path = fs::absolute(path, error).lexically_normal();
    if (!model.path.has_filename()) model.path = model.path.parent_path();
    const bool isGguf = model.path.extension() == ".gguf";
    isGguf ? readGguf(model) : readFolder(model);
    if (model.config) model.parameters = countParameters(model.config->shape, model.config->allocation);
    readTokenizer(model);
    if (model.name.empty()) model.name = isGguf ? model.path.stem().string() : model.path.filename().string();
    std::sort(model.tensors.begin(), model.tensors.end(),
              [](const InspectedTensor& a, const InspectedTensor& b) { return comesBefore(a.name, b.name); });
    for (const InspectedTensor& tensor : model.tensors) model.weightBytes += tensor.bytes;
    return model;
}

}  // namespace moebel
