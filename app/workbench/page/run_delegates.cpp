#include "app/workbench/page/run_delegates.h"

#include <QApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/workbench/control/run_cells.h"
#include "app/workbench/control/run_list_model.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

constexpr int kAir = 8;
constexpr int kSparkline = 64;  // pixels beside the number

}  // namespace

void CellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem ground = option;
    initStyleOption(&ground, index);
    const QStyle* style = ground.widget ? ground.widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &ground, painter, ground.widget);
    QStyleOptionViewItem inner = option;
    inner.rect.adjust(kAir, 0, -kAir, 0);
    inner.state &= ~QStyle::State_HasFocus;
    QStyledItemDelegate::paint(painter, inner, index);
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    return QStyledItemDelegate::sizeHint(option, index) + QSize(2 * kAir, 0);
}

QString CellDelegate::displayText(const QVariant& value, const QLocale& locale) const
{
    return QStringLiteral("\u2068%1\u2069").arg(QStyledItemDelegate::displayText(value, locale));
}

void ProgressDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    CellDelegate::paint(painter, option, index);
    const QVariant share = index.data(RunListModel::ShareRole);
    if (!share.isValid() || share.toDouble() <= 0) return;
    const QRectF track(option.rect.left() + kAir + 3, option.rect.bottom() - 4, option.rect.width() - 2 * kAir - 6, 2.5);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(option.palette.color(QPalette::Midlight));
    painter->drawRoundedRect(track, 1.2, 1.2);
    painter->setBrush(option.palette.color(selected ? QPalette::HighlightedText : QPalette::Highlight));
    painter->drawRoundedRect(QRectF(track.topLeft(), QSizeF(track.width() * share.toDouble(), track.height())), 1.2, 1.2);
    painter->restore();
}

void StateDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    CellDelegate::initStyleOption(option, index);
    constexpr int kSize = 14;
    const double ratio = option->widget ? option->widget->devicePixelRatioF() : 1;
    QPixmap dot(QSize(kSize, kSize) * ratio);
    dot.setDevicePixelRatio(ratio);
    dot.fill(Qt::transparent);
    QPainter painter(&dot);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool selected = option->state.testFlag(QStyle::State_Selected);
    painter.setPen(selected ? QPen(option->palette.color(QPalette::HighlightedText), 1.5) : QPen(Qt::NoPen));
    painter.setBrush(stateColour(RunState(index.data(RunListModel::StateRole).toInt()), option->palette));
    painter.drawEllipse(QRectF(2, 2, kSize - 4, kSize - 4));
    painter.end();
    QIcon icon;
    icon.addPixmap(dot, QIcon::Normal);
    icon.addPixmap(dot, QIcon::Selected);
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->icon = icon;
    option->decorationSize = QSize(kSize, kSize);
}

void StarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const QStyle* style = option.widget ? option.widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);
    const bool full = index.data(RunListModel::ShareRole).toBool();
    QPolygonF star;
    for (int point = 0; point < 10; ++point) {
        const double angle = std::numbers::pi * (point / 5.0 - 0.5), radius = point % 2 == 0 ? 7 : 3;
        star << QRectF(option.rect).center() + QPointF(radius * std::cos(angle), radius * std::sin(angle));
    }
    const QColor colour = selected ? option.palette.color(QPalette::HighlightedText)
                          : full   ? option.palette.color(kWarningRole)
                                   : outlineColour(option.palette);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(colour, 1));
    painter->setBrush(full ? QBrush(colour) : QBrush(Qt::NoBrush));
    painter->drawPolygon(star);
    painter->restore();
}

QSize SparklineDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    return CellDelegate::sizeHint(option, index) + QSize(kSparkline, 0);
}

void SparklineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    CellDelegate::paint(painter, option, index);
    const auto points = index.data(RunListModel::PointsRole).value<std::vector<float>>();
    if (points.size() < 2) return;
    const int number = option.fontMetrics.horizontalAdvance(index.data().toString()) + kAir;
    const bool mirrored = option.direction == Qt::RightToLeft;
    QRectF place = option.rect.adjusted(kAir, 5, -kAir, -5);
    mirrored ? place.setLeft(place.left() + number) : place.setRight(place.right() - number);
    if (place.width() < 20) return;
    const auto [low, high] = std::minmax_element(points.begin(), points.end());
    const double span = std::max(1e-12, double(*high) - double(*low));
    QPolygonF line;
    for (std::size_t i = 0; i < points.size(); ++i)
        line << QPointF(place.left() + place.width() * double(i) / double(points.size() - 1),
                        place.bottom() - place.height() * (double(points[i]) - double(*low)) / span);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(option.palette.color(selected ? QPalette::HighlightedText : QPalette::Link), 1.2));
    painter->drawPolyline(line);
    painter->restore();
}

}  // namespace moebel
