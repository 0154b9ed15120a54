#include "app/workbench/control/expansion/allocation_queue.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel
{

namespace
{

constexpr int kMostSameNames = 1000;

QString slugOf(const QString& name)
{
    QString slug;
    for (const QChar letter : name.toLower()) slug += letter.isLetterOrNumber() ? letter : QChar(QLatin1Char('-'));
    slug = slug.split(QLatin1Char('-'), Qt::SkipEmptyParts).join(QLatin1Char('-')).left(40);
    return slug.isEmpty() ? QStringLiteral("candidate") : slug;
}

/// A file that is not there yet, or holds this text already.
QString freeFile(const QueuedCandidate& candidate)
{
    const QString stem = QDir(candidate.folder).filePath(QStringLiteral("allocation-") + candidate.slug);
    for (int number = 1; number <= kMostSameNames; ++number) {
        const QString file = stem + (number == 1 ? QString() : QStringLiteral("-%1").arg(number)) + QStringLiteral(".toml");
        if (!QFile::exists(file)) return file;
        const auto there = readFile(QFile::encodeName(file).toStdString());
        if (there && QString::fromStdString(*there) == candidate.request.text) return file;
    }
    return {};
}

}  // namespace

Result<std::vector<QueuedCandidate>> comparisonOf(const std::vector<AllocationCandidate>& candidates,
                                                  const AllocationEvidence& evidence, const QString& runsFolder)
{
    if (!evidence.experiment)
        return invalidInput("no-experiment",
                            "there is no description to run: these similarities are a file's; choose a run of a "
                            "model with " +
                                std::to_string(evidence.layers()) + " layers, then open the file");
    std::vector<QueuedCandidate> comparison;
    for (const AllocationCandidate& candidate : candidates) {
        const Experiment experiment = experimentOf(candidate, *evidence.experiment);
        const std::string text = toToml(experiment);
        const auto problems = readExperiment(text, candidate.name.toStdString()).problems;
        if (!problems.empty())
            return invalidInput("bad-candidate",
                                candidate.name.toStdString() + ": " + problems.front().message + "; nothing was queued");
        QueuedCandidate queued;
        queued.folder = evidence.folder;
        queued.slug = slugOf(candidate.name);
        queued.title = QString::fromStdString(experiment.title);
        queued.request.text = QString::fromStdString(text);
        if (!runsFolder.isEmpty() && QDir(queued.folder).filePath(QStringLiteral("runs")) != runsFolder)
            queued.request.runsFolder = runsFolder;
        comparison.push_back(std::move(queued));
    }
    return comparison;
}

Result<std::vector<QueuedCandidate>> writeComparison(std::vector<QueuedCandidate> candidates)
{
    QStringList written;
    for (QueuedCandidate& candidate : candidates) {
        candidate.request.experimentFile = freeFile(candidate);
        const bool there = QFile::exists(candidate.request.experimentFile);
        const Status done = there ? Status(Done{})
                                  : writeFileAtomically(QFile::encodeName(candidate.request.experimentFile).toStdString(),
                                                        candidate.request.text.toStdString());
        if (!done) {
            for (const QString& file : written) QFile::remove(file);
            return done.error();
        }
        if (!there) written << candidate.request.experimentFile;
    }
    return candidates;
}

}  // namespace moebel
