#include "widgets/plot/language_scatter.h"

#include <QAccessible>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/support/export_menu.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/table_text.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

constexpr double kRadius = 5, kReach = 12, kMargin = 18;
constexpr double kRoomForName = 60;  // between points, for the name of their group
constexpr int kLegendGap = 16;

QColor shown(const ColourPair& colour, const QPalette& palette)
{
    return colourOf(isDark(palette) ? colour.dark : colour.light);
}

}  // namespace

LanguageScatter::LanguageScatter(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(180, 160);
    setAccessibleName(tr("Map of the languages"));
    Exports exports;
    exports.name = QStringLiteral("language-map");
    exports.size = [this] { return size(); };
    exports.paint = [this](QCPPainter& painter, const QPalette& colours) { paint(painter, colours); };
    exports.csv = [this] { return csv(); };
    m_exports = new ExportMenu(*this, std::move(exports));
    m_exports->attach();
}

void LanguageScatter::setPicture(ScatterPicture picture)
{
    if (picture == m_picture) return;
    const bool same = picture.codes == m_picture.codes;
    m_picture = std::move(picture);
    if (!same) m_current = -1;
    showCurrent();
}

void LanguageScatter::setCurrent(int language)
{
    if (language < 0 || language >= int(m_picture.points.size())) language = -1;
    if (language == m_current) return;
    m_current = language;
    showCurrent();
}

void LanguageScatter::showCurrent()
{
    const QString words = m_picture.readouts.value(m_current);
    setAccessibleDescription(words.isEmpty() ? tr("%1 languages").arg(m_picture.codes.size()) : words);
    if (m_current >= 0) Q_EMIT readoutChanged(words);
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
    update();
}

int LanguageScatter::legendRows() const
{
    int rows = m_picture.legend.isEmpty() ? 0 : 1, x = 0;
    for (const auto& [name, colour] : m_picture.legend) {
        const int wide = fontMetrics().horizontalAdvance(name) + kLegendGap + kLegendGap;
        if (x > 0 && x + wide > width()) ++rows, x = 0;
        x += wide;
    }
    return rows;
}

QRectF LanguageScatter::room() const
{
    const int line = fontMetrics().height() + 2;
    return QRectF(rect()).adjusted(kMargin + 16, line + kMargin, -kMargin - 16, -legendRows() * line - kMargin);
}

// One scale for both directions: distances are what the map tells.
QPointF LanguageScatter::placeOf(int language) const
{
    double left = 0, right = 0, low = 0, high = 0;
    for (const MapPoint& point : m_picture.points) {
        left = std::min(left, point.x), right = std::max(right, point.x);
        low = std::min(low, point.y), high = std::max(high, point.y);
    }
    const QRectF area = room();
    const double scale = std::min(area.width() / std::max(right - left, 1e-12), area.height() / std::max(high - low, 1e-12));
    const MapPoint& point = m_picture.points[std::size_t(language)];
    return area.center() + QPointF(point.x - (left + right) / 2, (low + high) / 2 - point.y) * std::max(scale, 0.0);
}

void LanguageScatter::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paint(painter, palette());
    if (!hasFocus()) return;
    painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void LanguageScatter::paint(QPainter& painter, const QPalette& colours) const
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colours.color(QPalette::Active, QPalette::WindowText));
    QFont title = font();
    title.setPointSizeF(title.pointSizeF() * 1.15);
    title.setBold(true);
    painter.setFont(title);
    painter.drawText(QRectF(8, 4, width() - 16, fontMetrics().height() + 6), int(Qt::AlignLeft | Qt::AlignVCenter),
                     QFontMetrics(title).elidedText(m_picture.title, Qt::ElideRight, width() - 16));
    painter.setFont(font());
    if (m_picture.points.empty()) return;
    paintGroups(painter, colours);
    paintPoints(painter, colours);
    paintLabels(painter, colours);
    paintLegend(painter, colours);
}

// From each member to the middle of its group, which has its name.
void LanguageScatter::paintGroups(QPainter& painter, const QPalette& colours) const
{
    const int groups = m_picture.groups.empty() ? 0 : 1 + *std::max_element(m_picture.groups.begin(), m_picture.groups.end());
    for (int group = 0; group < groups; ++group) {
        QPointF sum;
        QList<QPointF> members;
        for (int i = 0; i < int(m_picture.groups.size()); ++i)
            if (m_picture.groups[std::size_t(i)] == group) members << placeOf(i), sum += members.last();
        if (members.size() < 2) continue;
        const QPointF middle = sum / double(members.size());
        painter.setPen(QPen(outlineColour(colours), 1));
        for (const QPointF& member : members) painter.drawLine(middle, member);
        const double widest = QPolygonF(members).boundingRect().width() + QPolygonF(members).boundingRect().height();
        if (widest < kRoomForName) continue;
        const QString name = QStringLiteral("G%1").arg(group);
        QRectF box(QPointF(), QSizeF(fontMetrics().horizontalAdvance(name) + 6, fontMetrics().height()));
        box.moveCenter(middle);
        painter.fillRect(box, colours.color(QPalette::Active, QPalette::Window));
        painter.setPen(mutedText(colours));
        painter.drawText(box, int(Qt::AlignCenter), name);
    }
}

void LanguageScatter::paintPoints(QPainter& painter, const QPalette& colours) const
{
    const QColor ground = colours.color(QPalette::Active, QPalette::Window);
    for (int i = 0; i < int(m_picture.points.size()); ++i) {
        const bool isCurrent = i == m_current;
        painter.setPen(QPen(isCurrent ? colours.color(QPalette::Active, QPalette::WindowText) : ground, isCurrent ? 2 : 1));
        painter.setBrush(shown(m_picture.colours[std::size_t(i)], colours));
        const double radius = isCurrent ? kRadius + 2 : kRadius;
        painter.drawEllipse(placeOf(i), radius, radius);
    }
}

// Beside its point, on the first side that is free; the current one always.
void LanguageScatter::paintLabels(QPainter& painter, const QPalette& colours) const
{
    std::vector<QRectF> taken;
    for (int i = 0; i < int(m_picture.points.size()); ++i) taken.push_back({placeOf(i) - QPointF(4, 4), QSizeF(8, 8)});
    std::vector<int> order;
    if (m_current >= 0) order.push_back(m_current);
    for (int i = 0; i < int(m_picture.points.size()); ++i)
        if (i != m_current) order.push_back(i);
    painter.setPen(colours.color(QPalette::Active, QPalette::WindowText));
    for (const int i : order) {
        const QSizeF size(fontMetrics().horizontalAdvance(m_picture.codes[i]), fontMetrics().height() - 2);
        const QPointF at = placeOf(i);
        const QPointF sides[] = {at + QPointF(8, -size.height() / 2), at + QPointF(-8 - size.width(), -size.height() / 2),
                                 at + QPointF(-size.width() / 2, -8 - size.height()), at + QPointF(-size.width() / 2, 8)};
        for (const QPointF& side : sides) {
            const QRectF box(side, size);
            const bool isFree =
                QRectF(rect()).contains(box) &&
                std::none_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(box); });
            if (!isFree && i != m_current) continue;
            painter.drawText(box, int(Qt::AlignCenter | Qt::TextDontClip), m_picture.codes[i]);
            taken.push_back(box);
            break;
        }
    }
}

void LanguageScatter::paintLegend(QPainter& painter, const QPalette& colours) const
{
    const int line = fontMetrics().height() + 2;
    int x = 0, y = height() - legendRows() * line;
    for (const auto& [name, colour] : m_picture.legend) {
        const int wide = fontMetrics().horizontalAdvance(name) + kLegendGap;
        if (x > 0 && x + wide + kLegendGap > width()) x = 0, y += line;
        painter.setPen(Qt::NoPen);
        painter.setBrush(shown(colour, colours));
        painter.drawEllipse(QPointF(x + 6, y + line / 2.0), 4, 4);
        painter.setPen(mutedText(colours));
        painter.drawText(QRectF(x + 14, y, wide, line), int(Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip), name);
        x += wide + kLegendGap;
    }
}

int LanguageScatter::languageAt(const QPointF& position) const
{
    int nearest = -1;
    double least = kReach;
    for (int i = 0; i < int(m_picture.points.size()); ++i) {
        const double distance = QLineF(placeOf(i), position).length();
        if (distance < least) nearest = i, least = distance;
    }
    return nearest;
}

void LanguageScatter::mousePressEvent(QMouseEvent* event)
{
    const int language = languageAt(event->position());
    if (event->button() != Qt::LeftButton || language < 0) return;
    setCurrent(language);
    Q_EMIT chosen(language);
}

void LanguageScatter::mouseMoveEvent(QMouseEvent* event)
{
    const int language = languageAt(event->position());
    const QString words = m_picture.readouts.value(language);
    QToolTip::showText(event->globalPosition().toPoint(), words, this);
    Q_EMIT readoutChanged(words.isEmpty() ? m_picture.readouts.value(m_current) : words);
}

void LanguageScatter::keyPressEvent(QKeyEvent* event)
{
    const bool ahead = event->key() == Qt::Key_Right || event->key() == Qt::Key_Down;
    const bool back = event->key() == Qt::Key_Left || event->key() == Qt::Key_Up;
    const int count = int(m_picture.points.size());
    if (count == 0 || (!ahead && !back)) return QWidget::keyPressEvent(event);
    setCurrent(std::clamp(m_current + (ahead ? 1 : -1), 0, count - 1));
    Q_EMIT chosen(m_current);
}

void LanguageScatter::focusInEvent(QFocusEvent* event)
{
    update();
    QWidget::focusInEvent(event);
}

void LanguageScatter::focusOutEvent(QFocusEvent* event)
{
    update();
    QWidget::focusOutEvent(event);
}

QString LanguageScatter::csv() const
{
    QString text = QStringLiteral("language,x,y,group\n");
    for (std::size_t i = 0; i < m_picture.points.size(); ++i) {
        const QString group = m_picture.groups[i] < 0 ? QString() : QString::number(m_picture.groups[i]);
        text += csvField(m_picture.codes[qsizetype(i)]) + QLatin1Char(',') + exactText(m_picture.points[i].x) +
                QLatin1Char(',') + exactText(m_picture.points[i].y) + QLatin1Char(',') + group + QLatin1Char('\n');
    }
    return text;
}

}  // namespace moebel
