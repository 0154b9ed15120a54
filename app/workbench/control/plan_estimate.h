// What a run of the experiment would be: sizes at once, times and text facts as soon as `moebel` has told them.
#pragma once

#include <QHash>
#include <QObject>
#include <QString>

#include "app/workbench/control/experiment_document.h"
#include "app/workbench/control/plan_dry_run.h"
#include "app/workbench/control/plan_query.h"
#include "moebel/experiment/plan.h"

namespace moebel
{

/// What is known of a language's text; -1 = not known.
struct LanguageTextFacts {
    qint64 documents = -1;
    qint64 bytes = -1;
    qint64 tokens = -1;
    QString sample;
    QString problem;  ///< why there is none, and what installs it

    bool operator==(const LanguageTextFacts&) const = default;
};

/// Memory of this machine and room on the disk where the run would be; 0 = unknown.
struct Room {
    qint64 memoryBytes = 0;
    qint64 diskBytes = 0;
};

class PlanEstimate : public QObject
{
    Q_OBJECT

public:
    PlanEstimate(ExperimentDocument& document, Jobs& jobs, const QString& program, QObject* parent = nullptr);

    /// Nothing is asked of `moebel` while this is off: the page is not shown.
    void setActive(bool active);

    /// What a dry run of this description reached: the times follow it as long as the shapes stay the same.
    void setSpeed(const RunSpeed& speed);

    /// Of the last description without problems; false until there was one.
    bool hasPlan() const { return m_hasPlan; }
    /// The plan is of the description as it stands.
    bool isCurrent() const { return m_current; }
    const Plan& plan() const { return m_plan; }
    const Room& room() const { return m_room; }
    /// Where the times come from, or why there are none.
    QString timeNote() const { return m_timeNote; }
    const QHash<QString, LanguageTextFacts>& texts() const { return m_texts; }
    /// Why a language that is not in texts() is unknown: being read, or one sentence.
    QString textNote() const { return m_textNote; }

Q_SIGNALS:
    void planChanged();
    void textsChanged();

private:
    void update();
    void makeTimes(const QString& question);
    void askRate();
    void askTexts();
    void takeRate(const QJsonObject& answer);
    void takeTexts(const QJsonObject& answer);
    void readRoom();
    std::int64_t bytesOfTexts() const;  ///< of the languages that are known

    ExperimentDocument& m_document;
    Jobs& m_jobs;
    PlanQuery m_rateQuery;
    PlanQuery m_textQuery;
    bool m_active = false;
    bool m_hasPlan = false;
    bool m_current = false;
    Plan m_plan;
    Room m_room;
    double m_rate = 0;  ///< 10^9 operations a second, for m_rateOf
    QString m_rateOf;
    RunSpeed m_speed;  ///< for m_speedOf
    QString m_speedOf;
    QString m_timeNote;
    QHash<QString, LanguageTextFacts> m_texts;
    QString m_textNote;
};

}  // namespace moebel
