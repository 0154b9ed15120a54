// The loss of a run in a few points, read when somebody looks at it.
#pragma once

#include <QObject>
#include <QString>
#include <deque>
#include <unordered_map>
#include <vector>

#include "app/workbench/control/jobs.h"
#include "moebel/store/project.h"
#include "moebel/store/run_store.h"

namespace moebel
{

struct Sparkline {
    std::vector<float> points;  ///< from left to right; spikes are kept
    std::int64_t step = -1;     ///< that the run had reached when this was read
};

/// Smallest and largest of each of `columns` equal parts, in their order; the first and the last value stay.
std::vector<float> thinned(const std::vector<MetricPoint>& points, int columns);

class RunSparklines : public QObject
{
    Q_OBJECT

public:
    explicit RunSparklines(Jobs& jobs, QObject* parent = nullptr) : QObject(parent), m_jobs(jobs) {}

    /// What is known; asks for it when it is not, or when the run went on since. Null before it came.
    const Sparkline* of(const RunSummary& run);

Q_SIGNALS:
    void ready(const QString& id);

private:
    void readNext();

    Jobs& m_jobs;
    std::unordered_map<std::string, Sparkline> m_known;       ///< by folder
    std::deque<std::pair<RunFolder, std::int64_t>> m_wanted;  ///< the last one asked for is read first: it is on the screen
    std::string m_reading;                                    ///< folder; empty = nothing is being read
};

}  // namespace moebel
