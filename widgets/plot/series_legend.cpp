#include "widgets/plot/series_legend.h"

#include <QEvent>
#include <QHeaderView>
#include <QLocale>
#include <QPainter>
#include <QSignalBlocker>
#include <map>

#include "widgets/plot/curve_marker.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/script_fonts.h"

namespace moebel
{

namespace
{

constexpr int kId = Qt::UserRole;
constexpr int kSampleWidth = 22;
constexpr int kLetters = 40;  // wide

// A piece of the line as the plot draws it.
QIcon sample(const PlotSeries& series, bool dark, double pixels)
{
    QPixmap picture(QSize(kSampleWidth, 12) * pixels);
    picture.setDevicePixelRatio(pixels);
    picture.fill(Qt::transparent);
    QCPPainter painter(&picture);
    const QColor colour = colourOf(dark ? series.colour.dark : series.colour.light);
    QPen pen(colour, 2);
    if (series.dashed) pen.setDashPattern({2.5, 1.5});
    pen.setCapStyle(Qt::FlatCap);
    painter.setPen(pen);
    painter.drawLine(QPointF(0, 6), QPointF(kSampleWidth, 6));
    const QCPScatterStyle marker = curveMarker(series.marker, colour);
    marker.applyTo(&painter, QPen(colour));
    marker.drawShape(&painter, kSampleWidth / 2.0, 6);
    painter.end();
    QIcon icon;
    for (QIcon::Mode mode : {QIcon::Normal, QIcon::Selected, QIcon::Active}) icon.addPixmap(picture, mode);
    return icon;
}

}  // namespace

SeriesLegend::SeriesLegend(QWidget* parent) : QTreeWidget(parent)
{
    setObjectName(QStringLiteral("legend"));
    setAccessibleName(tr("Curves and their values"));
    setColumnCount(2);
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setIndentation(4);
    setFrameShape(QFrame::NoFrame);
    setUniformRowHeights(true);
    setMouseTracking(true);
    viewport()->setBackgroundRole(QPalette::Window);
    setIconSize(QSize(kSampleWidth, 12));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTextElideMode(Qt::ElideMiddle);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    connect(this, &QTreeWidget::itemChanged, this, &SeriesLegend::tell);
    connect(this, &QTreeWidget::itemEntered, this,
            [this](QTreeWidgetItem* item) { Q_EMIT pointedAt(item->data(0, kId).toString()); });
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        Q_EMIT pointedAt(item && hasFocus() ? item->data(0, kId).toString() : QString());
    });
}

QSize SeriesLegend::sizeHint() const { return {kLetters * fontMetrics().horizontalAdvance(QLatin1Char('x')), 400}; }

void SeriesLegend::setRows(const QList<PlotRow>& rows)
{
    const QSignalBlocker quiet(this);
    m_rows = rows;
    clear();
    for (const PlotRow& row : rows) {
        auto* branch = new QTreeWidgetItem(this, {row.title, row.unit});
        branch->setFlags(Qt::ItemIsEnabled);
        branch->setToolTip(0, row.title);
        branch->setTextAlignment(1, Qt::AlignTrailing | Qt::AlignVCenter);
        for (int column : {0, 1}) branch->setForeground(column, mutedText(palette()));
        for (const PlotSeries& series : row.series) {
            if (itemOf(series.curve())) continue;
            auto* item = new QTreeWidgetItem(branch, {series.name, QString()});
            item->setData(0, kId, series.curve());
            if (!series.language.isEmpty()) item->setFont(0, withScripts(font(), series.language));
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
            item->setCheckState(0, m_hidden.contains(series.curve()) ? Qt::Unchecked : Qt::Checked);
            item->setTextAlignment(1, Qt::AlignTrailing | Qt::AlignVCenter);
        }
    }
    recolour();
    expandAll();
    showStep(m_step);
}

void SeriesLegend::recolour()
{
    const QSignalBlocker quiet(this);
    const bool dark = palette().color(QPalette::Active, QPalette::Window).lightness() < 128;
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series)
            if (QTreeWidgetItem* item = itemOf(series.curve())) item->setIcon(0, sample(series, dark, devicePixelRatioF()));
    for (int i = 0; i < topLevelItemCount(); ++i)
        for (int column : {0, 1}) topLevelItem(i)->setForeground(column, mutedText(palette()));
}

void SeriesLegend::showStep(std::optional<std::int64_t> step)
{
    const QSignalBlocker quiet(this);
    m_step = step;
    struct Newest {
        const PlotSeries* series = nullptr;
        std::optional<std::size_t> at;
    };
    std::map<QTreeWidgetItem*, Newest> found;
    for (const PlotRow& row : m_rows)
        for (const PlotSeries& series : row.series) {
            QTreeWidgetItem* item = itemOf(series.curve());
            if (!item || !series.data || series.data->empty()) continue;
            Newest& newest = found[item];
            const auto at = step ? series.data->indexAt(*step - series.start) : std::optional(series.data->size() - 1);
            if (!newest.series || (at && (!newest.at || series.start >= newest.series->start))) newest = {&series, at};
        }
    for (const auto& [item, newest] : found) showValue(*item, *newest.series, newest.at);
    viewport()->update();
}

void SeriesLegend::showValue(QTreeWidgetItem& item, const PlotSeries& series, std::optional<std::size_t> at)
{
    const std::int64_t step = at ? series.data->steps[*at] : 0;
    item.setText(1, at ? valueText(series.data->values[*at]) : QStringLiteral("\u2013"));
    QFont font = this->font();
    font.setItalic(at && m_step && series.start + step != *m_step);
    item.setFont(1, font);
    const QString where = tr("%1 %2").arg(m_stepName, QLocale().toString(qint64(step)));
    const QString whole = series.partName.isEmpty() ? where : QStringLiteral("%1, %2").arg(series.partName, where);
    for (int column : {0, 1}) item.setToolTip(column, at ? whole : QString());
}

QString SeriesLegend::shownValue(const QString& curve) const
{
    const QTreeWidgetItem* item = itemOf(curve);
    return item ? item->text(1) : QString();
}

QTreeWidgetItem* SeriesLegend::itemOf(const QString& curve) const
{
    for (int i = 0; i < topLevelItemCount(); ++i)
        for (int k = 0; k < topLevelItem(i)->childCount(); ++k)
            if (topLevelItem(i)->child(k)->data(0, kId).toString() == curve) return topLevelItem(i)->child(k);
    return nullptr;
}

void SeriesLegend::tell(QTreeWidgetItem* item, int column)
{
    if (column != 0 || !item->parent()) return;
    const QString curve = item->data(0, kId).toString();
    const bool hidden = item->checkState(0) != Qt::Checked;
    hidden ? (void)m_hidden.insert(curve) : (void)m_hidden.remove(curve);
    Q_EMIT hiddenChanged(curve, hidden);
}

void SeriesLegend::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) recolour();
    QTreeWidget::changeEvent(event);
}

void SeriesLegend::leaveEvent(QEvent* event)
{
    Q_EMIT pointedAt(QString());
    QTreeWidget::leaveEvent(event);
}

}  // namespace moebel
