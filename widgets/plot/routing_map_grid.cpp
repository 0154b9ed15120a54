#include "widgets/plot/routing_map_grid.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "moebel/analysis/colour.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

constexpr int kNarrowest = 200;
constexpr int kKeyWidth = 180, kKeyBar = 12, kKeySide = 8;

QString endText(double value) { return QLocale().toString(value, 'g', 3).replace(QLatin1Char('-'), QChar(0x2212)); }

}  // namespace

RoutingMapGrid::RoutingMapGrid(QWidget* parent) : QScrollArea(parent)
{
    auto* inside = new QWidget;
    m_layout = new QGridLayout(inside);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(8);
    m_nothing = new QLabel(inside);
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    m_nothing->setTextFormat(Qt::PlainText);
    m_nothing->setForegroundRole(QPalette::PlaceholderText);
    m_layout->addWidget(m_nothing, 1, 0);
    m_key = new QWidget(inside);
    m_key->setAccessibleName(tr("Colour scale of the maps"));
    m_key->installEventFilter(this);
    m_key->setFixedHeight(keyHeight());
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
    m_scale = scale;
    m_key->setVisible(m_count > 0);
    m_nothing->setVisible(m_count == 0);
    m_key->update();
    for (std::size_t i = 0; i < maps.size(); ++i) m_widgets[i]->setMap(maps[i], titles[int(i)], scale);
    m_valueTitle = m_count > 0 ? at(0).heatMap().valueTitle : QString();
    if (!sameCount) {
        m_columns = 0;
        arrange();
    }
}

void RoutingMapGrid::clear(const QString& reason)
{
    m_nothing->setText(reason);
    setMaps({}, {}, {});
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
    painter.save();
    painter.translate(m_key->pos());
    paintKey(painter, colours, m_key->width());
    painter.restore();
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
        if (int(i) < m_count) m_layout->addWidget(m_widgets[i], 1 + int(i) / columns, int(i) % columns);
    }
    m_layout->removeWidget(m_key);
    m_layout->addWidget(m_key, 0, 0, 1, columns);
}

bool RoutingMapGrid::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_key && event->type() == QEvent::Paint) {
        QPainter painter(m_key);
        paintKey(painter, palette(), m_key->width());
        return true;
    }
    return QScrollArea::eventFilter(watched, event);
}

int RoutingMapGrid::keyHeight() const { return fontMetrics().height() + 6; }

// The measure, then a bar of its colours between the values at its ends.
void RoutingMapGrid::paintKey(QPainter& painter, const QPalette& colours, int width) const
{
    const std::uint32_t middle = colours.color(QPalette::Active, QPalette::Window).rgb() & 0xFFFFFF;
    const bool diverges = !std::isnan(m_scale.centre);
    const QFontMetrics metrics(font());
    const int height = keyHeight(), top = (height - kKeyBar) / 2;
    const QString from = endText(m_scale.from), to = endText(m_scale.to);
    const QString words = diverges ? tr("%1, %2 in the middle").arg(m_valueTitle, endText(m_scale.centre)) : m_valueTitle;
    int x = kKeySide;
    const auto write = [&](const QString& text) {
        painter.drawText(QRect(x, 0, width, height), Qt::AlignLeft | Qt::AlignAbsolute | Qt::AlignVCenter, text);
        x += metrics.horizontalAdvance(text) + kKeySide;
    };
    painter.setFont(font());
    painter.setPen(colours.color(QPalette::Active, QPalette::WindowText));
    write(words);
    write(from);
    for (int i = 0; i < kKeyWidth; ++i) {
        const double share = (i + 0.5) / kKeyWidth;
        painter.fillRect(x + i, top, 1, kKeyBar, colourOf(diverges ? divergingColour(2 * share - 1, middle) : sequentialColour(share)));
    }
    painter.drawRect(x, top, kKeyWidth - 1, kKeyBar - 1);
    x += kKeyWidth + kKeySide;
    write(to);
}

}  // namespace moebel
