#include <algorithm>
#include <limits>

#include "event_fields.h"
#include "moebel/store/run_event.h"
#include "words.h"

namespace moebel {

namespace {

using Json = nlohmann::json;
using Fields = JsonFields;

constexpr std::size_t kLongestLine = 16 << 20;
constexpr int kDeepest = 32;

Error badEvent(const std::string& what) { return invalidInput("bad-event", "an event line " + what + "; ignore it"); }

void readEvent(Fields& line, RunStarted& event)
{
    line.read("run", event.runId);
    line.read("resumed", event.resumed);
    line.read("first_step", event.firstStep);
    line.read("total_steps", event.totalSteps);
    line.read("threads", event.threads);
}

void readExperts(Fields& line, std::vector<std::int64_t>& experts)
{
    for (const Json& number : line.list("experts")) {
        if (!number.is_number_unsigned() || number.get<std::uint64_t>() > kMostExperts || experts.size() >= kMostLayers)
            return line.complain("experts", "a list of experts per layer");
        experts.push_back(number.get<std::int64_t>());
    }
}

void readEvent(Fields& line, StageStarted& event)
{
    line.read("stage", event.stage);
    line.readWord("stage_kind", event.kind, stageKindOf);
    line.read("first_step", event.firstStep);
    line.read("steps", event.steps);
    readExperts(line, event.experts);
    line.read("top_k", event.topK);
    line.read("trained_parameters", event.trainedParameters);
    if (!line.has("shares")) return;  // lines of version 0.1.0
    const Json& shares = line.list("shares");
    if (shares.size() > kMostLanguages || !std::all_of(shares.begin(), shares.end(), [](const Json& share) { return share.is_number(); }))
        return line.complain("shares", "a list of numbers, one a language");
    event.shares = shares.get<std::vector<double>>();
    line.read("steps_done", event.stepsDone);
}

void readEvent(Fields& line, StepFinished& event)
{
    line.read("stage", event.stage);
    line.read("step", event.step);
    for (const Json& entry : line.list("metrics")) {
        Fields fields(entry);
        MetricValue& metric = event.metrics.emplace_back();
        fields.read("name", metric.name);
        fields.read("unit", metric.unit);
        fields.read("language", metric.language);
        fields.read("value", metric.value);
        line.take(fields);
    }
}

// True when `layers` has a list of numbers for every layer, as long as the layer has experts.
bool hasShape(const Json& layers, const std::vector<std::int64_t>& experts)
{
    if (layers.size() != experts.size()) return false;
    for (std::size_t layer = 0; layer < experts.size(); ++layer) {
        if (!layers[layer].is_array() || layers[layer].size() != std::size_t(experts[layer])) return false;
        for (const Json& value : layers[layer])
            if (!value.is_number() && !value.is_null()) return false;
    }
    return true;
}

// Tokens past the routers are told where there are some; the other sums always are.
bool isTold(const Json& language, RoutingKind kind)
{
    return kind != RoutingKind::Bypass || (language.is_object() && language.contains(name(kind)));
}

void readEvent(Fields& line, RoutingSampled& event)
{
    line.read("stage", event.stage);
    line.read("step", event.step);
    line.readWord("split", event.split, routingSplitOf);
    std::vector<std::int64_t> experts;
    readExperts(line, experts);
    const Json& languages = line.list("languages");
    for (const Json& entry : languages) {  // the line holds every number before any of it is given memory
        Fields fields(entry);
        for (RoutingKind kind : kRoutingKinds)
            if (isTold(entry, kind) && !hasShape(fields.list(std::string(name(kind)).c_str()), experts))
                fields.complain(std::string(name(kind)), "a list of numbers for each layer");
        line.take(fields);
    }
    if (!line.problem().empty()) return;
    event.stats = RoutingStats(experts, std::int64_t(languages.size()));
    for (std::size_t index = 0; index < languages.size(); ++index) {
        const LanguageId language{std::int32_t(index)};
        Fields fields(languages[index]);
        fields.read("tokens", event.stats.tokens(language));
        for (RoutingKind kind : kRoutingKinds) {
            if (!isTold(languages[index], kind)) continue;
            double* next = event.stats.row(kind, language);
            for (const Json& layer : fields.list(std::string(name(kind)).c_str()))
                for (const Json& value : layer)
                    *next++ = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
        }
        line.take(fields);
    }
}

void readEvent(Fields& line, EvaluationFinished& event)
{
    line.read("stage", event.stage);
    line.read("step", event.step);
    line.read("boundary", event.boundary);
    for (const Json& entry : line.list("scores")) {
        Fields fields(entry);
        Score& score = event.scores.emplace_back();
        fields.read("task", score.task);
        fields.read("metric", score.metric);
        fields.read("language", score.language);
        fields.readWord("role", score.role, languageRoleOf);
        fields.read("checkpoint", score.checkpoint);
        fields.read("step", score.step);
        fields.read("value", score.value);
        fields.read("stderr", score.standardError);
        fields.read("n", score.samples);
        if (fields.has("earlier")) fields.read("earlier", score.isEarlier);
        line.take(fields);
    }
}

void readEvent(Fields& line, CheckpointWritten& event)
{
    line.read("stage", event.stage);
    line.read("step", event.step);
    line.read("folder", event.folder);
    line.read("hash", event.hash);
    line.read("bytes", event.bytes);
    line.read("parent", event.parent);
}

void readEvent(Fields& line, CheckpointRemoved& event) { line.read("folder", event.folder); }

void readEvent(Fields& line, Warned& event)
{
    line.read("step", event.step);
    line.read("message", event.message);
}

void readEvent(Fields& line, Progress& event)
{
    line.read("what", event.what);
    line.read("fraction", event.fraction);
}

void readEvent(Fields& line, RunPaused& event)
{
    line.read("step", event.step);
    line.read("reason", event.reason);
}

void readEvent(Fields& line, RunResumed& event) { line.read("step", event.step); }

void readEvent(Fields& line, RunFinished& event)
{
    line.read("step", event.step);
    line.read("seconds", event.seconds);
}

void readEvent(Fields& line, RunStopped& event) { line.read("step", event.step); }

void readEvent(Fields& line, RunFailed& event)
{
    line.read("step", event.step);
    Fields fields(line.object("error"));
    fields.readWord("kind", event.error.kind, errorKindOf);
    fields.read("code", event.error.code);
    fields.read("message", event.error.message);
    fields.read("where", event.error.where);
    line.take(fields);
}

// An event of each kind of the variant is asked for its name.
template <std::size_t Index = 0>
Result<RunEvent> readKind(std::string_view kind, Fields& line)
{
    if constexpr (Index == std::variant_size_v<RunEvent>) {
        return invalidInput("unknown-kind", "an event line is of the unknown kind \"" + std::string(kind.substr(0, 64)) +
                                                "\"; ignore it, or update this program");
    } else {
        std::variant_alternative_t<Index, RunEvent> event;
        if (kindName(RunEvent(event)) != kind) return readKind<Index + 1>(kind, line);
        readEvent(line, event);
        if (!line.problem().empty()) return badEvent(line.problem());
        return RunEvent(std::move(event));
    }
}

}  // namespace

Result<RunEvent> fromJsonLine(std::string_view line)
{
    if (line.size() > kLongestLine)
        return badEvent("has " + std::to_string(line.size()) + " bytes, expected at most " + std::to_string(kLongestLine));
    if (jsonDepth(line) > kDeepest) return badEvent("is nested deeper than " + std::to_string(kDeepest) + " levels");
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return badEvent("is not a JSON object");
    Fields fields(json);
    std::int64_t version = 0;
    std::string kind;
    fields.read("v", version);
    fields.read("kind", kind);
    if (!fields.problem().empty()) return badEvent(fields.problem());
    if (version != 1)
        return invalidInput("unknown-version", "an event line has version " + std::to_string(version) +
                                                   ", this program knows version 1; update this program");
    return readKind(kind, fields);
}

}  // namespace moebel
