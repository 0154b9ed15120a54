#include "moebel/store/base_run.h"

#include <algorithm>

#include "moebel/base/hash.h"
#include "moebel/experiment/model_config.h"
#include "moebel/store/checkpoint_folder.h"
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
    if (!run && run.error().code == "no-such-run")
        return badBase(run.error().code, "\"" + path + "\" is neither the folder of a run nor the id or the name of a finished one in " +
                                             runs.string() + "; make that run first, or name another one");
    if (!run) return badBase(run.error().code, run.error().message);
    const RunStatus status = runStatus(*run);
    if (status.state == RunState::Finished) return RunFolder{std::filesystem::absolute(run->path).lexically_normal()};
    return badBase("base-not-finished", "run " + run->id() + " is " + std::string(name(status.state)) + " at step " +
                                            std::to_string(status.step) + " of " + std::to_string(status.totalSteps) +
                                            "; let it finish (`moebel resume`), or name a finished run");
}

/// What the model of the base was trained to keep, or to learn, is not what this description says of it.
Status checkRoles(const Experiment& experiment, const BaseRun& base)
{
    for (const Language& known : base.languages)
        for (const Language& language : experiment.languages)
            if (language.code == known.code && language.role != known.role)
                return invalidInput("role-changed",
                                    "languages." + std::string(name(language.role)) + ": '" + language.code +
                                        "' is one of the " + std::string(name(known.role)) + " languages of run " +
                                        base.run.id() + "; list it under languages." + std::string(name(known.role)),
                                    "languages." + std::string(name(language.role)));
    return Done{};
}

}  // namespace

bool BaseRun::knows(const std::string& language) const
{
    return std::any_of(languages.begin(), languages.end(), [&](const Language& known) { return known.code == language; });
}

Result<BaseRun> findBaseRun(const Experiment& experiment, const std::filesystem::path& experimentFolder)
{
    auto run = finishedRun(experiment.base.path, experimentFolder);
    if (!run) return run.error();
    const auto reader = RunReader::open(*run);
    if (!reader) return reader.error();
    const auto checkpoints = reader->checkpoints();
    if (!checkpoints) return checkpoints.error();
    const auto last = std::find_if(checkpoints->rbegin(), checkpoints->rend(), [](const CheckpointRecord& c) { return !c.removed; });
    if (last == checkpoints->rend())
        return badBase("no-checkpoint", "run " + run->id() + " has no checkpoint; name another run");
    auto languages = reader->languages();
    if (!languages) return languages.error();
    BaseRun base{*run, last->folder, last->hash, 1, std::move(*languages)};
    const auto config = readModelConfig(base.model());
    if (!config) return badBase(config.error().code, config.error().message);
    base.rounds += std::int64_t(config->allocation.rounds.size());
    return base;
}

Result<BaseRun> recordedBaseRun(const RunFolder& run, const Experiment& experiment,
                                const std::filesystem::path& experimentFolder)
{
    const auto reader = RunReader::open(run);
    if (!reader) return reader.error();
    auto record = reader->record();
    if (!record) return record.error();
    if (!record->base) return findBaseRun(experiment, experimentFolder);
    BaseRun base = std::move(*record->base);
    std::error_code none;
    const std::filesystem::path beside = std::filesystem::absolute(run.path).parent_path() / base.run.id();
    if (!std::filesystem::exists(base.model(), none) && std::filesystem::exists(beside / base.checkpoint, none))
        base.run.path = beside;
    return base;
}

Status verifyBaseRun(const BaseRun& base)
{
    std::error_code none;
    if (!std::filesystem::exists(base.model(), none))
        return badBase("base-gone", "run " + base.run.id() + ", which this one continues, is no longer at " +
                                        base.run.path.string() + "; put it back there or beside this run, or start a new run");
    const auto whole = verifyCheckpoint(base.model());
    if (!whole) return whole.error();
    if (whole->hash == base.hash) return Done{};
    return badBase("base-changed", base.model().string() +
                                       " is not the checkpoint that this run began with; put that one back, or start "
                                       "a new run");
}

Result<Experiment> withBaseModel(Experiment experiment, const std::filesystem::path& experimentFolder)
{
    if (experiment.base.kind != BaseKind::Run) return experiment;
    const auto base = findBaseRun(experiment, experimentFolder);
    if (!base) return base.error();
    if (Status roles = checkRoles(experiment, *base); !roles) return roles.error();
    if (std::all_of(experiment.languages.begin(), experiment.languages.end(),
                    [&](const Language& l) { return l.role == LanguageRole::Original || base->knows(l.code); }))
        return invalidInput("no-new-language",
                            "languages.expanded: run " + base->run.id() +
                                " knows every one of them already; add a language that is new to it",
                            "languages.expanded");
    experiment.base.path = base->model().string();
    return experiment;
}

std::vector<Language> rolesOfRound(std::vector<Language> languages, const std::optional<BaseRun>& base)
{
    for (Language& language : languages)
        if (base && base->knows(language.code)) language.role = LanguageRole::Original;
    return languages;
}

std::string leftOutWarning(const Experiment& experiment, const BaseRun& base)
{
    std::string codes;
    for (const Language& known : base.languages)
        if (std::none_of(experiment.languages.begin(), experiment.languages.end(),
                         [&](const Language& l) { return l.code == known.code; }))
            codes += (codes.empty() ? "" : ", ") + known.code;
    return codes.empty() ? codes
                         : "run " + base.run.id() + " knows " + codes +
                               " too, which this description does not name: no stage keeps them and no score watches them";
}

}  // namespace moebel
