// The shapes that tell curves of nearly one colour apart.
#pragma once

#include "widgets/support/qcustomplot.h"

namespace moebel
{

/// The shape of a CurveLook's marker; 0 = none.
QCPScatterStyle curveMarker(int marker, const QColor& colour);

}  // namespace moebel
