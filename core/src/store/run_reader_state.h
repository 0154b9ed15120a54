// What the files of RunReader share.
#pragma once

#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "database.h"
#include "moebel/store/run_store.h"
#include "schema.h"

namespace moebel {

/// Several selects that see the same state of the database; ends with the scope.
class ReadTransaction {
public:
    explicit ReadTransaction(Database& database) : m_database(database)
    {
        [[maybe_unused]] const Status begun = m_database.execute("BEGIN");
    }
    ~ReadTransaction() { m_database.rollback(); }
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;

private:
    Database& m_database;
};

struct RunReader::State {
    State(RunFolder folder, Database opened) : run(std::move(folder)), database(std::move(opened)) {}

    /// Every row of one select as a value.
    template <typename Value, typename Take, typename... Parameters>
    Result<std::vector<Value>> rows(std::string_view sql, Take take, const Parameters&... parameters)
    {
        const std::lock_guard lock(mutex);
        Result<Statement> statement = database.prepare(sql);
        if (!statement) return statement.error();
        statement->with(parameters...);
        std::vector<Value> values;
        for (;;) {
            const Result<bool> row = statement->step();
            if (!row) return row.error();
            if (!*row) return values;
            values.push_back(take(*statement));
        }
    }

    RunFolder run;
    Database database;
    CheckedSchema schema;
    std::mutex mutex;
};

}  // namespace moebel
