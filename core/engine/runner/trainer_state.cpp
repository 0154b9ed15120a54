#include "engine/runner/trainer_state.h"

#include <nlohmann/json.hpp>

#include "engine/runner/routing_json.h"

namespace moebel {
namespace {

constexpr int kVersion = 1;

Error unreadable(const std::string& where, const std::string& why)
{
    return failed("bad-checkpoint-state", where + ": the state of the run cannot be read (" + why +
                                              "); delete this checkpoint to go on from the one before", where);
}

}  // namespace

std::string toJson(const TrainerState& state)
{
    const nlohmann::ordered_json value = {
        {"version", kVersion},
        {"stage", state.stage},
        {"stage_step", state.stageStep},
        {"step", state.step},
        {"evaluation_due", state.evaluationDue},
        {"next_sample", state.nextSample},
        {"micro_batch", state.microBatch},
        {"seed", state.seed},
        {"threads", state.threads},
        {"seconds", state.seconds},
        {"experiment_hash", state.experimentHash},
        {"data_hash", state.dataHash},
        {"program", state.program},
        {"libtorch", state.libtorch},
        {"base", state.base},
        {"window",
         {{"routing", toJsonValue(state.window.routing)},
          {"language_loss", state.window.languageLoss},
          {"language_tokens", state.window.languageTokens}}}};
    return value.dump(1) + "\n";
}

Result<TrainerState> parseTrainerState(const std::string& text, const std::string& where)
{
    try {
        const auto value = nlohmann::json::parse(text);
        if (const int version = value.at("version").get<int>(); version != kVersion) {
            return unreadable(where, "version " + std::to_string(version) + ", this program writes " + std::to_string(kVersion));
        }
        TrainerState state;
        state.stage = value.at("stage").get<std::int64_t>();
        state.stageStep = value.at("stage_step").get<std::int64_t>();
        state.step = value.at("step").get<std::int64_t>();
        state.evaluationDue = value.at("evaluation_due").get<bool>();
        state.nextSample = value.at("next_sample").get<std::uint64_t>();
        state.microBatch = value.value("micro_batch", std::int64_t(0));  // unknown to earlier programs
        state.seed = value.at("seed").get<std::uint64_t>();
        state.threads = value.at("threads").get<int>();
        state.seconds = value.at("seconds").get<double>();
        state.experimentHash = value.at("experiment_hash").get<std::string>();
        state.dataHash = value.at("data_hash").get<std::string>();
        state.program = value.at("program").get<std::string>();
        state.libtorch = value.at("libtorch").get<std::string>();
        state.base = value.value("base", std::string());  // unknown to version 0.1.0
        const auto& window = value.at("window");
        auto routing = routingFromJson(window.at("routing"));
        if (!routing) {
            return unreadable(where, routing.error().message);
        }
        state.window.routing = std::move(*routing);
        state.window.languageLoss = window.at("language_loss").get<std::vector<double>>();
        state.window.languageTokens = window.at("language_tokens").get<std::vector<double>>();
        return state;
    } catch (const nlohmann::json::exception& error) {
        return unreadable(where, error.what());
    }
}

}  // namespace moebel
