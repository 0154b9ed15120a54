// moebel export: a run or a model as a Hugging Face folder.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/export_source.h"
#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "engine/runner/model_export.h"
#include "verbs.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

struct Options {
    std::string model;
    std::string out;
    std::int64_t step = -1;
    std::uint64_t shardMegabytes = 4096;
    std::string type;  ///< empty: as the source has it
};

torch::ScalarType scalarType(const std::string& type)
{
    return type == "bfloat16" ? torch::kBFloat16 : type == "float16" ? torch::kFloat16 : torch::kFloat32;
}

Result<int> exportVerb(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    std::error_code error;
    if (fs::exists(options.out, error))
        return invalidInput("exists", options.out + ": this exists already; choose a new folder or remove it", options.out);
    const auto source = findExportSource(options.model, options.step);
    if (!source) return source.error();
    const auto decoder = readModelFolder(source->folder);
    if (!decoder) return decoder.error();
    const auto tokenizer = findTokenizer(source->folder);
    if (!tokenizer) std::cerr << "without a tokenizer: " << tokenizer.error().message << std::endl;

    const ModelExport request{**decoder,
                              tokenizer ? tokenizer->get() : nullptr,
                              modelCard(cardOf(*source, **decoder)),
                              options.shardMegabytes << 20,
                              source->licenceFile,
                              scalarType(options.type.empty() ? source->type : options.type)};
    if (const Status made = exportModel(request, options.out); !made) return made.error();
    if (common.json)
        printJson({{"out", options.out}, {"model", source->folder.string()}, {"tokenizer", bool(tokenizer)}});
    else
        std::cout << options.out << std::endl;
    return 0;
}

}  // namespace

void addExport(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("export", "A run or a model as a Hugging Face folder",
                                  "moebel export runs/20260101-120000-first --out greek-model", VerbKind::Computing);
    verb->add_option("RUN", options->model, "Run, checkpoint or model")->required();
    verb->add_option("--out", options->out, "Folder to make")->required();
    verb->add_option("--checkpoint", options->step, "Step of the run's checkpoint (default: the newest)")
        ->check(CLI::NonNegativeNumber);
    verb->add_option("--shard-size", options->shardMegabytes, "Largest weight file in MiB (default: 4096)")
        ->check(CLI::Range(1, 1 << 20));
    verb->add_option("--dtype", options->type, "Of the weights: float32, bfloat16 or float16, rounded to the nearest (default: as the model has them)")
        ->check(CLI::IsMember({"float32", "bfloat16", "float16"}));
    line.onCall(verb, [options](const CommonOptions& common) { return exportVerb(common, *options); });
}

}  // namespace moebel
