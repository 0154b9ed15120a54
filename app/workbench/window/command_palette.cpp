#include "app/workbench/window/command_palette.h"

#include <QApplication>
#include <QGraphicsDropShadowEffect>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/support/plot_style.h"

namespace moebel
{

namespace
{

constexpr int kAir = 10, kTallest = 12;

// The name at the beginning of the line, what it is at its end.
class PaletteDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected) painter->fillRect(option.rect, option.palette.color(QPalette::Active, QPalette::Highlight));
        const QRect inner = option.rect.adjusted(kAir, 0, -kAir, 0);
        const QString detail = index.data(PaletteList::DetailRole).toString();
        const int width = std::min(option.fontMetrics.horizontalAdvance(detail), inner.width() / 2);
        const bool mirrored = option.direction == Qt::RightToLeft;
        const QRect end = mirrored ? QRect(inner.left(), inner.top(), width, inner.height())
                                   : QRect(inner.right() - width + 1, inner.top(), width, inner.height());
        const QRect beginning = mirrored ? inner.adjusted(width + kAir, 0, 0, 0) : inner.adjusted(0, 0, -width - kAir, 0);
        const QColor text = option.palette.color(QPalette::Active, selected ? QPalette::HighlightedText : QPalette::Text);
        painter->setPen(text);
        const auto line = [&](const QRect& rect, Qt::Alignment side, const QString& words) {
            const auto flags = int(QStyle::visualAlignment(option.direction, side) | Qt::AlignVCenter) | Qt::TextSingleLine;
            painter->drawText(rect, flags, option.fontMetrics.elidedText(words, Qt::ElideRight, rect.width()));
        };
        line(beginning, Qt::AlignLeft, index.data().toString());
        painter->setPen(selected ? text : mutedText(option.palette));
        line(end, Qt::AlignRight, detail);
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {200, option.fontMetrics.height() + 12};
    }
};

}  // namespace

CommandPalette::CommandPalette(QWidget* window)
    : QFrame(window), m_line(new QLineEdit(this)), m_list(new QListView(this)), m_model(new PaletteList(this))
{
    setObjectName(QStringLiteral("commandPalette"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* shadow = new QGraphicsDropShadowEffect(this);
    shadow->setBlurRadius(24);
    shadow->setOffset(0, 6);
    setGraphicsEffect(shadow);
    m_line->setObjectName(QStringLiteral("paletteLine"));
    m_line->setFrame(false);
    m_line->setTextMargins(kAir - 4, 6, kAir - 4, 6);
    m_line->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("paletteList"));
    m_list->setAccessibleName(tr("Matches"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new PaletteDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(m_line, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setPattern(text);
        m_list->setCurrentIndex(m_model->index(0));
        place();
    });
    connect(m_list, &QListView::clicked, this, [this](const QModelIndex& index) {
        m_list->setCurrentIndex(index);
        accept();
    });
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    layout->addWidget(m_line);
    layout->addWidget(m_list);
    window->installEventFilter(this);
    hide();
}

void CommandPalette::open(const QString& hint, std::vector<PaletteItem> items)
{
    if (isHidden()) m_focusBefore = QApplication::focusWidget();
    m_line->setPlaceholderText(hint);
    m_line->setAccessibleName(hint);
    m_line->clear();
    m_model->setItems(std::move(items));
    m_list->setCurrentIndex(m_model->index(0));
    place();
    show();
    raise();
    m_line->setFocus();
}

void CommandPalette::place()
{
    const int rows = std::min(m_model->rowCount(), kTallest);
    const int row = m_list->itemDelegate()
                        ->sizeHint(
                            [this] {
                                QStyleOptionViewItem option;
                                option.fontMetrics = m_list->fontMetrics();
                                return option;
                            }(),
                            {})
                        .height();
    m_list->setFixedHeight(rows * row + (rows > 0 ? 2 : 0));
    const int width = std::min(640, parentWidget()->width() - 40);
    resize(width, m_line->sizeHint().height() + m_list->height() + 2);
    QFrame::move((parentWidget()->width() - width) / 2, 48);
}

void CommandPalette::step(int rows)
{
    const int count = m_model->rowCount();
    if (count == 0) return;
    const int row = (m_list->currentIndex().row() + rows + count) % count;
    m_list->setCurrentIndex(m_model->index(row));
}

void CommandPalette::accept()
{
    const QModelIndex chosen = m_list->currentIndex();
    const std::function<void()> act = chosen.isValid() ? m_model->item(chosen.row()).act : nullptr;
    close();
    if (act) act();
}

void CommandPalette::close()
{
    if (isHidden()) return;
    hide();
    if (m_focusBefore) m_focusBefore->setFocus();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parentWidget()) {
        if (event->type() == QEvent::Resize && isVisible()) place();
        return false;
    }
    if (event->type() == QEvent::FocusOut && static_cast<QFocusEvent*>(event)->reason() != Qt::PopupFocusReason) hide();
    if (event->type() != QEvent::KeyPress) return false;
    switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Escape:
            close();
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            accept();
            return true;
        case Qt::Key_Down:
            step(1);
            return true;
        case Qt::Key_Up:
            step(-1);
            return true;
        case Qt::Key_PageDown:
            step(std::min(kTallest, m_model->rowCount() - 1 - m_list->currentIndex().row()));
            return true;
        case Qt::Key_PageUp:
            step(-std::min(kTallest, m_list->currentIndex().row()));
            return true;
        default:
            return false;
    }
}

}  // namespace moebel
