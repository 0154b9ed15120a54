#include "app/workbench/control/run_history.h"

#include <algorithm>

#include "app/workbench/control/run_axes.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/worker/live_status.h"

namespace moebel
{

namespace
{

// Points of the base's pretraining are kept apart, as the record does.
std::string storedName(const MetricValue& metric, std::int64_t stage) { return (stage < 0 ? "base." : "") + metric.name; }

void readTokensOfSteps(const RunFolder& run, RunReading& reading)
{
    reading.tokensOfAStep = tokensOfSteps(run);
    const auto description = readExperimentFile(run.experimentFile());
    if (!description) return;
    const Experiment& experiment = description->experiment;
    reading.tokensOfABaseStep = experiment.base.batchSequences * experiment.base.sequenceLength;
}

std::set<std::string> earlierLanguages(const RunReader& reader, const RunReading& reading)
{
    std::set<std::string> earlier;
    if (reading.record.parentRun.empty()) return earlier;
    const auto mixture = reader.mixture();
    if (!mixture) return earlier;
    for (const MixtureShare& share : *mixture)
        if (share.stage == 0 && share.share == 0) earlier.insert(share.language);
    for (const Language& language : reading.languages)
        if (language.role == LanguageRole::Original) earlier.erase(language.code);
    return earlier;
}

SeriesColumn columnOf(const std::vector<MetricPoint>& points)
{
    SeriesColumn column;
    column.steps.reserve(points.size());
    column.values.reserve(points.size());
    for (const MetricPoint& point : points) column.append(point.step, point.value);
    return column;
}

bool startedAgain(const RunReading& reading, const ReadingMarks& marks)
{
    return marks.event > 0 && std::any_of(reading.events.begin(), reading.events.end(),
                                          [](const EventRecord& event) { return event.kind == "run-started"; });
}

}  // namespace

RunReading readRun(const RunFolder& run, const ReadingMarks& marks)
{
    RunReading reading;
    reading.status = liveStatus(run);
    auto reader = RunReader::open(run, NewerSchema::Read);
    if (!reader) {
        reading.problem = QString::fromStdString(reader.error().message);
        return reading;
    }
    const auto keep = [&reading](auto result, auto& target) {
        if (result)
            target = std::move(result).value();
        else if (reading.problem.isEmpty())
            reading.problem = QString::fromStdString(result.error().message);
    };
    keep(reader->events(marks.event), reading.events);
    reading.whole = marks.event == 0 || startedAgain(reading, marks);
    keep(reader->record(), reading.record);
    keep(reader->languages(), reading.languages);
    keep(reader->stages(), reading.stages);
    keep(reader->captures(), reading.captures);
    keep(reader->scores(), reading.scores);
    reading.earlierLanguages = earlierLanguages(*reader, reading);
    if (reading.whole) readTokensOfSteps(run, reading);
    std::vector<MetricId> metrics;
    keep(reader->metrics(), metrics);
    for (const MetricId& metric : metrics) {
        const auto known = marks.steps.find({metric.name, metric.language});
        // The newest known point again: an evaluation between the stages writes its step twice.
        const std::int64_t after = reading.whole || known == marks.steps.end() ? -1 : known->second - 1;
        MetricSeries series;
        keep(reader->series(metric.name, metric.language, after), series);
        ReadSeries& read = reading.series.emplace_back(ReadSeries{metric, columnOf(series.points)});
        if (reading.whole) read.blocks.follow(read.points);
    }
    return reading;
}

bool RunHistory::take(RunReading reading)
{
    m_status = reading.status;
    if (!reading.problem.isEmpty()) return false;
    bool changed = reading.languages != m_languages || reading.stages != m_stages || reading.scores != m_scores ||
                   reading.record != m_record || reading.earlierLanguages != m_earlierLanguages;
    m_record = reading.record;
    m_languages = reading.languages;
    m_earlierLanguages = std::move(reading.earlierLanguages);
    m_stages = reading.stages;
    m_scores = reading.scores;
    if (reading.whole) {
        m_tokensOfAStep = reading.tokensOfAStep;
        m_tokensOfABaseStep = reading.tokensOfABaseStep;
    }
    m_captures = reading.captures;
    std::stable_sort(m_captures.begin(), m_captures.end(),
                     [](const RoutingCapture& a, const RoutingCapture& b) { return a.step < b.step; });
    for (const EventRecord& event : reading.events)
        if (m_events.empty() || event.row > m_events.back().row) m_events.push_back(event);
    for (ReadSeries& series : reading.series) changed = addStored(series, reading.whole) || changed;
    return changed;
}

bool RunHistory::addStored(ReadSeries& stored, bool whole)
{
    const auto [place, isNew] = m_series.try_emplace({stored.metric.name, stored.metric.language});
    Series& series = place->second;
    SeriesColumn& column = *series.column;
    SeriesColumn live;
    for (std::size_t i = series.stored; i < column.size(); ++i) live.append(column.steps[i], column.values[i]);
    std::size_t kept = whole ? 0 : series.stored;
    if (!stored.points.empty())
        while (kept > 0 && column.steps[kept - 1] >= stored.points.steps.front()) --kept;
    if (kept == 0) {
        column = std::move(stored.points);
        *series.blocks = std::move(stored.blocks);
    } else {
        column.truncate(kept);
        for (std::size_t i = 0; i < stored.points.size(); ++i) column.append(stored.points.steps[i], stored.points.values[i]);
    }
    series.stored = column.size();
    for (std::size_t i = 0; i < live.size(); ++i)
        if (column.empty() || live.steps[i] > column.steps.back()) column.append(live.steps[i], live.values[i]);
    series.blocks->follow(column);
    return isNew;
}

bool RunHistory::addLive(const SeriesKey& key, std::int64_t step, double value)
{
    const auto [place, isNew] = m_series.try_emplace(key);
    Series& series = place->second;
    SeriesColumn& column = *series.column;
    if (column.empty() || step > column.steps.back())
        column.append(step, value);
    else if (column.steps.back() == step && column.size() > series.stored)
        column.values.back() = value;
    series.blocks->follow(column);
    return isNew;
}

// A resumed run does the steps behind its checkpoint again: what came over the socket before is outdated; the record is going
// to be read as a whole.
bool RunHistory::start(const RunStarted& event)
{
    m_status.totalSteps = event.totalSteps;
    if (event.resumed)
        for (auto& [key, series] : m_series) series.column->truncate(series.stored);
    return false;
}

// What is told before the first step of a stage.
void RunHistory::prepare(const RunEvent& event)
{
    if (const auto* progress = std::get_if<Progress>(&event)) m_preparation = *progress;
    const auto* step = std::get_if<StepFinished>(&event);
    if (step && step->stage < 0) {
        const auto now = std::chrono::steady_clock::now();
        if (!m_basePace || step->step <= m_basePace->last) m_basePace = Pace{step->step, step->step, now, now};
        m_basePace->last = step->step;
        m_basePace->to = now;
    }
    const auto* stage = std::get_if<StageStarted>(&event);
    if ((stage && stage->stage >= 0) || (step && step->stage >= 0)) m_preparation.reset();
}

std::optional<double> RunHistory::baseSecondsLeft() const
{
    if (!m_basePace || m_basePace->last == m_basePace->first) return std::nullopt;
    for (const StageRecord& stage : m_stages)
        if (stage.stage < 0) {
            const double seconds = std::chrono::duration<double>(m_basePace->to - m_basePace->from).count();
            return seconds / double(m_basePace->last - m_basePace->first) *
                   double(std::max<std::int64_t>(0, stage.steps - m_basePace->last));
        }
    return std::nullopt;
}

bool RunHistory::take(const RunEvent& event)
{
    bool changed = false;
    prepare(event);
    if (const auto* started = std::get_if<RunStarted>(&event)) changed = start(*started);
    if (const auto* stage = std::get_if<StageStarted>(&event); stage && stage->stage < 0) {
        m_status.baseStep = stage->stepsDone;
        m_status.baseSteps = stage->steps;
    }
    if (const auto* step = std::get_if<StepFinished>(&event)) {
        for (const MetricValue& metric : step->metrics)
            changed = addLive({storedName(metric, step->stage), metric.language}, step->step, metric.value) || changed;
        std::int64_t& done = step->stage < 0 ? m_status.baseStep : m_status.step;
        done = std::max(done, step->step);
    }
    if (const auto* evaluation = std::get_if<EvaluationFinished>(&event))
        for (const Score& score : evaluation->scores)
            changed = addLive({score.metric, score.language}, evaluation->step, score.value) || changed;
    if (const auto* pause = std::get_if<RunPaused>(&event)) {
        m_status.state = RunState::Paused;
        m_status.reason = pause->reason;
    }
    if (std::holds_alternative<RunResumed>(event)) {
        m_status.state = RunState::Running;
        m_status.reason.clear();
    }
    return changed;
}

ReadingMarks RunHistory::marks() const
{
    ReadingMarks marks;
    for (const auto& [key, series] : m_series)
        if (series.stored > 0) marks.steps[key] = series.column->steps[series.stored - 1];
    if (!m_events.empty()) marks.event = m_events.back().row;
    return marks;
}

std::vector<SeriesKey> RunHistory::keys() const
{
    std::vector<SeriesKey> keys;
    for (const auto& [key, series] : m_series) keys.push_back(key);
    return keys;
}

std::shared_ptr<const SeriesColumn> RunHistory::column(const SeriesKey& key) const
{
    const auto found = m_series.find(key);
    return found == m_series.end() ? nullptr : found->second.column;
}

std::shared_ptr<const SeriesBlocks> RunHistory::blocks(const SeriesKey& key) const
{
    const auto found = m_series.find(key);
    return found == m_series.end() ? nullptr : found->second.blocks;
}

std::size_t RunHistory::unconfirmed() const
{
    std::size_t count = 0;
    for (const auto& [key, series] : m_series) count += series.column->size() - series.stored;
    return count;
}

}  // namespace moebel
