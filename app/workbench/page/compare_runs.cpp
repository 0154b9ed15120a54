#include "app/workbench/page/compare_runs.h"

#include <QKeyEvent>
#include <QMenu>
#include <QTextLayout>
#include <algorithm>
#include <cmath>

#include "app/workbench/control/run_cells.h"
#include "app/workbench/control/run_list_model.h"

namespace moebel
{

namespace
{

enum Role { IdRole = Qt::UserRole, TitleRole };

QString idOf(const QListWidgetItem& item) { return item.data(IdRole).toString(); }

// Arabic, Devanagari and the like reach higher and deeper than the letters of the window.
bool isTall(const RunSummary& run)
{
    const QString title = QString::fromStdString(run.title);
    return std::any_of(title.begin(), title.end(), [](QChar letter) { return letter.unicode() >= 0x0590; });
}

// Of two lines in any script: all rows have one height, because there may be thousands.
int tallRow(const QFont& font)
{
    QTextLayout title(QStringLiteral("A\u0627\u0939\u093F\u4E2D"), font);
    title.beginLayout();
    const QTextLine line = title.createLine();
    title.endLayout();
    return int(std::ceil(2 * line.height())) + 2;
}

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

void CompareRuns::setRuns(std::shared_ptr<const ProjectContents> project)
{
    if (project == m_project) return;
    const std::vector<RunSummary>& runs = project->runs;
    const std::shared_ptr<const ProjectContents> before = std::exchange(m_project, project);
    const auto sameId = [](const RunSummary& a, const RunSummary& b) { return a.id == b.id; };
    if (!std::equal(runs.begin(), runs.end(), before->runs.begin(), before->runs.end(), sameId)) return rebuild();
    const QSignalBlocker quiet(this);
    for (std::size_t row = 0; row < runs.size(); ++row)
        if (!sameRow(runs[row], before->runs[row])) fill(*item(int(row)), runs[row]);
    showBaseline();
}

void CompareRuns::rebuild()
{
    const QStringList before = chosen();
    const QString current = currentItem() ? idOf(*currentItem()) : QString();
    const QSignalBlocker quiet(this);
    clear();
    m_rowHeight = std::any_of(m_project->runs.begin(), m_project->runs.end(), isTall) ? tallRow(font()) : 0;
    for (const RunSummary& run : m_project->runs) {
        auto* item = new QListWidgetItem;
        fill(*item, run);
        item->setCheckState(before.contains(idOf(*item)) ? Qt::Checked : Qt::Unchecked);
        addItem(item);
        if (idOf(*item) == current) setCurrentItem(item);
    }
    showBaseline();
}

void CompareRuns::fill(QListWidgetItem& item, const RunSummary& run)
{
    const QString id = QString::fromStdString(run.id);
    const QString title =
        QStringLiteral("\u2068%1\u2069\n%2 \u00b7 %3")
            .arg(run.title.empty() ? id : QString::fromStdString(run.title), id.left(15), stateText(run.status));
    const bool usable = run.status.state != RunState::Damaged;
    item.setData(IdRole, id);
    item.setData(TitleRole, title);
    item.setText(title);
    if (m_rowHeight > 0) item.setSizeHint(QSize(0, m_rowHeight));
    item.setFlags(usable ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable : Qt::NoItemFlags);
    item.setToolTip(usable ? id : QString::fromStdString(run.status.reason));
    item.setFont(font());  // until showBaseline() says otherwise
}

void CompareRuns::choose(const QStringList& ids)
{
    const QSignalBlocker quiet(this);
    m_baseline = ids.value(0);
    for (int row = 0; row < count(); ++row)
        item(row)->setCheckState(ids.contains(idOf(*item(row))) ? Qt::Checked : Qt::Unchecked);
    showBaseline();
    for (int row = 0; row < count(); ++row)
        if (idOf(*item(row)) == m_baseline) scrollToItem(item(row));
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

// Touches only the items that begin or cease to be the baseline.
void CompareRuns::showBaseline()
{
    const QSignalBlocker quiet(this);
    for (int row = 0; row < count(); ++row) {
        QListWidgetItem* shown = item(row);
        const bool baseline = shown->checkState() == Qt::Checked && idOf(*shown) == m_baseline;
        QFont font = shown->font();
        if (font.bold() == baseline) continue;
        font.setBold(baseline);
        shown->setFont(font);
        const QString title = shown->data(TitleRole).toString();
        shown->setText(baseline ? tr("%1 \u00b7 baseline").arg(title) : title);
    }
}

void CompareRuns::changeEvent(QEvent* event)
{
    QListWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) rebuild();
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
