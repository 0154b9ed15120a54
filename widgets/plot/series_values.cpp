#include "widgets/plot/series_values.h"

#include <QLocale>
#include <cmath>

namespace moebel
{

QString valueText(double value) { return std::isfinite(value) ? QLocale().toString(value, 'g', 6) : QStringLiteral("\u2013"); }

}  // namespace moebel
