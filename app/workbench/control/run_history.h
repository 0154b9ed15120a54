// Everything that is known of a run: what its record says, and on top of it what came over the socket and is not in there yet.
#pragma once

#include <QString>
#include <chrono>
#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "moebel/analysis/series.h"
#include "moebel/store/run_store.h"

namespace moebel
{

/// A metric of a language (empty: of all).
struct SeriesKey {
    std::string metric;
    std::string language;
    auto operator<=>(const SeriesKey&) const = default;
};

/// From where a reading goes on.
struct ReadingMarks {
    std::map<SeriesKey, std::int64_t> steps;  ///< the newest stored step that is known
    std::int64_t event = 0;                   ///< row of the newest known event
};

/// Points of the record, ready to be shown: made where they are read, so that taking them in costs next to nothing.
struct ReadSeries {
    MetricId metric;
    SeriesColumn points;
    SeriesBlocks blocks{};  ///< of the points, in a whole reading
};

/// What one look at the record brought.
struct RunReading {
    QString problem;     ///< in one sentence; empty when all could be read
    bool whole = false;  ///< the points are all there are; otherwise they begin with the newest known one
    RunRecord record;
    RunStatus status;
    std::vector<Language> languages;
    std::vector<StageRecord> stages;
    std::vector<ReadSeries> series;
    std::vector<RoutingCapture> captures;
    std::vector<Score> scores;  ///< between the stages, on the whole held-out sample
    std::vector<EventRecord> events;
    std::set<std::string> earlierLanguages;   ///< see RunHistory
    std::vector<std::int64_t> tokensOfAStep;  ///< by stage; of a whole reading
    std::int64_t tokensOfABaseStep = 0;       ///< of the base's pretraining; of a whole reading
};
/// Short transactions; any thread. A run that was started again since is read as a whole, because a resumed run does some steps
/// again.
RunReading readRun(const RunFolder& run, const ReadingMarks& marks);

class RunHistory
{
public:
    /// Takes a reading in. True when there are series, languages or stages that were not there before.
    bool take(RunReading reading);
    /// Takes an event of the socket in; points that the record has already change nothing. True as above.
    bool take(const RunEvent& event);
    ReadingMarks marks() const;

    const RunRecord& record() const { return m_record; }
    const RunStatus& status() const { return m_status; }
    const std::vector<Language>& languages() const { return m_languages; }
    /// Expanded languages that the run which this one goes on from has learned: nothing of them is in the first stage's text.
    const std::set<std::string>& earlierLanguages() const { return m_earlierLanguages; }
    const std::vector<StageRecord>& stages() const { return m_stages; }
    const std::vector<RoutingCapture>& captures() const { return m_captures; }
    const std::vector<Score>& scores() const { return m_scores; }
    const std::vector<EventRecord>& events() const { return m_events; }
    const std::vector<std::int64_t>& tokensOfAStep() const { return m_tokensOfAStep; }
    std::int64_t tokensOfABaseStep() const { return m_tokensOfABaseStep; }
    /// What the worker does before the first step, as it told last; none once a stage was begun.
    const std::optional<Progress>& preparation() const { return m_preparation; }
    /// Seconds that the base's pretraining still takes at the pace that was seen; none before it can be told.
    std::optional<double> baseSecondsLeft() const;
    std::vector<SeriesKey> keys() const;
    /// Null when there is none. The column stays the same object while it grows.
    std::shared_ptr<const SeriesColumn> column(const SeriesKey& key) const;
    /// Of the column, and growing with it.
    std::shared_ptr<const SeriesBlocks> blocks(const SeriesKey& key) const;
    /// Points that came over the socket and are not in the record yet.
    std::size_t unconfirmed() const;

private:
    struct Series {
        std::shared_ptr<SeriesColumn> column = std::make_shared<SeriesColumn>();
        std::shared_ptr<SeriesBlocks> blocks = std::make_shared<SeriesBlocks>();
        std::size_t stored = 0;  ///< points from the record; those behind came over the socket
    };
    bool addStored(ReadSeries& series, bool whole);
    bool addLive(const SeriesKey& key, std::int64_t step, double value);
    bool start(const RunStarted& event);
    void prepare(const RunEvent& event);

    RunRecord m_record;
    RunStatus m_status;
    std::vector<Language> m_languages;
    std::set<std::string> m_earlierLanguages;
    std::vector<StageRecord> m_stages;
    std::vector<RoutingCapture> m_captures;
    std::vector<Score> m_scores;
    std::vector<EventRecord> m_events;
    std::vector<std::int64_t> m_tokensOfAStep;
    std::int64_t m_tokensOfABaseStep = 0;
    std::optional<Progress> m_preparation;
    /// Steps of the base's pretraining as they came over the socket.
    struct Pace {
        std::int64_t first = 0, last = 0;
        std::chrono::steady_clock::time_point from, to;
    };
    std::optional<Pace> m_basePace;
    std::map<SeriesKey, Series> m_series;
};

}  // namespace moebel
