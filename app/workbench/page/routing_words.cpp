#include "app/workbench/page/routing_words.h"

#include <QComboBox>
#include <QCoreApplication>

namespace moebel
{

namespace
{

QString tr(const char* words) { return QCoreApplication::translate("RoutingWords", words); }

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

QString asText(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

void addRoutingMeasures(QComboBox& box)
{
    for (RoutingMeasure measure : kRoutingMeasures) {
        box.addItem(measureText(measure), int(measure));
        box.setItemData(box.count() - 1, asText(explanation(measure)), Qt::ToolTipRole);
    }
}

}  // namespace moebel
