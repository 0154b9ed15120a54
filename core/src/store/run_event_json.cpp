#include <nlohmann/json.hpp>

#include "moebel/store/run_event.h"
#include "words.h"

namespace moebel {

namespace {

using Json = nlohmann::ordered_json;

Json scoreJson(const Score& score)
{
    return {{"task", score.task},
            {"metric", score.metric},
            {"language", score.language},
            {"role", name(score.role)},
            {"checkpoint", score.checkpoint},
            {"step", score.step},
            {"value", score.value},
            {"stderr", score.standardError},
            {"n", score.samples},
            {"earlier", score.isEarlier}};
}

// One language's sums: a list by layer of lists by expert.
Json sumsJson(const RoutingStats& stats, RoutingKind kind, LanguageId language)
{
    Json layers = Json::array();
    const double* row = stats.row(kind, language);
    for (std::int64_t layer = 0; layer < stats.layers(); ++layer) {
        const double* first = row + stats.offset(LayerId{std::int32_t(layer)});
        layers.push_back(std::vector<double>(first, first + stats.experts()[std::size_t(layer)]));
    }
    return layers;
}

Json addedJson(const std::vector<NearestExpert>& added)
{
    Json groups = Json::array();
    for (const NearestExpert& group : added) {
        Json experts = Json::array();
        for (const ExpertFit& fit : group.fits) experts.push_back({{"nll", fit.nll}, {"tokens", fit.tokens}, {"bytes", fit.bytes}});
        groups.push_back({{"languages", group.languages}, {"nearest", group.expert}, {"experts", std::move(experts)}});
    }
    return groups;
}

struct ToJson {
    Json& line;

    void operator()(const RunStarted& event) const
    {
        line.update({{"run", event.runId},
                     {"resumed", event.resumed},
                     {"first_step", event.firstStep},
                     {"total_steps", event.totalSteps},
                     {"threads", event.threads}});
    }
    void operator()(const StageStarted& event) const
    {
        line.update({{"stage", event.stage},
                     {"stage_kind", name(event.kind)},
                     {"first_step", event.firstStep},
                     {"steps", event.steps},
                     {"experts", event.experts},
                     {"top_k", event.topK},
                     {"trained_parameters", event.trainedParameters},
                     {"shares", event.shares},
                     {"steps_done", event.stepsDone}});
    }
    void operator()(const StepFinished& event) const
    {
        line.update({{"stage", event.stage}, {"step", event.step}});
        Json& metrics = line["metrics"] = Json::array();
        for (const MetricValue& metric : event.metrics)
            metrics.push_back(
                {{"name", metric.name}, {"unit", metric.unit}, {"language", metric.language}, {"value", metric.value}});
    }
    void operator()(const RoutingSampled& event) const
    {
        line.update({{"stage", event.stage},
                     {"step", event.step},
                     {"split", name(event.split)},
                     {"experts", event.stats.experts()}});
        Json& languages = line["languages"] = Json::array();
        for (std::int64_t index = 0; index < event.stats.languages(); ++index) {
            const LanguageId language{std::int32_t(index)};
            Json entry = {{"language", index}, {"tokens", event.stats.tokens(language)}};
            for (RoutingKind kind : kRoutingKinds)
                if (kind != RoutingKind::Bypass || event.stats.hasBypass(language)) entry[std::string(name(kind))] = sumsJson(event.stats, kind, language);
            languages.push_back(std::move(entry));
        }
    }
    void operator()(const EvaluationFinished& event) const
    {
        line.update({{"stage", event.stage}, {"step", event.step}, {"boundary", event.boundary}});
        Json& scores = line["scores"] = Json::array();
        for (const Score& score : event.scores) scores.push_back(scoreJson(score));
    }
    void operator()(const CheckpointWritten& event) const
    {
        line.update({{"stage", event.stage},
                     {"step", event.step},
                     {"folder", event.folder},
                     {"hash", event.hash},
                     {"bytes", event.bytes},
                     {"parent", event.parent}});
    }
    void operator()(const CheckpointRemoved& event) const { line["folder"] = event.folder; }
    void operator()(const ExpertsAllocated& event) const
    {
        const AllocationChoice& choice = event.choice;
        line.update({{"rule", name(choice.rule)},
                     {"experts", choice.experts},
                     {"present", choice.present},
                     {"classifier_layers", choice.classifierLayers},
                     {"delta", choice.delta},
                     {"wanted_total", choice.wantedTotal},
                     {"exact", choice.exact},
                     {"reason", choice.reason}});
        const LanguageSimilarity& similarity = event.similarity;
        const std::size_t languages = similarity.languages().size();
        Json& table = line["similarity"] = {{"languages", similarity.languages()}, {"layers", Json::array()}};
        for (std::int64_t layer = 0; layer < similarity.layers(); ++layer) {
            Json pairs = Json::array();  // of each language with itself and those behind it
            for (std::size_t a = 0; a < languages; ++a)
                for (std::size_t b = a; b < languages; ++b) pairs.push_back(similarity.at(layer, a, b));
            table["layers"].push_back(std::move(pairs));
        }
    }
    void operator()(const TextReady& event) const
    {
        line.update({{"tokenizer", event.tokenizerHash}, {"data", event.dataHash}});
        Json& languages = line["languages"] = Json::array();
        for (const TextReady::LanguageFacts& language : event.languages)
            languages.push_back({{"code", language.code},
                                 {"training_documents", language.trainingDocuments},
                                 {"training_bytes", language.trainingBytes},
                                 {"training_tokens", language.trainingTokens},
                                 {"heldout_documents", language.heldoutDocuments}});
    }
    void operator()(const BaseReady& event) const
    {
        line.update({{"source", name(event.source)}, {"identity", event.identity}, {"threads", event.threads}});
    }
    void operator()(const ModelExpanded& event) const
    {
        Json& layers = line["origins"] = Json::array();
        for (const auto& origins : event.origins) {
            Json words = Json::array();
            for (const ExpertOrigin origin : origins) words.push_back(name(origin));
            layers.push_back(std::move(words));
        }
        line.update({{"top_k", event.topK}, {"logit_difference", event.logitDifference}, {"rounds", event.rounds}});
    }
    void operator()(const DeviationMeasured& event) const { line["deviation"] = Json::parse(toJson(event.deviation)); }
    void operator()(const GroupsFormed& event) const
    {
        line.update({{"groups", event.groups.groups},
                     {"smallest_similarity", event.groups.smallestSimilarity},
                     {"mean_similarity", event.groups.meanSimilarity},
                     {"algorithm", name(event.algorithm)},
                     {"source", name(event.source)},
                     {"layers", event.layers},
                     {"added", addedJson(event.added)}});
    }
    void operator()(const Warned& event) const { line.update({{"step", event.step}, {"message", event.message}}); }
    void operator()(const Progress& event) const { line.update({{"what", event.what}, {"fraction", event.fraction}}); }
    void operator()(const RunPaused& event) const { line.update({{"step", event.step}, {"reason", event.reason}}); }
    void operator()(const RunResumed& event) const { line["step"] = event.step; }
    void operator()(const RunFinished& event) const { line.update({{"step", event.step}, {"seconds", event.seconds}}); }
    void operator()(const RunStopped& event) const { line["step"] = event.step; }
    void operator()(const RunFailed& event) const
    {
        line["step"] = event.step;
        line["error"] = {{"kind", name(event.error.kind)},
                         {"code", event.error.code},
                         {"message", event.error.message},
                         {"where", event.error.where}};
    }
};

}  // namespace

std::string_view kindName(const RunEvent& event)
{
    static constexpr std::string_view kNames[] = {"run-started",        "stage-started", "step",     "routing", "evaluation",
                                                  "checkpoint",         "checkpoint-removed",        "warning", "progress",
                                                  "paused",             "resumed",       "run-finished",        "run-stopped",
                                                  "run-failed",         "allocation",    "text",     "base",    "expansion",
                                                  "deviation",          "groups"};
    static_assert(std::size(kNames) == std::variant_size_v<RunEvent>);
    return kNames[event.index()];
}

std::string toJsonLine(const RunEvent& event, double unixSeconds)
{
    Json line = {{"v", 1}, {"t", unixSeconds}, {"kind", kindName(event)}};
    std::visit(ToJson{line}, event);
    return line.dump(-1, ' ', false, Json::error_handler_t::replace);  // NaN and infinity become null
}

}  // namespace moebel
