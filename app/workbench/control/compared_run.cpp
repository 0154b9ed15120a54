#include "app/workbench/control/compared_run.h"

namespace moebel
{

namespace
{

std::shared_ptr<const SeriesColumn> columnOf(const MetricSeries& series)
{
    auto column = std::make_shared<SeriesColumn>();
    for (const MetricPoint& point : series.points) column->append(point.step, point.value);
    return column;
}

RunCurves curvesOf(const RunReader& reader, const std::vector<MetricId>& metrics, const std::string& wanted)
{
    RunCurves curves;
    for (const MetricId& metric : metrics) {
        if (metric.name != wanted) continue;
        const auto series = reader.series(metric.name, metric.language);
        if (series && !series->points.empty()) curves[metric.language] = columnOf(*series);
    }
    return curves;
}

ComparedRun readComparedRun(const RunFolder& folder, const std::string& metric)
{
    ComparedRun run;
    run.folder = folder;
    run.id = folder.id();
    run.title = QString::fromStdString(run.id);
    const auto fail = [&run](const Error& error) {
        if (run.problem.isEmpty()) run.problem = QString::fromStdString(error.message);
    };
    const auto reader = RunReader::open(folder, NewerSchema::Read);
    if (!reader) {
        fail(reader.error());
        return run;
    }
    const auto take = [&](auto result, auto& target) {
        if (result)
            target = std::move(*result);
        else
            fail(result.error());
    };
    take(reader->record(), run.record);
    take(reader->languages(), run.languages);
    take(reader->stages(), run.stages);
    take(reader->scores(), run.scores);
    take(reader->expertZero(), run.expertZero);
    take(reader->captures(), run.captures);
    take(reader->metrics(), run.metrics);
    run.curves = curvesOf(*reader, run.metrics, metric);
    run.tokens = tokenScale(run.stages, tokensOfSteps(folder));
    MetricSeries speed;
    take(reader->series("tokens-per-second", ""), speed);
    run.time = timeScale(run.tokens, *columnOf(speed));
    if (!run.record.title.empty()) run.title = QString::fromStdString(run.record.title);
    return run;
}

std::vector<SampleScore> documentsOf(const RunReader& reader, const Score& score)
{
    auto documents = reader.samples(score);
    return documents ? std::move(*documents) : std::vector<SampleScore>();
}

void pairWith(const ComparedRun& baseline, ComparedRun& run)
{
    const auto before = RunReader::open(baseline.folder, NewerSchema::Read),
               after = RunReader::open(run.folder, NewerSchema::Read);
    if (!before || !after) return;
    for (const Score& score : run.scores)
        for (const Score& same : baseline.scores) {
            if (score.metric != "bits-per-byte" || same.metric != score.metric || same.language != score.language ||
                same.checkpoint != score.checkpoint)
                continue;
            run.paired[{score.checkpoint, score.language}] =
                pairedDifference(documentsOf(*before, same), documentsOf(*after, score));
        }
}

}  // namespace

std::vector<ComparedRun> readComparedRuns(const std::vector<RunFolder>& folders, const std::string& metric)
{
    std::vector<ComparedRun> runs;
    for (const RunFolder& folder : folders) {
        runs.push_back(readComparedRun(folder, metric));
        if (runs.size() > 1) pairWith(runs.front(), runs.back());
    }
    return runs;
}

std::vector<RunCurves> readCurves(const std::vector<RunFolder>& folders, const std::string& metric)
{
    std::vector<RunCurves> curves;
    for (const RunFolder& folder : folders) {
        const auto reader = RunReader::open(folder, NewerSchema::Read);
        const auto metrics = reader ? reader->metrics() : Result<std::vector<MetricId>>(std::vector<MetricId>());
        curves.push_back(reader && metrics ? curvesOf(*reader, *metrics, metric) : RunCurves());
    }
    return curves;
}

}  // namespace moebel
