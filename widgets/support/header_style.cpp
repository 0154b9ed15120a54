#include "widgets/support/header_style.h"

#include <QHeaderView>

namespace moebel
{

void applyHeaderStyle(QHeaderView& header, int air)
{
    header.setHighlightSections(false);
    header.setStyleSheet(
        QStringLiteral("QHeaderView::section{background:palette(alternate-base);border:0;border-bottom:1px solid "
                       "palette(mid);padding:6px %1px}")
            .arg(air));
}

}  // namespace moebel
