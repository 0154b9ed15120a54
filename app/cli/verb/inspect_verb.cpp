// moebel inspect: what a model is and what is wrong with it, without reading its weights.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "engine/runner/model_inspection.h"
#include "verbs.h"

namespace moebel
{
namespace
{

using nlohmann::ordered_json;

struct Options {
    std::string model;
    bool tensors = false;
};

ordered_json shapeJson(const ModelShape& shape)
{
    return {{"layers", shape.layers},
            {"width", shape.width},
            {"heads", shape.heads},
            {"key_value_heads", shape.keyValueHeads},
            {"head_size", shape.headSize},
            {"feed_forward_width", shape.feedForwardWidth},
            {"vocabulary", shape.vocabulary},
            {"context_length", shape.contextLength},
            {"tied_head", shape.tiedHead}};
}

ordered_json parametersJson(const ParameterCount& count)
{
    return {{"embedding", count.embedding},
            {"attention", count.attention},
            {"norm", count.norm},
            {"original_experts", count.originalExperts},
            {"new_experts", count.newExperts},
            {"router", count.router},
            {"head", count.head},
            {"total", count.total},
            {"active", count.active}};
}

ordered_json toJson(const ModelInspection& model)
{
    ordered_json value = {{"path", model.path.string()},
                          {"format", model.format},
                          {"name", model.name},
                          {"architecture", model.architecture},
                          {"usable", model.problems.empty()},
                          {"shape", nullptr},
                          {"experts", ordered_json::array()},
                          {"top_k", nullptr},
                          {"parameters", nullptr},
                          {"tokenizer", nullptr},
                          {"licence", model.licence},
                          {"licence_file", model.licenceFile.string()},
                          {"weight_bytes", model.weightBytes},
                          {"tensors", ordered_json::array()},
                          {"problems", ordered_json::array()}};
    if (model.config) {
        value["shape"] = shapeJson(model.config->shape);
        value["experts"] = model.config->allocation.experts;
        if (!model.config->allocation.experts.empty()) value["top_k"] = model.config->allocation.topK;
        value["parameters"] = parametersJson(model.parameters);
    }
    if (model.tokenizer)
        value["tokenizer"] = {{"file", model.tokenizer->file.string()},
                              {"kind", model.tokenizer->kind},
                              {"vocabulary", model.tokenizer->vocabulary}};
    for (const InspectedTensor& tensor : model.tensors)
        value["tensors"].push_back({{"name", tensor.name},
                                    {"type", tensor.type},
                                    {"shape", tensor.shape},
                                    {"bytes", tensor.bytes},
                                    {"file", tensor.file}});
    for (const Error& problem : model.problems)
        value["problems"].push_back({{"code", problem.code}, {"message", problem.message}, {"where", problem.where}});
    return value;
}

/// A stranger's text does not steer the terminal.
std::string printable(std::string text)
{
    std::replace_if(text.begin(), text.end(), [](unsigned char letter) { return letter < 0x20 || letter == 0x7F; }, '?');
    return text;
}

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text;
    for (const std::int64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
    return text;
}

std::string countText(std::int64_t count)
{
    return count < 1'000'000 ? std::to_string(count) : numberText(double(count) / 1e6, 1) + " million";
}

std::string expertsText(const ExpertAllocation& allocation)
{
    std::string text;
    for (const std::int64_t count : allocation.experts) text += std::to_string(count) + ' ';
    return text + "by layer, top-" + std::to_string(allocation.topK);
}

/// "135 MB: Q4_1 in 211 tensors, F32 in 61"
std::string weightsText(const ModelInspection& model)
{
    std::map<std::string, std::int64_t> counts;
    for (const InspectedTensor& tensor : model.tensors) ++counts[tensor.type];
    std::string text = sizeText(double(model.weightBytes)) + " in " + std::to_string(model.tensors.size()) + " tensors";
    const char* before = ": ";
    for (const auto& [type, count] : counts) text += std::exchange(before, ", ") + std::to_string(count) + ' ' + type;
    return text;
}

std::vector<std::vector<std::string>> facts(const ModelInspection& model)
{
    std::vector<std::vector<std::string>> rows = {{"folder or file", model.path.string()},
                                                  {"architecture", printable(model.architecture) + ", " + model.format}};
    if (model.config) {
        const ModelShape& shape = model.config->shape;
        rows.push_back({"layers", std::to_string(shape.layers) + " of width " + std::to_string(shape.width) + ", feed-forward " +
                                      std::to_string(shape.feedForwardWidth)});
        rows.push_back({"heads", std::to_string(shape.heads) + " of " + std::to_string(shape.headSize) + ", " +
                                     std::to_string(shape.keyValueHeads) + " for keys and values"});
        rows.push_back({"vocabulary", std::to_string(shape.vocabulary) + (shape.tiedHead ? ", head tied" : ", own head")});
        rows.push_back({"context", std::to_string(shape.contextLength) + " tokens"});
        if (!model.config->allocation.experts.empty()) rows.push_back({"experts", expertsText(model.config->allocation)});
        rows.push_back({"parameters",
                        countText(model.parameters.total) + ", " + countText(model.parameters.active) + " active for a token"});
    }
    rows.push_back({"weights", weightsText(model)});
    if (model.tokenizer)
        rows.push_back({"tokenizer", model.tokenizer->kind + ", " + std::to_string(model.tokenizer->vocabulary) + " tokens, " +
                                         model.tokenizer->file.filename().string()});
    std::string licence = printable(model.licence);
    if (!model.licenceFile.empty()) licence += (licence.empty() ? "" : ", ") + model.licenceFile.filename().string();
    rows.push_back({"licence", licence.empty() ? "not said" : licence});
    return rows;
}

void print(const ModelInspection& model, bool tensors)
{
    std::cout << printable(model.name) << "\n\n" << formatTable(facts(model), 2);
    if (!model.problems.empty()) std::cout << "\nProblems\n";
    for (const Error& problem : model.problems) std::cout << "- " << printable(problem.message) << "\n";
    if (!tensors) return;
    std::vector<std::vector<std::string>> rows = {{"tensor", "type", "shape", "bytes"}};
    for (const InspectedTensor& tensor : model.tensors)
        rows.push_back({printable(tensor.name), tensor.type, shapeText(tensor.shape), std::to_string(tensor.bytes)});
    std::cout << "\n" << formatTable(rows, 3);
}

Result<int> inspect(const CommonOptions& common, const Options& options)
{
    const auto folder = findModelFolder(options.model);
    if (!folder) return folder.error();
    const ModelInspection model = inspectModel(*folder);
    if (model.tensors.empty() && !model.config && !model.problems.empty() && model.format == "GGUF") return model.problems.front();
    common.json ? printJson(toJson(model)) : print(model, options.tensors);
    std::cout << std::flush;
    return 0;
}

}  // namespace

void addInspect(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("inspect", "What a model is: shape, size, tokenizer, licence, tensors, and what is wrong with it",
                                  "moebel inspect SmolLM2-135M --tensors");
    verb->add_option("MODEL", options->model, "Run, checkpoint, Hugging Face folder or .gguf file")->required();
    verb->add_flag("--tensors", options->tensors, "List every tensor (--json always does)");
    line.onCall(verb, [options](const CommonOptions& common) { return inspect(common, *options); });
}

}  // namespace moebel
