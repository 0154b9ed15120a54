#include "app/workbench/control/run_notes.h"

namespace moebel
{

/// One change of the notes of one run.
class NotesStep : public QUndoCommand
{
public:
    NotesStep(RunNotesEditor& editor, RunFolder folder, RunNotes before, RunNotes after, const QString& words)
        : QUndoCommand(words),
          m_editor(editor),
          m_folder(std::move(folder)),
          m_before(std::move(before)),
          m_after(std::move(after))
    {
    }
    void undo() override { m_editor.put(m_folder, m_before); }
    void redo() override { m_editor.put(m_folder, m_after); }

private:
    RunNotesEditor& m_editor;
    RunFolder m_folder;
    RunNotes m_before, m_after;
};

RunNotesEditor::RunNotesEditor(Jobs& jobs, Selection& selection, Navigator& navigator, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_selection(selection), m_navigator(navigator)
{
    connect(&m_selection, &Selection::projectChanged, this, &RunNotesEditor::settle);
}

const RunNotes& RunNotesEditor::notes(const RunSummary& run) const
{
    const auto ahead = m_ahead.find(run.id);
    return ahead != m_ahead.end() ? ahead->second : run.notes;
}

void RunNotesEditor::change(const RunSummary& run, const RunNotes& notes, const QString& words)
{
    const RunNotes before = this->notes(run);
    if (notes != before) m_undo.push(new NotesStep(*this, run.folder, before, notes, words));
}

void RunNotesEditor::put(const RunFolder& folder, const RunNotes& notes)
{
    m_ahead[folder.id()] = notes;
    m_waiting.push_back({folder, notes});
    writeNext();
    Q_EMIT changed(QString::fromStdString(folder.id()));
}

void RunNotesEditor::writeNext()
{
    if (m_writing || m_waiting.empty()) return;
    m_writing = true;
    m_jobs.run(
        this, [write = m_waiting.front()] { return writeNotes(write.folder, write.notes); },
        [this](const Status& written) {
            const std::string id = m_waiting.front().folder.id();
            m_waiting.pop_front();
            m_writing = false;
            if (!written) {
                m_ahead.erase(id);
                m_navigator.tell(MessageKind::Error, QString::fromStdString(written.error().message));
                Q_EMIT changed(QString::fromStdString(id));
            }
            if (m_waiting.empty())
                m_selection.refresh();
            else
                writeNext();
        });
}

// What the project shows by now needs no longer be kept.
void RunNotesEditor::settle()
{
    if (m_writing) return;
    for (const RunSummary& run : m_selection.project().runs)
        if (const auto ahead = m_ahead.find(run.id); ahead != m_ahead.end() && ahead->second == run.notes) m_ahead.erase(ahead);
}

}  // namespace moebel
