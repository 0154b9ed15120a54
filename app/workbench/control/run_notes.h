// Stars, tags and notes of runs: changed at once on the screen, written to notes.toml off the GUI thread, undoable.
#pragma once

#include <QObject>
#include <QUndoStack>
#include <deque>
#include <unordered_map>

#include "app/workbench/control/jobs.h"
#include "app/workbench/control/navigator.h"
#include "app/workbench/control/selection.h"

namespace moebel
{

class RunNotesEditor : public QObject
{
    Q_OBJECT

public:
    RunNotesEditor(Jobs& jobs, Selection& selection, Navigator& navigator, QObject* parent = nullptr);

    /// What the user made of a run, changes that are still to be written included.
    const RunNotes& notes(const RunSummary& run) const;
    /// A step that can be undone; nothing happens when nothing changes. `words` names it: "Star run A".
    void change(const RunSummary& run, const RunNotes& notes, const QString& words);
    QUndoStack& undoStack() { return m_undo; }

Q_SIGNALS:
    /// Notes of this run look different now.
    void changed(const QString& id);

private:
    friend class NotesStep;
    struct Write {
        RunFolder folder;
        RunNotes notes;
    };
    void put(const RunFolder& folder, const RunNotes& notes);
    void writeNext();
    void settle();

    Jobs& m_jobs;
    Selection& m_selection;
    Navigator& m_navigator;
    QUndoStack m_undo;
    std::unordered_map<std::string, RunNotes> m_ahead;  ///< by id: what the project does not show yet
    std::deque<Write> m_waiting;                        ///< one after another, so that the last one wins
    bool m_writing = false;
};

}  // namespace moebel
