#include "widgets/plot/routing_map_widget.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

QString measureName(RoutingMeasure measure)
{
    switch (measure) {
        case RoutingMeasure::MeanScore:
            return RoutingMapWidget::tr("mean score");
        case RoutingMeasure::SelectionShare:
            return RoutingMapWidget::tr("selection share");
        case RoutingMeasure::TopOneShare:
            return RoutingMapWidget::tr("top-1 share");
        case RoutingMeasure::GateShare:
            return RoutingMapWidget::tr("gate share");
        case RoutingMeasure::FairShareRatio:
            return RoutingMapWidget::tr("ratio to the fair share");
    }
    return {};
}

QString measureName(const RoutingMap& map)
{
    const QString words = measureName(map.measure);
    return map.isDifference ? RoutingMapWidget::tr("difference of %1").arg(words) : words;
}

}  // namespace

RoutingMapWidget::RoutingMapWidget(QWidget* parent, bool compact) : HeatMapWidget(parent, compact)
{
    setAccessibleName(tr("Routing map"));
    clear(QString());
}

void RoutingMapWidget::setMap(const RoutingMap& map, const QString& title, const ValueScale& scale)
{
    m_map = map;
    const QString experts =
        map.hasOriginal ? tr("expert (0 = original; framed: added)") : tr("expert (one a group of languages)");
    const auto isDense = [](const std::vector<double>& values) { return values.size() <= 1; };
    QStringList notes;
    if (std::any_of(map.values.begin(), map.values.end(), isDense))
        for (const auto& values : map.values) notes << (isDense(values) ? tr("no router") : QString());
    setHeatMap(
        {title, tr("layer"), experts, measureName(map), {}, {}, map.values, scale, false, map.hasOriginal ? 1 : 0, notes});
}

QString RoutingMapWidget::readout(int layer, int expert) const
{
    if (layer < 0 || layer >= int(m_map.layers())) return {};
    const auto& values = m_map.values[std::size_t(layer)];
    if (expert < 0 || expert >= int(m_map.widestLayer())) return {};
    if (values.size() <= 1) return tr("layer %1: dense, no router").arg(layer);
    if (expert >= int(values.size())) return tr("layer %1: no expert %2, it has %3").arg(layer).arg(expert).arg(values.size());
    const double value = values[std::size_t(expert)];
    if (!std::isfinite(value)) return tr("layer %1, expert %2: no tokens").arg(layer).arg(expert);
    const QLocale locale;
    return tr("layer %1, expert %2: %3 %4, in the top-K of %5 of %6 tokens")
        .arg(layer)
        .arg(expert)
        .arg(measureName(m_map), locale.toString(value, 'f', 4),
             locale.toString(qint64(m_map.counts[std::size_t(layer)][std::size_t(expert)])),
             locale.toString(qint64(m_map.tokens)));
}

QString RoutingMapWidget::csv() const
{
    QString text = QStringLiteral("layer,expert,value,count,tokens\n");
    for (std::size_t layer = 0; layer < m_map.values.size(); ++layer)
        for (std::size_t expert = 0; expert < m_map.values[layer].size(); ++expert) {
            const double value = m_map.values[layer][expert];
            if (!std::isfinite(value)) continue;
            text += QStringLiteral("%1,%2,%3,%4,%5\n")
                        .arg(layer)
                        .arg(expert)
                        .arg(exactText(value), exactText(m_map.counts[layer][expert]), exactText(m_map.tokens));
        }
    return text;
}

}  // namespace moebel
