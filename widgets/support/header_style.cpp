#include "widgets/support/header_style.h"

#include <QEvent>
#include <QHeaderView>
#include <QTableView>

namespace moebel
{

namespace
{

class RowAir : public QObject
{
public:
    RowAir(QTableView& table, int air) : QObject(&table), m_table(table), m_air(air)
    {
        table.installEventFilter(this);
        apply();
    }
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::FontChange) apply();
        return QObject::eventFilter(watched, event);
    }

private:
    void apply() { m_table.verticalHeader()->setDefaultSectionSize(m_table.fontMetrics().height() + m_air); }

    QTableView& m_table;
    const int m_air;
};

}  // namespace

void applyHeaderStyle(QHeaderView& header, int air)
{
    header.setHighlightSections(false);
    header.setStyleSheet(
        QStringLiteral("QHeaderView::section{background:palette(alternate-base);border:0;border-bottom:1px solid "
                       "palette(mid);padding:6px %1px}")
            .arg(air));
}

void setRowAir(QTableView& table, int air) { new RowAir(table, air); }

}  // namespace moebel
