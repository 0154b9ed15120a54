// A finished run that nobody trained, written through the same store as a real one.
#pragma once

#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "moebel/store/run_folder.h"
#include "moebel/store/run_store.h"

namespace moebel::test {

inline Experiment madeUpExperiment()
{
    Experiment experiment;
    experiment.title = "Made up: el & hi <new>";
    experiment.seed = Seed{7};
    for (const char* code : {"en", "es", "zh-CN"}) experiment.languages.push_back({code, LanguageRole::Original});
    for (const char* code : {"el", "ar", "hi"}) experiment.languages.push_back({code, LanguageRole::Expanded});
    experiment.expansion.experts = {3};
    StageSpec expansion, review;
    expansion.tokens = 60 * expansion.batchSequences * expansion.sequenceLength;
    expansion.balanceWeight = 0.01;
    review.kind = StageKind::Review;
    review.tokens = 40 * review.batchSequences * review.sequenceLength;
    review.trainable = TrainableSet::Routers;
    review.priorWeight = 0.3;
    review.replayRatio = 1;
    experiment.stages = {expansion, review};
    return experiment;
}

/// Bits per byte of a language after 0 (base), 1 or 2 stages; digits that no rounding produces by chance.
inline double madeUpBits(const Language& language, std::size_t index, int stage)
{
    constexpr double kOriginal[] = {1.98768, 2.61234, 2.14321};
    constexpr double kExpanded[] = {3.47531, 2.64208, 2.70864};
    return (language.role == LanguageRole::Original ? kOriginal : kExpanded)[stage] + 0.0371 * double(index * index);
}

/// Mean score of an expert; expert 0 gains on original languages in stage 2.
inline double madeUpScore(const Language& language, std::size_t index, int layer, int expert, int experts, int stage)
{
    double lean =
        (language.role == LanguageRole::Original ? (stage == 2 ? 0.62 : 0.18) : 0.11) + 0.013 * double(index) + 0.03 * layer;
    lean = std::min(lean, 0.9);
    return expert == 0 ? lean : (1 - lean) * (experts == 2 ? 1 : expert == 1 ? 0.58 : 0.42 / (experts - 2));
}

inline RoutingStats madeUpRouting(const Experiment& experiment, const std::vector<std::int64_t>& experts, int stage)
{
    constexpr double kTokens = 4000;
    RoutingStats stats(experts, std::int64_t(experiment.languages.size()));
    for (std::size_t i = 0; i < experiment.languages.size(); ++i) {
        const LanguageId language{std::int32_t(i)};
        stats.tokens(language) = kTokens;
        for (std::int32_t layer = 0; layer < std::int32_t(experts.size()); ++layer) {
            const int count = int(experts[std::size_t(layer)]);
            if (count < 2) continue;
            for (int expert = 0; expert < count; ++expert) {
                const double share = madeUpScore(experiment.languages[i], i, layer, expert, count, stage);
                const auto at = stats.offset(LayerId{layer}) + expert;
                stats.row(RoutingKind::SoftScore, language)[at] = kTokens * share;
                stats.row(RoutingKind::GateMass, language)[at] = kTokens * share;
                stats.row(RoutingKind::TopOne, language)[at] = std::round(kTokens * share);
                stats.row(RoutingKind::Count, language)[at] = std::round(kTokens * std::min(1.0, 1.6 * share));
            }
        }
    }
    return stats;
}

inline std::vector<Score> madeUpScores(const Experiment& experiment, int stage, std::int64_t step)
{
    constexpr const char* kCheckpoints[] = {"base", "post-pretraining", "review"};
    std::vector<Score> scores;
    for (std::size_t i = 0; i < experiment.languages.size(); ++i) {
        const Language& language = experiment.languages[i];
        const double bits = madeUpBits(language, i, stage);
        scores.push_back(
            {"bits-per-byte", "bits-per-byte", language.code, language.role, kCheckpoints[stage], step, bits, 0.0123, 25});
        scores.push_back({"bits-per-byte", "token-perplexity", language.code, language.role, kCheckpoints[stage], step,
                          std::exp2(2.5 * bits), 0.5, 25});
    }
    return scores;
}

/// A first round: expert 0 of each layer is the base's, the others are copies of it.
inline ModelExpanded madeUpExpansion(const std::vector<std::int64_t>& experts)
{
    ModelExpanded expansion{{}, 2, 0, {}};
    for (const std::int64_t count : experts) {
        expansion.origins.emplace_back(std::size_t(count), ExpertOrigin::Copy).front() = ExpertOrigin::Original;
        expansion.rounds.emplace_back(std::size_t(count), 1).front() = 0;
    }
    return expansion;
}

/// Everything a run tells, in its order. `experts`: per layer.
inline void tellMadeUpRun(RunSink& sink, const Experiment& experiment, const std::vector<std::int64_t>& experts)
{
    sink.receive(RunStarted{"made-up", false, 0, 100, 2});
    sink.receive(EvaluationFinished{-1, 0, true, madeUpScores(experiment, 0, 0)});
    sink.receive(madeUpExpansion(experts));
    std::int64_t step = 0;
    for (int stage = 1; stage <= 2; ++stage) {
        const std::int64_t steps = stage == 1 ? 60 : 40, first = step;
        const StageKind kind = stage == 1 ? StageKind::PostPretraining : StageKind::Review;
        sink.receive(StageStarted{stage - 1, kind, first, steps, experts, 2, stage == 1 ? 987'654 : 1'536});
        for (; step < first + steps;) {
            ++step;
            const double done = double(step - first) / double(steps);
            StepFinished finished{stage - 1, step, {}};
            finished.metrics.push_back({"loss", "nats/token", "", 5 - 1.5 * done + 0.2 * std::sin(double(step * step)) + 0.1});
            finished.metrics.push_back(
                {"language-model-loss", "nats/token", "", 5 - 1.5 * done + 0.2 * std::sin(double(step * step))});
            sink.receive(finished);
            if (step % 10 != 0) continue;
            sink.receive(RoutingSampled{stage - 1, step, RoutingSplit::Training, madeUpRouting(experiment, experts, stage)});
            StepFinished byLanguage{stage - 1, step, {}};
            for (std::size_t i = 0; i < experiment.languages.size(); ++i)
                byLanguage.metrics.push_back(
                    {"language-model-loss", "nats/token", experiment.languages[i].code, 4.5 - done + 0.1 * double(i)});
            sink.receive(byLanguage);
            std::vector<Score> measured = madeUpScores(experiment, stage, step);
            for (std::size_t i = 0; i < experiment.languages.size(); ++i) {
                const double from = madeUpBits(experiment.languages[i], i, stage - 1),
                             to = madeUpBits(experiment.languages[i], i, stage);
                measured[2 * i].value = from + (to - from) * std::sqrt(done) + 0.01;
            }
            if (step < first + steps) sink.receive(EvaluationFinished{stage - 1, step, false, measured});
        }
        sink.receive(RoutingSampled{stage - 1, step, RoutingSplit::Evaluation, madeUpRouting(experiment, experts, stage)});
        sink.receive(EvaluationFinished{stage - 1, step, true, madeUpScores(experiment, stage, step)});
        sink.receive(CheckpointWritten{stage - 1, step, "checkpoints/step-000" + std::to_string(step), std::string(64, 'a'),
                                       1 << 20, ""});
    }
    sink.receive(Warned{70, "a warning with <angles> & an ampersand"});
    sink.receive(RunFinished{step, 95.0});
}

/// Makes `<runs>/<id>` and fills it.
inline Result<RunFolder> writeMadeUpRun(const std::filesystem::path& runs, const Experiment& experiment,
                                        const std::vector<std::int64_t>& experts = {3, 3, 1, 3},
                                        const std::optional<BaseRun>& base = {})
{
    RunRecord record;
    record.base = base;
    record.device = thisMachine();
    record.device.threads = 2;
    record.device.libtorch = "2.11.0";
    auto run = createRun(runs, experiment, "{}", "", record);
    if (!run) return run.error();
    auto writer = RunWriter::open(*run);
    if (!writer) return writer.error();
    tellMadeUpRun(**writer, experiment, experts);
    if (auto flushed = (*writer)->flush(); !flushed) return flushed.error();
    if (auto written = writeExitRecord(*run, ExitRecord{"finished", 0, 0, "", 0}); !written) return written.error();
    return run;
}

}  // namespace moebel::test
