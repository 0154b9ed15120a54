// The rules that need no file: what must hold between the values of a description.
#include <algorithm>
#include <cctype>
#include <map>

#include "group_rules.h"

namespace moebel {
namespace {

using Problems = std::vector<Problem>;

void add(Problems& problems, std::string code, std::string path, std::string message)
{
    problems.push_back({std::move(code), std::move(path), 0, 0, std::move(message)});
}

/// language-Script-REGION: two or three letters, then parts of two to eight letters or digits.
bool isLanguageCode(const std::string& code)
{
    std::size_t length = 0;
    bool first = true;
    for (std::size_t i = 0; i <= code.size(); ++i) {
        if (i == code.size() || code[i] == '-') {
            if (length < 2 || length > (first ? 3U : 8U)) return false;
            first = false;
            length = 0;
        } else if (first ? std::islower(static_cast<unsigned char>(code[i])) == 0
                         : std::isalnum(static_cast<unsigned char>(code[i])) == 0) {
            return false;
        } else {
            ++length;
        }
    }
    return true;
}

void checkLanguages(const Experiment& experiment, Problems& problems)
{
    std::map<std::string, LanguageRole> seen;
    for (const Language& language : experiment.languages) {
        const std::string path = "languages." + std::string(name(language.role));
        if (!isLanguageCode(language.code))
            add(problems, "bad-language", path, "'" + language.code + "' is not a language code; expected BCP-47 such as \"el\" or \"zh-CN\"");
        const auto [entry, isNew] = seen.emplace(language.code, language.role);
        if (isNew) continue;
        add(problems, entry->second == language.role ? "language-twice" : "role-twice", path,
            entry->second == language.role
                ? "'" + language.code + "' stands twice in " + std::string(name(language.role)) + "; remove one of them"
                : "'" + language.code + "' is both original and expanded; give it one role");
    }
    if (languagesOf(experiment, LanguageRole::Original).empty())
        add(problems, "no-original", "languages.original", "there is no original language; name at least one that the base model knows");
    if (languagesOf(experiment, LanguageRole::Expanded).empty())
        add(problems, "no-expanded", "languages.expanded", "there is no expanded language; name at least one to grow to");
}

void checkData(const Experiment& experiment, Problems& problems)
{
    const DataSpec& data = experiment.data;
    const bool readsFiles = data.source == TextSource::TextFiles || data.source == TextSource::JsonLines;
    if (!readsFiles && !data.files.empty())
        add(problems, "needless-files", "data.files", "files are given, but source \"" + std::string(name(data.source)) +
                                                          "\" does not read them; set source to \"text\" or \"jsonl\", or remove files");
    if (readsFiles)
        for (const Language& language : experiment.languages)
            if (!data.files.contains(language.code))
                add(problems, "no-text", "data.files", "language '" + language.code + "' has no text; add files." + language.code + " = \"path\"");
    const auto isKnown = [&](const std::string& code) {
        return std::any_of(experiment.languages.begin(), experiment.languages.end(), [&](const Language& language) { return language.code == code; });
    };
    for (const auto& entry : data.weights)
        if (!isKnown(entry.first))
            add(problems, "needless-weight", "data.weights." + entry.first,
                "there is a weight for '" + entry.first + "', which is neither original nor expanded; give it a role or remove it");
    for (const auto& entry : data.files)
        if (!isKnown(entry.first))
            add(problems, "needless-files", "data.files." + entry.first,
                "there is a file for '" + entry.first + "', which is neither original nor expanded; give it a role or remove it");
}

void checkBase(const Experiment& experiment, Problems& problems)
{
    const BaseSpec& base = experiment.base;
    if (base.kind != BaseKind::Pretrain) {
        if (base.path.empty())
            add(problems, "missing-key", "base.path", "base.kind is \"" + std::string(name(base.kind)) + "\", but base.path is not given; name the " +
                                                          (base.kind == BaseKind::Run ? "run's folder" : "model's folder"));
        return;
    }
    const ModelShape& shape = base.shape;
    if (shape.width % shape.heads != 0 || shape.width / shape.heads % 2 != 0)
        add(problems, "bad-shape", "base.heads", "width " + std::to_string(shape.width) + " over " + std::to_string(shape.heads) +
                                                     " heads is no even head size; choose heads so that width / heads is even");
    if (shape.heads % shape.keyValueHeads != 0)
        add(problems, "bad-shape", "base.key_value_heads", "heads (" + std::to_string(shape.heads) + ") is not a multiple of key_value_heads (" +
                                                               std::to_string(shape.keyValueHeads) + ")");
    if (base.sequenceLength > shape.contextLength)
        add(problems, "too-long", "base.sequence_length", "sequence_length " + std::to_string(base.sequenceLength) +
                                                              " is longer than context_length " + std::to_string(shape.contextLength));
}

/// `total`, `delta` and the list of experts against what the rule reads.
void checkRule(const ExpansionSpec& expansion, std::int64_t layers, bool known, Problems& problems)
{
    const std::string rule = "rule = \"" + std::string(name(expansion.rule)) + "\"";
    const bool isUniform = expansion.rule == AllocationRule::Uniform, bySimilarity = isBySimilarity(expansion.rule);
    const bool takesTotal = bySimilarity || isUniform;
    if (!takesTotal && (expansion.total > 0 || expansion.delta > 0))
        add(problems, "needless-total", expansion.total > 0 ? "expansion.total" : "expansion.delta",
            rule + " takes the experts as they are given; remove total and delta, or set rule to \"by-similarity\"");
    if (takesTotal && expansion.experts.size() > 1)
        add(problems, "bad-allocation", "expansion.experts", rule + " chooses the experts of each layer, but experts lists them; give "
                                                             "total, or set rule to \"manual\"");
    if (expansion.total > 0 && expansion.delta > 0)
        add(problems, "total-and-delta", "expansion.delta", "total and delta are both given; remove one of them");
    if (takesTotal && expansion.rule != AllocationRule::BySimilarity && expansion.delta > 0)
        add(problems, "needless-total", "expansion.delta", rule + " needs a total; delta belongs to \"by-similarity\"");
    if (takesTotal && known && expansion.total > 0 && expansion.total <= layers)
        add(problems, "total-too-small", "expansion.total", "total is " + std::to_string(expansion.total) + ", but each of the base's " +
                                                                std::to_string(layers) + " layers counts one expert that is there, so that none "
                                                                                         "would be added; ask for more");
    if (expansion.rule == AllocationRule::Schedule && known && std::int64_t(expansion.experts.size()) > layers)
        add(problems, "bad-allocation", "expansion.experts", "the schedule has " + std::to_string(expansion.experts.size()) +
                                                                 " parts, the base has " + std::to_string(layers) + " layers; give fewer parts");
}

void checkClassifiers(const Experiment& experiment, bool known, Problems& problems)
{
    const ExpansionSpec& expansion = experiment.expansion;
    const std::int64_t layers = experiment.base.shape.layers;
    const bool learns = std::any_of(experiment.stages.begin(), experiment.stages.end(),
                                    [](const StageSpec& stage) { return stage.classifierWeight > 0; });
    const bool exists = expansion.classifierCount > 0 || !expansion.classifierLayers.empty();
    if (expansion.classifierCount > 0 && !expansion.classifierLayers.empty())
        add(problems, "classifiers-twice", "expansion.classifier_count", "classifier_count and classifier_layers are both given; remove one of them");
    if (exists && !learns)
        add(problems, "classifier-untrained", "expansion.classifier_layers", "there are language classifiers, but no stage trains them; set "
                                                                             "classifier_weight in the review (LayerMoE: 0.1)");
    if (!known) return;
    if (expansion.classifierCount > layers)
        add(problems, "bad-classifiers", "expansion.classifier_count", "classifier_count is " + std::to_string(expansion.classifierCount) +
                                                                           ", the base has " + std::to_string(layers) + " layers");
    for (const std::int64_t layer : expansion.classifierLayers)
        if (layer >= layers)
            add(problems, "bad-classifiers", "expansion.classifier_layers", "classifier_layers names layer " + std::to_string(layer) +
                                                                                ", the base has layers 0 to " + std::to_string(layers - 1));
}

void checkExpansion(const Experiment& experiment, Problems& problems)
{
    const ExpansionSpec& expansion = experiment.expansion;
    const bool known = experiment.base.isShapeKnown();
    const std::size_t layers = std::size_t(experiment.base.shape.layers);
    checkRule(expansion, std::int64_t(layers), known, problems);
    checkClassifiers(experiment, known, problems);
    if (expansion.rule != AllocationRule::Manual && !(expansion.rule == AllocationRule::Uniform && expansion.total == 0)) return;
    if (expansion.experts.size() > 1 && known && expansion.experts.size() != layers)
        add(problems, "bad-allocation", "expansion.experts", "experts lists " + std::to_string(expansion.experts.size()) + " layers, the base has " +
                                                                 std::to_string(layers) + "; give one number, or one for each layer");
    for (std::size_t layer = 0; layer < expansion.experts.size(); ++layer) {
        const std::int64_t experts = expansion.experts[layer];
        if (experts == 1 || expansion.topK <= experts) continue;
        const std::string where = expansion.experts.size() > 1 ? "layer " + std::to_string(layer) + " has " : "every layer has ";
        add(problems, "top-k-too-large", "expansion.top_k", "top_k is " + std::to_string(expansion.topK) + ", but " + where +
                                                                std::to_string(experts) + " experts; lower top_k or add experts");
        break;
    }
}

void checkStage(const Experiment& experiment, std::size_t index, Problems& problems)
{
    const StageSpec& stage = experiment.stages[index];
    const std::string path = "stage." + std::to_string(index);
    const AllocationRule rule = experiment.expansion.rule;
    const bool isCounted = rule == AllocationRule::Manual || (rule == AllocationRule::Uniform && experiment.expansion.total == 0);
    const bool dense = isCounted && std::all_of(experiment.expansion.experts.begin(), experiment.expansion.experts.end(),
                                   [](std::int64_t experts) { return experts == 1; });
    if (stage.priorWeight > 0 && stage.replayRatio <= 0)
        add(problems, "no-replay", path + ".prior_weight", "the prior loss needs tokens of original languages, but replay_ratio is 0, so this "
                                                           "stage has no original text; set replay_ratio (1.0 = as many original as expanded tokens)");
    if (stage.kind == StageKind::Review && stage.replayRatio <= 0)
        add(problems, "no-replay", path + ".replay_ratio", "a review needs original text, but replay_ratio is 0; set it (1.0 = as many original as expanded tokens)");
    if (stage.kind == StageKind::Review && stage.balanceWeight > 0)
        add(problems, "balance-in-review", path + ".balance_weight", "the balance loss works against the review; remove balance_weight from this stage");
    if (dense && (stage.trainable != TrainableSet::All || stage.priorWeight > 0 || stage.balanceWeight > 0))
        add(problems, "no-router", path + ".trainable", "all layers stay dense (experts = 1), so there is no router or new expert to train; set "
                                                        "trainable = \"all\" without balance and prior weights, or add experts");
    if (stage.classifierWeight > 0 && experiment.expansion.classifierCount == 0 && experiment.expansion.classifierLayers.empty())
        add(problems, "no-classifier", path + ".classifier_weight", "this stage trains language classifiers, but no layer has one; set "
                                                                    "classifier_count or classifier_layers in [expansion]");
    if (stage.classifierWeight > 0 && (stage.replayRatio <= 0 || stage.trainable == TrainableSet::NewExpertsAndRouters))
        add(problems, "no-replay", path + ".classifier_weight", "language classifiers learn from original and expanded text beside the "
                                                                "routers; set replay_ratio above 0 and trainable = \"routers\" (or \"all\")");
    if (stage.microBatchSequences > 0 && stage.batchSequences % stage.microBatchSequences != 0)
        add(problems, "bad-micro-batch", path + ".micro_batch_sequences", "batch_sequences (" + std::to_string(stage.batchSequences) +
                                                                              ") is not a multiple of micro_batch_sequences (" +
                                                                              std::to_string(stage.microBatchSequences) + ")");
    const ModelShape& shape = experiment.base.shape;
    const bool isPretrained = experiment.base.kind != BaseKind::Pretrain;
    if (stage.sequenceLength > (isPretrained ? longestSequence(shape) : shape.contextLength))
        add(problems, "too-long", path + ".sequence_length",
            "sequence_length " + std::to_string(stage.sequenceLength) + " is longer than " +
                (isPretrained ? "the base model's context of " : "base.context_length ") + std::to_string(shape.contextLength));
}

void checkEvaluation(const Experiment& experiment, Problems& problems)
{
    for (const std::string& task : experiment.evaluation.tasks)
        if (task != "bits-per-byte")
            add(problems, "unknown-task", "evaluation.tasks", "'" + task + "' is not a task; expected \"bits-per-byte\"");
}

}  // namespace

std::vector<Problem> checkDeviation(const DeviationSpec& deviation, std::int64_t longest)
{
    Problems problems;
    const std::int64_t micro = deviation.microBatchSequences;
    if (micro > 0 && deviation.batchSequences % micro != 0)
        add(problems, "bad-micro-batch", "deviation.micro_batch_sequences",
            "batch_sequences (" + std::to_string(deviation.batchSequences) + ") is not a multiple of micro_batch_sequences (" +
                std::to_string(micro) + ")");
    if (deviation.sequenceLength > longest)
        add(problems, "too-long", "deviation.sequence_length",
            "sequence_length " + std::to_string(deviation.sequenceLength) + " is longer than the base model's context of " +
                std::to_string(longest));
    return problems;
}

std::vector<Problem> checkExperiment(const Experiment& experiment)
{
    Problems problems;
    checkLanguages(experiment, problems);
    checkData(experiment, problems);
    checkBase(experiment, problems);
    if (experiment.deviation != DeviationSpec()) {
        const ModelShape& shape = experiment.base.shape;
        const bool pretrains = experiment.base.kind == BaseKind::Pretrain;
        const auto found = checkDeviation(experiment.deviation, pretrains ? shape.contextLength : longestSequence(shape));
        problems.insert(problems.end(), found.begin(), found.end());
    }
    checkExpansion(experiment, problems);
    if (experiment.stages.empty())
        add(problems, "no-stage", "stage", "there is no stage; add [[stage]] tables or a preset such as \"moe-lpr\"");
    for (std::size_t i = 0; i < experiment.stages.size(); ++i) checkStage(experiment, i, problems);
    checkGroups(experiment, problems);
    checkEvaluation(experiment, problems);
    return problems;
}

}  // namespace moebel
