// Lets Undo and Redo through to the window where an editor would take them for its own line.
#pragma once

#include <QEvent>
#include <QKeyEvent>
#include <QObject>

namespace moebel
{

class UndoFilter : public QObject
{
public:
    using QObject::QObject;

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::ShortcutOverride) {
            const auto* key = static_cast<QKeyEvent*>(event);
            if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
                event->ignore();
                return true;
            }
        }
        return QObject::eventFilter(watched, event);
    }
};

}  // namespace moebel
