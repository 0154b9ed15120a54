#include "run_comparison.h"

#include <algorithm>

#include "run_lineage.h"

namespace moebel
{
namespace
{

struct ReadRun {
    RunView view;
    RunReader reader;
    double seconds = 0;
};

Result<ReadRun> read(const RunFolder& folder)
{
    auto view = readRunView(folder);
    if (!view) return view.error();
    auto reader = RunReader::open(folder);
    if (!reader) return reader.error();
    const auto events = reader->events();
    if (!events) return events.error();
    const double seconds = events->empty() ? 0 : events->back().time - events->front().time;
    return ReadRun{std::move(*view), std::move(*reader), seconds};
}

/// The newest one of this name: a description may have two stages of a kind.
const Score* find(const std::vector<Score>& scores, const Score& like)
{
    const Score* found = nullptr;
    for (const Score& score : scores)
        if (score.metric == like.metric && score.language == like.language && score.checkpoint == like.checkpoint)
            found = &score;
    return found;
}

Status addScores(const ReadRun& baseline, const ReadRun& other, std::size_t run, RunComparison& comparison)
{
    for (const Score& score : other.view.scores) {
        const Score* before = find(baseline.view.scores, score);
        if (score.metric != "bits-per-byte" || !before || find(other.view.scores, score) != &score) continue;
        const auto baselineItems = baseline.reader.samples(*before);
        if (!baselineItems) return baselineItems.error();
        const auto items = other.reader.samples(score);
        if (!items) return items.error();
        comparison.scores.push_back({run, score.checkpoint, score.language, score.role, score.isEarlier, before->value, score.value,
                                     pairedDifference(*baselineItems, *items)});
    }
    return Done();
}

/// Means over the layers, in the order in which the scores come.
std::vector<ComparedExpertZero> meanExpertZero(const std::vector<ExpertZeroScore>& scores)
{
    std::vector<ComparedExpertZero> means;
    std::vector<int> layers;
    for (const ExpertZeroScore& score : scores) {
        auto same = std::find_if(means.begin(), means.end(), [&](const ComparedExpertZero& mean) {
            return mean.checkpoint == score.checkpoint && mean.language == score.language;
        });
        if (same == means.end()) {
            same = means.insert(means.end(), {0, score.checkpoint, score.language, 0, 0});
            layers.push_back(0);
        }
        same->value += score.meanScore;
        ++layers[std::size_t(same - means.begin())];
    }
    for (std::size_t i = 0; i < means.size(); ++i) means[i].value /= layers[i];
    return means;
}

void addExpertZero(const ReadRun& baseline, const ReadRun& other, std::size_t run, RunComparison& comparison)
{
    const std::vector<ComparedExpertZero> before = meanExpertZero(baseline.view.expertZero);
    for (ComparedExpertZero mean : meanExpertZero(other.view.expertZero))
        for (const ComparedExpertZero& same : before) {
            if (same.checkpoint != mean.checkpoint || same.language != mean.language) continue;
            mean.run = run;
            mean.baseline = same.value;
            comparison.expertZero.push_back(mean);
        }
}

RunCost costOf(const ReadRun& run)
{
    RunCost cost{run.view.folder.id(), run.view.record.title, run.view.status.step, 0, 0, run.seconds, causalityNote(run.view)};
    for (const StageRecord& stage : run.view.stages)
        if (stage.stage >= 0) cost.trainedParameters = std::max(cost.trainedParameters, stage.trainedParameters);
    for (const CheckpointRecord& checkpoint : run.view.checkpoints)
        if (!checkpoint.removed) cost.checkpointBytes = checkpoint.bytes;
    return cost;
}

Status addDescription(const std::vector<ReadRun>& runs, RunComparison& comparison)
{
    std::vector<std::string> descriptions;
    for (const ReadRun& run : runs) descriptions.push_back(run.view.record.experimentJson);
    auto rows = compareDescriptions(descriptions);
    if (!rows) return rows.error();
    for (DescriptionRow& row : *rows)
        if (row.differs) comparison.description.push_back(std::move(row));
    return Done();
}

}  // namespace

Result<RunComparison> compareRuns(const std::vector<RunFolder>& folders)
{
    std::vector<ReadRun> runs;
    for (const RunFolder& folder : folders) {
        auto run = read(folder);
        if (!run) return run.error();
        runs.push_back(std::move(*run));
    }
    RunComparison comparison;
    if (Status added = addDescription(runs, comparison); !added) return added.error();
    for (std::size_t i = 0; i < runs.size(); ++i) {
        comparison.cost.push_back(costOf(runs[i]));
        if (i == 0) continue;
        if (Status added = addScores(runs.front(), runs[i], i, comparison); !added) return added.error();
        addExpertZero(runs.front(), runs[i], i, comparison);
    }
    return comparison;
}

}  // namespace moebel
