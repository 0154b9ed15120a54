// What was done, with what, on what: the tables that describe a run.
#include <algorithm>

#include "tables.h"
#include "text.h"

namespace moebel {

namespace {

Cell words(std::string text) { return {std::move(text), std::nan(""), {}}; }

std::string list(const std::vector<std::int64_t>& values)
{
    std::string text;
    for (std::int64_t value : values) text += (text.empty() ? "" : ", ") + std::to_string(value);
    return text;
}

// One number when all layers have the same.
std::string expertsText(const std::vector<std::int64_t>& experts)
{
    const bool same =
        !experts.empty() && std::all_of(experts.begin(), experts.end(), [&](auto n) { return n == experts.front(); });
    return same ? std::to_string(experts.front()) + " in each of " + std::to_string(experts.size()) + " layers" : list(experts);
}

std::string optional(double value) { return value == 0 ? "\u2013" : exact(value); }

void addParameters(const RunData& run, const auto& add)
{
    if (!run.experimentKnown || run.experiment.base.kind != BaseKind::Pretrain) return;
    const BaseSpec& base = run.experiment.base;
    ModelShape shape = base.shape;
    shape.vocabulary = run.experiment.tokenizer.vocabulary;
    add("Model", std::to_string(shape.layers) + " layers, width " + std::to_string(shape.width) + ", " +
                     std::to_string(shape.heads) + " heads, feed-forward " + std::to_string(shape.feedForwardWidth) +
                     ", vocabulary " + grouped(shape.vocabulary) + ", context " + std::to_string(shape.contextLength));
    const ParameterCount dense = countParameters(shape, {});
    const ParameterCount expanded = countParameters(shape, allocation(run.experiment));
    add("Parameters of the base", grouped(dense.total));
    add("Parameters after expansion",
        grouped(expanded.total) + ", of which one token passes through " + grouped(expanded.active));
    add("Pretraining of the base", grouped(base.tokens) + " tokens, learning rate " + exact(base.learningRate));
}

}  // namespace

Table languageTable(const RunData& run)
{
    Table table;
    table.title = "Languages";
    table.columns = {"Code", "Language", "Own name", "Role", "Script", "Family"};
    table.numbers.assign(table.columns.size(), false);
    for (const Language& language : run.languages) {
        const LanguageFacts facts = languageFacts(language.code);
        table.rows.push_back({{words(language.code),
                               words(facts.englishName),
                               {facts.nativeName, std::nan(""), language.code},
                               words(run.word(run.cohort(language))),
                               words(facts.script),
                               words(facts.family)},
                              false,
                              language.code});
    }
    return table;
}

Table stageTable(const RunData& run)
{
    Table table;
    table.title = "Stages";
    table.columns = {"Stage",         "steps", "tokens",         "experts",      "top-K", "trained parameters",
                     "learning rate", "batch", "balance weight", "prior weight", "replay"};
    table.numbers.assign(table.columns.size(), true);
    table.numbers[0] = table.numbers[3] = false;
    for (std::size_t i = 0; i < run.stages.size(); ++i) {
        const StageRecord& stage = run.stages[i];
        Row row{{words(std::to_string(i + 1) + ": " + std::string(name(stage.kind))), words(grouped(stage.steps))}, false, {}};
        const bool known = run.experimentKnown && std::size_t(stage.stage) < run.experiment.stages.size();
        const StageSpec spec = known ? run.experiment.stages[std::size_t(stage.stage)] : StageSpec{};
        row.cells.push_back(words(known ? grouped(spec.tokens) : "\u2013"));
        row.cells.push_back(words(expertsText(stage.experts)));
        row.cells.push_back(words(std::to_string(stage.topK)));
        row.cells.push_back(words(grouped(stage.trainedParameters)));
        row.cells.push_back(words(known ? exact(spec.learningRate) : "\u2013"));
        row.cells.push_back(
            words(known ? std::to_string(spec.batchSequences) + " \u00d7 " + std::to_string(spec.sequenceLength) : "\u2013"));
        for (double value : {spec.balanceWeight, spec.priorWeight, spec.replayRatio})
            row.cells.push_back(words(known ? optional(value) : "\u2013"));
        table.rows.push_back(std::move(row));
    }
    return table;
}

Table descriptionTable(const RunData& run)
{
    Table table;
    table.title = "Run";
    table.columns = {"Property", "Value"};
    table.numbers = {false, false};
    const auto add = [&](const char* key, std::string value) {
        if (!value.empty()) table.rows.push_back({{words(key), words(std::move(value))}, false, {}});
    };
    const RunRecord& record = run.record;
    const DeviceProfile& device = record.device;
    add("Run", record.id);
    add("State", std::string(name(run.status.state)) + (run.status.reason.empty() ? "" : ": " + run.status.reason));
    add("Method", record.method);
    add("Created", dateTime(record.createdAt));
    if (run.seconds >= 1) add("Time", duration(run.seconds));
    add("Seed", std::to_string(record.seed));
    addParameters(run, add);
    add("Base model", baseSentence(run));
    add("Identity of the base", run.inputs.baseIdentity);
    add("Identity of the tokenizer", run.inputs.tokenizerHash);
    add("Identity of the text", run.inputs.dataHash);
    add("Device", device.device + (device.cpu.empty() ? "" : ", " + device.cpu));
    add("Threads and memory", std::to_string(device.threads) + " threads on " + std::to_string(device.cores) + " cores, " +
                                  bytesText(double(device.memoryBytes)));
    add("Precision", device.precision);
    add("Moebel", record.programVersion);
    add("LibTorch", device.libtorch);
    add("Identity of the description", record.experimentHash);
    add("Continues", record.parentRun);
    if (record.base) {
        add("Round of expansion", std::to_string(run.rounds()));
        add("Model that it continues", record.base->model().string() + ", " + record.base->hash);
    }
    for (const EventRecord& warning : run.warnings) add("Warning", "step " + grouped(warning.step) + ": " + warning.message);
    return table;
}

std::string baseSentence(const RunData& run)
{
    const RunInputs& inputs = run.inputs;
    const std::string threads = std::to_string(inputs.baseThreads) + (inputs.baseThreads == 1 ? " thread" : " threads");
    if (inputs.baseSource == name(BaseSource::Cache))
        return "The base was taken from the cache, where an earlier run had left it, trained with " + threads +
               (run.baseLosses.empty() ? ": this run has no curve of its pretraining." : "; the curve ends where this run was cut.");
    if (inputs.baseSource == name(BaseSource::Trained)) return "The base was trained in this run with " + threads + ".";
    if (inputs.baseSource == name(BaseSource::Run)) return "The base is the end of an earlier run.";
    return inputs.baseSource == name(BaseSource::Checkpoint) ? "The base was read from a checkpoint." : "";
}

std::vector<std::string> commands(const RunData& run)
{
    return {"moebel run experiment.toml", "moebel show " + run.record.id + " --json",
            "moebel report " + run.record.id + " --out report.html"};
}

}  // namespace moebel
