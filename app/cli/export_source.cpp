#include "export_source.h"

#include <set>

#include "app/cli/model_source.h"
#include "engine/runner/model_inspection.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

/// The folder of a run's checkpoint of this step; the error lists those that are there.
Result<fs::path> checkpointOf(const RunView& run, std::int64_t step)
{
    std::string present;
    for (const CheckpointRecord& checkpoint : run.checkpoints) {
        const fs::path folder = run.folder.path / checkpoint.folder;
        std::error_code error;
        if (!fs::exists(folder, error)) continue;  // pruned
        if (checkpoint.step == step) return folder;
        present += (present.empty() ? "" : ", ") + std::to_string(checkpoint.step);
    }
    return invalidInput("no-checkpoint",
                        run.folder.path.string() + " has no checkpoint of step " + std::to_string(step) + "; there " +
                            (present.empty() ? "is none" : "are those of " + present),
                        "--checkpoint");
}

/// What files say of themselves: the licence of the model that everything began with, the type of these weights.
void describe(ExportSource& source)
{
    const ModelInspection model = inspectModel(source.folder);
    std::set<std::string> types;
    for (const InspectedTensor& tensor : model.tensors)
        if (tensor.shape.size() > 1) types.insert(tensor.type);
    if (types.size() == 1 && *types.begin() == "BF16") source.type = "bfloat16";
    if (types.size() == 1 && *types.begin() == "F16") source.type = "float16";
    source.licence = model.licence;
    source.licenceFile = model.licenceFile;
    if (!source.experiment || source.experiment->base.kind != BaseKind::Checkpoint) return;
    const fs::path project = source.run->folder.path.parent_path().parent_path();
    const ModelInspection base = inspectModel(project / source.experiment->base.path);
    source.licence = base.licence;
    source.licenceFile = base.licenceFile;
}

}  // namespace

Result<ExportSource> findExportSource(const std::string& model, std::int64_t step)
{
    ExportSource source;
    std::error_code error;
    const fs::path path(model);
    const bool isRun = fs::exists(path / "run.sqlite", error) || !fs::exists(path, error);
    if (isRun) {
        const auto run = findRun(model);
        if (!run) return run.error();
        auto view = readRunView(*run);
        if (!view) return view.error();
        source.run = std::move(*view);
        source.experiment = source.run->experiment;
    } else if (step >= 0) {
        return invalidInput("usage", model + " is no run, so that it has no steps; leave --checkpoint out",
                            "--checkpoint");
    }
    const auto folder = step >= 0 ? checkpointOf(*source.run, step) : findModelFolder(model);
    if (!folder) return folder.error();
    source.folder = *folder;
    describe(source);
    return source;
}

ModelCard cardOf(const ExportSource& source, const Decoder& decoder)
{
    const RunView* run = source.run ? &*source.run : nullptr;
    const std::string folder = source.folder.filename().string();
    ModelCard card;
    card.title = run != nullptr && !run->record.title.empty() ? run->record.title : source.folder.stem().string();
    card.source = run != nullptr ? "run " + run->record.id + ", " + folder : folder;
    card.shape = decoder.shape();
    card.allocation = decoder.allocation();
    card.run = run;
    card.licence = source.licence.empty() && !source.licenceFile.empty() ? "other" : source.licence;
    card.experiment = source.experiment ? &*source.experiment : nullptr;
    return card;
}

}  // namespace moebel
