// Runs and events with known numbers, for tests of the store and of what reads it.
#pragma once

#include <QTemporaryDir>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "moebel/store/run_folder.h"
#include "moebel/store/run_store.h"

namespace fixture {

inline moebel::Experiment experiment(const std::string& title = "Greek, Hungarian")
{
    moebel::Experiment experiment;
    experiment.title = title;
    experiment.preset = "moe-lpr";
    experiment.seed = {7};
    experiment.languages = {{"en", moebel::LanguageRole::Original}, {"el", moebel::LanguageRole::Expanded}};
    experiment.stages.resize(2);
    experiment.stages[1].kind = moebel::StageKind::Review;
    return experiment;
}

/// A new run, never started.
inline moebel::RunFolder makeRun(const std::filesystem::path& runs, const std::string& title = "Greek, Hungarian")
{
    moebel::RunRecord record;
    record.device = moebel::thisMachine();
    const auto run = moebel::createRun(runs, experiment(title), "{}", "", record);
    if (!run) qFatal("%s", run.error().message.c_str());
    return *run;
}

inline std::filesystem::path pathOf(const QTemporaryDir& folder) { return folder.path().toStdString(); }

/// Layers with 3, 1 and 2 experts, two languages; every number is another one.
inline moebel::RoutingStats routing(double seed = 1)
{
    moebel::RoutingStats stats({3, 1, 2}, 2);
    double next = seed;
    for (int language = 0; language < 2; ++language) {
        const moebel::LanguageId id{language};
        stats.tokens(id) = 100 + language;
        for (moebel::RoutingKind kind : moebel::kRoutingKinds)
            for (std::int64_t i = 0; i < stats.rowSize(); ++i) stats.row(kind, id)[i] = (next += 1.0 / 3.0);
    }
    return stats;
}

inline moebel::StepFinished step(std::int64_t number, double loss, std::int64_t stage = 0)
{
    return {stage, number, {{"loss", "nats/token", "", loss}, {"language-model-loss", "nats/token", "el", loss / 2}}};
}

inline moebel::Score score(const std::string& language, const std::string& checkpoint, std::int64_t step, double value)
{
    const auto role = language == "en" ? moebel::LanguageRole::Original : moebel::LanguageRole::Expanded;
    return {"bits-per-byte", "bits-per-byte", language, role, checkpoint, step, value, 0.01, 12};
}

/// Of the languages of the run, in three layers.
inline moebel::LanguageSimilarity similarity()
{
    moebel::LanguageSimilarity similarity(3, {"en", "el"});
    for (std::int64_t layer = 0; layer < 3; ++layer) {
        similarity.set(layer, 0, 0, 0.9);
        similarity.set(layer, 0, 1, 0.1 * double(layer + 1));
        similarity.set(layer, 1, 1, 0.8);
    }
    return similarity;
}

/// What a probe of the expanded language would tell of three layers.
inline moebel::DeviationMeasured deviation()
{
    moebel::ParameterDeviation deviation;
    deviation.languages = {"el", "hu"};
    deviation.steps = 10;
    deviation.feedForward = {{0.5, 0.25, 0.75}, {0.375, 0.125, 0.625}};
    deviation.attention = {{0.1, 0.2, 0.3}, {}};
    deviation.similarity = moebel::LanguageMatrix(deviation.languages);
    deviation.similarity.set(0, 0, 1);
    deviation.similarity.set(0, 1, 0.125);
    deviation.similarity.set(1, 1, 1);
    deviation.similarityLayers = 2;
    deviation.withGate = false;
    deviation.changedShare = 0.9375;
    return {deviation};
}

/// Two groups of the base, and one that an adaptation adds: its expert begins as a copy of expert 1.
inline moebel::GroupsFormed adaptedGroups()
{
    const moebel::NearestExpert added{{"hi", "mr"}, {{700, 100, 350}, {600, 100, 350}}, 1};
    return {{{{"el"}, {"hu", "tr"}, {"hi", "mr"}}, {std::nan(""), 0.25, std::nan("")}, {std::nan(""), 0.5, std::nan("")}},
            moebel::GroupingAlgorithm::Manual,
            moebel::GroupingSource::Gradients,
            {0, 2},
            {added}};
}

/// One of every kind.
inline std::vector<moebel::RunEvent> everyEvent()
{
    using namespace moebel;
    return {RunStarted{"20260101-000000-x", true, 5, 20, 2},
            StageStarted{1, StageKind::Review, 10, 10, {3, 1, 2}, 2, 1234, {0.25, 0.75}, 2},
            step(5, 2.5),
            RoutingSampled{1, 12, RoutingSplit::Evaluation, routing()},
            EvaluationFinished{1, 20, true, {score("en", "review", 20, 1.5), score("el", "review", 20, 2.25)}},
            CheckpointWritten{1, 20, "checkpoints/step-000020", std::string(64, 'a'), 4096, "checkpoints/step-000010"},
            CheckpointRemoved{"checkpoints/step-000005"},
            Warned{6, "a line with \"quotes\", a tab\t and an \xC3\xA9"},
            Progress{"reading text", 0.5},
            RunPaused{7, "the disk is full"},
            RunResumed{7},
            RunFinished{20, 61.5},
            RunStopped{9},
            ExpertsAllocated{AllocationChoice{AllocationRule::BySimilarity, {3, 1, 2}, {2, 1, 1}, {0}, 5.5, 7, false, "a reason"}, similarity()},
            TextReady{"tokens", "data", {{"en", 9, 900, 300, 1}, {"el", 18, 1800, 700, 2}}},
            BaseReady{BaseSource::Cache, "a base", 2},
            ModelExpanded{{{ExpertOrigin::Original, ExpertOrigin::Earlier, ExpertOrigin::Copy},
                           {ExpertOrigin::Original},
                           {ExpertOrigin::Original, ExpertOrigin::Random}},
                          2,
                          1e-6,
                          {{0, 1, 2}, {0}, {0, 2}}},
            deviation(),
            adaptedGroups(),
            RunFailed{9, Error{ErrorKind::NoSpace, "no-space", "the disk is full", "/runs/x"}}};
}

}  // namespace fixture
