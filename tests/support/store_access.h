// Writing to and reading from a run's database in tests that expect it to work; SQL as somebody else would use it.
#pragma once

#include <QStringList>
#include <sqlite3.h>

#include <memory>
#include <vector>

#include "moebel/store/run_store.h"

namespace fixture {

// A connection of somebody with his own SQL.
class OwnSql {
public:
    explicit OwnSql(const moebel::RunFolder& run) { sqlite3_open(run.database().c_str(), &m_database); }
    ~OwnSql() { sqlite3_close(m_database); }
    QStringList column(const char* sql)
    {
        QStringList values;
        const auto take = [&](sqlite3_stmt* row) {
            values << QString::fromUtf8(reinterpret_cast<const char*>(sqlite3_column_text(row, 0)));
        };
        return each(sql, take) ? values : QStringList(sqlite3_errmsg(m_database));
    }
    QList<double> numbers(const char* sql)
    {
        QList<double> values;
        each(sql, [&](sqlite3_stmt* row) { values << sqlite3_column_double(row, 0); });
        return values;
    }
    void run(const char* sql) { sqlite3_exec(m_database, sql, nullptr, nullptr, nullptr); }

private:
    template <typename Take>
    bool each(const char* sql, const Take& take)
    {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(m_database, sql, -1, &statement, nullptr) != SQLITE_OK) return false;
        while (sqlite3_step(statement) == SQLITE_ROW) take(statement);
        sqlite3_finalize(statement);
        return true;
    }

    sqlite3* m_database = nullptr;
};

inline std::unique_ptr<moebel::RunWriter> writerOf(const moebel::RunFolder& run, std::int64_t resumeStep = -1)
{
    auto writer = moebel::RunWriter::open(run, resumeStep);
    if (!writer) qFatal("%s", writer.error().message.c_str());
    return *std::move(writer);
}

inline moebel::RunReader readerOf(const moebel::RunFolder& run)
{
    auto reader = moebel::RunReader::open(run);
    if (!reader) qFatal("%s", reader.error().message.c_str());
    return *std::move(reader);
}

inline QList<std::int64_t> stepsOf(const moebel::RunReader& reader, const char* metric, const char* language = "")
{
    QList<std::int64_t> steps;
    const auto series = reader.series(metric, language);
    for (const moebel::MetricPoint& point : series->points) steps << point.step;
    return steps;
}

inline void tell(moebel::RunWriter& writer, const std::vector<moebel::RunEvent>& events)
{
    for (const moebel::RunEvent& event : events) writer.receive(event);
    const moebel::Status done = writer.flush();
    if (!done) qFatal("%s", done.error().message.c_str());
}

}  // namespace fixture
