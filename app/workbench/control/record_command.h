// The command lines that tell what a view shows of a run.
#pragma once

#include <QString>

#include "moebel/store/run_store.h"

namespace moebel
{

/// `moebel show RUN --routing STEP`: the same numbers. `reference`: language that divergences are measured to; empty: the first
/// original one.
QString routingCommand(const RunFolder& run, const RoutingCapture& capture, const QString& reference);
/// `moebel show RUN --series ...`: the points of these curves, "METRIC/LANGUAGE".
QString seriesCommand(const RunFolder& run, const QStringList& series);

}  // namespace moebel
