#include "app/workbench/control/grouping/grouping_evidence.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <cmath>

#include "app/workbench/control/grouping/grouping_files.h"
#include "moebel/analysis/routing_divergence.h"
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

constexpr std::int64_t kUsualGroupSize = 3;  // as DMoE's six groups of 18 languages

QString tr(const char* words) { return QCoreApplication::translate("moebel", words); }

std::vector<std::string> codesOf(const std::vector<Language>& languages, bool expandedOnly)
{
    std::vector<std::string> codes;
    for (const Language& language : languages)
        if (!expandedOnly || language.role == LanguageRole::Expanded) codes.push_back(language.code);
    return codes;
}

LanguageMatrix meanOf(const std::vector<LanguageMatrix>& matrices)
{
    LanguageMatrix mean(matrices.front().languages());
    for (std::size_t a = 0; a < mean.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            double sum = 0;
            for (const LanguageMatrix& matrix : matrices) sum += matrix.at(a, b);
            mean.set(a, b, sum / double(matrices.size()));
        }
    return mean;
}

/// The mean of several layers first.
SimilaritySource byLayer(const QString& key, const QString& title, std::vector<LanguageMatrix> matrices,
                         const std::vector<std::int64_t>& layers)
{
    SimilaritySource source{key, title, {}, {}};
    if (matrices.size() > 1) {
        source.matrices.push_back(meanOf(matrices));
        source.names << tr("mean of all layers");
    }
    for (std::size_t i = 0; i < matrices.size(); ++i) {
        source.matrices.push_back(std::move(matrices[i]));
        source.names << tr("layer %1").arg(layers[i]);
    }
    return source;
}

SimilaritySource hiddenStates(const QString& key, const QString& title, const LanguageSimilarity& similarity)
{
    std::vector<LanguageMatrix> matrices;
    std::vector<std::int64_t> layers;
    for (std::int64_t layer = 0; layer < similarity.layers(); ++layer) {
        matrices.push_back(layerOf(similarity, layer));
        layers.push_back(layer);
    }
    return byLayer(key, title, std::move(matrices), layers);
}

SimilaritySource ofDeviation(const QString& key, const QString& title, const ParameterDeviation& deviation)
{
    return {key, title, {deviation.similarity}, {tr("last %1 layers").arg(deviation.similarityLayers)}};
}

void takeRouting(const RunReader& reader, const std::vector<std::string>& codes, GroupingEvidence& evidence)
{
    const auto captures = reader.captures();
    if (!captures) return;
    for (auto capture = captures->rbegin(); capture != captures->rend(); ++capture) {
        if (capture->split != RoutingSplit::Evaluation) continue;
        const auto stats = reader.routing(*capture);
        if (!stats || stats->languages() != std::int64_t(codes.size())) return;
        std::vector<LanguageMatrix> matrices;
        std::vector<std::int64_t> layers;
        for (std::int64_t layer = 0; layer < stats->layers(); ++layer) {
            if (stats->experts()[std::size_t(layer)] < 2) continue;
            matrices.push_back(routingSimilarity(*stats, codes, LayerId{std::int32_t(layer)}));
            layers.push_back(layer);
        }
        if (!matrices.empty())
            evidence.sources.push_back(byLayer(QStringLiteral("routing"), tr("Routing"), std::move(matrices), layers));
        return;
    }
}

void takeRecord(const RunReader& reader, GroupingEvidence& evidence)
{
    if (const auto record = reader.record(); record && !record->title.empty())
        evidence.title = QString::fromStdString(record->title);
    const auto languages = reader.languages();
    if (!languages) return;
    evidence.languages = codesOf(*languages, true);
    if (evidence.languages.size() < 2) evidence.languages = codesOf(*languages, false);
    if (const auto text = reader.text())
        for (const auto& facts : *text)
            if (facts.trainingTokens > 0) evidence.tokens[facts.code] = double(facts.trainingTokens);
    if (const auto allocated = reader.allocation(); allocated && *allocated && (*allocated)->similarity.layers() > 0)
        evidence.sources.push_back(
            hiddenStates(QStringLiteral("hidden-states"), tr("Hidden states"), (*allocated)->similarity));
    if (const auto allocated = reader.allocation(); allocated && *allocated)
        for (std::size_t layer = 0; layer < (*allocated)->choice.experts.size(); ++layer)
            if ((*allocated)->choice.experts[layer] > 1) evidence.layers.push_back(std::int64_t(layer));
    takeRouting(reader, codesOf(*languages, false), evidence);
}

void takeFolder(const RunFolder& run, GroupingEvidence& evidence)
{
    const std::filesystem::path deviationFile = run.path / "deviation.json", map = run.path / "expert-map.json",
                                adaptation = run.path / "adaptation.json";
    if (const auto text = readFile(deviationFile)) {
        if (auto deviation = parseDeviationJson(*text, deviationFile.string())) {
            evidence.languages = deviation->languages;
            evidence.deviation = std::move(*deviation);
            evidence.deviationFile = QFile::decodeName(deviationFile.c_str());
            if (evidence.deviation->similarity.size() > 0)
                evidence.sources.insert(evidence.sources.begin(), ofDeviation(QStringLiteral("deviation"),
                                                                              tr("Parameter deviation"), *evidence.deviation));
        }
    }
    if (const auto text = readFile(map))
        if (auto groups = parseExpertMap(*text, map.string())) evidence.ofRun = std::move(*groups);
    if (const auto text = readFile(adaptation))
        if (auto adapted = parseAdaptation(*text, adaptation.string())) evidence.adapted = std::move(*adapted);
    if (evidence.ofRun && !evidence.deviation) evidence.languages = languagesIn(*evidence.ofRun);
}

/// Relative paths start where the description does, and the groups' description will lie elsewhere.
void takeExperiment(const RunFolder& run, GroupingEvidence& evidence)
{
    const auto read = readExperimentFile(run.experimentFile());
    if (!read) return;
    const std::filesystem::path folder = Project::folderOf(run);
    Experiment experiment = read->experiment;
    const auto anchor = [&folder](std::string& path) {
        std::error_code none;
        if (!path.empty() && std::filesystem::exists(folder / path, none)) path = (folder / path).lexically_normal().string();
    };
    if (experiment.base.kind != BaseKind::Run) anchor(experiment.base.path);
    anchor(experiment.tokenizer.path);
    for (auto& [code, path] : experiment.data.files) anchor(path);
    if (const auto based = withBaseModel(experiment, folder))
        if (const auto sized = withBaseShape(*based, folder)) experiment.base.shape = sized->base.shape;
    evidence.experiment = std::move(experiment);
}

/// Of each source what it knows of the languages; one that does not know every pair is left out.
void restrictSources(GroupingEvidence& evidence)
{
    for (SimilaritySource& source : evidence.sources)
        for (LanguageMatrix& matrix : source.matrices) matrix = restrictedTo(matrix, evidence.languages);
    std::erase_if(evidence.sources, [](const SimilaritySource& source) {
        return std::any_of(source.matrices.begin(), source.matrices.end(),
                           [](const LanguageMatrix& matrix) { return !everyPairKnown(matrix).ok(); });
    });
}

void finish(GroupingEvidence& evidence)
{
    restrictSources(evidence);
    if (evidence.languages.size() < 2) evidence.sources.clear();
    if (evidence.problem.isEmpty() && evidence.sources.empty() && !evidence.key.isEmpty())
        evidence.problem = tr("\u2068%1\u2069 tells of no similarity of its languages.").arg(evidence.title);
    if (evidence.ofRun) {
        evidence.first = fitted(*evidence.ofRun, evidence.languages);
    } else if (!evidence.sources.empty()) {
        const auto count = std::max<std::int64_t>(2, std::int64_t(evidence.languages.size()) / kUsualGroupSize);
        if (auto grown = groupByGrowth(evidence.sources.front().matrices.front(), count)) evidence.first = std::move(*grown);
    }
}

}  // namespace

LanguageMatrix routingSimilarity(const RoutingStats& stats, const std::vector<std::string>& languages, LayerId layer)
{
    const std::int64_t experts = stats.experts()[std::size_t(layer.index)];
    std::vector<std::vector<double>> scores;
    for (std::size_t i = 0; i < languages.size(); ++i) {
        scores.emplace_back();
        for (std::int32_t expert = 0; expert < experts; ++expert)
            scores.back().push_back(meanScore(stats, LanguageId{std::int32_t(i)}, ExpertId{layer, expert}));
    }
    LanguageMatrix matrix(languages);
    for (std::size_t a = 0; a < languages.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            const bool known = std::isfinite(scores[a].front()) && std::isfinite(scores[b].front());
            matrix.set(a, b, known ? 1 - jensenShannon(scores[a], scores[b]) / std::log(2.0) : std::nan(""));
        }
    return matrix;
}

GroupingEvidence groupingOfRun(const RunFolder& run)
{
    GroupingEvidence evidence;
    evidence.key = evidence.runFolder = QFile::decodeName(run.path.c_str());
    evidence.title = QString::fromStdString(run.id());
    const auto reader = RunReader::open(run);
    if (!reader) {
        evidence.problem = QString::fromStdString(reader.error().message);
        return evidence;
    }
    takeRecord(*reader, evidence);
    takeFolder(run, evidence);
    takeExperiment(run, evidence);
    if (const auto state = reader->lastState()) evidence.isFinished = *state == "run-finished";
    return evidence;
}

Result<GroupingEvidence> groupingOfFile(const QString& file, GroupingEvidence evidence)
{
    auto read = readSimilarityFile(file);
    if (!read) return read.error();
    evidence.problem.clear();
    evidence.key = file;
    evidence.title = QFileInfo(file).fileName();
    evidence.languages = read->languages;
    if (evidence.ofRun && languagesIn(*evidence.ofRun) != read->languages) evidence.ofRun.reset();
    if (read->deviation) {
        evidence.deviation = std::move(read->deviation);
        evidence.deviationFile = file;
    }
    SimilaritySource source;
    if (read->hidden)
        source = hiddenStates(file, evidence.title, *read->hidden);
    else if (evidence.deviation && evidence.deviationFile == file)
        source = ofDeviation(file, evidence.title, *evidence.deviation);
    else
        source = {file, evidence.title, {read->matrix}, {tr("as in the file")}};
    if (source.matrices.front().size() > 0) evidence.sources.insert(evidence.sources.begin(), std::move(source));
    return evidence;
}

Result<GroupingEvidence> groupingOf(const RunFolder& run, const QStringList& files)
{
    GroupingEvidence evidence = run.path.empty() ? GroupingEvidence() : groupingOfRun(run);
    for (const QString& file : files) {
        auto beside = groupingOfFile(file, std::move(evidence));
        if (!beside) return beside.error();
        evidence = std::move(*beside);
    }
    finish(evidence);
    return evidence;
}

}  // namespace moebel
