// Groups under design, with undo: what the laboratory shows and changes.
#pragma once

#include <QObject>
#include <QUndoStack>
#include <map>
#include <stop_token>

#include "app/workbench/control/grouping/grouping_evidence.h"
#include "app/workbench/control/grouping/grouping_quality.h"
#include "app/workbench/control/jobs.h"

namespace moebel
{

/// Groups, and the rule that they came from.
struct Grouping {
    std::vector<std::vector<std::string>> groups;
    GroupingAlgorithm algorithm = GroupingAlgorithm::Manual;
    std::int64_t count = 0;  ///< for Exact, Growth and Random
    Seed seed;               ///< for Random
    bool operator==(const Grouping&) const = default;
};

class GroupingDesign : public QObject
{
    Q_OBJECT

public:
    explicit GroupingDesign(Jobs& jobs, QObject* parent = nullptr);
    ~GroupingDesign() override;

    /// Other evidence has groups of its own, which are kept while the window is open; a new history begins.
    void setEvidence(GroupingEvidence evidence);
    const GroupingEvidence& evidence() const { return m_evidence; }
    int source() const { return m_source; }
    int layer() const { return m_layer; }
    /// The similarity that is looked at; empty without sources.
    const LanguageMatrix& matrix() const;
    const Grouping& grouping() const { return m_grouping; }
    LanguageGroups groups() const { return withSimilarities({m_grouping.groups, {}, {}}, matrix()); }
    GroupingQuality quality() const { return qualityOf(groups(), matrix(), m_evidence.tokens); }
    QUndoStack& undoStack() { return m_stack; }

    void chooseSource(int source);
    void chooseLayer(int layer);
    /// Groups by a rule over the similarity that is looked at, on another thread; changed() or refused() follows.
    void form(GroupingAlgorithm algorithm, std::int64_t count, Seed seed);
    /// What is being formed is given up; the groups stay.
    void cancel();
    bool isForming() const { return m_forming; }
    /// Into another group; a group of its own where `group` is the number of groups. A group that is left empty goes.
    void move(const std::string& language, std::size_t group);
    /// As in a map file: languages that it does not have stand together in a last group.
    void take(const LanguageGroups& groups, const QString& title);

    /// What the groups are compared with.
    struct Compared {
        QString title;
        LanguageGroups groups;
    };
    const std::optional<Compared>& compared() const { return m_compared; }
    void compareWith(std::optional<Compared> compared);

Q_SIGNALS:
    void evidenceChanged();
    /// Another similarity is looked at.
    void matrixChanged();
    /// Other groups, or another comparison.
    void changed();
    void formingChanged(bool forming);
    /// What was not done, and why, in one sentence; nothing changed.
    void refused(const QString& sentence);
    /// The exact search would take too long; growth makes as many groups at once. Follows refused().
    void growthOffered(qint64 count);

private:
    friend class GroupingEdit;
    void apply(const Grouping& grouping);
    void push(Grouping after, const QString& command);
    void finishForming(quint64 request, Grouping wanted, const Result<LanguageGroups>& groups);
    void setForming(bool forming);

    Jobs& m_jobs;
    QUndoStack m_stack;
    GroupingEvidence m_evidence;
    Grouping m_grouping;
    std::map<QString, Grouping> m_kept;  ///< by the evidence's key
    std::optional<Compared> m_compared;
    int m_source = 0;
    int m_layer = 0;
    bool m_forming = false;
    quint64 m_request = 0;
    std::stop_source m_stop;
};

}  // namespace moebel
