// moebel plan: what `run` would do.
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/cli/experiment_source.h"
#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "engine/model/precision.h"
#include "engine/text/corpus.h"
#include "engine/training/step_probe.h"
#include "moebel/store/base_run.h"
#include "moebel/store/run_folder.h"
#include "verbs.h"

namespace moebel
{
namespace
{

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

/// Tokens a second of training steps in both precisions; bfloat16 is 0 where this CPU has no instructions for it.
struct StepRates {
    double float32 = 0;
    double bfloat16 = 0;
    ProbeSize size;
};

/// bf16 loses on small matrices and wins on large ones: a few steps of the experiment's first stage say which.
StepRates measureSteps(const Experiment& experiment, const StagePlan& planned, double gflopPerSecond)
{
    constexpr double kSecondsOfStep = 0.5;
    constexpr int kSteps = 3;
    const StageSpec stage = experiment.stages.empty() ? StageSpec{} : experiment.stages.front();
    const ModelShape& shape = experiment.base.shape;
    StepRates rates;
    rates.size = probeSize(shape, stage, planned.flopsPerToken, 1e9 * gflopPerSecond * kSecondsOfStep);
    std::vector<std::unique_ptr<StepProbe>> probes;
    for (const Precision precision : {Precision::Float32, Precision::BFloat16}) {
        if (checkPrecision(precision, thisMachine().features))
            probes.push_back(std::make_unique<StepProbe>(shape, allocation(experiment), stage, rates.size, precision));
    }
    std::vector<std::vector<double>> seconds(probes.size());
    for (int step = 0; step <= kSteps; ++step) {  // in turns, so that other programs disturb both; the first is a warm-up
        for (std::size_t i = 0; i < probes.size(); ++i) {
            const double taken = probes[i]->secondsOfStep();
            if (step > 0) seconds[i].push_back(taken);
        }
    }
    const auto rateOf = [&](std::size_t i) {
        return i < probes.size() ? double(rates.size.tokens()) / *std::min_element(seconds[i].begin(), seconds[i].end()) : 0.0;
    };
    rates.float32 = rateOf(0);
    rates.bfloat16 = rateOf(1);
    return rates;
}

std::string precisionNote(const Experiment& experiment, const StepRates& rates)
{
    const std::string steps = " (steps of " + std::to_string(rates.size.tokens()) + " tokens through " +
                              std::to_string(rates.size.layers) + " of " + std::to_string(experiment.base.shape.layers) +
                              " layers)";
    const std::string float32 = "float32 trains " + numberText(rates.float32, 0) + " tokens/s";
    if (rates.bfloat16 == 0) return float32 + steps + "; this CPU has neither avx512_bf16 nor amx_bf16, so bfloat16 is refused";
    const bool faster = rates.bfloat16 > rates.float32;
    const Precision better = faster ? Precision::BFloat16 : Precision::Float32, chosen = experiment.compute.precision;
    const double ratio = faster ? rates.bfloat16 / rates.float32 : rates.float32 / rates.bfloat16;
    return float32 + ", bfloat16 " + numberText(rates.bfloat16, 0) + steps + ": " + std::string(name(better)) + " is " +
           numberText(ratio, 2) + " times as fast" +
           (better == chosen ? ", and it is what compute.precision says"
                             : "; compute.precision is \"" + std::string(name(chosen)) + "\"");
}

/// Bytes of the text. Error: a language has none.
Result<std::int64_t> bytesOfText(const CheckedExperiment& checked)
{
    const Experiment& experiment = checked.experiment;
    const auto importer = makeImporter(experiment.data, experiment.languages, experiment.seed, checked.folder);
    if (!importer) return importer.error();
    std::int64_t all = 0;
    for (const Language& language : experiment.languages) {
        const auto corpus = (*importer)->load(language.code);
        if (!corpus) return corpus.error();
        std::int64_t bytes = 0;
        for (const Document& document : corpus->documents) bytes += std::int64_t(document.text.size());
        const std::int64_t most = experiment.data.maxBytesPerLanguage;
        all += most > 0 ? std::min(bytes, most) : bytes;
    }
    return all;
}

Result<int> plan(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    auto checked = checkExperimentFile(options.experiment, options.overrides, 0);
    if (!checked) return checked.error();
    const auto textBytes = bytesOfText(*checked);
    if (!textBytes) return textBytes.error();
    const Experiment& experiment = checked->sized;
    const double rate = measuredRate(experiment, computeType(ParameterGroup::NewExpert, experiment.compute.precision));
    Plan result = makePlan(experiment, rate, *textBytes);
    result.notes.push_back(numberText(rate, 0) + " GFLOP/s measured with " + std::to_string(at::get_num_threads()) +
                           " threads");
    if (experiment.base.kind == BaseKind::Run) {
        const auto base = findBaseRun(checked->experiment, checked->folder);
        const std::string warning = base ? leftOutWarning(experiment, *base) : std::string();
        if (!warning.empty()) result.notes.push_back(warning);
    }
    const StagePlan& firstStage = result.stages[result.stages.size() - std::max<std::size_t>(1, experiment.stages.size())];
    const StepRates rates = measureSteps(experiment, firstStage, rate);
    result.notes.push_back(precisionNote(experiment, rates));
    if (common.json) {
        auto value = nlohmann::ordered_json::parse(toJson(result), nullptr, false);
        value["measured_tokens_per_second"] = {{"float32", rates.float32}, {"bfloat16", rates.bfloat16}};
        printJson(value);
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
