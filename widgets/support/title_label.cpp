#include "widgets/support/title_label.h"

#include <QLabel>

namespace moebel
{

void beginWithLine(QLabel& label)
{
    // Without AlignAbsolute a label goes by the direction of its text.
    const Qt::Alignment vertical = label.alignment() & Qt::AlignVertical_Mask;
    label.setAlignment(vertical | Qt::AlignAbsolute | (label.isRightToLeft() ? Qt::AlignRight : Qt::AlignLeft));
}

void beTitle(QLabel& label)
{
    QFont large = label.font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    label.setFont(large);
    label.setTextFormat(Qt::PlainText);
    beginWithLine(label);
}

}  // namespace moebel
