#include "widgets/plot/routing_map_grid.h"

#include <QGridLayout>
#include <algorithm>

#include "widgets/support/export_menu.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

constexpr int kNarrowest = 200;

}  // namespace

RoutingMapGrid::RoutingMapGrid(QWidget* parent) : QScrollArea(parent)
{
    auto* inside = new QWidget;
    m_layout = new QGridLayout(inside);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(8);
    setWidget(inside);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Routing maps of all languages"));
    Exports exports;
    exports.name = QStringLiteral("maps");
    exports.size = [inside] { return inside->size(); };
    exports.paint = [this](QCPPainter& painter, const QPalette& colours) { paint(painter, colours); };
    exports.csv = [this] { return csv(); };
    m_exports = new ExportMenu(*this, std::move(exports));
    m_exports->attach();
}

void RoutingMapGrid::setMaps(const std::vector<RoutingMap>& maps, const QStringList& titles, const ValueScale& scale)
{
    while (m_widgets.size() < maps.size()) {
        auto* widget = new RoutingMapWidget(this->widget(), true);
        widget->setMinimumSize(kNarrowest, 170);
        const int index = int(m_widgets.size());
        connect(widget, &HeatMapWidget::readoutChanged, this, &RoutingMapGrid::readoutChanged);
        connect(widget, &HeatMapWidget::cellChosen, this, [this, index](const HeatMapCell& cell) {
            setCurrentCell(cell);
            Q_EMIT cellChosen(index, cell);
        });
        m_widgets.push_back(widget);
    }
    const bool sameCount = m_count == int(maps.size());
    m_count = int(maps.size());
    for (std::size_t i = 0; i < maps.size(); ++i) m_widgets[i]->setMap(maps[i], titles[int(i)], scale);
    if (!sameCount) {
        m_columns = 0;
        arrange();
    }
}

void RoutingMapGrid::setCurrentCell(std::optional<HeatMapCell> cell)
{
    for (int i = 0; i < m_count; ++i) {
        const QSignalBlocker quiet(m_widgets[std::size_t(i)]);
        m_widgets[std::size_t(i)]->setCurrentCell(cell);
    }
}

QString RoutingMapGrid::csv() const
{
    QString text = QStringLiteral("map,layer,expert,value,count,tokens\n");
    for (int i = 0; i < m_count; ++i) {
        const QString title = csvField(plainText(at(i).heatMap().title));
        const QStringList lines = at(i).csv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        for (const QString& line : lines.mid(1)) text += title + QLatin1Char(',') + line + QLatin1Char('\n');
    }
    return text;
}

// Those that are scrolled out of sight as well.
void RoutingMapGrid::paint(QCPPainter& painter, const QPalette& colours)
{
    painter.fillRect(QRect(QPoint(), widget()->size()), colours.color(QPalette::Active, QPalette::Window));
    for (int i = 0; i < m_count; ++i) {
        painter.save();
        painter.translate(m_widgets[std::size_t(i)]->pos());
        m_widgets[std::size_t(i)]->paint(painter, colours);
        painter.restore();
    }
}

void RoutingMapGrid::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    arrange();
}

void RoutingMapGrid::arrange()
{
    const int fitting = std::max(1, viewport()->width() / (kNarrowest + m_layout->spacing()));
    const int rows = std::max(1, (m_count + fitting - 1) / fitting);
    const int columns = std::max(1, (m_count + rows - 1) / rows);  // rows as even as they can be
    if (columns == m_columns) return;
    m_columns = columns;
    for (std::size_t i = 0; i < m_widgets.size(); ++i) {
        m_layout->removeWidget(m_widgets[i]);
        m_widgets[i]->setVisible(int(i) < m_count);
        if (int(i) < m_count) m_layout->addWidget(m_widgets[i], int(i) / columns, int(i) % columns);
    }
}

}  // namespace moebel
