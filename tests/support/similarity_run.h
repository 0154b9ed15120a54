// Finished runs by similarity that nobody trained, in one round or in two, written through the same store as real ones.
#pragma once

#include <cmath>

#include "moebel/analysis/expert_allocation.h"
#include "tests/support/made_up_run.h"

namespace moebel::test
{

/// Languages are alike in the middle of the depth, as in the papers' models.
inline LanguageSimilarity madeUpSimilarity(std::int64_t layers, const std::vector<Language>& languages)
{
    std::vector<std::string> codes;
    for (const Language& language : languages) codes.push_back(language.code);
    LanguageSimilarity similarity(layers, codes);
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        const double depth = (double(layer) + 0.5) / double(layers);
        for (std::size_t a = 0; a < codes.size(); ++a)
            for (std::size_t b = a; b < codes.size(); ++b)
                similarity.set(layer, a, b, 0.04 + 0.09 * std::sin(3.14159 * depth) + 0.002 * double(a + 2 * b));
    }
    return similarity;
}

/// LayerMoE with classifiers in the two most alike layers; `layers` of the base.
inline Experiment similarityExperiment(std::int64_t layers = 4)
{
    Experiment experiment = madeUpExperiment();
    experiment.title = "By similarity";
    experiment.preset = "layer-moe";
    experiment.base.shape.layers = layers;
    experiment.expansion.rule = AllocationRule::BySimilarity;
    experiment.expansion.total = 3 * layers;
    experiment.expansion.classifierCount = 2;
    experiment.stages[1].classifierWeight = 0.1;
    return experiment;
}

/// Classifiers that are right on 9 of 10 tokens of original languages and wrong on 1 of 5 of the others, in these layers.
inline RoutingStats classifiedRouting(const Experiment& experiment, const AllocationChoice& choice)
{
    RoutingStats stats = madeUpRouting(experiment, choice.experts, 2);
    for (std::size_t i = 0; i < experiment.languages.size(); ++i)
        for (const std::int64_t layer : choice.classifierLayers) {
            const LanguageId language{std::int32_t(i)};
            const double share = experiment.languages[i].role == LanguageRole::Original ? 0.9 : 0.2;
            stats.row(RoutingKind::Bypass, language)[stats.offset(LayerId{std::int32_t(layer)})] =
                share * stats.tokens(language);
        }
    return stats;
}

inline std::vector<std::vector<ExpertOrigin>> originsOf(const AllocationChoice& choice)
{
    std::vector<std::vector<ExpertOrigin>> origins;
    for (std::size_t layer = 0; layer < choice.experts.size(); ++layer) {
        origins.emplace_back();
        for (std::int64_t expert = 0; expert < choice.experts[layer]; ++expert)
            origins.back().push_back(expert == 0                      ? ExpertOrigin::Original
                                     : expert < choice.present[layer] ? ExpertOrigin::Earlier
                                                                      : ExpertOrigin::Copy);
    }
    return origins;
}

/// Earlier experts came in round 1, so that copies beside them came in round 2.
inline std::vector<std::vector<std::int64_t>> roundsOf(const std::vector<std::vector<ExpertOrigin>>& origins)
{
    std::vector<std::vector<std::int64_t>> rounds;
    std::int64_t earlier = 0;
    for (const auto& layer : origins) earlier += std::count(layer.begin(), layer.end(), ExpertOrigin::Earlier);
    for (const auto& layer : origins) {
        rounds.emplace_back();
        for (const ExpertOrigin origin : layer)
            rounds.back().push_back(origin == ExpertOrigin::Original ? 0 : origin == ExpertOrigin::Copy && earlier > 0 ? 2 : 1);
    }
    return rounds;
}

/// `parent`: id of the base run, with its experts per layer.
inline Result<RunFolder> writeSimilarityRun(const std::filesystem::path& runs, const Experiment& experiment,
                                            const std::string& parent = {}, const std::vector<std::int64_t>& present = {})
{
    RunRecord record;
    record.device = thisMachine();
    record.parentRun = parent;
    auto run = createRun(runs, experiment, "{}", "", record);
    if (!run) return run.error();
    auto writer = RunWriter::open(*run);
    if (!writer) return writer.error();
    const LanguageSimilarity similarity = madeUpSimilarity(experiment.base.shape.layers, experiment.languages);
    const auto means = groupMeans(similarity, experiment.languages);
    if (!means) return means.error();
    const auto choice = chooseExperts(experiment.expansion, *means, present);
    if (!choice) return choice.error();
    RunSink& sink = **writer;
    sink.receive(RunStarted{run->id(), false, 0, 100, 2});
    sink.receive(ExpertsAllocated{*choice, similarity});
    const auto origins = originsOf(*choice);
    sink.receive(ModelExpanded{origins, 2, 0, roundsOf(origins)});
    sink.receive(StageStarted{0, StageKind::PostPretraining, 0, 60, choice->experts, 2, 1000});
    sink.receive(RoutingSampled{0, 60, RoutingSplit::Evaluation, madeUpRouting(experiment, choice->experts, 1)});
    sink.receive(StageStarted{1, StageKind::Review, 60, 40, choice->experts, 2, 100});
    sink.receive(RoutingSampled{1, 100, RoutingSplit::Evaluation, classifiedRouting(experiment, *choice)});
    sink.receive(CheckpointWritten{1, 100, "checkpoints/step-000100", std::string(64, 'a'), 1 << 20, ""});
    sink.receive(RunFinished{100, 95.0});
    if (auto flushed = sink.flush(); !flushed) return flushed.error();
    if (auto written = writeExitRecord(*run, ExitRecord{"finished", 0, 0, "", 0}); !written) return written.error();
    return run;
}

}  // namespace moebel::test
