#include "reader_connection.h"

namespace moebel {

namespace {

constexpr int kBusyMilliseconds = 10'000;

Result<ReaderConnection> tryOpen(const RunFolder& run)
{
    Result<Database> database = Database::open(run.database(), Database::Mode::ReadOnly, kBusyMilliseconds);
    if (!database) return database.error();
    const Result<CheckedSchema> schema = checkSchema(*database, runSchema());
    if (!schema) return schema.error();
    return ReaderConnection{*std::move(database), *schema};
}

// One read through a writable connection rolls back what a killed writer left.
Status recover(const RunFolder& run)
{
    const Result<RunLock> lock = RunLock::acquire(run);
    if (!lock) return lock.error();
    Result<Database> database = Database::open(run.database(), Database::Mode::ReadWrite, kBusyMilliseconds);
    if (!database) return database.error();
    const Result<std::int64_t> version = database->number("PRAGMA user_version");
    if (!version) return version.error();
    return Done();
}

}  // namespace

Result<ReaderConnection> openForReading(const RunFolder& run)
{
    Result<ReaderConnection> connection = tryOpen(run);
    if (connection || connection.error().code != "needs-recovery") return connection;
    if (Status recovered = recover(run); !recovered && recovered.error().code != "run-locked") return recovered.error();
    return tryOpen(run);
}

}  // namespace moebel
