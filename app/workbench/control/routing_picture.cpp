#include "app/workbench/control/routing_picture.h"

namespace moebel
{

namespace
{

RoutingMap mapOf(const RoutingPicture& picture, std::int32_t language, RoutingMeasure measure)
{
    RoutingMap map = routingMap(picture.stats, LanguageId{language}, measure);
    map.hasOriginal = picture.hasOriginal;
    if (!picture.reference) return map;
    const std::int32_t other = picture.referenceIndex[std::size_t(language)];
    return difference(map, other < 0 ? RoutingMap{} : routingMap(*picture.reference, LanguageId{other}, measure));
}

}  // namespace

SharedPicture pictureOf(RoutingReading reading, const std::vector<Language>& languages, const QString& when)
{
    return std::make_shared<const RoutingPicture>(RoutingPicture{
        languages, std::move(reading.stats), when, std::move(reading.reference), std::move(reading.referenceIndex),
        std::move(reading.halves), reading.hasOriginal, std::move(reading.expansion)});
}

RoutingMaps routingMaps(const RoutingPicture& picture, RoutingMeasure measure)
{
    RoutingMaps made;
    for (std::size_t i = 0; i < picture.languages.size(); ++i) made.maps.push_back(mapOf(picture, std::int32_t(i), measure));
    made.scale = sharedScale(made.maps);
    return made;
}

}  // namespace moebel
