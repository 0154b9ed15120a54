#include "schema.h"

#include <algorithm>
#include <cstdlib>
#include <map>

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

// What the migrations make of an empty database.
Result<SchemaObjects> makeObjects(const Schema& schema)
{
    Result<Database> database = Database::openInMemory();
    if (!database) return database.error();
    if (Status made = createSchema(*database, schema); !made) return made.error();
    return readObjects(*database);
}

const Result<SchemaObjects>& expectedObjects(const Schema& schema)
{
    static const Result<SchemaObjects> kRun = makeObjects(runSchema());
    static const Result<SchemaObjects> kProject = makeObjects(projectSchema());
    return schema.applicationId == runSchema().applicationId ? kRun : kProject;
}

// SQLite reads a last page that is cut off as if it ended in zeros.
Status checkLength(Database& database)
{
    if (Status begun = database.execute("BEGIN"); !begun) return begun;
    const Result<std::int64_t> pages = database.number("PRAGMA page_count");
    const Result<std::int64_t> pageSize = database.number("PRAGMA page_size");
    std::error_code error;
    const auto size = std::filesystem::file_size(database.file(), error);
    database.rollback();
    if (!pages) return pages.error();
    if (!pageSize) return pageSize.error();
    const std::uint64_t expected = std::uint64_t(*pages) * std::uint64_t(*pageSize);
    if (error || size >= expected) return Done();
    return invalidInput("damaged",
                        database.file() + " has " + std::to_string(size) + " bytes, its header says " + std::to_string(expected) +
                            "; restore the file from a copy",
                        database.file());
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
    return files.empty() ? 0 : std::strtoll(std::string(files.back().substr(schema.folder.size())).c_str(), nullptr, 10);
}

Status createSchema(Database& database, const Schema& schema)
{
    if (Status begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
    std::string sql;
    for (std::string_view file : embeddedFiles(schema.folder)) sql += std::string(embeddedFile(file).value_or("")) + "\n";
    sql += "PRAGMA application_id=" + std::to_string(schema.applicationId) + ";";
    sql += "PRAGMA user_version=" + std::to_string(schemaVersion(schema)) + ";";
    Status made = database.execute(sql);
    if (made) made = database.commit();
    if (!made) database.rollback();
    return made;
}

Result<SchemaFit> checkSchema(Database& database, const Schema& schema)
{
    const Result<std::int64_t> application = database.number("PRAGMA application_id");
    if (!application) return application.error();
    const Result<std::int64_t> version = database.number("PRAGMA user_version");
    if (!version) return version.error();
    if (*application != schema.applicationId)
        return invalidInput("not-a-run",
                            database.file() + " is a database of another program (application_id " + std::to_string(*application) +
                                ", expected " + std::to_string(schema.applicationId) + "); name a folder that Moebel made",
                            database.file());
    if (Status whole = checkLength(database); !whole) return whole.error();
    const bool newer = *version > schemaVersion(schema);
    const Result<SchemaObjects>& expected = expectedObjects(schema);
    if (!expected) return expected.error();
    const Result<SchemaObjects> found = readObjects(database);
    if (!found) return found.error();
    for (const auto& [name, object] : *found)
        if (object.type == "trigger")
            return invalidInput("damaged", database.file() + " has the trigger " + name + ", expected none; drop it", database.file());
    for (const auto& [name, object] : *expected) {
        const auto same = found->find(name);
        const bool there = same != found->end() && same->second.type == object.type;
        if (!there || (!newer && same->second.sql != object.sql))
            return invalidInput("damaged",
                                database.file() + ": the " + object.type + " " + name + " is " + (there ? "changed" : "missing") +
                                    ", expected it as core/doc/formats/database.md describes it; restore the file from a copy",
                                database.file());
    }
    return newer ? SchemaFit::Newer : SchemaFit::Same;
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
