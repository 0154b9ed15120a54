// The base models of the open project, and what `moebel inspect` says of them.
#pragma once

#include <QObject>
#include <QUndoStack>
#include <map>
#include <optional>
#include <vector>

#include "app/workbench/control/models/model_facts.h"
#include "app/workbench/control/moebel_call.h"
#include "app/workbench/control/navigator.h"
#include "app/workbench/control/selection.h"

namespace moebel
{

/// A model by its folder or .gguf file.
struct KnownModel {
    QString path;
    std::optional<ModelFacts> facts;  ///< none while it is being looked at, or where that failed
    QString failure;                  ///< why nothing is known of it, in one sentence
};

/// They stand in project.toml; without a project they are kept as long as the window is open.
class KnownModels : public QObject
{
    Q_OBJECT

public:
    KnownModels(Jobs& jobs, Selection& selection, Navigator& navigator, const QString& program, QObject* parent = nullptr);

    const std::vector<KnownModel>& models() const { return m_models; }
    /// -1: not among them.
    int indexOf(const QString& path) const;
    /// The folder of a file that belongs to a checkpoint; can be undone. One that is there already is looked at again.
    void add(const QString& path);
    /// The model stays on disk; can be undone.
    void remove(const QString& path);
    QUndoStack& undoStack() { return m_undo; }

Q_SIGNALS:
    /// Others, or in another order.
    void listChanged();
    /// More is known of this one.
    void modelChanged(int index);
    /// Somebody added it: it is to be looked at.
    void added(const QString& path);

private:
    friend class ModelsStep;
    void openProject();
    void setPaths(const QStringList& paths);
    void keep(const QStringList& paths);
    void writeNext();
    QStringList paths() const;
    void inspectNext();
    void take(const std::optional<ModelFacts>& facts, const QString& failure);

    Jobs& m_jobs;
    Selection& m_selection;
    Navigator& m_navigator;
    QUndoStack m_undo;
    MoebelCall m_inspection;
    QString m_project;
    QString m_asked;  ///< path of the model that is being looked at
    std::vector<KnownModel> m_models;
    std::optional<QStringList> m_waiting;  ///< the newest list that is not written yet
    bool m_writing = false;                ///< one write after another, so that the last one wins
};

}  // namespace moebel
