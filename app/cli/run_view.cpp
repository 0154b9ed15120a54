#include "run_view.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/store/base_run.h"
#include "moebel/worker/live_status.h"
#include "output.h"
#include "run_groups.h"
#include "run_lineage.h"

namespace moebel {
namespace {

using Json = nlohmann::ordered_json;

/// A column of the table: a boundary of the run.
struct Boundary {
    std::int64_t step = 0;
    std::string checkpoint;
    auto operator<=>(const Boundary&) const = default;
};

bool isBitsPerByte(const Score& score)
{
    return score.task == "bits-per-byte" && score.metric == "bits-per-byte";
}

std::vector<Boundary> boundariesOf(const std::vector<Score>& scores)
{
    std::vector<Boundary> result;
    for (const Score& score : scores) {
        const Boundary boundary{score.step, score.checkpoint};
        const bool isNew = std::find(result.begin(), result.end(), boundary) == result.end();
        if (isBitsPerByte(score) && isNew) result.push_back(boundary);
    }
    const auto isEarlier = [](const Boundary& a, const Boundary& b) {
        return std::pair(a.checkpoint != "base", a.step) < std::pair(b.checkpoint != "base", b.step);
    };
    std::stable_sort(result.begin(), result.end(), isEarlier);
    return result;
}

/// Rows of one cohort: its languages in the order of the description, then their mean.
void addCohort(std::vector<std::vector<std::string>>& rows, const std::vector<Score>& scores,
               const std::vector<Boundary>& boundaries, LanguageCohort cohort)
{
    std::vector<std::string> languages;
    std::map<std::pair<std::string, Boundary>, double> values;
    for (const Score& score : scores) {
        if (!isBitsPerByte(score) || score.cohort() != cohort) continue;
        values[{score.language, {score.step, score.checkpoint}}] = score.value;
        if (std::find(languages.begin(), languages.end(), score.language) == languages.end()) languages.push_back(score.language);
    }
    if (languages.empty()) return;
    const std::string word(name(cohort, hasEarlier(scores)));
    std::vector<std::string> mean = {word, "mean"};
    for (const std::string& language : languages) rows.push_back({word, language});
    for (const Boundary& boundary : boundaries) {
        double sum = 0;
        for (std::size_t i = 0; i < languages.size(); ++i) {
            const auto value = values.find({languages[i], boundary});
            const double number = value == values.end() ? std::nan("") : value->second;
            rows[rows.size() - languages.size() + i].push_back(numberText(number, 3));
            sum += number;
        }
        mean.push_back(numberText(sum / double(languages.size()), 3));
    }
    rows.push_back(std::move(mean));
}

Json scoreJson(const Score& score)
{
    return {{"task", score.task}, {"metric", score.metric}, {"language", score.language}, {"role", name(score.role)},
            {"checkpoint", score.checkpoint}, {"step", score.step}, {"value", score.value}, {"stderr", score.standardError},
            {"n", score.samples}, {"earlier", score.isEarlier}};
}

Json expertZeroJson(const ExpertZeroScore& score)
{
    return {{"checkpoint", score.checkpoint}, {"language", score.language}, {"layer", score.layer},
            {"mean_score", score.meanScore}, {"top1_share", score.topOneShare}};
}

Json forgettingJson(const ForgettingReport& report)
{
    const auto values = [](const CohortScores& scores) { return Json{scores.base, scores.afterExpansion, scores.afterReview}; };
    Json result = {{"original", values(report.original)}, {"expanded", values(report.expanded)}, {"restored", report.restored}, {"kept", report.kept}};
    if (report.hasEarlier) result.update({{"earlier", values(report.earlier)}, {"earlier_restored", report.earlierRestored}});
    return result;
}

/// "The review restored 76 % of what the original languages had lost and kept 93 % of what the expanded languages had gained."
std::string forgettingText(const ForgettingReport& report)
{
    const auto percent = [](double share) { return numberText(share * 100, 0) + " %"; };
    const auto restored = [&](double share, const std::string& languages) {
        return std::isnan(share) ? "nothing of the " + languages + " languages, which had lost nothing"
                                 : percent(share) + " of what the " + languages + " languages had lost";
    };
    std::string text = "The review restored " + restored(report.restored, "original");
    if (report.hasEarlier) text += ", " + restored(report.earlierRestored, "earlier");
    const std::string expanded(name(LanguageCohort::New, report.hasEarlier));
    return text + (std::isnan(report.kept) ? ", and had no gain of the " + expanded + " languages to keep.\n"
                                           : " and kept " + percent(report.kept) + " of what the " + expanded + " languages had gained.\n");
}

Json stageJson(const StageRecord& stage, const std::vector<MixtureShare>& mixture)
{
    Json shares = Json::object();
    for (const MixtureShare& share : mixture)
        if (share.stage == stage.stage && share.share > 0) shares[share.language] = share.share;
    return {{"stage", stage.stage}, {"kind", name(stage.kind)}, {"first_step", stage.firstStep}, {"steps", stage.steps},
            {"experts", stage.experts}, {"top_k", stage.topK}, {"trained_parameters", stage.trainedParameters},
            {"shares", std::move(shares)}};
}

Json checkpointJson(const RunFolder& folder, const CheckpointRecord& checkpoint)
{
    return {{"stage", checkpoint.stage}, {"step", checkpoint.step}, {"path", (folder.path / checkpoint.folder).string()},
            {"hash", checkpoint.hash}, {"bytes", checkpoint.bytes}, {"parent", checkpoint.parent},
            {"removed", checkpoint.removed}};
}

Json deviceJson(const DeviceProfile& device)
{
    return {{"device", device.device}, {"cpu", device.cpu}, {"features", device.features}, {"cores", device.cores},
            {"memory_bytes", device.memoryBytes}, {"precision", device.precision}, {"threads", device.threads},
            {"libtorch", device.libtorch}};
}

Json inputsJson(const RunInputs& inputs)
{
    return {{"tokenizer_hash", inputs.tokenizerHash}, {"data_hash", inputs.dataHash}, {"base_source", inputs.baseSource},
            {"base_identity", inputs.baseIdentity}, {"base_threads", inputs.baseThreads}};
}

Json textJson(const std::vector<TextReady::LanguageFacts>& text)
{
    Json languages = Json::array();
    for (const TextReady::LanguageFacts& facts : text)
        languages.push_back({{"code", facts.code}, {"training_documents", facts.trainingDocuments},
                             {"training_bytes", facts.trainingBytes}, {"training_tokens", facts.trainingTokens},
                             {"heldout_documents", facts.heldoutDocuments}});
    return languages;
}

Json allocationJson(const ExpertsAllocated& allocated, const std::vector<Language>& languages)
{
    const AllocationChoice& choice = allocated.choice;
    Json result = {{"rule", name(choice.rule)},
                   {"experts", choice.experts},
                   {"total", choice.total()},
                   {"present", choice.present},
                   {"new", choice.added()},
                   {"exact", choice.exact},
                   {"classifier_layers", choice.classifierLayers},
                   {"reason", choice.reason}};
    if (choice.delta > 0) result["delta"] = choice.delta;
    const auto means = groupMeans(allocated.similarity, languages);
    if (!means || allocated.similarity.layers() == 0) return result;
    for (std::size_t i = 0; i < means->size(); ++i) {
        const LayerSimilarity& layer = (*means)[i];
        result["similarity"].push_back({{"layer", i},
                                        {"new_new", std::isnan(layer.newNew) ? Json() : Json(layer.newNew)},
                                        {"new_original", layer.newOriginal},
                                        {"mean", layer.mean}});
    }
    return result;
}

/// Moves the value of a Result into `target`, or keeps the first error.
template <typename T>
void take(Result<T> result, T& target, std::optional<Error>& error)
{
    if (result) {
        target = std::move(result).value();
    } else if (!error) {
        error = result.error();
    }
}

}  // namespace

MemoryUse readMemory(const RunFolder& folder, const RunReader& reader)
{
    MemoryUse memory;
    const auto text = readFile(folder.planFile());
    const Json plan = text ? Json::parse(*text, nullptr, false) : Json();
    if (plan.is_object() && plan.contains("memory_bytes") && plan["memory_bytes"].is_number_integer()) {
        memory.plannedBytes = plan["memory_bytes"].get<std::int64_t>();
    }
    if (const auto peak = reader.series("memory-peak", ""); peak) {
        for (const MetricPoint& point : peak->points) memory.peakBytes = std::max(memory.peakBytes, std::int64_t(point.value));
    }
    return memory;
}

std::vector<GroupScore> readGroupScores(const RunReader& reader, const std::vector<Language>& languages)
{
    std::vector<GroupScore> scores;
    for (const Language& language : languages)
        if (const auto series = reader.series("bits-per-byte-by-group", language.code); series)
            for (const MetricPoint& point : series->points) scores.push_back({language.code, point.step, point.value});
    return scores;
}

Result<RunView> readRunView(const RunFolder& folder)
{
    auto reader = RunReader::open(folder);
    if (!reader) return reader.error();
    RunView view;
    view.folder = folder;
    view.status = liveStatus(folder);
    std::optional<Error> error;
    take(reader->record(), view.record, error);
    take(reader->stages(), view.stages, error);
    take(reader->scores(), view.scores, error);
    take(reader->expertZero(), view.expertZero, error);
    take(reader->checkpoints(), view.checkpoints, error);
    take(reader->allocation(), view.allocation, error);
    take(reader->languages(), view.languages, error);
    take(reader->inputs(), view.inputs, error);
    take(reader->text(), view.text, error);
    take(reader->mixture(), view.mixture, error);
    take(reader->experts(), view.experts, error);
    if (error) return *error;
    view.memory = readMemory(folder, *reader);
    view.groupScores = readGroupScores(*reader, view.languages);
    if (auto read = readExperimentFile(folder.experimentFile()); read && read->problems.empty()) view.experiment = std::move(read->experiment);
    return view;
}

Json resultJson(const RunView& view)
{
    Json scores = Json::array();
    for (const Score& score : view.scores) scores.push_back(scoreJson(score));
    Json expertZero = Json::array();
    for (const ExpertZeroScore& score : view.expertZero) expertZero.push_back(expertZeroJson(score));
    Json result = {{"run", view.folder.id()}, {"folder", view.folder.path.string()}, {"state", name(view.status.state)},
                   {"reason", view.status.reason}, {"step", view.status.step}, {"total_steps", view.status.totalSteps},
                   {"base_step", view.status.baseStep}, {"base_steps", view.status.baseSteps},
                   {"scores", std::move(scores)}, {"expert0", std::move(expertZero)}};
    const ForgettingReport report = forgettingReport(view.scores);
    if (report.complete) result["forgetting"] = forgettingJson(report);
    return result;
}

Json wholeJson(const RunView& view)
{
    Json result = resultJson(view);
    result["title"] = view.record.title;
    result["method"] = view.record.method;
    result["seed"] = view.record.seed;
    result["created_at"] = view.record.createdAt;
    result["parent_run"] = view.record.parentRun;
    result["program_version"] = view.record.programVersion;
    result["experiment_hash"] = view.record.experimentHash;
    result["experiment"] = Json::parse(view.record.experimentJson, nullptr, false);
    if (result["experiment"].is_discarded()) result["experiment"] = nullptr;
    result["device"] = deviceJson(view.record.device);
    result["memory"] = {{"planned_bytes", view.memory.plannedBytes}, {"peak_bytes", view.memory.peakBytes}};
    result["inputs"] = inputsJson(view.inputs);
    result["text"] = textJson(view.text);
    result.update(lineageJson(view));
    if (view.allocation) result["allocation"] = allocationJson(*view.allocation, rolesOfRound(view.languages, view.record.base));
    if (Json groups = groupsJson(view); !groups.is_null()) result["groups"] = std::move(groups);
    result["stages"] = Json::array();
    for (const StageRecord& stage : view.stages) result["stages"].push_back(stageJson(stage, view.mixture));
    result["checkpoints"] = Json::array();
    for (const CheckpointRecord& checkpoint : view.checkpoints) {
        result["checkpoints"].push_back(checkpointJson(view.folder, checkpoint));
    }
    return result;
}

std::string resultTable(const RunView& view)
{
    const std::vector<Boundary> boundaries = boundariesOf(view.scores);
    if (boundaries.empty()) return "Nothing was evaluated yet.\n";
    std::vector<std::vector<std::string>> rows = {{"", "bits per byte"}};
    for (const Boundary& boundary : boundaries) rows.front().push_back(boundary.checkpoint);
    for (const LanguageCohort cohort : kCohorts) addCohort(rows, view.scores, boundaries, cohort);
    std::string text = formatTable(rows, 2);
    const ForgettingReport report = forgettingReport(view.scores);
    if (report.complete) text += forgettingText(report);
    return text;
}

std::string placeText(const RunStatus& status)
{
    if (status.pretraining())
        return "step " + std::to_string(status.baseStep) + " of " + std::to_string(status.baseSteps) + " of the base's pretraining";
    return "step " + std::to_string(status.step) + " of " + std::to_string(status.totalSteps);
}

void printStarted(const RunFolder& run, RunState state, bool json)
{
    if (json) {
        printJson({{"run", run.id()}, {"folder", run.path.string()}, {"state", name(state)}, {"scores", Json::array()},
                   {"expert0", Json::array()}});
    } else {
        std::cout << run.path.string() << std::endl;
    }
}

Result<int> printResult(const RunFolder& run, int workerCode, bool json, bool events)
{
    const auto view = readRunView(run);
    if (!view) return view.error();
    const RunState state = view->status.state;
    if (json) {
        Json result = resultJson(*view);
        if (state == RunState::Failed) {
            result["error"] = {{"code", "run-failed"}, {"message", view->status.reason}, {"where", run.path.string()}};
        }
        printJson(result);
        return workerCode;
    }
    (events ? std::cerr : std::cout) << resultTable(*view) << std::flush;
    if (state == RunState::Stopped || state == RunState::Interrupted) {
        std::cerr << "run " << run.id() << " is " << name(state) << " at " << placeText(view->status) << "; 'moebel resume "
                  << run.path.string() << "' goes on" << std::endl;
    }
    std::cout << run.path.string() << std::endl;
    return workerCode;
}

}  // namespace moebel
