// The candidates for one allocation, with undo: what the designer shows and changes.
#pragma once

#include <QObject>
#include <QUndoStack>
#include <map>
#include <vector>

#include "app/workbench/control/expansion/allocation_candidate.h"

namespace moebel
{

class AllocationDesign : public QObject
{
    Q_OBJECT

public:
    explicit AllocationDesign(QObject* parent = nullptr);

    /// Other evidence has candidates of its own, which are kept while the window is open; a new history begins.
    void setEvidence(AllocationEvidence evidence);
    const AllocationEvidence& evidence() const { return m_evidence; }
    const std::vector<AllocationCandidate>& candidates() const { return m_state.candidates; }
    int current() const { return m_state.current; }
    /// The current one; none without layers.
    const AllocationCandidate* candidate() const;
    QUndoStack& undoStack() { return m_stack; }

    void setCurrent(int index);
    /// The current one by another rule, which begins with the sum that is there.
    void chooseRule(DesignRule rule);
    /// The current one with other numbers of its rule. Changes of the same `field` up to endEdit() are one command.
    void setRule(const AllocationCandidate& changed, const QString& field);
    void endEdit() { ++m_edit; }
    /// All experts of a layer, those of earlier rounds counted. Changes of the same gesture are one command; 0: of its own.
    void setExperts(int layer, std::int64_t experts, int gesture);
    void setClassifier(int layer, bool on);
    /// In so many layers with a router, those where new and original languages are most alike.
    void setClassifierCount(std::int64_t count);
    void setLocked(bool locked);
    /// Any form that parsePasted() takes; it becomes the current candidate's list.
    void paste(const QString& text);
    /// A copy of the current one, behind it.
    void addCandidate();
    /// The last one stays.
    void removeCandidate(int index);
    void rename(int index, const QString& name);

Q_SIGNALS:
    /// Candidates, or which of them is the current one.
    void changed();
    void evidenceChanged();
    /// What was not done, and why, in one sentence; nothing changed.
    void refused(const QString& sentence);

private:
    friend class AllocationEdit;
    struct State {
        std::vector<AllocationCandidate> candidates;
        int current = 0;
        bool operator==(const State&) const = default;
    };
    void apply(const State& state);
    void push(State after, const QString& command, const QString& key = {});
    void replaceCurrent(const AllocationCandidate& candidate, const QString& command, const QString& key = {});
    State firstState() const;

    QUndoStack m_stack;
    AllocationEvidence m_evidence;
    State m_state;
    std::map<QString, State> m_kept;  ///< by the evidence's key
    int m_edit = 0;
};

}  // namespace moebel
