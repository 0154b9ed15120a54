// moebel plan: what `run` would do.
#include <ATen/Parallel.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/experiment_source.h"
#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "engine/text/corpus.h"
#include "moebel/store/run_folder.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string experiment;
    std::vector<std::string> overrides;
};

/// Rate of x_TD times W_DF at the sizes of a step, in 10^9 operations a second.
double measuredRate(const Experiment& experiment, torch::ScalarType type)
{
    const torch::NoGradGuard noGradient;
    const ModelShape& shape = experiment.base.shape;
    const StageSpec stage = experiment.stages.empty() ? StageSpec{} : experiment.stages.front();
    const std::int64_t rows = stage.batchSequences * stage.sequenceLength;
    const torch::Tensor x_TD = torch::ones({rows, shape.width}).to(type);
    const torch::Tensor weight_FD = torch::ones({shape.feedForwardWidth, shape.width}).to(type);
    using Clock = std::chrono::steady_clock;
    torch::linear(x_TD, weight_FD);  // the library chooses its kernels
    const auto start = Clock::now();
    double seconds = 0;
    std::int64_t times = 0;
    while (seconds < 0.1) {
        torch::linear(x_TD, weight_FD);
        ++times;
        seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    return 2e-9 * double(times) * double(rows) * double(shape.width) * double(shape.feedForwardWidth) / seconds;
}

/// bf16 loses on small matrices and wins on large ones; without the instructions it is many times slower.
std::string bfloatNote(const Experiment& experiment, double floatRate)
{
    const std::string features = thisMachine().features;
    const bool fast = features.find("avx512_bf16") != std::string::npos || features.find("amx_bf16") != std::string::npos;
    if (!fast) return "This CPU has neither avx512_bf16 nor amx_bf16: fp32 is the fast precision here";
    const double ratio = measuredRate(experiment, torch::kBFloat16) / floatRate;
    return "bf16 runs at " + numberText(ratio, 2) + " times the rate of fp32 at these sizes: " +
           (ratio > 1.2 ? "it would be faster, but this version trains in fp32" : "fp32 is the better choice");
}

/// Every language has documents.
Status checkDocuments(const CheckedExperiment& checked)
{
    const Experiment& experiment = checked.experiment;
    const auto importer = makeImporter(experiment.data, experiment.languages, experiment.seed, checked.folder);
    if (!importer) return importer.error();
    for (const Language& language : experiment.languages) {
        if (const auto corpus = (*importer)->load(language.code); !corpus) return corpus.error();
    }
    return Done{};
}

Result<int> plan(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    auto checked = checkExperimentFile(options.experiment, options.overrides, 0);
    if (!checked) return checked.error();
    if (const Status documents = checkDocuments(*checked); !documents) return documents.error();
    const double rate = measuredRate(checked->experiment, torch::kFloat32);
    Plan result = makePlan(checked->experiment, rate);
    result.notes.push_back(numberText(rate, 0) + " GFLOP/s measured with " + std::to_string(at::get_num_threads()) + " threads");
    result.notes.push_back(bfloatNote(checked->experiment, rate));
    if (common.json) {
        printJson(nlohmann::ordered_json::parse(toJson(result), nullptr, false));
    } else {
        std::cout << toText(result) << std::flush;
    }
    return 0;
}

}  // namespace

void addPlan(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("plan", "What 'run' would do: shapes, parameters, memory, disk, time; all problems at once",
                                  "moebel plan projects/first-expansion/experiment.toml", VerbKind::Computing);
    verb->add_option("EXPERIMENT", options->experiment, "Experiment file (TOML)")->required();
    verb->add_option("--set", options->overrides, "PATH=VALUE: changes one value of the description; may be repeated")
        ->allow_extra_args(false);
    line.onCall(verb, [options](const CommonOptions& common) { return plan(common, *options); });
}

}  // namespace moebel
