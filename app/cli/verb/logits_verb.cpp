// moebel logits: logits and routing of given ids as safetensors.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/json_input.h"
#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "app/cli/sinks.h"
#include "app/cli/unfinished_file.h"
#include "engine/model/checkpoint/safetensors.h"
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

constexpr std::int64_t kRowsAtOnce = 512;  ///< of logits: the only ones that are there at a time

std::string placeOf(std::size_t sequence, std::size_t layer) { return std::to_string(sequence) + '.' + std::to_string(layer); }

std::vector<TensorEntry> entriesOf(const Decoder& decoder, const std::vector<Sequence>& sequences)
{
    std::vector<TensorEntry> entries;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        const auto tokens = std::int64_t(sequences[i].size());
        entries.push_back({"logits." + std::to_string(i), torch::kFloat32, {tokens, decoder.shape().vocabulary}});
        for (std::size_t layer = 0; layer < decoder.layers().size(); ++layer) {
            const MoeLayer& feedForward = decoder.layers()[layer].feedForward;
            if (!feedForward.isMoe()) continue;
            const auto experts = std::int64_t(feedForward.bank.experts.size());
            entries.push_back({"router." + placeOf(i, layer), torch::kFloat32, {tokens, experts}});
            entries.push_back({"experts." + placeOf(i, layer), torch::kInt64, {tokens, std::min(feedForward.router.topK, experts)}});
        }
    }
    return entries;
}

/// In the order of the entries.
Status append(const Decoder& decoder, const Sequence& sequence, SafetensorsWriter& writer)
{
    const DecoderOutput output = decoder.forward(torch::tensor(sequence, torch::kInt64).unsqueeze(0));
    for (std::int64_t begin = 0; begin < output.hidden_TD.size(0); begin += kRowsAtOnce)
        if (Status done = writer.append(headLogits(decoder.head(), output.hidden_TD.slice(0, begin, begin + kRowsAtOnce))); !done)
            return done;
    for (const RoutingDecision& decision : output.routing) {
        if (!decision.defined()) continue;
        if (Status done = writer.append(decision.scores_TE); !done) return done;
        if (Status done = writer.append(decision.expert_ids_TK); !done) return done;
    }
    return Done{};
}

Status write(const Decoder& decoder, const std::vector<Sequence>& sequences, const std::vector<TensorEntry>& entries,
             const std::filesystem::path& file)
{
    const torch::NoGradGuard noGradient;
    auto writer = SafetensorsWriter::create(file, entries);
    if (!writer) return writer.error();
    ConsoleSink console;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        if (Status done = append(decoder, sequences[i], *writer); !done) return done;
        console.receive(Progress{"logits", double(i + 1) / double(sequences.size())});
    }
    return writer->close();
}

Result<int> writeLogits(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    const auto decoder = openModel(options.model);
    if (!decoder) return decoder.error();
    const auto sequences = readSequences(options.ids, (*decoder)->shape());
    if (!sequences) return sequences.error();
    const std::vector<TensorEntry> entries = entriesOf(**decoder, *sequences);
    UnfinishedFile file(options.out);
    if (const Status written = write(**decoder, *sequences, entries, file.path()); !written) return written.error();
    if (const Status kept = file.keep(); !kept) return kept.error();
    if (common.json) {
        printJson({{"out", options.out}, {"sequences", sequences->size()}, {"tensors", entries.size()}});
    } else {
        std::cout << options.out << ": " << entries.size() << " tensors of " << sequences->size() << " sequences" << std::endl;
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
