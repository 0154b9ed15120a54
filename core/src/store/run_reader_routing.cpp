#include <algorithm>
#include <numeric>

#include "blob.h"
#include "run_reader_state.h"
#include "words.h"

namespace moebel {

namespace {

constexpr std::int64_t kMostLanguages = 4096;
constexpr std::int64_t kMostLayers = 1024;
constexpr std::int64_t kMostExperts = 4096;
constexpr std::int64_t kMostCells = std::int64_t(1) << 23;  // of one kind: 64 MiB

// The newest attempt with this capture wins.
constexpr const char* kCapture =
    "SELECT y.experts, y.languages, r.language, r.kind, r.tokens, r.sums FROM routing_capture AS r "
    "JOIN routing_layout AS y ON y.layout = r.layout "
    "WHERE r.stage = ?1 AND r.step = ?2 AND r.split = ?3 AND (r.kind = 'sequence-score') = ?4 AND r.attempt = "
    "(SELECT max(c.attempt) FROM routing_capture AS c JOIN attempt AS a ON a.attempt = c.attempt "
    "WHERE c.stage = ?1 AND c.step = ?2 AND c.split = ?3 AND c.step <= a.valid_until)";

bool isPossible(const std::vector<std::int64_t>& experts, std::int64_t languages)
{
    const bool fits = std::all_of(experts.begin(), experts.end(), [](std::int64_t n) { return n >= 1 && n <= kMostExperts; });
    const std::int64_t rowSize = fits ? std::accumulate(experts.begin(), experts.end(), std::int64_t(0)) : 0;
    return fits && !experts.empty() && std::int64_t(experts.size()) <= kMostLayers && languages >= 1 &&
           languages <= kMostLanguages && rowSize * languages <= kMostCells;
}

Error badCapture(const RunFolder& run, const RoutingCapture& capture, const std::string& what)
{
    const std::string file = run.database().string();
    return invalidInput("damaged",
                        file + ": the routing capture of stage " + std::to_string(capture.stage) + " at step " +
                            std::to_string(capture.step) + " (" + std::string(name(capture.split)) + ") " + what +
                            "; restore the file from a copy",
                        file);
}

// One row of the select above into the sums. False when it does not fit.
bool take(const Statement& row, RoutingStats& stats, std::int64_t& needed)
{
    const auto kind = routingKindOf(row.text(3));
    const std::int64_t language = row.integer(2);
    if (!kind || language < 0 || language >= stats.languages()) return false;
    const LanguageId id{std::int32_t(language)};
    stats.tokens(id) = row.real(4);
    needed += *kind != RoutingKind::Bypass;  // which is left out where it is zero
    return unpackDoubles(row.blob(5), stats.row(*kind, id), std::size_t(stats.rowSize()));
}

// The name of the boundary that an evaluation capture stands at; empty between boundaries.
std::string boundaryName(const RoutingCapture& capture, const std::vector<StageRecord>& stages)
{
    for (const StageRecord& stage : stages)
        if (stage.stage == capture.stage && stage.stage >= 0 && stage.firstStep + stage.steps == capture.step)
            return std::string(name(stage.kind));
    return capture.step == 0 ? "expansion" : "";
}

void appendScores(const RoutingStats& stats, const std::vector<Language>& languages, const std::string& checkpoint,
                  std::vector<ExpertZeroScore>& scores)
{
    const std::int64_t count = std::min(std::int64_t(languages.size()), stats.languages());
    for (std::int64_t language = 0; language < count; ++language) {
        const LanguageId id{std::int32_t(language)};
        for (std::int64_t layer = 0; layer < stats.layers(); ++layer) {
            if (stats.experts()[std::size_t(layer)] < 2 || !(stats.tokens(id) > 0)) continue;
            const ExpertId original{LayerId{std::int32_t(layer)}, 0};
            scores.push_back({checkpoint, languages[std::size_t(language)].code, layer, meanScore(stats, id, original),
                              topOneShare(stats, id, original)});
        }
    }
}

bool trainsGroups(const std::vector<StageRecord>& stages)
{
    return std::any_of(stages.begin(), stages.end(), [](const StageRecord& stage) {
        return isHardRouted(stage.kind) || stage.kind == StageKind::Joint;
    });
}

}  // namespace

Result<std::vector<RoutingCapture>> RunReader::captures() const
{
    const auto takeCapture = [](const Statement& row) {
        return RoutingCapture{row.integer(0), row.integer(1), routingSplitOf(row.text(2)).value_or(RoutingSplit::Training)};
    };
    return m_state->rows<RoutingCapture>(
        "SELECT DISTINCT r.stage, r.step, r.split FROM routing_capture AS r JOIN attempt AS a ON a.attempt = r.attempt "
        "WHERE r.step <= a.valid_until ORDER BY r.stage, r.step, r.split",
        takeCapture);
}

Result<RoutingStats> RunReader::routing(const RoutingCapture& capture) const
{
    const std::lock_guard lock(m_state->mutex);
    Result<Statement> rows = m_state->database.prepare(kCapture);
    if (!rows) return rows.error();
    rows->with(capture.stage, capture.step, name(capture.split), false);
    RoutingStats stats;
    std::int64_t seen = 0, needed = 0;
    for (;; ++seen) {
        const Result<bool> row = rows->step();
        if (!row) return row.error();
        if (!*row) break;
        if (seen == 0) {
            const std::vector<std::int64_t> experts = unpackIntegers(rows->text(0));
            const std::int64_t languages = rows->integer(1);
            if (!isPossible(experts, languages)) return badCapture(m_state->run, capture, "has an impossible layout");
            stats = RoutingStats(experts, languages);
        }
        if (!take(*rows, stats, needed)) return badCapture(m_state->run, capture, "has a row that does not fit its layout");
    }
    if (seen == 0)
        return invalidInput("no-capture", m_state->run.database().string() + " has no routing capture of stage " +
                                              std::to_string(capture.stage) + " at step " + std::to_string(capture.step) +
                                              "; choose one of the steps that were captured");
    if (needed != stats.languages() * std::int64_t(std::size(kRoutingKinds) - 1))
        return badCapture(m_state->run, capture, "lacks rows of some language");
    return stats;
}

Result<RoutingProfiles> RunReader::profiles(const RoutingCapture& capture) const
{
    const std::lock_guard lock(m_state->mutex);
    Result<Statement> rows = m_state->database.prepare(kCapture);
    if (!rows) return rows.error();
    rows->with(capture.stage, capture.step, name(capture.split), true);
    RoutingProfiles profiles;
    for (;;) {
        const Result<bool> row = rows->step();
        if (!row) return row.error();
        if (!*row) return profiles;
        const std::vector<std::int64_t> experts = unpackIntegers(rows->text(0));
        const std::int64_t languages = rows->integer(1), language = rows->integer(2);
        if (!isPossible(experts, languages)) return badCapture(m_state->run, capture, "has an impossible layout");
        profiles.languages.resize(std::size_t(languages));
        const auto rowSize = std::size_t(std::accumulate(experts.begin(), experts.end(), std::int64_t(0)));
        if (language < 0 || language >= languages ||
            !unpackProfiles(rows->blob(5), rowSize, profiles.languages[std::size_t(language)]))
            return badCapture(m_state->run, capture, "has sequences that do not fit its layout");
    }
}

Result<bool> RunReader::hasOriginalExpert() const
{
    const auto stageRecords = stages();
    if (!stageRecords) return stageRecords.error();
    return !trainsGroups(*stageRecords);
}

Result<std::vector<ExpertZeroScore>> RunReader::expertZero() const
{
    const auto all = captures();
    if (!all) return all.error();
    const auto stageRecords = stages();
    if (!stageRecords) return stageRecords.error();
    const auto known = languages();
    if (!known) return known.error();
    std::vector<ExpertZeroScore> scores;
    if (trainsGroups(*stageRecords)) return scores;
    for (const RoutingCapture& capture : *all) {
        const std::string checkpoint = boundaryName(capture, *stageRecords);
        if (capture.split != RoutingSplit::Evaluation || checkpoint.empty()) continue;
        const auto stats = routing(capture);
        if (!stats) return stats.error();
        appendScores(*stats, *known, checkpoint, scores);
    }
    return scores;
}

}  // namespace moebel
