#include "app/workbench/control/grouping/grouping_experiment.h"

#include <QCoreApplication>
#include <QDir>
#include <QRegularExpression>
#include <QSet>
#include <algorithm>

#include "app/workbench/control/grouping/grouping_files.h"
#include "app/workbench/control/shell_line.h"
#include "moebel/experiment/experiment_fields.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel
{

namespace
{

QString tr(const char* words) { return QCoreApplication::translate("moebel", words); }

std::vector<std::string> members(const std::vector<std::vector<std::string>>& groups)
{
    std::vector<std::string> result;
    for (const auto& group : groups) {
        std::string words;
        for (const std::string& code : group) words += (words.empty() ? "" : " ") + code;
        result.push_back(std::move(words));
    }
    return result;
}

/// What the preset brings, with the run's texts and base.
Experiment ofPreset(const char* preset, const std::optional<Experiment>& run)
{
    Experiment experiment = readExperiment(std::string("preset = \"") + preset + "\"", preset).experiment;
    if (!run) return experiment;
    const double temperature = experiment.data.temperature;
    experiment.seed = run->seed;
    experiment.data = run->data;
    experiment.data.temperature = temperature;
    experiment.tokenizer = run->tokenizer;
    experiment.evaluation = run->evaluation;
    experiment.compute = run->compute;
    if (run->base.kind != BaseKind::Run) experiment.base = run->base;
    return experiment;
}

bool isGroupRun(const GroupingEvidence& evidence)
{
    return evidence.experiment && usesGroups(evidence.experiment->expansion) &&
           evidence.experiment->expansion.rule != AllocationRule::NearestExpert;
}

/// The languages of the groups are the expanded ones, others of the run stay.
std::vector<Language> languagesFor(const GroupingEvidence& evidence, const std::vector<std::string>& expanded)
{
    std::vector<Language> languages;
    if (evidence.experiment)
        for (const Language& language : evidence.experiment->languages)
            if (language.role == LanguageRole::Original &&
                std::find(expanded.begin(), expanded.end(), language.code) == expanded.end())
                languages.push_back(language);
    for (const std::string& code : expanded) languages.push_back({code, LanguageRole::Expanded});
    return languages;
}

GroupsSpec byHand(const std::vector<std::vector<std::string>>& groups)
{
    return {0, GroupingAlgorithm::Manual, members(groups)};
}

QString matrixFile(const GroupingDesign& design)
{
    const auto& sources = design.evidence().sources;
    const QString key = sources.empty() ? QString() : sources[std::size_t(design.source())].key;
    return QDir::isAbsolutePath(key) && key.endsWith(QLatin1String(".csv")) ? key : QStringLiteral("similarity.csv");
}

}  // namespace

Experiment experimentOf(const GroupingEvidence& evidence, const Grouping& grouping, const std::optional<double>& epsilon)
{
    Experiment experiment = isGroupRun(evidence) ? *evidence.experiment : ofPreset("dmoe", evidence.experiment);
    experiment.title = tr("%1, %2 groups").arg(evidence.title).arg(grouping.groups.size()).toStdString();
    experiment.languages = languagesFor(evidence, languagesIn({grouping.groups, {}, {}}));
    experiment.groups = byHand(grouping.groups);
    if (!epsilon) return experiment;
    experiment.expansion.rule = AllocationRule::ByDeviation;
    experiment.expansion.layers.clear();
    experiment.expansion.deviationThreshold = *epsilon;
    return experiment;
}

std::vector<std::pair<QString, QString>> fieldsOf(const Grouping& grouping)
{
    return {{QStringLiteral("groups.algorithm"), QStringLiteral("\"manual\"")},
            {QStringLiteral("groups.count"), QStringLiteral("0")},
            {QStringLiteral("groups.members"), QString::fromStdString(tomlList(members(grouping.groups)))}};
}

std::optional<Plan> planOf(const GroupingEvidence& evidence, const Grouping& grouping, const std::vector<std::int64_t>& layers)
{
    if (!evidence.experiment || layers.empty() || grouping.groups.empty()) return std::nullopt;
    Experiment experiment = experimentOf(evidence, grouping);
    if (layers.back() >= experiment.base.shape.layers) return std::nullopt;  // deviations of another model
    experiment.expansion.rule = AllocationRule::Layers;
    experiment.expansion.layers = layers;
    return makePlan(experiment);
}

Result<std::vector<std::vector<std::string>>> parseNewLanguages(const QString& text, const GroupingEvidence& evidence)
{
    static const QRegularExpression kCode(QStringLiteral("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")),
        kBlank(QStringLiteral("\\s+"));
    std::vector<std::vector<std::string>> groups;
    QSet<QString> seen;
    const auto wrong = [](const QString& sentence) { return invalidInput("bad-languages", sentence.toStdString()); };
    for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        std::vector<std::string> group;
        for (const QString& code : part.split(kBlank, Qt::SkipEmptyParts)) {
            if (!kCode.match(code).hasMatch())
                return wrong(tr("\u2018%1\u2019 is no language code; expected codes such as gl or zh-TW").arg(code));
            if (seen.contains(code)) return wrong(tr("\u2018%1\u2019 is named twice; leave one of them").arg(code));
            if (evidence.ofRun && groupOf(*evidence.ofRun, code.toStdString()))
                return wrong(tr("\u2018%1\u2019 has an expert already; name languages that are new to the run").arg(code));
            seen << code;
            group.push_back(code.toStdString());
        }
        if (!group.empty()) groups.push_back(std::move(group));
    }
    if (groups.empty()) return wrong(tr("No language is named; expected codes, with a comma between the groups: gl fi, be"));
    return groups;
}

Experiment adaptationOf(const GroupingEvidence& evidence, const std::vector<std::vector<std::string>>& added)
{
    Experiment experiment = ofPreset("dmoe-adaptation", evidence.experiment);
    experiment.title = tr("%1, more languages").arg(evidence.title).toStdString();
    experiment.base.kind = BaseKind::Run;
    experiment.base.path = evidence.runFolder.toStdString();
    experiment.languages = evidence.experiment ? evidence.experiment->languages : std::vector<Language>();
    for (const auto& group : added)
        for (const std::string& code : group) {
            std::erase_if(experiment.languages, [&code](const Language& language) { return language.code == code; });
            experiment.languages.push_back({code, LanguageRole::Expanded});
        }
    experiment.groups = byHand(added);
    return experiment;
}

QString groupCommand(const GroupingDesign& design)
{
    const Grouping& grouping = design.grouping();
    if (grouping.algorithm == GroupingAlgorithm::Manual) {
        QStringList words = {QStringLiteral("moebel"), QStringLiteral("run"), QStringLiteral("experiment.toml")};
        for (const auto& [path, value] : fieldsOf(grouping))
            words << QStringLiteral("--set") << path + QLatin1Char('=') + value;
        return shellLine(words);
    }
    const std::string_view algorithm = name(grouping.algorithm);
    QStringList words = {QStringLiteral("moebel"),       QStringLiteral("group"),
                         QStringLiteral("--similarity"), matrixFile(design),
                         QStringLiteral("--algorithm"),  QString::fromUtf8(algorithm.data(), qsizetype(algorithm.size()))};
    if (grouping.algorithm != GroupingAlgorithm::Family && grouping.algorithm != GroupingAlgorithm::Script)
        words << QStringLiteral("--groups") << QString::number(grouping.count);
    if (grouping.algorithm == GroupingAlgorithm::Random)
        words << QStringLiteral("--seed") << QString::number(qulonglong(grouping.seed.value));
    return shellLine(words << QStringLiteral("--map-out") << QStringLiteral("expert-map.json"));
}

QString layersCommand(const GroupingEvidence& evidence, double epsilon)
{
    return shellLine({QStringLiteral("moebel"), QStringLiteral("select-layers"), QStringLiteral("--deviation"),
                      evidence.deviationFile.isEmpty() ? QStringLiteral("deviation.json") : evidence.deviationFile,
                      QStringLiteral("--epsilon"), QString::number(epsilon)});
}

}  // namespace moebel
