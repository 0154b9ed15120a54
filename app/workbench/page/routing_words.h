// Measures of the routing as words of the window.
#pragma once

#include <QString>

#include "moebel/analysis/routing_map.h"

class QComboBox;

namespace moebel
{

QString measureText(RoutingMeasure measure);
QString measureText(LanguageMeasure measure);
/// Explanations of the core, which are not translated.
QString asText(std::string_view words);
/// All measures with their explanations as tool tips; the data is the measure as an int.
void addRoutingMeasures(QComboBox& box);

}  // namespace moebel
