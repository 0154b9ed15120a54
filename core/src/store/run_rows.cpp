#include "run_rows.h"

#include <algorithm>

#include "blob.h"
#include "words.h"

namespace moebel {

Result<RunRows> RunRows::prepare(Database& database, std::int64_t attempt)
{
    RunRows rows;
    rows.m_attempt = attempt;
    const std::pair<Statement*, const char*> statements[] = {
        {&rows.m_startAttempt, "UPDATE attempt SET total_steps = ?2, threads = ?3 WHERE attempt = ?1"},
        {&rows.m_lastStepOf, "UPDATE attempt SET last_step = max(last_step, ?2) WHERE attempt = ?1"},
        {&rows.m_stage, "INSERT OR REPLACE INTO stage (stage, kind, first_step, steps, experts, top_k, trained_parameters) "
                        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
        {&rows.m_baseAgain, "UPDATE attempt SET base_valid_until = min(base_valid_until, ?2) WHERE attempt < ?1"},
        {&rows.m_metric, "INSERT OR IGNORE INTO metric (name, language, role, unit, base) VALUES (?1, ?2, ?3, ?4, ?5)"},
        {&rows.m_findMetric, "SELECT metric FROM metric WHERE name = ?1 AND language = ?2"},
        {&rows.m_point, "INSERT OR REPLACE INTO metric_point (metric, step, attempt, value) VALUES (?1, ?2, ?3, ?4)"},
        {&rows.m_layout, "INSERT OR IGNORE INTO routing_layout (experts, languages) VALUES (?1, ?2)"},
        {&rows.m_findLayout, "SELECT layout FROM routing_layout WHERE experts = ?1 AND languages = ?2"},
        {&rows.m_capture, "INSERT OR REPLACE INTO routing_capture (stage, step, split, attempt, language, kind, layout, tokens, sums) "
                          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
        {&rows.m_score,
         "INSERT INTO score (stage, step, attempt, boundary, checkpoint, task, metric, language, role, value, stderr, n) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
         "ON CONFLICT DO UPDATE SET role = excluded.role, value = excluded.value, stderr = excluded.stderr, n = excluded.n RETURNING score"},
        {&rows.m_noSamples, "DELETE FROM sample_score WHERE score = ?1"},
        {&rows.m_sample, "INSERT OR REPLACE INTO sample_score (score, item, value, weight) VALUES (?1, ?2, ?3, ?4)"},
        {&rows.m_checkpoint,
         "INSERT OR REPLACE INTO checkpoint (folder, stage, step, attempt, hash, bytes, parent, written_at, removed) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)"},
        {&rows.m_checkpointGone, "UPDATE checkpoint SET removed = 1 WHERE folder = ?1"},
        {&rows.m_similarity, "INSERT OR REPLACE INTO similarity (step, layer, language, other, value) VALUES (?1, ?2, ?3, ?4, ?5)"},
        {&rows.m_deviation, "INSERT OR REPLACE INTO deviation (step, layer, language, value) "
                            "SELECT 0, ?1, language, ?3 FROM language WHERE code = ?2"},
        {&rows.m_text, "UPDATE run SET tokenizer_hash = ?1, data_hash = ?2"},
        {&rows.m_language, "UPDATE language SET training_documents = ?2, training_bytes = ?3, training_tokens = ?4, heldout_documents = ?5 "
                           "WHERE code = ?1"},
        {&rows.m_base, "UPDATE run SET base_source = ?1, base_identity = ?2, base_threads = ?3"},
        {&rows.m_noExperts, "DELETE FROM expert"},
        {&rows.m_expert, "INSERT INTO expert (layer, expert, origin, round) VALUES (?1, ?2, ?3, nullif(?4, -1))"},
        {&rows.m_share, "INSERT OR REPLACE INTO mixture (stage, language, share) VALUES (?1, ?2, ?3)"},
        {&rows.m_event, "INSERT INTO event (time, attempt, step, kind, message, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
    };
    for (const auto& [statement, sql] : statements) {
        Result<Statement> prepared = database.prepare(sql);
        if (!prepared) return prepared.error();
        *statement = *std::move(prepared);
    }
    return rows;
}

Status RunRows::write(const RunEvent& event, double unixSeconds)
{
    return std::visit([&](const auto& value) { return rows(value, unixSeconds); }, event);
}

Status RunRows::writeLastStep() { return m_lastStepOf.with(m_attempt, m_lastStep).run(); }

void RunRows::forget()
{
    m_metrics.clear();
    m_layouts.clear();
    m_lastWork.clear();
}

void RunRows::reached(std::int64_t step) { m_lastStep = std::max(m_lastStep, step); }

Status RunRows::log(const RunEvent& event, double time)
{
    const EventRow row = eventRow(event);
    return m_event.with(time, m_attempt, row.step, kindName(event), row.message, toJsonLine(event, time)).run();
}

Status RunRows::rows(const RunStarted& event, double time)
{
    if (Status written = m_startAttempt.with(m_attempt, event.totalSteps, event.threads).run(); !written) return written;
    return log(event, time);
}

Status RunRows::rows(const StageStarted& event, double time)
{
    const Status written = m_stage
                               .with(event.stage, name(event.kind), event.firstStep, event.steps, packIntegers(event.experts),
                                     event.topK, event.trainedParameters)
                               .run();
    if (!written) return written;
    for (std::size_t language = 0; language < event.shares.size(); ++language)
        if (Status share = m_share.with(event.stage, std::int64_t(language), event.shares[language]).run(); !share) return share;
    if (event.stage < 0) {
        if (Status again = m_baseAgain.with(m_attempt, event.stepsDone).run(); !again) return again;
        if (Status notYet = m_base.with("", "", 0).run(); !notYet) return notYet;
    }
    return log(event, time);
}

Status RunRows::rows(const StepFinished& event, double)
{
    const bool base = event.stage < 0;
    if (!base) reached(event.step);
    for (const MetricValue& metric : event.metrics)
        if (Status written = point(metric, "", base, event.step); !written) return written;
    return Done();
}

Status RunRows::rows(const RoutingSampled& event, double)
{
    const Result<std::int64_t> layout = layoutId(event.stats);
    if (!layout) return layout.error();
    for (std::int64_t language = 0; language < event.stats.languages(); ++language) {
        const LanguageId id{std::int32_t(language)};
        for (RoutingKind kind : kRoutingKinds) {
            if (kind == RoutingKind::Bypass && !event.stats.hasBypass(id)) continue;
            const auto sums = packDoubles(event.stats.row(kind, id), std::size_t(event.stats.rowSize()));
            const Status written = m_capture
                                       .with(event.stage, event.step, name(event.split), m_attempt, language, name(kind), *layout,
                                             event.stats.tokens(id), sums)
                                       .run();
            if (!written) return written;
        }
    }
    return profiles(event, *layout);
}

// As one more kind of sums, a sequence after the other.
Status RunRows::profiles(const RoutingSampled& event, std::int64_t layout)
{
    for (std::size_t language = 0; language < event.profiles.languages.size(); ++language) {
        const auto bytes = packProfiles(event.profiles.languages[language]);
        const double tokens = event.stats.tokens(LanguageId{std::int32_t(language)});
        const Status written = m_capture
                                   .with(event.stage, event.step, name(event.split), m_attempt, std::int64_t(language),
                                         kSequenceKind, layout, tokens, bytes)
                                   .run();
        if (!written) return written;
    }
    return Done();
}

Status RunRows::rows(const EvaluationFinished& event, double time)
{
    for (const Score& value : event.scores) {
        if (Status written = score(event, value); !written) return written;
        const MetricValue metric{value.metric, value.metric == "bits-per-byte" ? "bits/byte" : "", value.language, value.value};
        if (Status written = point(metric, name(value.role), false, event.step); !written) return written;
    }
    return log(event, time);
}

Status RunRows::rows(const CheckpointWritten& event, double time)
{
    const Status written =
        m_checkpoint.with(event.folder, event.stage, event.step, m_attempt, event.hash, event.bytes, event.parent, time).run();
    return written ? log(event, time) : written;
}

Status RunRows::rows(const CheckpointRemoved& event, double time)
{
    const Status written = m_checkpointGone.with(event.folder).run();
    return written ? log(event, time) : written;
}

Status RunRows::rows(const Progress& event, double time)
{
    const std::string work = event.what.substr(0, event.what.find(','));
    if (work == m_lastWork && event.fraction < 1) return Done();
    m_lastWork = work;
    return log(event, time);
}

Status RunRows::rows(const ExpertsAllocated& event, double time)
{
    const LanguageSimilarity& similarity = event.similarity;
    const auto languages = std::int64_t(similarity.languages().size());
    for (std::int64_t layer = 0; layer < similarity.layers(); ++layer)
        for (std::int64_t a = 0; a < languages; ++a)
            for (std::int64_t b = 0; b < languages; ++b) {
                const double value = similarity.at(layer, std::size_t(a), std::size_t(b));
                if (Status written = m_similarity.with(0, layer, a, b, value).run(); !written) return written;
            }
    return log(event, time);
}

Status RunRows::rows(const TextReady& event, double time)
{
    if (Status written = m_text.with(event.tokenizerHash, event.dataHash).run(); !written) return written;
    for (const TextReady::LanguageFacts& language : event.languages) {
        const Status written = m_language
                                   .with(language.code, language.trainingDocuments, language.trainingBytes, language.trainingTokens,
                                         language.heldoutDocuments)
                                   .run();
        if (!written) return written;
    }
    return log(event, time);
}

Status RunRows::rows(const BaseReady& event, double time)
{
    const Status written = m_base.with(name(event.source), event.identity, event.threads).run();
    return written ? log(event, time) : written;
}

Status RunRows::rows(const ModelExpanded& event, double time)
{
    if (Status gone = m_noExperts.with().run(); !gone) return gone;
    for (std::size_t layer = 0; layer < event.origins.size(); ++layer)
        for (std::size_t expert = 0; expert < event.origins[layer].size(); ++expert) {
            const bool isTold = layer < event.rounds.size() && expert < event.rounds[layer].size();
            const Status written = m_expert
                                       .with(std::int64_t(layer), std::int64_t(expert), name(event.origins[layer][expert]),
                                             isTold ? event.rounds[layer][expert] : std::int64_t(-1))
                                       .run();
            if (!written) return written;
        }
    return log(event, time);
}

Status RunRows::rows(const DeviationMeasured& event, double time)
{
    const ParameterDeviation& deviation = event.deviation;
    for (std::size_t i = 0; i < deviation.languages.size(); ++i)
        for (std::size_t layer = 0; layer < deviation.feedForward[i].size(); ++layer) {
            const Status written =
                m_deviation.with(std::int64_t(layer), deviation.languages[i], deviation.feedForward[i][layer]).run();
            if (!written) return written;
        }
    return log(event, time);
}

Status RunRows::point(const MetricValue& metric, std::string_view role, bool base, std::int64_t step)
{
    const Result<std::int64_t> id = metricId(metric, role, base);
    if (!id) return id.error();
    return m_point.with(*id, step, m_attempt, metric.value).run();
}

Result<std::int64_t> RunRows::metricId(const MetricValue& metric, std::string_view role, bool base)
{
    const std::string metricName = base ? "base." + metric.name : metric.name;
    const auto key = std::make_pair(metricName, metric.language);
    if (const auto known = m_metrics.find(key); known != m_metrics.end()) return known->second;
    if (Status made = m_metric.with(metricName, metric.language, role, metric.unit, base).run(); !made) return made.error();
    const Result<std::int64_t> id = m_findMetric.with(metricName, metric.language).number();
    return id ? m_metrics[key] = *id : id;
}

Result<std::int64_t> RunRows::layoutId(const RoutingStats& stats)
{
    const auto key = std::make_pair(packIntegers(stats.experts()), stats.languages());
    if (const auto known = m_layouts.find(key); known != m_layouts.end()) return known->second;
    if (Status made = m_layout.with(key.first, key.second).run(); !made) return made.error();
    const Result<std::int64_t> id = m_findLayout.with(key.first, key.second).number();
    return id ? m_layouts[key] = *id : id;
}

Status RunRows::score(const EvaluationFinished& event, const Score& score)
{
    const Result<std::int64_t> id = m_score
                                        .with(event.stage, event.step, m_attempt, event.boundary, score.checkpoint, score.task,
                                              score.metric, score.language, name(score.role), score.value, score.standardError,
                                              score.samples)
                                        .number();
    if (!id) return id.error();
    return event.boundary ? samples(*id, score.items) : Done();
}

Status RunRows::samples(std::int64_t id, const std::vector<SampleScore>& items)
{
    if (Status gone = m_noSamples.with(id).run(); !gone) return gone;
    for (const SampleScore& sample : items)
        if (Status written = m_sample.with(id, sample.item, sample.value, sample.weight).run(); !written) return written;
    return Done();
}

}  // namespace moebel
