#include "app/workbench/application/theme_style.h"

#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>

#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

// Where Fusion draws an edge that is a darker window: it is lost on a dark one.
void drawEdge(const QStyleOption& option, QPainter& painter, double radius)
{
    const bool disabled = !option.state.testFlag(QStyle::State_Enabled);
    const bool focused = option.state.testFlag(QStyle::State_HasFocus) && !disabled;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(focused    ? option.palette.color(QPalette::Link)
                        : disabled ? option.palette.color(QPalette::Mid)
                                   : outlineColour(option.palette),
                        1));
    painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    painter.restore();
}

}  // namespace

ThemeStyle::ThemeStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void ThemeStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                               const QWidget* widget) const
{
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    switch (element) {
        case PE_IndicatorCheckBox:
        case PE_IndicatorItemViewItemCheck:
            return drawEdge(*option, *painter, 1);
        case PE_IndicatorRadioButton:
            return drawEdge(*option, *painter, option->rect.width() / 2.0);
        case PE_FrameLineEdit:
            return drawEdge(*option, *painter, 2);
        default:
            return;
    }
}

void ThemeStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                    const QWidget* widget) const
{
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    if (control == CC_SpinBox || control == CC_ComboBox) drawEdge(*option, *painter, 2);
}

}  // namespace moebel
