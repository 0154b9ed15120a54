#include <algorithm>

#include "json_fields.h"
#include "model_families.h"
#include "moebel/base/file.h"
#include "moebel/base/json_depth.h"
#include "moebel/base/pickle.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{
namespace
{

using nlohmann::json;

constexpr std::uint64_t kLargestConfig = 64U << 20;

}  // namespace

Result<ModelConfig> readConfig(const std::filesystem::path& file)
{
    if (Status allowed = refusePickle(file, "give the model's own config.json instead"); !allowed) return allowed.error();
    const auto text = readFile(file, kLargestConfig);
    if (!text) return text.error();
    constexpr int kDeepest = 32;
    if (const std::string excess = jsonExcess(*text, kDeepest); !excess.empty())
        return invalidInput("bad-config", file.string() + ": " + excess, file.string());
    const json object = json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object())
        return invalidInput("bad-config", file.string() + " is not a JSON object: is it the config.json of a model?",
                            file.string());
    JsonFields config(object, file.string());
    const ModelFamily* family = familyOf(config);
    if (family == nullptr) return *config.error();
    ModelConfig result;
    result.naming = family->naming;
    result.shape = readShape(config, file.string(), *family);
    if (family->experts != nullptr) result.allocation = family->experts(config, result.shape.layers);
    if (config.error()) return *config.error();
    return result;
}

std::int64_t mixtureLayers(const ModelConfig& config)
{
    const auto& experts = config.allocation.experts;
    return std::count_if(experts.begin(), experts.end(), [](std::int64_t count) { return count > 1; });
}

Result<Experiment> withBaseShape(Experiment experiment, const std::filesystem::path& folder)
{
    if (experiment.base.kind == BaseKind::Pretrain) return experiment;
    const auto config = readModelConfig(folder / experiment.base.path);
    if (!config) return invalidInput(config.error().code, "base.path: " + config.error().message, "base.path");
    if (const std::int64_t mixtures = mixtureLayers(*config); mixtures > 0 && experiment.base.kind == BaseKind::Checkpoint)
        return invalidInput("base-not-dense",
                            "base.path: " + (folder / experiment.base.path).string() + " has several experts in " +
                                std::to_string(mixtures) + " of its layers already; name a dense model, or with kind = \"run\" the run that made it",
                            "base.path");
    const std::size_t layers = std::size_t(config->shape.layers), listed = experiment.expansion.experts.size();
    if (listed > 1 && listed != layers && experiment.expansion.rule == AllocationRule::Manual)
        return invalidInput("bad-allocation",
                            "expansion.experts lists " + std::to_string(listed) + " layers, the base model has " +
                                std::to_string(layers) + "; give one number, or one for each layer",
                            "expansion.experts");
    experiment.base.shape = config->shape;
    experiment.base.isShapeRead = true;
    if (experiment.base.kind == BaseKind::Run) experiment.base.allocation = config->allocation;
    return experiment;
}

}  // namespace moebel
