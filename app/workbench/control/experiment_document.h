// The experiment that is being written: its TOML text is the truth, everything else is read from it.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <QUndoStack>
#include <map>
#include <utility>
#include <vector>

#include "app/workbench/control/jobs.h"
#include "moebel/experiment/experiment_fields.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel
{

/// What became of a file that should be opened as an experiment.
struct LoadedExperiment {
    QString file;
    QString text;
    QString problem;      ///< one sentence; then there is nothing else
    bool ofARun = false;  ///< the description that a run keeps: to be copied, never to be changed
};
/// May run on any thread. An experiment with mistakes can be opened, a file that is none (no TOML, other keys) cannot.
LoadedExperiment loadExperiment(const QString& file);

class ExperimentDocument : public QObject
{
    Q_OBJECT

public:
    explicit ExperimentDocument(Jobs& jobs, QObject* parent = nullptr);

    /// Begins anew: another file (empty = none yet) and an empty history. A text without a file counts as modified.
    void reset(const QString& file, const QString& text);

    const QString& text() const { return m_text; }
    const QString& file() const { return m_file; }
    /// Where relative paths of the description start: the folder of the file, without one that of setHome().
    QString folder() const;
    void setHome(const QString& folder) { m_home = folder; }
    /// Name for titles: the file's, or "untitled".
    QString name() const;
    bool isModified() const { return !m_stack.isClean(); }
    QUndoStack& undoStack() { return m_stack; }

    /// What was read last; while the text is no TOML this stays as it was before.
    const Experiment& experiment() const { return m_read.experiment; }
    const std::vector<Field>& fields() const { return m_fields; }
    /// The value a field has without the file's own keys: the preset's, else the default. Empty = the preset has no such stage.
    QString presetValue(const std::string& path) const;
    bool isTomlText() const { return m_isToml; }
    const std::vector<Problem>& problems() const { return m_problems; }
    /// Where the text gives this path, or the nearest table above it; line 0 = nowhere.
    TextPlace placeOf(const std::string& path) const;

    /// The editor's text; typing without a pause in one place is one command.
    void setText(const QString& text);
    /// Another text as one command with this name.
    void replaceText(const QString& text, const QString& command);
    /// One field of the form: only its key changes in the text. Edits of the same field up to endEdit() are one command.
    void setField(const QString& path, const QString& tomlValue);
    /// Several fields as one command with this name.
    void setFields(const std::vector<std::pair<QString, QString>>& values, const QString& command);
    /// Back to the preset's value or the default.
    void clearField(const QString& path);
    void addStage(StageKind kind);
    void removeStage(int index);
    /// What comes next is a command of its own.
    void endEdit() { m_editOpen = false; }
    /// Reads the text now instead of a moment after the last key.
    void parseNow();

    /// Writes the file (atomically, not on this thread); saved() or saveFailed() follows. A file that another program changed
    /// meanwhile is left alone once: saved again, it is replaced.
    void save() { saveAs(m_file); }
    void saveAs(const QString& file);

Q_SIGNALS:
    /// The text changed otherwise than by setText(): the editor takes it over.
    void textReplaced();
    /// experiment(), fields(), problems() were read anew.
    void parsed();
    void modifiedChanged();
    /// The name or folder of the file.
    void fileChanged();
    void saved();
    void saveFailed(const QString& sentence);
    /// An edit of the form that could not be made: one sentence.
    void refused(const QString& sentence);

private:
    friend class ExperimentEdit;
    void apply(const QString& text);
    void push(const QString& text, const QString& command, const QString& mergeKey);
    void parse();

    Jobs& m_jobs;
    QUndoStack m_stack;
    QTimer m_parseTimer;
    QString m_file;
    QString m_home;
    QString m_text;
    QString m_onDisk;  ///< what the file held when it was read or written last
    bool m_replaceAnyway = false;
    bool m_typing = false;  ///< the change under way comes from the editor
    bool m_editOpen = false;
    bool m_isToml = true;
    ReadExperiment m_read;
    std::vector<Problem> m_problems;
    std::vector<Field> m_fields;
    std::map<std::string, std::string> m_preset;
};

}  // namespace moebel
