// One moment of a run's routing as the views show it, and the maps that are made of it.
#pragma once

#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "app/workbench/control/routing_reading.h"
#include "moebel/analysis/routing_map.h"

namespace moebel
{

/// What there is to be seen.
struct RoutingPicture {
    std::vector<Language> languages;
    RoutingStats stats;
    QString when;                              ///< "stage 2: review, step 1,200"
    std::optional<RoutingStats> reference;     ///< the differences to it are shown
    std::vector<std::int32_t> referenceIndex;  ///< of each language in the reference; -1 = not there
    std::vector<std::vector<NullBand>> halves;  ///< see halvesBand(); empty where no single documents were kept
    bool hasOriginal = true;                    ///< RunReader::hasOriginalExpert()
    RoutingExpansion expansion{};               ///< of the run itself, not of the reference
};
using SharedPicture = std::shared_ptr<const RoutingPicture>;

SharedPicture pictureOf(RoutingReading reading, const std::vector<Language>& languages, const QString& when);

/// Maps of all languages under one scale; differences where there is a reference.
struct RoutingMaps {
    std::vector<RoutingMap> maps;
    ValueScale scale;
};
/// Any thread.
RoutingMaps routingMaps(const RoutingPicture& picture, RoutingMeasure measure);

}  // namespace moebel
