// What an allocation of experts is decided by: the similarity of the languages, the model, the description that is queued.
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "moebel/analysis/parameter_deviation.h"
#include "moebel/analysis/similarity_file.h"
#include "moebel/experiment/experiment.h"
#include "moebel/store/run_folder.h"

namespace moebel
{

struct AllocationEvidence {
    QString key;      ///< run folder or file; empty: there is nothing
    QString title;    ///< of the run, or the file's name
    QString problem;  ///< why there is nothing, in one sentence
    MeasuredSimilarity similarity;
    /// With their roles in this round, where they are known: those of earlier rounds are original ones.
    std::vector<Language> languages;
    std::vector<std::int64_t> present;  ///< experts per layer before this round: 1 in a dense layer
    std::vector<std::int64_t> chosen;   ///< this round's counts of the run, the original expert included; empty: none were
    std::vector<std::int64_t> classifierLayers;  ///< of the run
    std::optional<LayerChoice> deviation;        ///< of a deviation file, for the rule by deviation
    /// What is queued, with the shape of its base; none: a file alone.
    std::optional<Experiment> experiment;
    QString folder;  ///< where relative paths of the experiment start

    std::size_t layers() const { return similarity.layers.size(); }
};

/// Of a run's record; any thread. Without a stored probe it has a problem, and the experiment all the same.
AllocationEvidence evidenceOfRun(const RunFolder& run);
/// A file of similarities (JSON or CSV) or of deviations beside what was known: the experiment stays where its layers are as
/// many, deviations are added to the similarity. Any thread. Error: one sentence.
Result<AllocationEvidence> evidenceOfFile(const QString& file, const AllocationEvidence& before);

/// A run (without a path: none) with these files opened beside it, one after another. Error: of a file.
Result<AllocationEvidence> evidenceOf(const RunFolder& run, const QStringList& files);

}  // namespace moebel
