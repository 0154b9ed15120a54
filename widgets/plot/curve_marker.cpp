#include "widgets/plot/curve_marker.h"

#include "moebel/analysis/colour.h"

namespace moebel
{

QCPScatterStyle curveMarker(int marker, const QColor& colour)
{
    using Shape = QCPScatterStyle::ScatterShape;
    constexpr Shape kShapes[] = {Shape::ssCircle,     Shape::ssSquare,     Shape::ssTriangle, Shape::ssTriangleInverted,
                                 Shape::ssCross,      Shape::ssPlus,       Shape::ssDisc,     Shape::ssStar,
                                 Shape::ssPlusSquare, Shape::ssCrossCircle};
    static_assert(std::size(kShapes) == kMarkerShapes);
    if (marker <= 0) return {};
    return {kShapes[std::size_t(marker - 1) % std::size(kShapes)], colour, 6};
}

}  // namespace moebel
