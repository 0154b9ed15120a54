#include "run_data.h"

#include <algorithm>
#include <limits>

#include "moebel/base/file.h"
#include "moebel/store/base_run.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel {

namespace {

// Moves a Result's value into `target`, or its error into `error`; false ends the reading.
template <typename T>
bool take(Result<T> result, T& target, Error& error)
{
    if (!result) {
        error = result.error();
        return false;
    }
    target = std::move(result).value();
    return true;
}

bool readSeries(const RunReader& reader, RunData& run, Error& error)
{
    std::vector<MetricId> metrics;
    if (!take(reader.metrics(), metrics, error)) return false;
    for (const MetricId& metric : metrics) {
        const bool all = metric.language.empty();
        std::vector<MetricSeries>* target = metric.name == "base.language-model-loss"      ? &run.baseLosses
                                            : metric.name.starts_with("base.")             ? nullptr
                                            : all && metric.name.ends_with("loss")         ? &run.losses
                                            : !all && metric.name == "language-model-loss" ? &run.languageLosses
                                            : !all && metric.name == "bits-per-byte"       ? &run.bitsPerByte
                                            : metric.name == "bits-per-byte-by-group"      ? &run.bitsByGroup
                                                                                           : nullptr;
        if (!target) continue;
        MetricSeries series;
        if (!take(reader.series(metric.name, metric.language), series, error)) return false;
        target->push_back(std::move(series));
    }
    std::stable_partition(run.losses.begin(), run.losses.end(),
                          [](const MetricSeries& series) { return series.metric.name == "loss"; });
    return true;
}

bool readRouting(const RunReader& reader, RunData& run, Error& error)
{
    std::vector<RoutingCapture> captures;
    if (!take(reader.captures(), captures, error)) return false;
    for (const StageRecord& stage : run.stages) {
        const RoutingCapture* newest = nullptr;
        for (const RoutingCapture& capture : captures)
            if (capture.stage == stage.stage && capture.split == RoutingSplit::Evaluation &&
                (!newest || capture.step >= newest->step))
                newest = &capture;
        if (!newest) continue;
        StageRouting routing{stage, *newest, {}};
        if (!take(reader.routing(*newest), routing.stats, error)) return false;
        run.routing.push_back(std::move(routing));
    }
    return true;
}

bool readEvents(const RunReader& reader, RunData& run, Error& error)
{
    std::vector<EventRecord> events;
    if (!take(reader.events(), events, error)) return false;
    if (events.size() > 1) run.seconds = events.back().time - events.front().time;
    for (const EventRecord& event : events)
        if (event.kind == "warning") run.warnings.push_back(event);
    return true;
}

bool readExperts(const RunReader& reader, RunData& run, Error& error)
{
    std::vector<CheckpointRecord> checkpoints;
    if (!take(reader.experts(), run.experts, error) || !take(reader.allocation(), run.allocation, error) ||
        !take(reader.deviation(), run.deviation, error) || !take(reader.groups(), run.groups, error) ||
        !take(reader.checkpoints(), checkpoints, error))
        return false;
    if (run.allocation && run.allocation->similarity.layers() > 0)
        if (auto means = groupMeans(run.allocation->similarity, rolesOfRound(run.languages, run.record.base))) run.similarity = std::move(*means);
    for (const CheckpointRecord& checkpoint : checkpoints)
        if (auto config = readModelConfig(run.folder.path / checkpoint.folder); config && !checkpoint.removed) run.model = std::move(*config);
    return true;
}

void readDescription(RunData& run)
{
    auto text = readFile(run.folder.experimentFile(), std::uint64_t(4) << 20);
    if (!text) return;
    run.experimentText = std::move(text).value();
    ReadExperiment read = readExperiment(run.experimentText, run.folder.experimentFile().string());
    run.experiment = std::move(read.experiment);
    run.experimentKnown = !run.languages.empty() && run.experiment.languages == run.languages;
}

}  // namespace

Result<RunData> readRunData(const RunFolder& folder)
{
    auto reader = RunReader::open(folder);
    if (!reader) return reader.error();
    RunData run;
    run.folder = folder;
    Error error;
    if (!take(reader->record(), run.record, error) || !take(reader->languages(), run.languages, error) ||
        !take(reader->stages(), run.stages, error) || !take(reader->scores(), run.scores, error) ||
        !take(reader->expertZero(), run.expertZero, error) || !take(reader->inputs(), run.inputs, error))
        return error;
    std::erase_if(run.stages, [](const StageRecord& stage) { return stage.stage < 0; });
    if (!readExperts(*reader, run, error) || !readSeries(*reader, run, error) || !readRouting(*reader, run, error) || !readEvents(*reader, run, error)) return error;
    readDescription(run);
    run.status = runStatus(folder);
    run.forgetting = forgettingReport(run.scores);
    return run;
}

std::vector<std::string> RunData::checkpoints() const
{
    std::vector<std::string> names = {"base"};
    for (const StageRecord& stage : stages)
        if (std::string word(name(stage.kind)); std::find(names.begin(), names.end(), word) == names.end())
            names.push_back(word);
    for (const Score& s : scores)
        if (std::find(names.begin(), names.end(), s.checkpoint) == names.end()) names.push_back(s.checkpoint);
    std::erase_if(names, [this](const std::string& word) {
        return std::none_of(scores.begin(), scores.end(), [&](const Score& s) { return s.checkpoint == word; });
    });
    return names;
}

const Score* RunData::score(const std::string& metric, const std::string& language, const std::string& checkpoint) const
{
    const Score* found = nullptr;
    for (const Score& s : scores)
        if (s.metric == metric && s.language == language && s.checkpoint == checkpoint) found = &s;
    return found;
}

LanguageCohort RunData::cohort(const Language& language) const
{
    return cohortOf(language.role, record.base && record.base->isEarlier(language));
}

std::string RunData::word(LanguageCohort wanted) const
{
    return std::string(name(wanted, !ofCohort(LanguageCohort::Earlier).empty()));
}

double RunData::mean(const std::string& metric, LanguageCohort wanted, const std::string& checkpoint) const
{
    double sum = 0;
    std::int64_t count = 0;
    for (const Language& language : ofCohort(wanted)) {
        const Score* s = score(metric, language.code, checkpoint);
        if (!s) return std::numeric_limits<double>::quiet_NaN();
        sum += s->value;
        ++count;
    }
    return count ? sum / double(count) : std::numeric_limits<double>::quiet_NaN();
}

std::vector<Language> RunData::ofCohort(LanguageCohort wanted) const
{
    std::vector<Language> chosen;
    for (const Language& language : languages)
        if (cohort(language) == wanted) chosen.push_back(language);
    return chosen;
}

std::string checkpointTitle(const RunData& run, const std::string& checkpoint)
{
    if (checkpoint == "base") return "Base";
    for (std::size_t i = 0; i < run.stages.size(); ++i)
        if (name(run.stages[i].kind) == checkpoint) return "Stage " + std::to_string(i + 1) + ": " + checkpoint;
    return checkpoint;
}

}  // namespace moebel
