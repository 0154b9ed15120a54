// Measures of the routing as words of the window.
#pragma once

#include <QString>

#include "moebel/analysis/routing_map.h"

class QComboBox;

namespace moebel
{

QString measureText(RoutingMeasure measure);
QString measureText(LanguageMeasure measure);
/// What the number is, in one sentence.
QString explanationText(RoutingMeasure measure);
QString explanationText(LanguageMeasure measure);
/// All measures with their explanations as tool tips; the data is the measure as an int.
void addRoutingMeasures(QComboBox& box);

}  // namespace moebel
