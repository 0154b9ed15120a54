// Measures of the routing as words of the window.
#pragma once

#include <QString>

#include "moebel/analysis/routing_divergence.h"
#include "moebel/analysis/routing_map.h"
#include "moebel/store/run_store.h"

class QComboBox;

namespace moebel
{

QString measureText(RoutingMeasure measure);
QString measureText(LanguageMeasure measure);
QString measureText(DivergenceMeasure measure);
/// What the number is, in one sentence.
QString explanationText(RoutingMeasure measure);
QString explanationText(LanguageMeasure measure);
QString explanationText(DivergenceMeasure measure);
/// All measures with their explanations as tool tips; the data is the measure as an int.
void addRoutingMeasures(QComboBox& box);
/// "stage 2: review, step 1,200"
QString captureText(const std::vector<StageRecord>& stages, const RoutingCapture& capture);
/// Why there is no map before the first capture: `waiting`, or that no stage has a router.
QString withoutRoutingText(const std::vector<StageRecord>& stages, const QString& waiting);

}  // namespace moebel
