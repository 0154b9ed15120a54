#include "moebel/store/base_run.h"

#include <algorithm>

#include "moebel/store/run_store.h"

namespace moebel
{
namespace
{

Error badBase(const std::string& code, const std::string& what)
{
    return invalidInput(code, "base.path: " + what, "base.path");
}

/// The newest finished run whose id is a date and this name; empty without one.
std::filesystem::path newestOfName(const std::filesystem::path& runs, const std::string& name)
{
    std::error_code none;
    std::filesystem::path newest;
    for (const auto& entry : std::filesystem::directory_iterator(runs, none)) {
        const std::string id = entry.path().filename().string();
        if (id.ends_with("-" + name) && id > newest.filename().string() && runStatus({entry.path()}).state == RunState::Finished)
            newest = entry.path();
    }
    return newest;
}

Result<RunFolder> finishedRun(const std::string& path, const std::filesystem::path& experimentFolder)
{
    std::error_code none;
    const std::filesystem::path beside = experimentFolder / path, runs = experimentFolder / "runs";
    const std::filesystem::path named = newestOfName(runs, path);
    const bool isFolder = std::filesystem::is_directory(beside, none);
    const auto run = findRun(isFolder ? beside.string() : named.empty() ? path : named.string(), runs);
    if (!run) return badBase(run.error().code, run.error().message);
    const RunStatus status = runStatus(*run);
    if (status.state == RunState::Finished) return *run;
    return badBase("base-not-finished", "run " + run->id() + " is " + std::string(name(status.state)) + " at step " +
                                            std::to_string(status.step) + " of " + std::to_string(status.totalSteps) +
                                            "; let it finish (`moebel resume`), or name a finished run");
}

}  // namespace

Result<BaseRun> findBaseRun(const Experiment& experiment, const std::filesystem::path& experimentFolder)
{
    auto run = finishedRun(experiment.base.path, experimentFolder);
    if (!run) return run.error();
    const auto reader = RunReader::open(*run);
    if (!reader) return reader.error();
    const auto checkpoints = reader->checkpoints();
    if (!checkpoints) return checkpoints.error();
    const auto last = std::find_if(checkpoints->rbegin(), checkpoints->rend(), [](const CheckpointRecord& c) { return !c.removed; });
    if (last == checkpoints->rend()) return badBase("no-checkpoint", "run " + run->id() + " has no checkpoint; name another run");
    const std::filesystem::path model = run->path / last->folder;
    auto languages = reader->languages();
    if (!languages) return languages.error();
    return BaseRun{*run, model, std::move(*languages)};
}

Result<Experiment> withBaseModel(Experiment experiment, const std::filesystem::path& experimentFolder)
{
    if (experiment.base.kind != BaseKind::Run) return experiment;
    const auto base = findBaseRun(experiment, experimentFolder);
    if (!base) return base.error();
    const auto isNew = [&](const Language& language) { return isNewLanguage(language, *base); };
    if (std::none_of(experiment.languages.begin(), experiment.languages.end(), isNew))
        return invalidInput("no-new-language",
                            "languages.expanded: run " + base->run.id() +
                                " knows every one of them already; add a language that is new to it",
                            "languages.expanded");
    experiment.base.path = std::filesystem::absolute(base->model).string();
    return experiment;
}

bool isNewLanguage(const Language& language, const BaseRun& base)
{
    return language.role == LanguageRole::Expanded &&
           std::none_of(base.languages.begin(), base.languages.end(), [&](const Language& known) { return known.code == language.code; });
}

}  // namespace moebel
