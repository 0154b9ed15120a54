#include "widgets/edit/group_column.h"

#include <QContextMenuEvent>
#include <QDropEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QPainter>

#include "widgets/support/plot_style.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

constexpr int kCodeRole = Qt::UserRole;

QIcon iconOf(const ColourPair& colour, const QPalette& palette)
{
    QPixmap picture(24, 24);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colourOf(isDark(palette) ? colour.dark : colour.light));
    painter.drawEllipse(4, 4, 16, 16);
    return picture;
}

}  // namespace

GroupColumn::GroupColumn(QWidget* parent) : QListWidget(parent)
{
    setDragEnabled(true);
    setAcceptDrops(true);
    setDropIndicatorShown(false);
    setDefaultDropAction(Qt::CopyAction);
    setIconSize({12, 12});
    setFrameShape(QFrame::StyledPanel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTabKeyNavigation(false);
    setUniformItemSizes(true);
    connect(this, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem* now) {
        if (now && hasFocus()) Q_EMIT codeChosen(now->data(kCodeRole).toString());
    });
}

void GroupColumn::setChips(const QList<LanguageChip>& chips)
{
    if (chips == m_chips) return;
    m_chips = chips;
    fill();
}

void GroupColumn::fill()
{
    const QString current = currentCode();
    const QSignalBlocker quiet(this);
    clear();
    for (const LanguageChip& chip : m_chips) {
        auto* item = new QListWidgetItem(iconOf(chip.colour, palette()), chip.text, this);
        item->setData(kCodeRole, chip.code);
        item->setToolTip(chip.isMarked ? tr("%1: in another group than in the grouping that is compared").arg(chip.text)
                                       : chip.text);
        item->setData(Qt::AccessibleTextRole, item->toolTip());
        QFont words = font();
        words.setBold(chip.isMarked);
        item->setFont(words);
    }
    choose(current);
}

QString GroupColumn::currentCode() const { return currentItem() ? currentItem()->data(kCodeRole).toString() : QString(); }

bool GroupColumn::choose(const QString& code)
{
    for (int row = 0; row < count(); ++row)
        if (item(row)->data(kCodeRole).toString() == code) {
            setCurrentRow(row);
            return true;
        }
    return false;
}

QMimeData* GroupColumn::mimeData(const QList<QListWidgetItem*>& items) const
{
    auto* mime = new QMimeData;
    if (!items.isEmpty()) mime->setData(QString::fromLatin1(kLanguageMime), items.first()->data(kCodeRole).toString().toUtf8());
    return mime;
}

void GroupColumn::dragEnterEvent(QDragEnterEvent* event)
{
    event->mimeData()->hasFormat(QString::fromLatin1(kLanguageMime)) ? event->acceptProposedAction() : event->ignore();
}

void GroupColumn::dragMoveEvent(QDragMoveEvent* event)
{
    event->mimeData()->hasFormat(QString::fromLatin1(kLanguageMime)) ? event->acceptProposedAction() : event->ignore();
}

// The chips change when the groups have changed.
void GroupColumn::dropEvent(QDropEvent* event)
{
    const QByteArray code = event->mimeData()->data(QString::fromLatin1(kLanguageMime));
    if (code.isEmpty()) return event->ignore();
    event->acceptProposedAction();
    Q_EMIT dropped(QString::fromUtf8(code));
}

bool GroupColumn::sendByKey(const QKeyEvent& event, const QString& code)
{
    const int key = event.key();
    const bool isSent = event.modifiers() & Qt::ControlModifier;
    if (isSent && (key == Qt::Key_Right || key == Qt::Key_Left)) {
        Q_EMIT sendWanted(code, key == Qt::Key_Right ? 1 : -1);
        return true;
    }
    if (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier)) return false;
    if (key >= Qt::Key_0 && key <= Qt::Key_9) {
        Q_EMIT sendToWanted(code, key - Qt::Key_0);
        return true;
    }
    if (key != Qt::Key_Plus) return false;
    Q_EMIT sendWanted(code, 0);
    return true;
}

void GroupColumn::keyPressEvent(QKeyEvent* event)
{
    const QString code = currentCode();
    if (!code.isEmpty() && sendByKey(*event, code)) return;
    const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier));
    if (plain && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)) {
        Q_EMIT focusMoved(event->key() == Qt::Key_Right ? 1 : -1);
        return;
    }
    QListWidget::keyPressEvent(event);
}

void GroupColumn::contextMenuEvent(QContextMenuEvent* event)
{
    const QListWidgetItem* chip = event->reason() == QContextMenuEvent::Keyboard ? currentItem() : itemAt(event->pos());
    if (!chip) return;
    Q_EMIT menuWanted(chip->data(kCodeRole).toString(), viewport()->mapToGlobal(visualItemRect(chip).center()));
}

void GroupColumn::changeEvent(QEvent* event)
{
    QListWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) fill();
}

}  // namespace moebel
