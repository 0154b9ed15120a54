#include "app/workbench/control/opening.h"

#include <QFile>

#include "app/workbench/control/grouping/grouping_evidence.h"
#include "app/workbench/control/grouping/grouping_files.h"
#include "moebel/analysis/parameter_deviation.h"
#include "moebel/analysis/similarity_file.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel
{

namespace
{

Result<Opening> inspectExperiment(const std::filesystem::path& file)
{
    const auto read = readExperimentFile(file);
    if (!read) return read.error();
    if (!read->problems.empty()) return asError(read->problems, file.string());
    Opening opening;
    opening.kind = OpeningKind::Experiment;
    opening.experiment = QFile::decodeName(QByteArray::fromStdString(file.string()));
    const RunFolder run{file.parent_path()};
    std::error_code code;
    if (std::filesystem::exists(run.database(), code)) {
        opening.project = Project::folderOf(run);  // the snapshot inside a run folder
    } else if (auto project = Project::open(file.parent_path())) {
        opening.project = project->folder();
    }
    return opening;
}

/// A .gguf file, a folder with config.json, or a file of one that is not a description.
Opening openModel(const std::filesystem::path& path)
{
    Opening opening;
    opening.kind = OpeningKind::Model;
    opening.model = QFile::decodeName(QByteArray::fromStdString(path.string()));
    return opening;
}

/// What `moebel similarity`, `moebel deviation` or `moebel group` has written; what is wrong with it, its reader says.
Result<Opening> openSimilarity(const std::filesystem::path& file)
{
    constexpr std::uint64_t kLargestFile = 256U << 20;
    const auto text = readFile(file, kLargestFile);
    if (!text) return text.error();
    const QString path = QFile::decodeName(QByteArray::fromStdString(file.string()));
    Opening opening;
    const auto similarity = parseSimilarity(*text, file.string());
    if (similarity || parseDeviationJson(*text, file.string())) {
        opening.kind = OpeningKind::Similarity;
        opening.similarity = path;
        return opening;
    }
    const auto map = groupsOfFile(path);
    if (!(map && *map) && !readSimilarityFile(path)) return similarity.error();
    opening.kind = OpeningKind::Grouping;
    opening.grouping = path;
    return opening;
}

/// A model or similarities may be looked at beside any project.
bool belongsTo(const Opening& one, const std::filesystem::path& project)
{
    return one.kind == OpeningKind::Model || one.kind == OpeningKind::Similarity || one.kind == OpeningKind::Grouping || one.project == project ||
           (one.kind == OpeningKind::Experiment && one.project.empty());
}

Error neither(const std::string& path)
{
    return invalidInput("nothing-to-open",
                        path +
                            " is neither a project, nor the folder of a run, nor an experiment file (.toml), nor a model, nor "
                            "similarities or an expert map (.json, .csv); expected one of these",
                        path);
}

}  // namespace

Result<Opening> inspectPath(const QString& path)
{
    std::error_code code;
    const std::filesystem::path given(QFile::encodeName(path).toStdString());
    std::filesystem::path full = std::filesystem::absolute(given, code).lexically_normal();
    if (!full.has_filename()) full = full.parent_path();
    if (full.filename() == "project.toml")
        return inspectPath(QFile::decodeName(QByteArray::fromStdString(full.parent_path().string())));
    if (full.extension() == ".toml" && std::filesystem::is_regular_file(full, code)) return inspectExperiment(full);
    if (std::filesystem::is_regular_file(full, code)) {
        if (full.extension() == ".gguf") return openModel(full);
        const std::filesystem::path above = full.parent_path();
        if (std::filesystem::exists(above / "config.json", code)) return openModel(above);
        if (full.extension() == ".json" || full.extension() == ".csv") return openSimilarity(full);
        return neither(full.string());
    }
    if (std::filesystem::exists(full / "config.json", code)) return openModel(full);
    auto folder = openFolder(path);
    if (!folder) return folder.error();
    Opening opening;
    opening.project = folder->project;
    if (folder->run.empty()) return opening;
    const auto reader = RunReader::open(RunFolder{full}, NewerSchema::Read);
    if (!reader) return reader.error();
    opening.kind = OpeningKind::Runs;
    opening.runs << QString::fromStdString(folder->run);
    return opening;
}

Result<Opening> inspectPaths(const QStringList& paths)
{
    std::optional<Opening> all;
    for (const QString& path : paths) {
        auto one = inspectPath(path);
        if (!one) return one.error();
        if (!all) {
            all = std::move(*one);
            continue;
        }
        if (all->kind == OpeningKind::Project && belongsTo(*one, all->project)) {
            one->project = all->project;
            all = std::move(*one);
            continue;
        }
        const bool together = all->kind == OpeningKind::Runs && one->kind == OpeningKind::Runs && all->project == one->project;
        if (!together)
            return invalidInput("several-things",
                                path.toStdString() +
                                    " and what was named before it can't be open together, expected run folders of "
                                    "one project, a project with something of it or a model, or one thing alone",
                                path.toStdString());
        all->runs << one->runs;
    }
    if (!all)
        return invalidInput("nothing-to-open", "no file and no folder was named, expected a project, a run or an experiment");
    return *std::move(all);
}

}  // namespace moebel
