#include "app/workbench/application/text_size.h"

#include <QApplication>
#include <QWidget>
#include <algorithm>

namespace moebel
{

namespace
{

// Titles and the like, whose size does not follow that of the application.
QList<QWidget*> withOwnSize()
{
    QList<QWidget*> found;
    for (QWidget* widget : QApplication::allWidgets())
        if (widget->testAttribute(Qt::WA_SetFont) && (widget->font().resolveMask() & QFont::SizeResolved)) found << widget;
    return found;
}

}  // namespace

TextSize::TextSize(int percent) : m_atStart(QApplication::font()) { choose(percent); }

TextSize::~TextSize() { choose(100); }

void TextSize::choose(int percent)
{
    const int wanted = std::clamp(percent, kSmallest, kLargest);
    if (wanted == m_percent) return;
    const double ratio = double(wanted) / m_percent;
    m_percent = wanted;
    const QList<QWidget*> own = withOwnSize();
    QFont font = m_atStart;
    font.setPointSizeF(m_atStart.pointSizeF() * wanted / 100);
    QApplication::setFont(font);
    for (QWidget* widget : own) {
        QFont its = widget->font();
        its.setPointSizeF(its.pointSizeF() * ratio);
        widget->setFont(its);
    }
}

}  // namespace moebel
