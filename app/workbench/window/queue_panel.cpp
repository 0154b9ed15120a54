#include "app/workbench/window/queue_panel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/control/run_queue.h"

namespace moebel
{

namespace
{

/// Title, state, and what went wrong, in one line.
class EntryDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const QString message = index.data(RunQueueModel::MessageRole).toString();
        option->text =
            QStringLiteral("\u2068%1\u2069 \u00b7 %2").arg(option->text, index.data(RunQueueModel::StateTextRole).toString());
        if (!message.isEmpty()) option->text += QStringLiteral(": ") + message;
    }
};

QToolButton* made(const QString& name, const QString& text, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(text);
    return button;
}

}  // namespace

QueuePanel::QueuePanel(RunQueue& queue, QWidget* parent)
    : QWidget(parent),
      m_queue(queue),
      m_list(new QListView(this)),
      m_empty(new QLabel(
          tr("Nothing waits. \u201CQueue\u201D on the Experiment page puts a run here; runs start one after another while "
             "the window is open."),
          this)),
      m_waits(new QLabel(tr("Runs start while a window is open on this project; without one the queue waits as it is."), this)),
      m_up(made(QStringLiteral("queueUp"), tr("Up"), this)),
      m_down(made(QStringLiteral("queueDown"), tr("Down"), this)),
      m_remove(made(QStringLiteral("queueRemove"), tr("Remove"), this)),
      m_retry(made(QStringLiteral("queueRetry"), tr("Try again"), this)),
      m_pause(made(QStringLiteral("queuePause"), tr("Hold the queue"), this))
{
    build();
    connect(m_up, &QToolButton::clicked, this, [this] { move(-1); });
    connect(m_down, &QToolButton::clicked, this, [this] { move(1); });
    connect(m_remove, &QToolButton::clicked, this, &QueuePanel::remove);
    connect(m_retry, &QToolButton::clicked, this, [this] { m_queue.retry(current()); });
    connect(m_pause, &QToolButton::toggled, this, [this](bool on) { m_queue.model().setPaused(on); });
    connect(&m_queue.model(), &RunQueueModel::changed, this, &QueuePanel::showState);
    connect(&m_queue.model(), &QAbstractItemModel::modelReset, this, &QueuePanel::showState);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &QueuePanel::showState);
    showState();
}

void QueuePanel::build()
{
    m_list->setObjectName(QStringLiteral("queueList"));
    m_list->setAccessibleName(tr("Runs that wait"));
    m_list->setModel(&m_queue.model());
    m_list->setItemDelegate(new EntryDelegate(m_list));
    m_list->setDragDropMode(QAbstractItemView::InternalMove);
    m_list->setAlternatingRowColors(true);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_waits->setObjectName(QStringLiteral("queueWaits"));
    m_waits->setWordWrap(true);
    m_waits->setForegroundRole(QPalette::PlaceholderText);
    m_pause->setCheckable(true);
    const auto key = [this](const QKeySequence& shortcut, QToolButton* button) {
        auto* action = new QAction(m_list);
        action->setShortcut(shortcut);
        action->setShortcutContext(Qt::WidgetShortcut);
        m_list->addAction(action);
        connect(action, &QAction::triggered, button, &QToolButton::click);
    };
    key(QKeySequence(int(Qt::ALT) | int(Qt::Key_Up)), m_up);
    key(QKeySequence(int(Qt::ALT) | int(Qt::Key_Down)), m_down);
    key(QKeySequence::Delete, m_remove);
    auto* buttons = new QHBoxLayout;
    for (QToolButton* button : {m_up, m_down, m_remove, m_retry}) buttons->addWidget(button);
    buttons->addStretch(1);
    buttons->addWidget(m_pause);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_waits);
    layout->addLayout(buttons);
}

int QueuePanel::current() const { return m_list->currentIndex().row(); }

void QueuePanel::move(int by)
{
    const int row = current(), to = row + by;
    if (row < 0 || to < 0 || to >= m_queue.model().rowCount()) return;
    m_queue.model().move(row, by < 0 ? to : to + 1);
    m_list->setCurrentIndex(m_queue.model().index(to));
}

void QueuePanel::remove()
{
    if (current() >= 0) m_queue.model().remove(current());
}

void QueuePanel::showState()
{
    const auto& entries = m_queue.model().entries();
    const int row = current();
    const bool some = row >= 0 && row < int(entries.size());
    const QueueState state = some ? entries[std::size_t(row)].state : QueueState::Waiting;
    m_list->setVisible(!entries.empty());
    m_empty->setVisible(entries.empty());
    m_waits->setVisible(!entries.empty());
    m_up->setEnabled(some && row > 0);
    m_down->setEnabled(some && row + 1 < int(entries.size()));
    m_remove->setEnabled(some && state != QueueState::Starting);
    m_retry->setEnabled(some && state == QueueState::Failed);
    m_pause->setChecked(m_queue.model().paused());
}

}  // namespace moebel
