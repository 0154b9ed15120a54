// moebel logits: logits and routing of given ids as safetensors.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/json_input.h"
#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "engine/model/checkpoint/safetensors.h"
#include "moebel/base/file.h"
#include "verbs.h"

namespace moebel
{
namespace
{

struct Options {
    std::string model;
    std::string ids;
    std::string out;
};

using Sequence = std::vector<std::int64_t>;

Result<Sequence> readSequence(const nlohmann::json& value, const std::string& where, const ModelShape& shape)
{
    const std::int64_t vocabulary = shape.vocabulary;
    if (!value.is_array() || value.empty())
        return invalidInput("bad-ids", where + ": expected a list of at least one id", where);
    Sequence sequence;
    for (const auto& id : value) {
        if (!id.is_number_integer() || id < 0 || id >= vocabulary) {
            return invalidInput(
                "bad-id",
                where + ": " + excerpt(id) + " is not an id; the model's vocabulary has 0 to " + std::to_string(vocabulary - 1),
                where);
        }
        sequence.push_back(id.get<std::int64_t>());
    }
    if (std::int64_t(sequence.size()) > longestSequence(shape))
        return invalidInput("too-long",
                            where + " has " + std::to_string(sequence.size()) + " ids, the model has positions for " +
                                std::to_string(shape.contextLength) + "; cut it",
                            where);
    return sequence;
}

Result<std::vector<Sequence>> readSequences(const std::string& file, const ModelShape& shape)
{
    const auto text = readText(file);
    if (!text) return text.error();
    const auto value = readJson(*text, file);
    if (!value) return value.error();
    if (!value->is_object() || !value->contains("input_ids") || !(*value)["input_ids"].is_array()) {
        return invalidInput("bad-ids", file + ": expected {\"input_ids\": [[...], ...]}", file);
    }
    std::vector<Sequence> result;
    for (const auto& entry : (*value)["input_ids"]) {
        auto sequence = readSequence(entry, file + ": input_ids[" + std::to_string(result.size()) + "]", shape);
        if (!sequence) return sequence.error();
        result.push_back(std::move(*sequence));
    }
    return result;
}

NamedTensors tensorsOf(const Decoder& decoder, const Sequence& sequence, std::size_t index)
{
    const torch::NoGradGuard noGradient;
    const torch::Tensor ids_BS = torch::tensor(sequence, torch::kInt64).unsqueeze(0);
    std::vector<RoutingDecision> routing;
    const std::string number = std::to_string(index);
    NamedTensors result;
    result.emplace_back("logits." + number, logits(decoder, ids_BS, &routing).to(torch::kFloat32).contiguous());
    for (std::size_t layer = 0; layer < routing.size(); ++layer) {
        if (!routing[layer].defined()) continue;
        const std::string place = number + "." + std::to_string(layer);
        result.emplace_back("router." + place, routing[layer].scores_TE.to(torch::kFloat32).contiguous());
        result.emplace_back("experts." + place, routing[layer].expert_ids_TK.to(torch::kInt64).contiguous());
    }
    return result;
}

Result<int> writeLogits(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    const auto decoder = openModel(options.model);
    if (!decoder) return decoder.error();
    const auto sequences = readSequences(options.ids, (*decoder)->shape());
    if (!sequences) return sequences.error();
    NamedTensors tensors;
    for (std::size_t index = 0; index < sequences->size(); ++index) {
        for (auto& tensor : tensorsOf(**decoder, (*sequences)[index], index)) tensors.push_back(std::move(tensor));
    }
    const std::filesystem::path out(options.out);
    const std::filesystem::path temporary = options.out + ".tmp";
    if (const Status written = writeSafetensors(temporary, tensors); !written) return written.error();
    if (const Status renamed = renameDurably(temporary, out); !renamed) return renamed.error();
    if (common.json) {
        printJson({{"out", options.out}, {"sequences", sequences->size()}, {"tensors", tensors.size()}});
    } else {
        std::cout << options.out << ": " << tensors.size() << " tensors of " << sequences->size() << " sequences" << std::endl;
    }
    return 0;
}

}  // namespace

void addLogits(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("logits", "Logits of given ids, and router scores and experts of MoE layers, as safetensors",
                                  "moebel logits --model runs/20260101-120000-first --ids ids.json --out logits.safetensors",
                                  VerbKind::Computing);
    verb->add_option("--model", options->model, "Run, checkpoint or model folder")->required();
    verb->add_option("--ids", options->ids, "JSON file: {\"input_ids\": [[...], ...]}")->required();
    verb->add_option("--out", options->out, "safetensors file to write")->required();
    line.onCall(verb, [options](const CommonOptions& common) { return writeLogits(common, *options); });
}

}  // namespace moebel
