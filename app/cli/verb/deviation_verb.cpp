// moebel deviation: what a few steps on each language alone change in a model.
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "app/cli/experiment_source.h"
#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "app/cli/sinks.h"
#include "engine/runner/experiment_probe.h"
#include "engine/training/deviation_probe.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/worker/control.h"
#include "verbs.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

struct Options {
    std::string experiment;
    std::vector<std::string> overrides;
    std::string model;
    std::vector<std::string> data;  ///< CODE=FILE
    DeviationSettings settings;
    bool withoutGate = false;
    bool withoutPacking = false;
    std::string weights = "float32";
    std::uint64_t seed = 1;
    std::string spool;
    std::string out;
};

struct LanguageTexts {
    std::vector<std::string> codes;  ///< in the order given
    std::map<std::string, std::vector<TokenizedDocument>> documents;
};

/// Files of one code are documents of one language.
Result<LanguageTexts> readTexts(const std::vector<std::string>& pairs, const Tokenizer& tokenizer)
{
    LanguageTexts texts;
    for (const std::string& pair : pairs) {
        const std::size_t equals = pair.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == pair.size())
            return invalidInput("usage", "--data " + pair + ": expected CODE=FILE such as el=greek.txt", "--data");
        const std::string code = pair.substr(0, equals);
        const auto text = readText(pair.substr(equals + 1));
        if (!text) return text.error();
        if (!texts.documents.contains(code)) texts.codes.push_back(code);
        texts.documents[code].push_back({tokenizer.encode(*text), text->size()});
    }
    return texts;
}

/// A mapped shard whose file is gone again: nothing is left behind however the program ends.
Result<TokenShard> shardOf(const std::string& code, const std::vector<TokenizedDocument>& documents, std::int32_t endOfDocument)
{
    const fs::path file = fs::temp_directory_path() / ("moebel-deviation-" + std::to_string(::getpid()));
    if (Status written = writeTokenShard(file, code, endOfDocument, documents); !written) return written.error();
    auto shard = TokenShard::open(file);
    std::error_code ignored;
    fs::remove(file, ignored);
    return shard;
}

std::string toText(const ParameterDeviation& deviation)
{
    std::vector<std::vector<std::string>> norms = {{"feed-forward norms"}}, cosines = {{"similarity"}};
    for (std::size_t layer = 0; layer < deviation.feedForward.front().size(); ++layer)
        norms[0].push_back("layer " + std::to_string(layer));
    for (std::size_t a = 0; a < deviation.languages.size(); ++a) {
        cosines[0].push_back(deviation.languages[a]);
        norms.push_back({deviation.languages[a]});
        for (const double norm : deviation.feedForward[a]) norms.back().push_back(numberText(norm, 5));
    }
    for (std::size_t a = 0; a < deviation.languages.size(); ++a) {
        cosines.push_back({deviation.languages[a]});
        for (std::size_t b = 0; b < deviation.languages.size(); ++b)
            cosines.back().push_back(b <= a ? numberText(deviation.similarity.at(a, b), 3) : "");
    }
    return formatTable(norms, 1) + "\n" + formatTable(cosines, 1);
}

Result<ParameterDeviation> measureModel(const Options& options)
{
    const auto folder = findModelFolder(options.model);
    if (!folder) return folder.error();
    const auto tokenizer = findTokenizer(*folder);
    if (!tokenizer) return tokenizer.error();
    const auto read = readTexts(options.data, **tokenizer);
    if (!read) return read.error();
    const auto decoder = openModel(folder->string());
    if (!decoder) return decoder.error();
    if (const auto problems = checkDeviation(options.settings, longestSequence((*decoder)->shape())); !problems.empty())
        return asError(problems, "moebel deviation");
    std::vector<TokenShard> shards;
    std::vector<SampleStream> streams;
    for (const std::string& code : read->codes) {
        auto shard = shardOf(code, read->documents.at(code), (*tokenizer)->endOfDocument());
        if (!shard) return shard.error();
        shards.push_back(std::move(*shard));
    }
    for (const TokenShard& shard : shards) {
        if (!options.settings.packing) break;
        auto stream = SampleStream::make({{&shard, LanguageId{}, 1.0}}, options.settings.sequenceLength, Seed{options.seed});
        if (!stream) return stream.error();
        streams.push_back(std::move(*stream));
    }
    std::vector<DeviationText> texts;
    for (std::size_t i = 0; i < shards.size(); ++i)
        texts.push_back({read->codes[i], options.settings.packing ? &streams[i] : nullptr, &shards[i]});
    ConsoleSink console;
    const auto goOn = [&](const std::string& language, double fraction) {
        console.receive(Progress{"measuring what each language changes: " + language, fraction});
        return true;
    };
    return measureDeviation(**decoder, texts, options.settings, Seed{options.seed}, options.spool, goOn);
}

/// A folder for what a base leaves behind that cannot be cached; usually it is never made.
struct ScratchFolder {
    fs::path path = fs::temp_directory_path() / ("moebel-deviation-" + std::to_string(::getpid()));
    ~ScratchFolder()
    {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

/// With the settings of the experiment, which it leaves in `settings`.
Result<ParameterDeviation> measureExperiment(const Options& options, DeviationSettings& settings)
{
    auto checked = checkExperimentFile(options.experiment, options.overrides, 0);
    if (!checked) return checked.error();
    Experiment& experiment = checked->experiment;
    experiment.checkpoint.everySteps = 0;  // the base goes to the cache whole, or not at all
    settings = experiment.deviation;
    const ScratchFolder scratch;
    RunControl control;
    ConsoleSink console;
    Session session({scratch.path}, experiment, {at::get_num_threads(), torch::kCPU}, checked->folder, control, {&console});
    return probeExperiment(session, checked->folder);
}

Result<int> deviation(const CommonOptions& common, Options options)
{
    useThreads(common.threads);
    if (options.experiment.empty() == options.model.empty() || options.model.empty() != options.data.empty())
        return invalidInput(
            "usage", "moebel deviation needs an experiment file, or a model (--model) and its text (--data); give one of both");
    options.settings.withGate = !options.withoutGate;
    options.settings.packing = !options.withoutPacking;
    options.settings.weights = options.weights == "bfloat16" ? Precision::BFloat16 : Precision::Float32;
    const auto measured = options.model.empty() ? measureExperiment(options, options.settings) : measureModel(options);
    if (!measured) return measured.error();
    for (const std::string& warning : warningsOf(*measured, options.settings)) std::cerr << "warning: " << warning << std::endl;
    const std::string json = toJson(*measured) + "\n";
    if (!options.out.empty())
        if (Status written = writeFileAtomically(options.out, json); !written) return written.error();
    std::cout << (common.json ? json : toText(*measured)) << std::flush;
    return 0;
}

/// Of the form without an experiment, which has its own.
void addSettings(CLI::App& verb, Options& options, CLI::Option& model)
{
    DeviationSettings& settings = options.settings;
    verb.add_option("--steps", settings.steps, "On each language (default: 10)")
        ->check(CLI::Range(1, 1'000'000))
        ->needs(&model);
    verb.add_option("--batch", settings.batchSequences, "Sequences of one step (default: 8)")
        ->check(CLI::Range(1, 65'536))
        ->needs(&model);
    verb.add_option("--micro-batch", settings.microBatchSequences, "Sequences computed at once (default: all)")
        ->check(CLI::Range(0, 65'536))
        ->needs(&model);
    verb.add_option("--length", settings.sequenceLength, "Tokens of a sequence (default: 128)")
        ->check(CLI::Range(2, 1 << 20))
        ->needs(&model);
    verb.add_option("--learning-rate", settings.learningRate, "Of the first step, linear to 0 (default: 3e-4)")
        ->check(CLI::Range(1e-12, 100.0))
        ->needs(&model);
    verb.add_option("--similarity-layers", settings.similarityLayers, "The last so many make the similarity (default: 3)")
        ->check(CLI::Range(1, 1024))
        ->needs(&model);
    verb.add_flag("--no-gate", options.withoutGate, "Leaves the gate out of the feed-forward network")->needs(&model);
    verb.add_flag("--no-packing", options.withoutPacking, "One document a sequence, cut or padded")->needs(&model);
    verb.add_option("--weights", options.weights, "float32 (default), or bfloat16, which loses most of the change")
        ->check(CLI::IsMember({"float32", "bfloat16"}))
        ->needs(&model);
    verb.add_option("--seed", options.seed, "Of the order of the text (default: 1)")->needs(&model);
    verb.add_option("--spool", options.spool, "Folder for finished languages, from which an interrupted call goes on")
        ->needs(&model);
}

}  // namespace

void addDeviation(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb(
        "deviation", "What a few steps on each language alone change in a dense model, by layer, and how alike the changes are",
        "moebel deviation projects/language-groups/experiment.toml --out deviation.json\n"
        "  moebel deviation --model base --data es=es.txt pt=pt.txt ru=ru.txt --out deviation.json",
        VerbKind::Computing);
    CLI::Option* experiment =
        verb->add_option("EXPERIMENT", options->experiment,
                         "Experiment file (TOML): its base, expanded languages and [deviation], nothing else");
    verb->add_option("--set", options->overrides, "PATH=VALUE: changes one value of the description; may be repeated")
        ->allow_extra_args(false)
        ->needs(experiment);
    CLI::Option* model =
        verb->add_option("--model", options->model, "Dense model: run, checkpoint or model folder, or .gguf file");
    verb->add_option("--data", options->data, "CODE=FILE...: a document of a language")->needs(model);
    addSettings(*verb, *options, *model);
    verb->add_option("--out", options->out, "Writes the JSON that `moebel select-layers` reads to this file");
    line.onCall(verb, [options](const CommonOptions& common) { return deviation(common, *options); });
}

}  // namespace moebel
