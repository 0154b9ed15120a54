#include "app/workbench/page/expansion/allocation_words.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "app/workbench/control/shell_line.h"
#include "app/workbench/page/compare_tables.h"
#include "app/workbench/page/plan_view.h"

namespace moebel
{

namespace
{

QString tr(const char* words) { return QCoreApplication::translate("moebel", words); }

QString listed(const std::vector<std::int64_t>& numbers)
{
    QStringList words;
    for (const std::int64_t number : numbers) words << QString::number(number);
    return words.join(QStringLiteral(",\u200B"));  // a long one may be broken anywhere
}

QString deltaText(double delta) { return QLocale().toString(delta, 'g', 5); }

QString neighbourText(const CeilingAllocation& neighbour)
{
    return tr("delta %1 gives %2 (%3)")
        .arg(deltaText(neighbour.delta), QLocale().toString(qint64(neighbour.total())), listed(neighbour.experts));
}

std::vector<double> column(const AllocationEvidence& evidence, double LayerSimilarity::*value)
{
    std::vector<double> values;
    for (const LayerSimilarity& layer : evidence.similarity.layers) values.push_back(layer.*value);
    return values;
}

/// What the ceiling rule gives for the sum, the lower neighbour where it jumps over it.
std::vector<std::int64_t> ceilingMarks(const AllocationCandidate& candidate, const AllocationEvidence& evidence)
{
    const auto place = ceilingAt(candidate.sum(), evidence, candidate.floor);
    if (!place) return {};
    const auto& found = place->exact ? place->exact : place->below ? place->below : place->above;
    if (!found) return {};
    std::vector<std::int64_t> marks = found->experts;
    for (std::size_t i = 0; i < marks.size(); ++i) marks[i] += evidence.present[i] - 1;
    return marks;
}

ComparisonCell numberCell(double value, const QString& text)
{
    ComparisonCell cell;
    cell.value = value;
    cell.text = text;
    return cell;
}

}  // namespace

QString ruleTitle(DesignRule rule)
{
    switch (rule) {
        case DesignRule::Delta:
            return tr("By similarity, delta");
        case DesignRule::Total:
            return tr("By similarity, total");
        case DesignRule::LargestRemainder:
            return tr("Largest remainder");
        case DesignRule::Reverse:
            return tr("Reverse similarity");
        case DesignRule::Uniform:
            return tr("Uniform");
        case DesignRule::Schedule:
            return tr("Depth schedule");
        case DesignRule::Deviation:
            return tr("By deviation");
        case DesignRule::List:
            return tr("List");
    }
    return {};
}

QString ruleHelp(DesignRule rule)
{
    switch (rule) {
        case DesignRule::Delta:
            return tr("LayerMoE: each layer's share of 1/similarity times delta, rounded up; the sum is larger than delta.");
        case DesignRule::Total:
            return tr("LayerMoE with the delta that gives this many experts, the original ones counted.");
        case DesignRule::LargestRemainder:
            return tr("The same shares of 1/similarity, rounded so that the total is always hit.");
        case DesignRule::Reverse:
            return tr("A control: shares of the similarity itself, so that layers where languages are alike get most.");
        case DesignRule::Uniform:
            return tr("As many experts in each layer, as MoE-LPR has them.");
        case DesignRule::Schedule:
            return tr("Equal parts of the depth get these counts from the bottom to the top; MoLA has 2, 4, 6, 8.");
        case DesignRule::Deviation:
            return tr(
                "Experts in the layers that training on one language changes most; open what moebel deviation --json printed.");
        case DesignRule::List:
            return tr("As dragged, typed or pasted.");
    }
    return {};
}

QString evidenceText(const AllocationEvidence& evidence)
{
    QStringList parts = {QStringLiteral("\u2068%1\u2069").arg(evidence.title), tr("%1 layers").arg(evidence.layers())};
    QStringList original, added;
    for (const Language& language : evidence.languages)
        (language.role == LanguageRole::Original ? original : added) << QString::fromStdString(language.code);
    if (!added.isEmpty())
        parts << tr("\u2068%1\u2069 against \u2068%2\u2069")
                     .arg(added.join(QStringLiteral(", ")), original.join(QStringLiteral(", ")));
    const auto earlier =
        std::count_if(evidence.present.begin(), evidence.present.end(), [](std::int64_t count) { return count > 1; });
    if (earlier > 0) parts << tr("experts of earlier rounds in %1 layers").arg(earlier);
    return parts.join(QStringLiteral(" \u00b7 "));
}

QString ceilingText(const AllocationCandidate& candidate, const AllocationEvidence& evidence)
{
    // The sum that was asked for may be another one than the sum that was reached.
    const bool asked = candidate.rule == DesignRule::Total && !candidate.edited && !candidate.locked;
    const std::int64_t sum = asked ? candidate.total : candidate.sum();
    const auto place = ceilingAt(sum, evidence, candidate.floor);
    if (!place) return QString::fromStdString(place.error().message);
    QStringList sentences;
    if (place->exact) {
        std::int64_t differing = 0;
        for (std::size_t i = 0; i < candidate.experts.size(); ++i)
            differing += candidate.experts[i] != place->exact->experts[i];
        sentences << tr("The paper\u2019s ceiling gives %1 with delta %2: %3.")
                         .arg(QLocale().toString(qint64(place->exact->total())), deltaText(place->exact->delta),
                              differing == 0   ? tr("this allocation")
                              : differing == 1 ? tr("1 layer differs")
                                               : tr("%1 layers differ").arg(differing));
    } else {
        sentences << tr("No delta of the paper\u2019s ceiling gives %1.").arg(QLocale().toString(qint64(sum)));
    }
    if (place->below) sentences << tr("Below: %1.").arg(neighbourText(*place->below));
    if (place->above) sentences << tr("Above: %1.").arg(neighbourText(*place->above));
    return sentences.join(QLatin1Char('\n'));
}

QList<LayerCurve> similarityCurves(const AllocationEvidence& evidence, const std::vector<std::pair<int, int>>& pairs)
{
    QList<LayerCurve> curves;
    const auto add = [&](const QString& name, const char* id, std::size_t colour, double LayerSimilarity::*value) {
        const std::vector<double> values = column(evidence, value);
        if (std::all_of(values.begin(), values.end(), [](double v) { return std::isnan(v); })) return;
        curves << LayerCurve{name, QString::fromLatin1(id), comparedRunColour(colour), false, values};
    };
    add(tr("new\u2013new"), "new_new", 2, &LayerSimilarity::newNew);
    add(tr("new\u2013original"), "new_original", 4, &LayerSimilarity::newOriginal);
    add(tr("mean"), "mean", 3, &LayerSimilarity::mean);
    const LanguageSimilarity& all = evidence.similarity.pairs;
    for (const auto& [a, b] : pairs) {
        if (all.layers() == 0 || std::size_t(std::max(a, b)) >= all.languages().size()) continue;
        std::vector<double> values;
        for (std::int64_t layer = 0; layer < all.layers(); ++layer)
            values.push_back(all.at(layer, std::size_t(a), std::size_t(b)));
        const std::string &one = all.languages()[std::size_t(a)], &other = all.languages()[std::size_t(b)];
        curves << LayerCurve{QString::fromStdString(one + "\u2013" + other), QString::fromStdString(one + "_" + other),
                             languageColour(other), true, std::move(values)};
    }
    return curves;
}

AllocationPicture pictureOf(const AllocationCandidate& candidate, const AllocationEvidence& evidence,
                            const std::vector<std::pair<int, int>>& pairs)
{
    AllocationPicture picture;
    picture.experts = candidate.experts;
    for (std::size_t i = 0; i < picture.experts.size(); ++i) picture.experts[i] += evidence.present[i] - 1;
    picture.present = evidence.present;
    picture.marks = ceilingMarks(candidate, evidence);
    picture.marksName = tr("paper\u2019s ceiling");
    picture.classifierLayers = candidate.classifierLayers;
    picture.curveTitle = tr("Similarity");
    picture.curves = similarityCurves(evidence, pairs);
    return picture;
}

ComparisonTable candidateTable(const std::vector<AllocationCandidate>& candidates, const AllocationEvidence& evidence)
{
    ComparisonTable table{tr("Candidate"), {}, {}, 1};
    ComparisonRow experts{tr("Experts"), false, {}, Better::Unknown}, added{tr("New experts"), false, {}, Better::Unknown};
    ComparisonRow total{tr("Parameters"), false, {}, Better::Unknown},
        active{tr("Active per token"), false, {}, Better::Unknown};
    ComparisonRow memory{tr("Memory"), false, {}, Better::Unknown}, checkpoint{tr("Checkpoint"), false, {}, Better::Unknown};
    ComparisonRow classifiers{tr("Classifiers"), false, {}, Better::Unknown};
    std::int64_t present = 0;
    for (const std::int64_t count : evidence.present) present += count;
    const auto whole = [](std::int64_t number) { return numberCell(double(number), QLocale().toString(qint64(number))); };
    for (const AllocationCandidate& candidate : candidates) {
        table.columns << candidate.name;
        experts.cells.push_back(whole(present + candidate.added()));
        added.cells.push_back(whole(candidate.added()));
        classifiers.cells.push_back(whole(std::int64_t(candidate.classifierLayers.size())));
        if (!evidence.experiment) continue;
        const Plan plan = planOf(candidate, *evidence.experiment);
        total.cells.push_back(numberCell(double(plan.expanded.total), parameterText(plan.expanded.total)));
        active.cells.push_back(numberCell(double(plan.expanded.active), parameterText(plan.expanded.active)));
        memory.cells.push_back(numberCell(double(plan.memoryBytes), byteText(plan.memoryBytes)));
        checkpoint.cells.push_back(numberCell(double(plan.checkpointBytes), byteText(plan.checkpointBytes)));
    }
    table.rows = {experts, added, classifiers};
    if (evidence.experiment) table.rows.insert(table.rows.end(), {total, active, memory, checkpoint});
    return table;
}

QString similarityCommand(const AllocationEvidence& evidence)
{
    QStringList words = {QStringLiteral("moebel"), QStringLiteral("similarity"), QStringLiteral("--model")};
    const auto* experiment = evidence.experiment ? &*evidence.experiment : nullptr;
    const bool based = experiment && experiment->base.kind != BaseKind::Pretrain && !experiment->base.path.empty();
    words << (based                    ? QString::fromStdString(experiment->base.path)
              : evidence.key.isEmpty() ? QStringLiteral("MODEL")
                                       : evidence.key);
    for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded}) {
        words << (role == LanguageRole::Original ? QStringLiteral("--original") : QStringLiteral("--new"));
        const qsizetype before = words.size();
        for (const Language& language : evidence.languages) {
            if (language.role != role) continue;
            std::string file = language.code + ".txt";
            if (experiment && experiment->data.files.contains(language.code)) file = experiment->data.files.at(language.code);
            words << QString::fromStdString(language.code + "=" + file);
        }
        if (words.size() == before)
            words << (role == LanguageRole::Original ? QStringLiteral("en=en.txt") : QStringLiteral("el=el.txt"));
    }
    return shellLine(words << QStringLiteral("--json")) + QStringLiteral(" > similarity.json");
}

}  // namespace moebel
