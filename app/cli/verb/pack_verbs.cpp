// moebel pack, moebel unpack: the new experts and routers of a run alone, and back beside their base model.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/export_source.h"
#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "engine/runner/expert_pack.h"
#include "verbs.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

struct PackOptions {
    std::string run;
    std::string out;
    std::int64_t step = -1;
};

struct UnpackOptions {
    std::string pack;
    std::string base;
    std::string out;
};

Status checkNew(const std::string& out)
{
    std::error_code error;
    if (!fs::exists(out, error)) return Done{};
    return invalidInput("exists", out + ": this exists already; choose a new folder or remove it", out);
}

/// A run that trained the base's own weights has more than experts to give.
Status checkFrozen(const ExportSource& source)
{
    if (!source.experiment) return Done{};
    const auto& stages = source.experiment->stages;
    const auto all = std::find_if(stages.begin(), stages.end(), [](const StageSpec& s) { return s.trainable == TrainableSet::All; });
    if (all == stages.end()) return Done{};
    return invalidInput("base-was-trained",
                        "the stage " + std::string(name(all->kind)) +
                            " of this run trained all weights, those of the base too; use moebel export instead",
                        source.folder.string());
}

Result<int> pack(const CommonOptions& common, const PackOptions& options)
{
    useThreads(common.threads);
    if (Status fresh = checkNew(options.out); !fresh) return fresh.error();
    const auto source = findExportSource(options.run, options.step);
    if (!source) return source.error();
    if (Status frozen = checkFrozen(*source); !frozen) return frozen.error();
    const auto decoder = readModelFolder(source->folder);
    if (!decoder) return decoder.error();
    const auto tokenizer = findTokenizer(source->folder);
    ModelCard card = cardOf(*source, **decoder);
    card.baseHash = hashOfDensePart(**decoder);
    const ExpertPack made{**decoder, tokenizer ? tokenizer->get() : nullptr, modelCard(card), card.title,
                          source->run ? source->run->record.id : ""};
    if (const Status written = writeExpertPack(made, options.out); !written) return written.error();
    if (common.json)
        printJson({{"out", options.out}, {"model", source->folder.string()}, {"base_sha256", card.baseHash}});
    else
        std::cout << options.out << std::endl;
    return 0;
}

Result<int> unpack(const CommonOptions& common, const UnpackOptions& options)
{
    useThreads(common.threads);
    if (Status fresh = checkNew(options.out); !fresh) return fresh.error();
    const auto folder = findModelFolder(options.base);
    if (!folder) return folder.error();
    const auto base = readModelFolder(*folder);
    if (!base) return base.error();
    const auto expanded = unpackExperts(options.pack, **base);
    if (!expanded) return expanded.error();
    auto tokenizer = findTokenizer(options.pack);
    if (!tokenizer) tokenizer = findTokenizer(*folder);
    if (const Status written = writeModelFolder(**expanded, tokenizer ? tokenizer->get() : nullptr, options.out); !written)
        return written.error();
    if (common.json)
        printJson({{"out", options.out}, {"experts", (*expanded)->allocation().experts}});
    else
        std::cout << options.out << std::endl;
    return 0;
}

}  // namespace

void addPack(CommandLine& line)
{
    auto options = std::make_shared<PackOptions>();
    CLI::App* verb = line.addVerb("pack", "Only the new experts and routers of a run, with the hash of its base model",
                                  "moebel pack runs/20260101-120000-first --out greek-experts", VerbKind::Computing);
    verb->add_option("RUN", options->run, "Run, checkpoint or model with several experts")->required();
    verb->add_option("--out", options->out, "Folder to make")->required();
    verb->add_option("--checkpoint", options->step, "Step of the run's checkpoint (default: the newest)")
        ->check(CLI::NonNegativeNumber);
    line.onCall(verb, [options](const CommonOptions& common) { return pack(common, *options); });
}

void addUnpack(CommandLine& line)
{
    auto options = std::make_shared<UnpackOptions>();
    CLI::App* verb = line.addVerb("unpack", "The expanded model again, from an expert pack and its base model",
                                  "moebel unpack greek-experts --base SmolLM2-135M --out greek-model", VerbKind::Computing);
    verb->add_option("PACK", options->pack, "Folder that moebel pack made")->required();
    verb->add_option("--base", options->base, "The dense model that the pack was made from")->required();
    verb->add_option("--out", options->out, "Folder to make")->required();
    line.onCall(verb, [options](const CommonOptions& common) { return unpack(common, *options); });
}

}  // namespace moebel
