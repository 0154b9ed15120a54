#include <algorithm>
#include <tuple>

#include "base_run_json.h"
#include "blob.h"
#include "moebel/store/run_store.h"
#include "reader_connection.h"
#include "run_reader_state.h"
#include "words.h"

namespace moebel {

namespace {

// The newest attempt's row wins where a step was done twice.
std::string pointsSql(std::int64_t version)
{
    const std::string valid = version < 2 ? "CASE m.base WHEN 1 THEN a.base_valid = 1 ELSE p.step <= a.valid_until END"
                                          : "p.step <= CASE m.base WHEN 1 THEN a.base_valid_until ELSE a.valid_until END";
    return "SELECT p.step, p.value FROM metric_point AS p JOIN metric AS m ON m.metric = p.metric "
           "JOIN attempt AS a ON a.attempt = p.attempt "
           "WHERE p.metric = (SELECT metric FROM metric WHERE name = ?1 AND language = ?2) AND p.step > ?3 AND " +
           valid + " ORDER BY p.step, p.attempt";
}

// Steps of the base's pretraining that are done, and all; a base that is there already is done, wherever it came from.
std::string pretrainedSql(std::int64_t version)
{
    return "SELECT CASE base_source WHEN '' THEN (SELECT ifnull(max(step), 0) FROM (" + pointsSql(version) +
           ")) ELSE steps END, steps FROM run, stage WHERE stage = -1";
}

Error badRow(const RunFolder& run, const std::string& what)
{
    const std::string file = run.database().string();
    return invalidInput("damaged", file + ": " + what + "; restore the file from a copy", file);
}

}  // namespace

RunReader::RunReader(std::unique_ptr<State> state) : m_state(std::move(state)) {}
RunReader::RunReader(RunReader&&) noexcept = default;
RunReader& RunReader::operator=(RunReader&&) noexcept = default;
RunReader::~RunReader() = default;

Result<RunReader> RunReader::open(const RunFolder& run, NewerSchema newer)
{
    Result<ReaderConnection> connection = openForReading(run);
    if (!connection) return connection.error();
    if (connection->schema.fit == SchemaFit::Newer && newer == NewerSchema::Refuse) return newerSchemaError(connection->database, runSchema());
    auto state = std::make_unique<State>(run, std::move(connection->database));
    state->schema = connection->schema;
    return RunReader(std::move(state));
}

bool RunReader::newerSchema() const { return m_state->schema.fit == SchemaFit::Newer; }

Result<RunRecord> RunReader::record() const
{
    const auto take = [](const Statement& row) {
        RunRecord record;
        record.id = row.text(0);
        record.title = row.text(1);
        record.method = row.text(2);
        record.experimentJson = row.text(3);
        record.experimentHash = row.text(4);
        record.seed = std::uint64_t(row.integer(5));
        record.programVersion = row.text(6);
        record.parentRun = row.text(7);
        record.createdAt = row.real(8);
        record.device = {row.text(9),  row.text(10), row.text(11),      int(row.integer(12)),
                         row.integer(13), row.text(14), int(row.integer(15)), row.text(16)};
        record.base = baseRunOf(row.text(17));
        return record;
    };
    const std::string base = m_state->schema.version < 3 ? "''" : "base_run";
    const auto records = m_state->rows<RunRecord>(
        "SELECT id, title, method, experiment, experiment_hash, seed, program_version, parent_run, created_at, device, cpu, "
        "features, cores, memory_bytes, precision, threads, libtorch, " + base + " FROM run LIMIT 1",
        take);
    if (!records) return records.error();
    if (records->empty()) return badRow(m_state->run, "the table run is empty, expected one row");
    return records->front();
}

Result<std::vector<Language>> RunReader::languages() const
{
    return m_state->rows<Language>("SELECT code, role FROM language ORDER BY language", [](const Statement& row) {
        return Language{row.text(0), languageRoleOf(row.text(1)).value_or(LanguageRole::Original)};
    });
}

Result<RunInputs> RunReader::inputs() const
{
    if (m_state->schema.version < 2) return RunInputs();
    const auto take = [](const Statement& row) {
        return RunInputs{row.text(0), row.text(1), row.text(2), row.text(3), int(row.integer(4))};
    };
    const auto rows = m_state->rows<RunInputs>(
        "SELECT tokenizer_hash, data_hash, base_source, base_identity, base_threads FROM run LIMIT 1", take);
    if (!rows) return rows.error();
    if (rows->empty()) return badRow(m_state->run, "the table run is empty, expected one row");
    return rows->front();
}

Result<std::vector<TextReady::LanguageFacts>> RunReader::text() const
{
    using Facts = TextReady::LanguageFacts;
    if (m_state->schema.version < 2) return std::vector<Facts>();
    return m_state->rows<Facts>(
        "SELECT code, training_documents, training_bytes, training_tokens, heldout_documents FROM language ORDER BY language",
        [](const Statement& row) {
            return Facts{row.text(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4)};
        });
}

Result<std::vector<MixtureShare>> RunReader::mixture() const
{
    if (m_state->schema.version < 2) return std::vector<MixtureShare>();
    return m_state->rows<MixtureShare>(
        "SELECT m.stage, l.code, m.share FROM mixture AS m JOIN language AS l ON l.language = m.language ORDER BY m.stage, m.language",
        [](const Statement& row) { return MixtureShare{row.integer(0), row.text(1), row.real(2)}; });
}

Result<std::vector<ExpertRecord>> RunReader::experts() const
{
    if (m_state->schema.version < 2) return std::vector<ExpertRecord>();
    const std::string round = m_state->schema.version < 3 ? "-1" : "ifnull(round, -1)";
    auto experts = m_state->rows<ExpertRecord>(
        "SELECT layer, expert, origin, " + round + " FROM expert WHERE layer BETWEEN 0 AND 1023 ORDER BY layer, expert",
        [](const Statement& row) {
            return ExpertRecord{{{std::int32_t(row.integer(0))}, std::int32_t(row.integer(1))},
                                expertOriginOf(row.text(2)).value_or(ExpertOrigin::Copy), row.integer(3)};
        });
    const auto formed = groups();
    if (!experts || !formed || !*formed) return experts;
    const GroupsFormed& event = **formed;
    const std::size_t first = event.groups.groups.size() - std::min(event.added.size(), event.groups.groups.size());
    for (ExpertRecord& expert : *experts) {
        const auto index = std::size_t(expert.id.index);
        if (index >= first && index - first < event.added.size()) expert.copyOf = event.added[index - first].expert;
    }
    return experts;
}

Result<std::vector<std::vector<std::string>>> RunReader::expertOrigins() const
{
    const auto all = experts();
    if (!all) return all.error();
    std::vector<std::vector<std::string>> origins;
    for (const ExpertRecord& expert : *all) {
        const auto layer = std::size_t(expert.id.layer.index);
        origins.resize(std::max(origins.size(), layer + 1));
        origins[layer].emplace_back(name(expert.origin));
    }
    return origins;
}

Result<std::vector<StageRecord>> RunReader::stages() const
{
    const auto take = [](const Statement& row) {
        return StageRecord{row.integer(0), stageKindOf(row.text(1)).value_or(StageKind::PostPretraining),
                           row.integer(2), row.integer(3),
                           unpackIntegers(row.text(4)), row.integer(5),
                           row.integer(6)};
    };
    return m_state->rows<StageRecord>(
        "SELECT stage, kind, first_step, steps, experts, top_k, trained_parameters FROM stage ORDER BY stage", take);
}

Result<std::vector<MetricId>> RunReader::metrics() const
{
    return m_state->rows<MetricId>("SELECT name, language, unit FROM metric ORDER BY name, language", [](const Statement& row) {
        return MetricId{row.text(0), row.text(1), row.text(2)};
    });
}

Result<MetricSeries> RunReader::series(const std::string& metric, const std::string& language, std::int64_t afterStep) const
{
    MetricSeries series{{metric, language, ""}, {}};
    const std::lock_guard lock(m_state->mutex);
    const ReadTransaction transaction(m_state->database);
    Result<Statement> unit = m_state->database.prepare("SELECT unit FROM metric WHERE name = ?1 AND language = ?2");
    if (!unit) return unit.error();
    const Result<bool> known = unit->with(metric, language).step();
    if (!known) return known.error();
    if (!*known) return series;
    series.metric.unit = unit->text(0);

    Result<Statement> points = m_state->database.prepare(pointsSql(m_state->schema.version));
    if (!points) return points.error();
    points->with(metric, language, afterStep);
    for (;;) {
        const Result<bool> row = points->step();
        if (!row) return row.error();
        if (!*row) return series;
        const MetricPoint point{points->integer(0), points->real(1)};
        if (!series.points.empty() && series.points.back().step == point.step)
            series.points.back() = point;
        else
            series.points.push_back(point);
    }
}

Result<std::vector<Score>> RunReader::scores() const
{
    const auto take = [](const Statement& row) {
        return Score{row.text(0),    row.text(1), row.text(2), languageRoleOf(row.text(3)).value_or(LanguageRole::Original),
                     row.text(4),    row.integer(5), row.real(6), row.real(7),
                     row.integer(8)};
    };
    auto scores = m_state->rows<Score>("SELECT task, metric, language, role, checkpoint, step, value, stderr, n FROM v_score "
                                       "WHERE boundary = 1 ORDER BY step, stage, score",
                                       take);
    if (!scores) return scores.error();
    const auto run = record();
    if (!run) return run.error();
    for (Score& score : *scores) score.isEarlier = run->base && run->base->isEarlier({score.language, score.role});
    return scores;
}

Result<std::vector<SampleScore>> RunReader::samples(const Score& score) const
{
    const std::lock_guard lock(m_state->mutex);
    const ReadTransaction transaction(m_state->database);
    Result<Statement> items = m_state->database.prepare(
        "SELECT i.item, i.value, i.weight FROM v_score AS s JOIN sample_score AS i ON i.score = s.score WHERE s.boundary = 1 "
        "AND s.task = ?1 AND s.metric = ?2 AND s.language = ?3 AND s.checkpoint = ?4 AND s.step = ?5 ORDER BY i.item");
    if (!items) return items.error();
    items->with(score.task, score.metric, score.language, score.checkpoint, score.step);
    std::vector<SampleScore> samples;
    for (;;) {
        const Result<bool> row = items->step();
        if (!row) return row.error();
        if (!*row) return samples;
        samples.push_back({items->text(0), items->real(1), items->real(2)});
    }
}

Result<std::vector<CheckpointRecord>> RunReader::checkpoints() const
{
    const auto take = [](const Statement& row) {
        return CheckpointRecord{row.integer(0), row.integer(1), row.text(2), row.text(3), row.integer(4), row.text(5), row.flag(6)};
    };
    return m_state->rows<CheckpointRecord>(
        "SELECT stage, step, folder, hash, bytes, parent, removed FROM v_checkpoint ORDER BY stage >= 0, step, folder", take);
}

Result<std::vector<EventRecord>> RunReader::events(std::int64_t afterRow) const
{
    const auto take = [](const Statement& row) {
        return EventRecord{row.integer(0), row.real(1), row.integer(2), row.text(3), row.text(4)};
    };
    return m_state->rows<EventRecord>("SELECT event, time, step, kind, message FROM event WHERE event > ?1 ORDER BY event", take,
                                      afterRow);
}

template <typename Event>
Result<std::optional<Event>> RunReader::newest() const
{
    const std::string kind(kindName(Event()));
    const auto rows = m_state->rows<std::string>("SELECT detail FROM event WHERE kind = ?1 ORDER BY event DESC LIMIT 1",
                                                 [](const Statement& row) { return row.text(0); }, kind);
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Event>();
    auto event = fromJsonLine(rows->front());
    if (!event) return badRow(m_state->run, "the event \"" + kind + "\" cannot be read: " + event.error().message);
    return std::optional(std::get<Event>(std::move(*event)));
}

Result<std::optional<ExpertsAllocated>> RunReader::allocation() const { return newest<ExpertsAllocated>(); }
Result<std::optional<DeviationMeasured>> RunReader::deviation() const { return newest<DeviationMeasured>(); }
Result<std::optional<GroupsFormed>> RunReader::groups() const { return newest<GroupsFormed>(); }

Result<RunReader::Reached> RunReader::reached() const
{
    const auto steps = [](const Statement& row) { return std::pair(row.integer(0), row.integer(1)); };
    using Steps = std::pair<std::int64_t, std::int64_t>;
    const auto stages =
        m_state->rows<Steps>("SELECT last_step, total_steps FROM attempt ORDER BY attempt DESC LIMIT 1", steps);
    if (!stages) return stages.error();
    if (stages->empty()) return Reached();
    Reached reached{stages->front().first, stages->front().second, 0, 0};
    if (m_state->schema.version < 2) return reached;
    const auto base = m_state->rows<Steps>(pretrainedSql(m_state->schema.version), steps, "base.loss", "", std::int64_t(-1));
    if (!base) return base.error();
    if (!base->empty()) std::tie(reached.baseStep, reached.baseSteps) = base->front();
    return reached;
}

Result<std::string> RunReader::lastState() const
{
    const auto rows = m_state->rows<std::string>(
        "SELECT kind FROM event WHERE kind IN ('run-started', 'paused', 'resumed', 'run-finished', 'run-stopped', 'run-failed') "
        "ORDER BY event DESC LIMIT 1",
        [](const Statement& row) { return row.text(0); });
    if (!rows) return rows.error();
    return rows->empty() ? std::string() : rows->front();
}

}  // namespace moebel
