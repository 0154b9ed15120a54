#include "app/workbench/control/expansion/allocation_evidence.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"
#include "moebel/experiment/model_config.h"
#include "moebel/store/base_run.h"
#include "moebel/store/project.h"
#include "moebel/store/run_store.h"

namespace moebel
{

namespace
{

constexpr std::uint64_t kLargestFile = 256U << 20;

QString tr(const char* words) { return QCoreApplication::translate("moebel", words); }

QString sentence(const Error& error) { return QString::fromStdString(error.message); }

/// plan.json says where the description's relative paths start; where that is gone, the project is taken for it.
QString experimentFolder(const RunFolder& run)
{
    const auto plan = readFile(run.planFile());
    const QByteArray bytes = plan ? QByteArray::fromStdString(*plan) : QByteArray();
    const QString told = QJsonDocument::fromJson(bytes).object().value(QStringLiteral("experiment_folder")).toString();
    return !told.isEmpty() && QFileInfo(told).isDir() ? told : QFile::decodeName(Project::folderOf(run).c_str());
}

/// The base run of a later round, where it lies beside it.
std::optional<RunFolder> parentOf(const RunFolder& run, const RunReader& reader)
{
    const auto record = reader.record();
    if (!record || record->parentRun.empty()) return std::nullopt;
    const RunFolder parent{run.path.parent_path() / record->parentRun};
    std::error_code none;
    return std::filesystem::exists(parent.database(), none) ? std::optional(parent) : std::nullopt;
}

/// Languages that an earlier round has expanded to are old ones for the similarity of a later one (methods.md 2.6).
void takeRoles(const RunFolder& parent, std::vector<Language>& languages)
{
    const auto reader = RunReader::open(parent);
    const auto known = reader ? reader->languages() : Result<std::vector<Language>>(reader.error());
    if (!known) return;
    for (Language& language : languages)
        for (const Language& before : *known)
            if (before.code == language.code) language.role = LanguageRole::Original;
}

void takeExperiment(const RunFolder& run, const std::optional<RunFolder>& parent, AllocationEvidence& evidence)
{
    const auto read = readExperimentFile(run.experimentFile());
    if (!read) return;
    evidence.folder = experimentFolder(run);
    evidence.experiment = read->experiment;
    if (parent) evidence.experiment->base.path = parent->path.string();  // a name may mean a newer one by now
    // The shape is that of the base; without it the sizes are those of the description.
    const std::filesystem::path folder = QFile::encodeName(evidence.folder).toStdString();
    const auto based = withBaseModel(*evidence.experiment, folder);
    const auto sized = based ? withBaseShape(*based, folder) : based;
    if (!sized) return;
    evidence.experiment->base.shape = sized->base.shape;
    evidence.experiment->base.allocation = sized->base.allocation;
}

void takeProbe(const ExpertsAllocated& allocated, AllocationEvidence& evidence)
{
    const auto means = groupMeans(allocated.similarity, evidence.languages);
    if (!means) {
        evidence.problem = sentence(means.error());
        return;
    }
    evidence.similarity = {*means, allocated.similarity};
    evidence.present = allocated.choice.present;
    evidence.present.resize(evidence.layers(), 1);
    for (std::size_t i = 0; i < allocated.choice.experts.size() && i < evidence.layers(); ++i)
        evidence.chosen.push_back(allocated.choice.experts[i] - evidence.present[i] + 1);
    evidence.classifierLayers = allocated.choice.classifierLayers;
}

bool isDeviation(const std::string& text) { return text.find("\"delta_norm_ffn\"") != std::string::npos; }

}  // namespace

AllocationEvidence evidenceOfRun(const RunFolder& run)
{
    AllocationEvidence evidence;
    evidence.key = QFile::decodeName(run.path.c_str());
    evidence.title = QString::fromStdString(run.id());
    const auto reader = RunReader::open(run);
    if (!reader) {
        evidence.problem = sentence(reader.error());
        return evidence;
    }
    if (const auto record = reader->record(); record && !record->title.empty())
        evidence.title = QString::fromStdString(record->title);
    if (const auto languages = reader->languages()) evidence.languages = *languages;
    const auto parent = parentOf(run, *reader);
    takeExperiment(run, parent, evidence);
    if (parent) takeRoles(*parent, evidence.languages);
    const auto allocated = reader->allocation();
    if (!allocated)
        evidence.problem = sentence(allocated.error());
    else if (!*allocated || (*allocated)->similarity.layers() == 0)
        evidence.problem =
            tr("The run \u2068%1\u2069 stores no similarity of its languages: it was not asked for a rule by similarity.")
                .arg(evidence.title);
    else
        takeProbe(**allocated, evidence);
    return evidence;
}

Result<AllocationEvidence> evidenceOfFile(const QString& file, const AllocationEvidence& before)
{
    const std::string name = file.toStdString();
    const auto text = readFile(QFile::encodeName(file).toStdString(), kLargestFile);
    if (!text) return invalidInput("no-file", text.error().message, name);
    AllocationEvidence evidence = before;
    evidence.problem.clear();
    if (isDeviation(*text)) {
        const auto deviation = parseDeviationJson(*text, name);
        if (!deviation) return deviation.error();
        const LayerChoice choice = chooseLayers(*deviation, 1);
        if (before.layers() > 0 && before.layers() != choice.normalised.size())
            return invalidInput("bad-deviation",
                                name + ": the deviations are of " + std::to_string(choice.normalised.size()) +
                                    " layers, the similarity is of " + std::to_string(before.layers()) +
                                    "; open those of the same model",
                                name);
        if (before.layers() == 0)
            return invalidInput(
                "no-similarity",
                name + ": deviations are shown beside similarities; open what `moebel similarity --json` printed first", name);
        evidence.deviation = choice;
        return evidence;
    }
    auto similarity = parseSimilarity(*text, name);
    if (!similarity) return similarity.error();
    const bool fits = before.experiment && std::size_t(before.experiment->base.shape.layers) == similarity->layers.size();
    evidence.key = file;
    evidence.title = QFileInfo(file).fileName();
    evidence.similarity = std::move(*similarity);
    evidence.chosen.clear();
    evidence.classifierLayers.clear();
    evidence.deviation.reset();
    if (!fits || evidence.present.size() != evidence.layers()) evidence.present.assign(evidence.layers(), 1);
    if (!fits) {
        evidence.experiment.reset();
        evidence.languages.clear();
    }
    return evidence;
}

Result<AllocationEvidence> evidenceOf(const RunFolder& run, const QStringList& files)
{
    AllocationEvidence evidence = run.path.empty() ? AllocationEvidence() : evidenceOfRun(run);
    for (const QString& file : files) {
        auto beside = evidenceOfFile(file, evidence);
        if (!beside) return beside.error();
        evidence = std::move(*beside);
    }
    return evidence;
}

}  // namespace moebel
