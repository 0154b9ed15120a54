// A thin layer over SQLite: connections and statements that close themselves, errors as values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace moebel {

/// A prepared statement. Parameters count from 1, columns from 0. NaN is stored as NULL and read back as NaN.
class Statement {
public:
    Statement() = default;
    Statement(sqlite3* database, sqlite3_stmt* statement, std::string file);

    /// Starts over with these values for ?1, ?2, ...
    template <typename... Values>
    Statement& with(const Values&... values)
    {
        reset();
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }
    /// True: a row is there. False: done.
    Result<bool> step();
    /// Steps to the end of a statement without rows and resets it.
    Status run();
    /// The first column of the first row, 0 without a row; resets the statement.
    Result<std::int64_t> number();

    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    std::string_view blob(int column) const;  ///< valid until the next step
    bool flag(int column) const { return integer(column) != 0; }

private:
    void reset();
    void bind(int index, std::int64_t value);
    void bind(int index, int value) { bind(index, std::int64_t(value)); }
    void bind(int index, bool value) { bind(index, std::int64_t(value)); }
    void bind(int index, double value);
    void bind(int index, std::string_view value);
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, const char* value) { bind(index, std::string_view(value)); }
    void bind(int index, const std::vector<unsigned char>& blob);

    sqlite3* m_database = nullptr;
    std::shared_ptr<sqlite3_stmt> m_statement;
    std::string m_file;
};

/// A connection: rollback journal, full sync, no mapping, nothing of the schema trusted. Never WAL (decision 3).
class Database {
public:
    enum class Mode { ReadOnly, ReadWrite, Create };
    static Result<Database> open(const std::filesystem::path& file, Mode mode, int busyMilliseconds);
    static Result<Database> openInMemory();

    /// One or more statements without rows.
    Status execute(const std::string& sql);
    Result<Statement> prepare(std::string_view sql);
    /// The first column of the first row as a number; 0 without a row.
    Result<std::int64_t> number(std::string_view sql);
    /// COMMIT that leaves the transaction open and returns "database-busy" while a reader is in the way.
    Status commit() { return execute("COMMIT"); }
    void rollback();
    /// A copy of the whole database, as of one moment, under this name: complete and safe, or not there.
    Status copyTo(const std::filesystem::path& file);
    sqlite3* handle() const { return m_database.get(); }
    const std::string& file() const { return m_file; }

private:
    Database(std::shared_ptr<sqlite3> database, std::string file);
    std::shared_ptr<sqlite3> m_database;
    std::string m_file;
};

/// What SQLite last said on this connection. Codes: "no-space", "damaged", "database-busy", "needs-recovery", "database-error".
Error databaseError(sqlite3* database, const std::string& file);

}  // namespace moebel
