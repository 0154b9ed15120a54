// Versions and shapes of our two databases: who made a file, how new it is, whether it looks as we make it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "database.h"

namespace moebel {

/// A kind of database: its application_id and its numbered migrations in resources/schema.
struct Schema {
    std::string folder;  ///< "schema/run/"
    std::int64_t applicationId = 0;
};
const Schema& runSchema();      ///< application_id "MoeR"
const Schema& projectSchema();  ///< application_id "MoeP"

/// The number of the newest migration this program has.
std::int64_t schemaVersion(const Schema& schema);
/// Makes an empty database a new one of this kind: every migration in one transaction, then the version.
Status createSchema(Database& database, const Schema& schema);

/// How a file fits to this program.
enum class SchemaFit { Same, Older, Newer };
struct CheckedSchema {
    SchemaFit fit = SchemaFit::Same;
    std::int64_t version = 0;  ///< of the file
};
/// Errors: "not-a-run" (another program's database), "damaged" (a table or view is not as the file's version makes it, or there
/// is a trigger). For a newer version only the tables' existence is checked.
Result<CheckedSchema> checkSchema(Database& database, const Schema& schema);
/// Brings an older file to this program's version: copies it to `copy` first, then runs the missing migrations in one transaction,
/// in which the version is read again. A file that is new enough is left alone. Error: the file is as it was.
Status migrateSchema(Database& database, const Schema& schema, const std::filesystem::path& copy);
/// The sentence for a database that is newer than this program.
Error newerSchemaError(Database& database, const Schema& schema);

}  // namespace moebel
