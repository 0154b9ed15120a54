// What groups of languages are made by: similarities of a run or of files, its texts, the description that groups are put into.
#pragma once

#include <QString>
#include <QStringList>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "moebel/analysis/language_groups.h"
#include "moebel/analysis/parameter_deviation.h"
#include "moebel/analysis/routing_stats.h"
#include "moebel/experiment/experiment.h"
#include "moebel/store/run_folder.h"

namespace moebel
{

/// One way to tell how alike languages are.
struct SimilaritySource {
    QString key;  ///< "deviation", "hidden-states", "routing", or the file
    QString title;
    std::vector<LanguageMatrix> matrices;  ///< of the same languages, every pair known; one at least
    QStringList names;                     ///< of the matrices: layers
    bool operator==(const SimilaritySource&) const = default;
};

/// An expert on the text of new languages (methods.md 3.8).
struct ExpertPerplexity {
    std::vector<std::string> languages;  ///< of the expert
    double tokenPerplexity = 0;
    double bitsPerByte = 0;
    std::int64_t tokens = 0;
    bool operator==(const ExpertPerplexity&) const = default;
};
/// What an adaptation chose for a group of new languages.
struct AdaptedGroup {
    std::vector<std::string> languages;
    std::int64_t expert = 0;   ///< its own, the copy
    std::int64_t nearest = 0;  ///< that was copied
    std::vector<ExpertPerplexity> fits;
    bool operator==(const AdaptedGroup&) const = default;
};

struct GroupingEvidence {
    QString key;                         ///< run folder or file; empty: there is nothing
    QString title;                       ///< of the run, or the file's name
    QString problem;                     ///< why there are no sources, in one sentence
    std::vector<std::string> languages;  ///< to be grouped
    std::vector<SimilaritySource> sources;
    std::optional<LanguageGroups> ofRun;  ///< the run's own groups
    LanguageGroups first;                 ///< to begin with: the run's own, else grown by the first source
    std::optional<ParameterDeviation> deviation;
    QString deviationFile;
    std::vector<std::int64_t> layers;  ///< the run's layers with experts of groups
    std::vector<AdaptedGroup> adapted;
    std::map<std::string, double> tokens;  ///< of the training text, by language; empty: not told
    std::optional<Experiment> experiment;  ///< of the run, its relative paths made absolute
    QString runFolder;                     ///< empty: files alone
    bool isFinished = false;               ///< the run can be a base
};

/// Of a run's record and folder; any thread.
GroupingEvidence groupingOfRun(const RunFolder& run);
/// Deviations or similarities of a file beside what was known: its languages are the ones to be grouped. Any thread. Error: one
/// sentence.
Result<GroupingEvidence> groupingOfFile(const QString& file, GroupingEvidence before);
/// A run (without a path: none) with these files opened beside it, one after another. Error: of a file.
Result<GroupingEvidence> groupingOf(const RunFolder& run, const QStringList& files);
/// Whether a file is an expert map; then its groups. Any thread. Error: it cannot be read, or is no whole map.
Result<std::optional<LanguageGroups>> groupsOfFile(const QString& file);

/// 1 less the Jensen-Shannon divergence (over ln 2) of the routers' mean scores, in one layer: 1 where two languages are routed
/// alike. Unknown without tokens.
LanguageMatrix routingSimilarity(const RoutingStats& stats, const std::vector<std::string>& languages, LayerId layer);
/// {"groups": [{"languages", "expert", "nearest", "experts": [...]}]}, as a run's adaptation.json has it. Error: what is wrong.
Result<std::vector<AdaptedGroup>> parseAdaptation(const std::string& text, const std::string& file);

}  // namespace moebel
