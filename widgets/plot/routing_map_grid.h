// Small multiples: many heat maps side by side under one colour scale.
#pragma once

#include <QScrollArea>
#include <vector>

#include "widgets/plot/routing_map_widget.h"

class QGridLayout;
class QLabel;
class QPainter;

namespace moebel
{

/// Routing maps of several languages. As many columns as fit; scrolls when there are more rows than fit.
class RoutingMapGrid : public QScrollArea
{
    Q_OBJECT

public:
    explicit RoutingMapGrid(QWidget* parent = nullptr);

    /// As many titles as maps.
    void setMaps(const std::vector<RoutingMap>& maps, const QStringList& titles, const ValueScale& scale);
    /// No maps, and why.
    void clear(const QString& reason);
    /// Of all maps together.
    ExportMenu& exportMenu() const { return *m_exports; }
    /// "map,layer,expert,value,count,tokens": what the maps give away, one below the other, by their titles.
    QString csv() const;
    int count() const { return m_count; }
    const RoutingMapWidget& at(int index) const { return *m_widgets[std::size_t(index)]; }
    /// The same cell is framed in all of them.
    void setCurrentCell(std::optional<HeatMapCell> cell);

Q_SIGNALS:
    void readoutChanged(const QString& readout);
    /// A cell of one of the maps was chosen.
    void cellChosen(int index, const moebel::HeatMapCell& cell);

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void arrange();
    int keyHeight() const;
    void paintKey(QPainter& painter, const QPalette& colours, int width) const;
    void paint(QCPPainter& painter, const QPalette& colours);

    ExportMenu* m_exports;
    QGridLayout* m_layout;
    QLabel* m_nothing;
    QWidget* m_key;  ///< the one colour scale of all of them, above the maps
    ValueScale m_scale;
    QString m_valueTitle;
    std::vector<RoutingMapWidget*> m_widgets;  ///< kept for the next maps; the first m_count are shown
    int m_count = 0;
    int m_columns = 0;
};

}  // namespace moebel
