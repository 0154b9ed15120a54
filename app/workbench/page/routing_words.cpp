#include "app/workbench/page/routing_words.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

#include "app/workbench/page/live_rows.h"

namespace moebel
{

namespace
{

QString tr(const char* words) { return QCoreApplication::translate("moebel", words); }

}  // namespace

QString measureText(RoutingMeasure measure)
{
    switch (measure) {
        case RoutingMeasure::MeanScore:
            return tr("Mean score");
        case RoutingMeasure::SelectionShare:
            return tr("Selection share");
        case RoutingMeasure::TopOneShare:
            return tr("Top-1 share");
        case RoutingMeasure::GateShare:
            return tr("Gate share");
        case RoutingMeasure::FairShareRatio:
            return tr("Ratio to fair share");
    }
    return {};
}

QString measureText(LanguageMeasure measure)
{
    switch (measure) {
        case LanguageMeasure::ExpertZeroScore:
            return tr("Mean score of expert 0");
        case LanguageMeasure::Entropy:
            return tr("Entropy");
    }
    return {};
}

QString measureText(DivergenceMeasure measure)
{
    switch (measure) {
        case DivergenceMeasure::Normalised:
            return tr("Routing divergence");
        case DivergenceMeasure::JensenShannon:
            return tr("Jensen-Shannon divergence");
        case DivergenceMeasure::AboveChance:
            return tr("Divergence above chance");
    }
    return {};
}

// The sentences are the core's, for reports too; a translation has them in this context.
QString explanationText(RoutingMeasure measure) { return tr(explanation(measure).data()); }

QString explanationText(LanguageMeasure measure) { return tr(explanation(measure).data()); }

QString explanationText(DivergenceMeasure measure) { return tr(explanation(measure).data()); }

void addRoutingMeasures(QComboBox& box)
{
    for (RoutingMeasure measure : kRoutingMeasures) {
        box.addItem(measureText(measure), int(measure));
        box.setItemData(box.count() - 1, explanationText(measure), Qt::ToolTipRole);
    }
}

QString captureText(const std::vector<StageRecord>& stages, const RoutingCapture& capture)
{
    QString stage;
    for (const StageRecord& record : stages)
        if (record.stage == capture.stage && capture.stage >= 0)
            stage = tr("stage %1: %2, ").arg(capture.stage + 1).arg(stageText(record.kind));
    return stage + tr("step %1").arg(QLocale().toString(qint64(capture.step)));
}

QString withoutRoutingText(const std::vector<StageRecord>& stages, const QString& waiting)
{
    const bool started = std::any_of(stages.begin(), stages.end(), [](const StageRecord& stage) { return stage.stage >= 0; });
    const bool routed = std::any_of(stages.begin(), stages.end(), [](const StageRecord& stage) {
        return std::any_of(stage.experts.begin(), stage.experts.end(), [](std::int64_t experts) { return experts > 1; });
    });
    return started && !routed ? tr("Every layer of this run is dense: it has no router.") : waiting;
}

}  // namespace moebel
