// moebel export: a run or a model as a Hugging Face folder.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/model_card.h"
#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "app/cli/program.h"
#include "engine/runner/model_export.h"
#include "moebel/experiment/experiment_file.h"
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
};

/// The model's folder or file, and the run it belongs to where it is one's.
struct Source {
    fs::path folder;
    std::optional<RunView> run;
    std::optional<Experiment> experiment;
};

/// The folder of a run's checkpoint of this step; the error lists those that are there.
Result<fs::path> checkpointOf(const RunView& run, std::int64_t step)
{
    std::string present;
    for (const CheckpointRecord& checkpoint : run.checkpoints) {
        const fs::path folder = run.folder.path / checkpoint.folder;
        std::error_code error;
        if (!fs::exists(folder, error)) continue;  // pruned
        if (checkpoint.step == step) return folder;
        present += (present.empty() ? "" : ", ") + std::to_string(checkpoint.step);
    }
    return invalidInput("no-checkpoint",
                        run.folder.path.string() + " has no checkpoint of step " + std::to_string(step) + "; there " +
                            (present.empty() ? "is none" : "are those of " + present),
                        "--checkpoint");
}

Result<Source> sourceOf(const Options& options)
{
    Source source;
    std::error_code error;
    const fs::path path(options.model);
    const bool isRun = fs::exists(path / "run.sqlite", error) || !fs::exists(path, error);
    if (isRun) {
        const auto run = findRun(options.model);
        if (!run) return run.error();
        auto view = readRunView(*run);
        if (!view) return view.error();
        source.run = std::move(*view);
        if (auto read = readExperimentFile(run->path / "experiment.toml"); read && read->problems.empty())
            source.experiment = std::move(read->experiment);
    } else if (options.step >= 0) {
        return invalidInput("usage", options.model + " is no run, so that it has no steps; leave --checkpoint out",
                            "--checkpoint");
    }
    const auto folder = options.step >= 0 ? checkpointOf(*source.run, options.step) : findModelFolder(options.model);
    if (!folder) return folder.error();
    source.folder = *folder;
    return source;
}

Result<int> exportVerb(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    std::error_code error;
    if (fs::exists(options.out, error))
        return invalidInput("exists", options.out + ": this exists already; choose a new folder or remove it", options.out);
    const auto source = sourceOf(options);
    if (!source) return source.error();
    const auto decoder = readModelFolder(source->folder);
    if (!decoder) return decoder.error();
    const auto tokenizer = findTokenizer(source->folder);
    if (!tokenizer) std::cerr << "without a tokenizer: " << tokenizer.error().message << std::endl;

    const RunView* run = source->run ? &*source->run : nullptr;
    const ModelCard card{run != nullptr && !run->record.title.empty() ? run->record.title : source->folder.stem().string(),
                         run != nullptr ? "run " + run->record.id + ", " + source->folder.filename().string()
                                        : source->folder.filename().string(),
                         (*decoder)->shape(),
                         (*decoder)->allocation(),
                         run,
                         source->experiment ? &*source->experiment : nullptr};
    const ModelExport request{**decoder, tokenizer ? tokenizer->get() : nullptr, modelCard(card), options.shardMegabytes << 20};
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
    line.onCall(verb, [options](const CommonOptions& common) { return exportVerb(common, *options); });
}

}  // namespace moebel
