#include "app/workbench/page/compare_runs.h"

#include <QKeyEvent>
#include <QMenu>

#include "app/workbench/control/run_list_model.h"

namespace moebel
{

namespace
{

enum Role { IdRole = Qt::UserRole, TitleRole };

QString idOf(const QListWidgetItem& item) { return item.data(IdRole).toString(); }

}  // namespace

CompareRuns::CompareRuns(QWidget* parent) : QListWidget(parent)
{
    setObjectName(QStringLiteral("comparedRuns"));
    setAccessibleName(tr("Runs to compare"));
    setToolTip(tr("Space: take part or not. B: this run is the baseline."));
    setUniformItemSizes(true);
    setAlternatingRowColors(true);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* baseline = new QAction(tr("Make it the &baseline"), this);
    addAction(baseline);
    connect(baseline, &QAction::triggered, this, [this] {
        QKeyEvent key(QEvent::KeyPress, Qt::Key_B, Qt::NoModifier);
        keyPressEvent(&key);
    });
    connect(this, &QListWidget::itemChanged, this, &CompareRuns::ticked);
}

void CompareRuns::setRuns(const std::vector<RunSummary>& runs)
{
    const QStringList before = chosen();
    const QString current = currentItem() ? idOf(*currentItem()) : QString();
    const QSignalBlocker quiet(this);
    clear();
    for (const RunSummary& run : runs) {
        const QString id = QString::fromStdString(run.id);
        auto* item = new QListWidgetItem(this);
        item->setData(IdRole, id);
        item->setData(TitleRole, QStringLiteral("\u2068%1\u2069\n%2 \u00b7 %3")
                                     .arg(run.title.empty() ? id : QString::fromStdString(run.title), id.left(15),
                                          stateText(run.status.state)));
        const bool usable = run.status.state != RunState::Damaged;
        item->setFlags(usable ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable : Qt::NoItemFlags);
        item->setToolTip(usable ? id : QString::fromStdString(run.status.reason));
        item->setCheckState(before.contains(id) ? Qt::Checked : Qt::Unchecked);
        if (id == current) setCurrentItem(item);
    }
    showBaseline();
}

void CompareRuns::choose(const QStringList& ids)
{
    const QSignalBlocker quiet(this);
    m_baseline = ids.value(0);
    for (int row = 0; row < count(); ++row)
        item(row)->setCheckState(ids.contains(idOf(*item(row))) ? Qt::Checked : Qt::Unchecked);
    showBaseline();
}

QStringList CompareRuns::chosen() const
{
    QStringList ids;
    for (int row = 0; row < count(); ++row) {
        if (item(row)->checkState() != Qt::Checked) continue;
        const QString id = idOf(*item(row));
        id == m_baseline ? ids.prepend(id) : ids.append(id);
    }
    return ids;
}

void CompareRuns::ticked(QListWidgetItem* item)
{
    const QStringList ids = chosen();
    if (item->checkState() == Qt::Unchecked && idOf(*item) == m_baseline) m_baseline = ids.value(0);
    if (!ids.contains(m_baseline)) m_baseline = ids.value(0);
    showBaseline();
    Q_EMIT chosenChanged();
}

void CompareRuns::showBaseline()
{
    const QSignalBlocker quiet(this);
    for (int row = 0; row < count(); ++row) {
        QListWidgetItem* shown = item(row);
        const bool baseline = idOf(*shown) == m_baseline && shown->checkState() == Qt::Checked;
        QFont font = shown->font();
        font.setBold(baseline);
        shown->setFont(font);
        const QString title = shown->data(TitleRole).toString();
        shown->setText(baseline ? tr("%1 \u00b7 baseline").arg(title) : title);
    }
}

void CompareRuns::keyPressEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_B || event->modifiers() != Qt::NoModifier || !currentItem())
        return QListWidget::keyPressEvent(event);
    m_baseline = idOf(*currentItem());
    {
        const QSignalBlocker quiet(this);
        currentItem()->setCheckState(Qt::Checked);
    }
    showBaseline();
    Q_EMIT chosenChanged();
}

}  // namespace moebel
