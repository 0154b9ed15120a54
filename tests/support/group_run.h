// Finished runs of language groups that nobody trained, with the files that DMoE's probe, grouping and adaptation leave.
#pragma once

#include "moebel/analysis/language_groups.h"
#include "moebel/analysis/parameter_deviation.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"
#include "tests/support/made_up_run.h"

namespace moebel::test
{

/// Six languages of three families, two each; Japanese and Korean are the least alike pair.
inline const std::vector<std::string> kGroupLanguages = {"es", "pt", "ru", "uk", "ja", "ko"};
inline const std::vector<std::vector<std::string>> kFamilies = {{"ru", "uk"}, {"es", "pt"}, {"ja", "ko"}};

inline Experiment groupExperiment()
{
    return readExperiment(
               "title = \"Six languages\"\npreset = \"dmoe\"\n[languages]\noriginal = [\"en\"]\n"
               "expanded = [\"es\", \"pt\", \"ru\", \"uk\", \"ja\", \"ko\"]\n[data]\nsource = \"synthetic\"\n"
               "[base]\nlayers = 4\n[groups]\ncount = 3\n",
               "groups")
        .experiment;
}

/// Layers 2 and 3 change most.
inline ParameterDeviation groupDeviation()
{
    ParameterDeviation deviation;
    deviation.languages = kGroupLanguages;
    deviation.steps = 10;
    deviation.similarity = LanguageMatrix(kGroupLanguages);
    deviation.similarityLayers = 3;
    for (std::size_t i = 0; i < kGroupLanguages.size(); ++i) {
        const double more = 0.001 * double(i);
        deviation.feedForward.push_back({0.10 + more, 0.12 + more, 0.18 + more, 0.20 + more});
        deviation.attention.push_back({0.05 + more, 0.04 + more, 0.06 + more, 0.07 + more});
        for (std::size_t k = 0; k <= i; ++k)
            deviation.similarity.set(i, k,
                                     i == k           ? 1
                                     : i / 2 != k / 2 ? 0.01 + 0.002 * double(i + k)
                                     : i == 1         ? 0.4
                                     : i == 3         ? 0.5
                                                      : 0.2);
    }
    return deviation;
}

/// Three of four tokens go to the expert of their group first, the rest to the others alike.
inline RoutingStats groupRouting(const Experiment& experiment, const std::vector<std::int64_t>& experts)
{
    RoutingStats stats(experts, std::int64_t(experiment.languages.size()));
    const LanguageGroups groups{kFamilies, {}, {}};
    for (std::size_t i = 0; i < experiment.languages.size(); ++i) {
        const LanguageId language{std::int32_t(i)};
        stats.tokens(language) = 800;
        const std::size_t own = groupOf(groups, experiment.languages[i].code).value_or(0);
        for (std::int32_t layer = 0; layer < std::int32_t(experts.size()); ++layer) {
            const std::int64_t count = experts[std::size_t(layer)];
            for (std::int64_t expert = 0; count > 1 && expert < count; ++expert) {
                const double share = std::size_t(expert) == own ? 0.75 : 0.25 / double(count - 1);
                const auto at = stats.offset(LayerId{layer}) + expert;
                for (const RoutingKind kind : {RoutingKind::SoftScore, RoutingKind::TopOne, RoutingKind::Count})
                    stats.row(kind, language)[at] = 800 * share;
            }
        }
    }
    return stats;
}

inline const char* const kAdaptationJson = R"({"groups": [{"languages": ["gl"], "expert": 3, "nearest": 1, "experts": [
 {"expert": 0, "languages": ["ru", "uk"], "token_perplexity": 80.5, "bits_per_byte": 3.1, "tokens": 4000},
 {"expert": 1, "languages": ["es", "pt"], "token_perplexity": 20.0, "bits_per_byte": 2.1, "tokens": 4000},
 {"expert": 2, "languages": ["ja", "ko"], "token_perplexity": 90.0, "bits_per_byte": 3.3, "tokens": 4000}]}]})";

/// With deviation.json, expert-map.json and, where asked for, adaptation.json.
inline Result<RunFolder> writeGroupRun(const std::filesystem::path& runs, bool isAdapted = false)
{
    const Experiment experiment = groupExperiment();
    RunRecord record;
    record.device = thisMachine();
    auto run = createRun(runs, experiment, "{}", "", record);
    if (!run) return run.error();
    auto writer = RunWriter::open(*run);
    if (!writer) return writer.error();
    RunSink& sink = **writer;
    const std::vector<std::int64_t> experts = {1, 1, 3, 3};
    TextReady text{std::string(64, 'a'), std::string(64, 'b'), {}};
    for (std::size_t i = 0; i < experiment.languages.size(); ++i)
        text.languages.push_back({experiment.languages[i].code, 10, 1000, 100 + 100 * std::int64_t(i), 1});
    sink.receive(RunStarted{run->id(), false, 0, 100, 2});
    sink.receive(text);
    sink.receive(ExpertsAllocated{{AllocationRule::ByDeviation, experts, {1, 1, 1, 1}, {}, 0, 0, true, "three groups"}, {}});
    sink.receive(StageStarted{0, StageKind::GroupWarmup, 0, 60, experts, 2, 1000});
    sink.receive(StageStarted{1, StageKind::Joint, 60, 40, experts, 2, 1000});
    sink.receive(RoutingSampled{1, 100, RoutingSplit::Evaluation, groupRouting(experiment, experts)});
    sink.receive(CheckpointWritten{1, 100, "checkpoints/step-000100", std::string(64, 'a'), 1 << 20, ""});
    sink.receive(RunFinished{100, 95.0});
    if (auto flushed = sink.flush(); !flushed) return flushed.error();
    const std::pair<const char*, std::string> files[] = {{"deviation.json", toJson(groupDeviation())},
                                                         {"expert-map.json", toExpertMap({kFamilies, {}, {}})},
                                                         {"adaptation.json", isAdapted ? kAdaptationJson : ""}};
    for (const auto& [name, content] : files)
        if (!content.empty())
            if (Status written = writeFileAtomically(run->path / name, content); !written) return written.error();
    if (auto written = writeExitRecord(*run, ExitRecord{"finished", 0, 0, "", 0}); !written) return written.error();
    return run;
}

}  // namespace moebel::test
