// One group of languages as a list of chips: they are dragged in and out, or sent by keys.
#pragma once

#include <QListWidget>

#include "moebel/analysis/colour.h"

namespace moebel
{

struct LanguageChip {
    QString code;
    QString text;  ///< "español (es)"
    ColourPair colour;
    bool isMarked = false;  ///< stands out: it has moved
    bool operator==(const LanguageChip&) const = default;
};

class GroupColumn : public QListWidget
{
    Q_OBJECT

public:
    explicit GroupColumn(QWidget* parent = nullptr);

    void setChips(const QList<LanguageChip>& chips);
    /// Of the current chip; empty where there is none.
    QString currentCode() const;
    /// Makes it the current one; false where it is not here.
    bool choose(const QString& code);

    QSize sizeHint() const override { return {132, 110}; }

Q_SIGNALS:
    /// It was dropped here.
    void dropped(const QString& code);
    /// A key: the language is to go so many groups on; 0: into a group of its own.
    void sendWanted(const QString& code, int groups);
    /// A digit: into this group.
    void sendToWanted(const QString& code, int group);
    void menuWanted(const QString& code, const QPoint& at);
    /// The focus is to go so many columns on.
    void focusMoved(int columns);
    void codeChosen(const QString& code);

protected:
    QMimeData* mimeData(const QList<QListWidgetItem*>& items) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::CopyAction; }
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    bool sendByKey(const QKeyEvent& event, const QString& code);
    void fill();

    QList<LanguageChip> m_chips;
};

/// Of a chip that is dragged; its data is the code.
inline constexpr const char* kLanguageMime = "application/x-moebel-language";

}  // namespace moebel
