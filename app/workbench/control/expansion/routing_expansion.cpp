#include "app/workbench/control/expansion/routing_expansion.h"

#include <algorithm>
#include <cmath>

#include "moebel/analysis/language_groups.h"
#include "moebel/base/file.h"
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

std::vector<std::vector<std::string>> groupsOf(const RunFolder& run)
{
    const std::filesystem::path file = run.path / "expert-map.json";
    const auto text = readFile(file);
    auto map = text ? parseExpertMap(*text, file.string()) : Result<LanguageGroups>(text.error());
    return map ? std::move(map->groups) : std::vector<std::vector<std::string>>();
}

/// Tokens of a group's languages, and those of them that an expert of a layer gets first.
struct FirstChoices {
    double tokens = 0;
    double taken = 0;
    void add(const FirstChoices& other) { tokens += other.tokens, taken += other.taken; }
    double share() const { return tokens > 0 ? taken / tokens : std::nan(""); }
};
FirstChoices firstChoices(const RoutingStats& stats, const std::vector<Language>& languages,
                          const std::vector<std::string>& group, ExpertId expert)
{
    FirstChoices choices;
    const bool there = expert.index < stats.experts()[std::size_t(expert.layer.index)];
    for (std::size_t i = 0; i < languages.size() && std::int64_t(i) < stats.languages(); ++i) {
        if (std::find(group.begin(), group.end(), languages[i].code) == group.end()) continue;
        const LanguageId language{std::int32_t(i)};
        choices.tokens += stats.tokens(language);
        if (there) choices.taken += stats.at(RoutingKind::TopOne, language, expert);
    }
    return choices;
}

}  // namespace

RoutingExpansion readExpansion(const RunFolder& run, const RoutingCapture& capture)
{
    RoutingExpansion expansion{{}, readRounds(run), groupsOf(run)};
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

std::vector<std::int64_t> routedLayers(const RoutingStats& stats)
{
    std::vector<std::int64_t> layers;
    for (std::int64_t layer = 0; layer < stats.layers(); ++layer)
        if (stats.experts()[std::size_t(layer)] > 1) layers.push_back(layer);
    return layers;
}

std::vector<std::vector<double>> groupAccuracy(const RoutingStats& stats, const std::vector<Language>& languages,
                                               const std::vector<std::vector<std::string>>& groups)
{
    std::vector<std::vector<double>> shares(groups.size());
    for (std::size_t group = 0; group < groups.size(); ++group)
        for (const std::int64_t layer : routedLayers(stats)) {
            const ExpertId own{LayerId{std::int32_t(layer)}, std::int32_t(group)};
            shares[group].push_back(firstChoices(stats, languages, groups[group], own).share());
        }
    return shares;
}

std::vector<std::vector<double>> groupConfusion(const RoutingStats& stats, const std::vector<Language>& languages,
                                                const std::vector<std::vector<std::string>>& groups)
{
    std::int64_t experts = 0;
    for (const std::int64_t count : stats.experts()) experts = std::max(experts, count);
    std::vector<std::vector<double>> shares(groups.size());
    for (std::size_t group = 0; group < groups.size(); ++group)
        for (std::int32_t expert = 0; expert < std::int32_t(experts); ++expert) {
            FirstChoices all;
            for (const std::int64_t layer : routedLayers(stats))
                all.add(firstChoices(stats, languages, groups[group], ExpertId{LayerId{std::int32_t(layer)}, expert}));
            shares[group].push_back(all.share());
        }
    return shares;
}

}  // namespace moebel
