#include "app/workbench/control/expansion/routing_expansion.h"

#include <algorithm>
#include <cmath>

#include "moebel/experiment/experiment_file.h"

namespace moebel
{

namespace
{

bool hasTrainedClassifier(const Experiment& experiment, std::int64_t stage)
{
    for (std::int64_t i = 0; i <= stage && i < std::int64_t(experiment.stages.size()); ++i)
        if (experiment.stages[std::size_t(i)].classifierWeight > 0) return true;
    return false;
}

double shareOf(const RoutingStats& stats, std::size_t language, std::int64_t layer)
{
    const LanguageId id{std::int32_t(language)};
    const bool there = std::int64_t(language) < stats.languages() && layer < stats.layers() && stats.tokens(id) > 0;
    return there ? bypassShare(stats, id, LayerId{std::int32_t(layer)}) : std::nan("");
}

}  // namespace

RoutingExpansion readExpansion(const RunFolder& run, const RoutingCapture& capture)
{
    RoutingExpansion expansion{{}, readRounds(run)};
    const auto experiment = readExperimentFile(run.experimentFile());
    const auto reader = RunReader::open(run);
    if (!experiment || !reader || !hasTrainedClassifier(experiment->experiment, capture.stage)) return expansion;
    if (const auto allocated = reader->allocation(); allocated && *allocated)
        expansion.classifierLayers = (*allocated)->choice.classifierLayers;
    else
        expansion.classifierLayers = experiment->experiment.expansion.classifierLayers;
    return expansion;
}

std::vector<std::vector<double>> bypassShares(const RoutingStats& stats, const std::vector<Language>& languages,
                                              const std::vector<std::int64_t>& layers)
{
    std::vector<std::vector<double>> shares;
    for (std::size_t language = 0; language < languages.size(); ++language) {
        shares.emplace_back();
        for (const std::int64_t layer : layers) shares.back().push_back(shareOf(stats, language, layer));
    }
    return shares;
}

std::vector<std::vector<double>> classifierAccuracy(const RoutingStats& stats, const std::vector<Language>& languages,
                                                    const std::vector<std::int64_t>& layers)
{
    auto shares = bypassShares(stats, languages, layers);
    for (std::size_t language = 0; language < languages.size(); ++language)
        if (languages[language].role == LanguageRole::Expanded)
            for (double& share : shares[language]) share = 1 - share;
    return shares;
}

double bypassOf(LanguageRole role, const RoutingStats& stats, const std::vector<Language>& languages,
                const std::vector<std::int64_t>& layers)
{
    double past = 0, tokens = 0;
    for (std::size_t language = 0; language < languages.size(); ++language)
        for (const std::int64_t layer : layers) {
            const double share = shareOf(stats, language, layer);
            if (languages[language].role != role || std::isnan(share)) continue;
            const double all = stats.tokens(LanguageId{std::int32_t(language)});
            past += share * all;
            tokens += all;
        }
    return tokens > 0 ? past / tokens : std::nan("");
}

}  // namespace moebel
