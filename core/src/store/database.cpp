#include "database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <limits>

#include "moebel/base/file.h"

namespace moebel {

namespace {

constexpr int kLongestValue = 64 << 20;  // a routing row of 1,024 layers with 4,096 experts needs 32 MiB
constexpr int kLongestSql = 100'000;

// SQLite says "full" for ENOSPC only, and forgets the system's number when COMMIT fails: the files are asked, too.
bool isFull(sqlite3* database, int code)
{
    if (code != SQLITE_IOERR) return code == SQLITE_FULL;
    int numbers[3] = {sqlite3_system_errno(database), 0, 0};
    sqlite3_file* journal = nullptr;
    sqlite3_file_control(database, "main", SQLITE_FCNTL_LAST_ERRNO, &numbers[1]);
    sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
    if (journal && journal->pMethods) journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &numbers[2]);
    return std::any_of(std::begin(numbers), std::end(numbers),
                       [](int number) { return number == ENOSPC || number == EDQUOT || number == EFBIG; });
}

Status configure(Database& database, Database::Mode mode, int busyMilliseconds)
{
    sqlite3* handle = database.handle();
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, busyMilliseconds);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue);
    sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, kLongestSql);
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
    if (Status status = database.execute("PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA synchronous=FULL;"); !status)
        return status;
    if (mode == Database::Mode::ReadOnly) return Done();
    return database.execute("PRAGMA journal_mode=TRUNCATE;");
}

}  // namespace

Error databaseError(sqlite3* database, const std::string& file)
{
    const int extended = sqlite3_extended_errcode(database);
    const int code = extended & 0xff;
    const std::string said = file + ": " + sqlite3_errmsg(database);
    if (isFull(database, code))
        return {ErrorKind::NoSpace, "no-space", said + "; the disk is full, free some space, what is stored is intact", file};
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        return invalidInput("damaged", said + ", expected a database; restore the file from a copy", file);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return failed("database-busy", said + " by another program that reads or writes it; close that program", file);
    if (extended == SQLITE_READONLY_ROLLBACK || extended == SQLITE_READONLY_RECOVERY)
        return failed("needs-recovery", said + ": a transaction of a killed writer has to be rolled back by resuming the run", file);
    return failed("database-error", said + "; check that the folder exists and can be read and written", file);
}

Statement::Statement(sqlite3* database, sqlite3_stmt* statement, std::string file)
    : m_database(database), m_statement(statement, sqlite3_finalize), m_file(std::move(file))
{
}

void Statement::reset()
{
    sqlite3_reset(m_statement.get());
    sqlite3_clear_bindings(m_statement.get());
}

Result<bool> Statement::step()
{
    const int code = sqlite3_step(m_statement.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    Error error = databaseError(m_database, m_file);
    sqlite3_reset(m_statement.get());
    return error;
}

Status Statement::run()
{
    for (;;) {
        const Result<bool> row = step();
        if (!row) return row.error();
        if (!*row) break;
    }
    sqlite3_reset(m_statement.get());
    return Done();
}

Result<std::int64_t> Statement::number()
{
    const Result<bool> row = step();
    if (!row) return row.error();
    const std::int64_t value = *row ? integer(0) : 0;
    sqlite3_reset(m_statement.get());
    return value;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(m_statement.get(), column); }

double Statement::real(int column) const
{
    if (sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL) return std::numeric_limits<double>::quiet_NaN();
    return sqlite3_column_double(m_statement.get(), column);
}

std::string Statement::text(int column) const
{
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(m_statement.get(), column));
    return text ? std::string(text, std::size_t(sqlite3_column_bytes(m_statement.get(), column))) : std::string();
}

std::string_view Statement::blob(int column) const
{
    const auto* data = static_cast<const char*>(sqlite3_column_blob(m_statement.get(), column));
    return data ? std::string_view(data, std::size_t(sqlite3_column_bytes(m_statement.get(), column))) : std::string_view();
}

void Statement::bind(int index, std::int64_t value) { sqlite3_bind_int64(m_statement.get(), index, value); }

void Statement::bind(int index, double value) { sqlite3_bind_double(m_statement.get(), index, value); }

void Statement::bind(int index, std::string_view value)
{
    const char* data = value.data() ? value.data() : "";
    sqlite3_bind_text64(m_statement.get(), index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bind(int index, const std::vector<unsigned char>& blob)
{
    if (blob.empty())
        sqlite3_bind_zeroblob(m_statement.get(), index, 0);
    else
        sqlite3_bind_blob64(m_statement.get(), index, blob.data(), blob.size(), SQLITE_TRANSIENT);
}

Database::Database(std::shared_ptr<sqlite3> database, std::string file) : m_database(std::move(database)), m_file(std::move(file))
{
}

Result<Database> Database::open(const std::filesystem::path& file, Mode mode, int busyMilliseconds)
{
    std::error_code code;
    const auto status = std::filesystem::status(file, code);
    if (mode != Mode::Create && !std::filesystem::exists(status))
        return invalidInput("not-a-run", file.string() + " does not exist; name a folder that has this file", file.string());
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return invalidInput("damaged", file.string() + " is not a regular file, expected a database", file.string());

    int flags = SQLITE_OPEN_READWRITE;
    if (mode == Mode::ReadOnly) flags = SQLITE_OPEN_READONLY;
    if (mode == Mode::Create) flags |= SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    const int opened = sqlite3_open_v2(std::filesystem::absolute(file, code).c_str(), &handle, flags, nullptr);
    Database database(std::shared_ptr<sqlite3>(handle, sqlite3_close_v2), file.string());
    if (opened != SQLITE_OK) return databaseError(handle, file.string());
    if (Status configured = configure(database, mode, busyMilliseconds); !configured) return configured.error();
    return database;
}

Result<Database> Database::openInMemory()
{
    sqlite3* handle = nullptr;
    const int opened = sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    Database database(std::shared_ptr<sqlite3>(handle, sqlite3_close_v2), ":memory:");
    if (opened != SQLITE_OK) return databaseError(handle, ":memory:");
    return database;
}

Status Database::execute(const std::string& sql)
{
    if (sqlite3_exec(m_database.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return databaseError(m_database.get(), m_file);
    return Done();
}

Result<Statement> Database::prepare(std::string_view sql)
{
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(m_database.get(), sql.data(), int(sql.size()), &statement, nullptr) != SQLITE_OK)
        return databaseError(m_database.get(), m_file);
    return Statement(m_database.get(), statement, m_file);
}

Result<std::int64_t> Database::number(std::string_view sql)
{
    Result<Statement> statement = prepare(sql);
    if (!statement) return statement.error();
    return statement->number();
}

void Database::rollback()
{
    if (!sqlite3_get_autocommit(m_database.get())) sqlite3_exec(m_database.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Status Database::copyTo(const std::filesystem::path& file)
{
    const std::filesystem::path temporary = file.string() + ".tmp-" + std::to_string(::getpid());
    std::error_code ignored;
    const auto copy = [&]() -> Status {
        std::filesystem::remove(temporary, ignored);
        Result<Database> target = open(temporary, Mode::Create, 0);
        if (!target) return target.error();
        // Half a copy is thrown away, so it needs no journal; what it writes is synced at its end all the same.
        if (Status plain = target->execute("PRAGMA journal_mode=OFF"); !plain) return plain;
        sqlite3_backup* backup = sqlite3_backup_init(target->handle(), "main", handle(), "main");
        if (backup == nullptr) return databaseError(target->handle(), temporary.string());
        sqlite3_backup_step(backup, -1);
        if (sqlite3_backup_finish(backup) != SQLITE_OK) return databaseError(target->handle(), temporary.string());
        return Done();
    };
    Status copied = copy();
    if (copied) copied = renameDurably(temporary, file);
    std::filesystem::remove(temporary.string() + "-journal", ignored);
    if (!copied) std::filesystem::remove(temporary, ignored);
    return copied;
}

}  // namespace moebel
