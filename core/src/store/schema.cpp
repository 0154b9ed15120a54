#include "schema.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <mutex>

#include "moebel/base/embedded.h"

namespace moebel {

namespace {

struct SchemaObject {
    std::string type;
    std::string sql;
};
using SchemaObjects = std::map<std::string, SchemaObject>;

Result<SchemaObjects> readObjects(Database& database)
{
    Result<Statement> rows = database.prepare("SELECT name, type, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
    if (!rows) return rows.error();
    SchemaObjects objects;
    for (;;) {
        const Result<bool> row = rows->step();
        if (!row) return row.error();
        if (!*row) return objects;
        objects[rows->text(0)] = {rows->text(1), rows->text(2)};
    }
}

std::int64_t numberOf(std::string_view file, const Schema& schema)
{
    return std::strtoll(std::string(file.substr(schema.folder.size())).c_str(), nullptr, 10);
}

// The migrations behind version `from` up to `to`, and the new version, inside the caller's transaction.
Status runMigrations(Database& database, const Schema& schema, std::int64_t from, std::int64_t to)
{
    std::string sql;
    for (std::string_view file : embeddedFiles(schema.folder))
        if (numberOf(file, schema) > from && numberOf(file, schema) <= to) sql += std::string(embeddedFile(file).value_or("")) + "\n";
    return database.execute(sql + "PRAGMA user_version=" + std::to_string(to) + ";");
}

// What the migrations up to `version` make of an empty database.
Result<SchemaObjects> makeObjects(const Schema& schema, std::int64_t version)
{
    Result<Database> database = Database::openInMemory();
    if (!database) return database.error();
    if (Status made = runMigrations(*database, schema, 0, version); !made) return made.error();
    return readObjects(*database);
}

const Result<SchemaObjects>& expectedObjects(const Schema& schema, std::int64_t version)
{
    static std::mutex mutex;
    static std::map<std::pair<std::int64_t, std::int64_t>, Result<SchemaObjects>> known;
    const std::lock_guard lock(mutex);
    const auto key = std::make_pair(schema.applicationId, version);
    const auto found = known.find(key);
    return found != known.end() ? found->second : known.emplace(key, makeObjects(schema, version)).first->second;
}

// SQLite's versions differ in the spaces that ALTER TABLE leaves behind.
std::string withoutSpaces(const std::string& sql)
{
    std::string text;
    for (const char c : sql)
        if (std::isspace(static_cast<unsigned char>(c)) == 0) text += c;
    return text;
}

// What a file says of itself at one moment: a migration of another process is seen whole or not at all.
struct Found {
    std::int64_t application = 0;
    std::int64_t version = 0;
    std::uint64_t bytesByHeader = 0;
    SchemaObjects objects;
};

Result<Found> readFound(Database& database)
{
    if (Status begun = database.execute("BEGIN"); !begun) return begun.error();
    const auto read = [&]() -> Result<Found> {
        const Result<std::int64_t> application = database.number("PRAGMA application_id");
        const Result<std::int64_t> version = database.number("PRAGMA user_version");
        const Result<std::int64_t> pages = database.number("PRAGMA page_count");
        const Result<std::int64_t> pageSize = database.number("PRAGMA page_size");
        for (const auto* number : {&application, &version, &pages, &pageSize})
            if (!*number) return number->error();
        Result<SchemaObjects> objects = readObjects(database);
        if (!objects) return objects.error();
        return Found{*application, *version, std::uint64_t(*pages) * std::uint64_t(*pageSize), *std::move(objects)};
    };
    Result<Found> found = read();
    database.rollback();
    return found;
}

// SQLite reads a last page that is cut off as if it ended in zeros.
Status checkLength(const Database& database, std::uint64_t expected)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(database.file(), error);
    if (error || size >= expected) return Done();
    return invalidInput("damaged",
                        database.file() + " has " + std::to_string(size) + " bytes, its header says " + std::to_string(expected) +
                            "; restore the file from a copy",
                        database.file());
}

Status checkObjects(const Database& database, const SchemaObjects& found, const SchemaObjects& expected, bool newer)
{
    for (const auto& [name, object] : found)
        if (object.type == "trigger")
            return invalidInput("damaged", database.file() + " has the trigger " + name + ", expected none; drop it", database.file());
    for (const auto& [name, object] : expected) {
        const auto same = found.find(name);
        const bool there = same != found.end() && same->second.type == object.type;
        if (!there || (!newer && withoutSpaces(same->second.sql) != withoutSpaces(object.sql)))
            return invalidInput("damaged",
                                database.file() + ": the " + object.type + " " + name + " is " + (there ? "changed" : "missing") +
                                    ", expected it as core/doc/formats/database.md describes it; restore the file from a copy",
                                database.file());
    }
    return Done();
}

}  // namespace

const Schema& runSchema()
{
    static const Schema kSchema{"schema/run/", 0x4D6F6552};
    return kSchema;
}

const Schema& projectSchema()
{
    static const Schema kSchema{"schema/project/", 0x4D6F6550};
    return kSchema;
}

std::int64_t schemaVersion(const Schema& schema)
{
    const std::vector<std::string_view> files = embeddedFiles(schema.folder);
    return files.empty() ? 0 : numberOf(files.back(), schema);
}

Status createSchema(Database& database, const Schema& schema)
{
    if (Status begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
    Status made = database.execute("PRAGMA application_id=" + std::to_string(schema.applicationId));
    if (made) made = runMigrations(database, schema, 0, schemaVersion(schema));
    if (made) made = database.commit();
    if (!made) database.rollback();
    return made;
}

Result<CheckedSchema> checkSchema(Database& database, const Schema& schema)
{
    const Result<Found> found = readFound(database);
    if (!found) return found.error();
    const std::int64_t newest = schemaVersion(schema);
    if (found->application != schema.applicationId)
        return invalidInput("not-a-run",
                            database.file() + " is a database of another program (application_id " + std::to_string(found->application) +
                                ", expected " + std::to_string(schema.applicationId) + "); name a folder that Moebel made",
                            database.file());
    if (found->version < 1)
        return invalidInput("damaged",
                            database.file() + " has version " + std::to_string(found->version) + ", expected 1 to " +
                                std::to_string(newest) + "; restore the file from a copy",
                            database.file());
    if (Status whole = checkLength(database, found->bytesByHeader); !whole) return whole.error();
    const Result<SchemaObjects>& expected = expectedObjects(schema, std::min(found->version, newest));
    if (!expected) return expected.error();
    const bool newer = found->version > newest;
    if (Status fits = checkObjects(database, found->objects, *expected, newer); !fits) return fits.error();
    const SchemaFit fit = newer ? SchemaFit::Newer : found->version < newest ? SchemaFit::Older : SchemaFit::Same;
    return CheckedSchema{fit, found->version};
}

Status migrateSchema(Database& database, const Schema& schema, const std::filesystem::path& copy)
{
    const std::int64_t newest = schemaVersion(schema);
    const Result<std::int64_t> seen = database.number("PRAGMA user_version");
    if (!seen) return seen.error();
    if (*seen >= newest) return Done();
    if (Status copied = database.copyTo(copy); !copied) return copied;
    if (Status begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
    const auto migrate = [&]() -> Status {
        const Result<std::int64_t> version = database.number("PRAGMA user_version");  // another process may have been faster
        if (!version) return version.error();
        if (*version < newest)
            if (Status done = runMigrations(database, schema, *version, newest); !done) return done;
        return database.commit();
    };
    Status migrated = migrate();
    if (!migrated) database.rollback();
    return migrated;
}

Error newerSchemaError(Database& database, const Schema& schema)
{
    const Result<std::int64_t> version = database.number("PRAGMA user_version");
    return invalidInput("newer-schema",
                        database.file() + " has version " + (version ? std::to_string(*version) : std::string("?")) +
                            " and this program knows versions up to " + std::to_string(schemaVersion(schema)) +
                            "; it was made by a newer Moebel, update this program to open it",
                        database.file());
}

}  // namespace moebel
