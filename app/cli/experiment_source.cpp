#include "experiment_source.h"

#include "engine/model/checkpoint/model_file.h"
#include "engine/model/precision.h"
#include "engine/text/prepared_text.h"
#include "kernels/cuda_backend.h"
#include "model_source.h"
#include "moebel/analysis/language_groups.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/experiment/model_config.h"
#include "moebel/store/base_run.h"
#include "moebel/store/run_folder.h"
#include "output.h"
#include "program.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

Result<std::vector<Override>> readOverrides(const std::vector<std::string>& texts)
{
    std::vector<Override> result;
    for (const std::string& text : texts) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            return invalidInput("usage", "--set " + text + ": expected PATH=VALUE, for example stage.0.learning_rate=1e-3",
                                "--set");
        }
        result.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return result;
}

/// An unreadable or truncated base is found before a run folder exists.
Status checkBase(const Experiment& experiment, const fs::path& folder)
{
    if (experiment.base.kind == BaseKind::Pretrain) return Done{};
    const auto decoder = readModelFolder(folder / experiment.base.path);
    if (!decoder) {
        return invalidInput(decoder.error().code, "base.path: " + decoder.error().message, decoder.error().where);
    }
    return Done{};
}

}  // namespace

Result<CheckedExperiment> checkExperimentFile(const std::string& file, const std::vector<std::string>& overrides,
                                              double gflopPerSecond)
{
    const auto set = readOverrides(overrides);
    if (!set) return set.error();
    auto read = readExperimentFile(file, *set);
    if (!read) return invalidInput(read.error().code, read.error().message, read.error().where);
    if (!read->problems.empty()) return asError(read->problems, file);
    CheckedExperiment checked;
    checked.folder = fs::absolute(file).lexically_normal().parent_path();
    auto described = withGroupMap(std::move(read->experiment), checked.folder);
    if (!described) return described.error();
    checked.experiment = std::move(*described);
    const Status precision = checkPrecision(checked.experiment.compute.precision, thisMachine().features);
    if (!precision && !loadCudaBackend(cudaLibrary())) return precision.error();
    const auto based = withBaseModel(checked.experiment, checked.folder);
    if (!based) return based.error();
    if (const Status base = checkBase(*based, checked.folder); !base) return base.error();
    auto sized = withBaseShape(*based, checked.folder);
    if (!sized) return sized.error();
    checked.sized = std::move(*sized);
    if (const auto problems = checkExperiment(checked.sized); !problems.empty()) return asError(problems, file);
    checked.plan = makePlan(checked.sized, gflopPerSecond);
    return checked;
}

Status checkSpace(const Plan& plan, const fs::path& folder)
{
    const auto free = freeSpace(folder);
    if (!free) return invalidInput(free.error().code, free.error().message, folder.string());
    if (double(*free) >= double(plan.diskBytes)) return Done{};
    return invalidInput("no-space",
                        folder.string() + ": the checkpoints and the record need " + sizeText(double(plan.diskBytes)) + ", " +
                            sizeText(double(*free)) + " are free; make room or choose another folder with --runs",
                        folder.string());
}

Result<Experiment> withTokenizer(const Experiment& experiment, const fs::path& folder)
{
    const auto based = withBaseModel(experiment, folder);
    if (!based) return based.error();
    auto own = withBaseTokenizer(*based, folder / based->base.path);
    if (own) own->base = experiment.base;
    return own;
}

Status checkText(const CheckedExperiment& checked, const std::function<void(const std::string&, double)>& progress)
{
    const auto experiment = withBaseTokenizer(checked.experiment, checked.folder / checked.sized.base.path);
    if (!experiment) return experiment.error();
    if (isTextPrepared(*experiment, checked.folder, userCacheFolder())) return Done{};  // the worker opens and checks it
    const auto text = prepareText(*experiment, checked.folder, userCacheFolder(), progress);
    if (text) return Done{};
    return text.error();
}

}  // namespace moebel
