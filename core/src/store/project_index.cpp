#include "project_index.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "schema.h"

namespace moebel {

namespace {

constexpr int kBusyMilliseconds = 1000;
constexpr auto kLastState = std::int64_t(RunState::Damaged);

Result<Database> openIndex(const std::filesystem::path& file)
{
    Result<Database> database = Database::open(file, Database::Mode::Create, kBusyMilliseconds);
    if (!database) return database;
    const Result<std::int64_t> objects = database->number("SELECT count(*) FROM sqlite_schema");
    if (!objects) return objects.error();
    if (*objects == 0)
        if (Status made = createSchema(*database, projectSchema()); !made && made.error().code != "database-error")
            return made.error();
    const Result<CheckedSchema> schema = checkSchema(*database, projectSchema());
    if (!schema) return schema.error();
    switch (schema->fit) {
    case SchemaFit::Same: return database;
    case SchemaFit::Newer: return newerSchemaError(*database, projectSchema());
    case SchemaFit::Older: break;
    }
    return invalidInput("damaged", file.string() + " is of an older version; it is made anew", file.string());
}

std::string joined(const std::vector<std::string>& tags)
{
    return nlohmann::json(tags).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::string> split(const std::string& text)
{
    std::vector<std::string> tags;
    if (text == "[]") return tags;
    for (const nlohmann::json& tag : nlohmann::json::parse(text, nullptr, false))
        if (tag.is_string()) tags.push_back(tag.get<std::string>());
    return tags;
}

IndexedRun takeRow(const Statement& row)
{
    IndexedRun run;
    run.signature = row.text(1);
    RunSummary& summary = run.summary;
    summary.id = row.text(2);
    summary.title = row.text(3);
    summary.method = row.text(4);
    summary.createdAt = row.real(5);
    summary.status.state = RunState(std::clamp<std::int64_t>(row.integer(6), 0, kLastState));
    summary.status.reason = row.text(7);
    summary.status.step = row.integer(8);
    summary.status.totalSteps = row.integer(9);
    summary.originalBitsPerByte = row.real(10);
    summary.expandedBitsPerByte = row.real(11);
    summary.notes = {split(row.text(12)), row.text(13), row.flag(14), row.text(15)};
    summary.restored = row.real(16);
    summary.kept = row.real(17);
    summary.originalLanguages = split(row.text(18));
    summary.expandedLanguages = split(row.text(19));
    summary.status.baseStep = row.integer(20);
    summary.status.baseSteps = row.integer(21);
    summary.loss = row.real(22);
    return run;
}

Result<IndexedRuns> readRows(Database& database)
{
    Result<Statement> rows = database.prepare(
        "SELECT folder, signature, id, title, method, created_at, state, reason, step, total_steps, original_bits_per_byte, "
        "expanded_bits_per_byte, tags, notes, starred, colour, restored, kept, original_languages, expanded_languages, base_step, "
        "base_steps, loss "
        "FROM run_index");
    if (!rows) return rows.error();
    IndexedRuns runs;
    for (;;) {
        const Result<bool> row = rows->step();
        if (!row) return row.error();
        if (!*row) return runs;
        runs.emplace(rows->text(0), takeRow(*rows));
    }
}

}  // namespace

Result<ProjectIndex> ProjectIndex::tryOpen(const std::filesystem::path& file)
{
    Result<Database> database = openIndex(file);
    if (!database) return database.error();
    Result<IndexedRuns> known = readRows(*database);
    if (!known) return known.error();
    return ProjectIndex(*std::move(database), *std::move(known));
}

std::optional<ProjectIndex> ProjectIndex::open(const std::filesystem::path& file)
{
    Result<ProjectIndex> index = tryOpen(file);
    if (!index && index.error().code == "damaged") {
        std::error_code error;
        if (!std::filesystem::remove(file, error)) return std::nullopt;
        std::filesystem::remove(file.string() + "-journal", error);
        index = tryOpen(file);
    }
    if (!index) return std::nullopt;
    return *std::move(index);
}

void ProjectIndex::write(const std::vector<std::pair<std::string, const IndexedRun*>>& changed, const std::vector<std::string>& gone)
{
    if (!m_database.execute("BEGIN IMMEDIATE")) return;
    const auto writeRows = [&]() -> Status {
        Result<Statement> remove = m_database.prepare("DELETE FROM run_index WHERE folder = ?1");
        if (!remove) return remove.error();
        for (const std::string& folder : gone)
            if (Status done = remove->with(folder).run(); !done) return done;
        Result<Statement> insert = m_database.prepare(
            "INSERT OR REPLACE INTO run_index (folder, signature, id, title, method, created_at, state, reason, step, total_steps, "
            "original_bits_per_byte, expanded_bits_per_byte, tags, notes, starred, colour, restored, kept, original_languages, "
            "expanded_languages, base_step, base_steps, loss) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)");
        if (!insert) return insert.error();
        for (const auto& [folder, run] : changed) {
            const RunSummary& s = run->summary;
            const Status done = insert
                                    ->with(folder, run->signature, s.id, s.title, s.method, s.createdAt, std::int64_t(s.status.state),
                                           s.status.reason, s.status.step, s.status.totalSteps, s.originalBitsPerByte,
                                           s.expandedBitsPerByte, joined(s.notes.tags), s.notes.notes, s.notes.starred, s.notes.colour,
                                           s.restored, s.kept, joined(s.originalLanguages), joined(s.expandedLanguages),
                                           s.status.baseStep, s.status.baseSteps, s.loss)
                                    .run();
            if (!done) return done;
        }
        return m_database.commit();
    };
    if (!writeRows()) m_database.rollback();
}

}  // namespace moebel
