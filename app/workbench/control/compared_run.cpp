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

}  // namespace

ComparedRun readComparedRun(const RunFolder& folder)
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
    for (const Language& language : run.languages) {
        MetricSeries series;
        take(reader->series("bits-per-byte", language.code), series);
        if (!series.points.empty()) run.bitsPerByte[language.code] = columnOf(series);
    }
    if (!run.record.title.empty()) run.title = QString::fromStdString(run.record.title);
    return run;
}

}  // namespace moebel
