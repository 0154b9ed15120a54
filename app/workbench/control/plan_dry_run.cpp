#include "app/workbench/control/plan_dry_run.h"

#include <QFile>
#include <algorithm>
#include <optional>

#include "moebel/store/run_store.h"

namespace moebel
{

namespace
{

constexpr int kLookMilliseconds = 1000;

RunFolder runOf(const QString& folder) { return RunFolder{QFile::encodeName(folder).toStdString()}; }

double medianOfLaterHalf(const std::vector<MetricPoint>& points, std::int64_t after, std::int64_t last)
{
    std::vector<double> values;
    for (const MetricPoint& point : points)
        if (point.step > after && point.step <= last) values.push_back(point.value);
    values.erase(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2));
    if (values.empty()) return 0;
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

RunSpeed readSpeed(const RunFolder& run)
{
    RunSpeed speed;
    const auto exit = readExitRecord(run);
    if (exit && exit->exitCode != 0) {
        speed.problem = exit->message.empty()
                            ? PlanDryRun::tr("it ended with code %1; its log.txt says more").arg(exit->exitCode)
                            : QString::fromStdString(exit->message);
        return speed;
    }
    const auto reader = RunReader::open(run);
    if (!reader) {
        speed.problem = QString::fromStdString(reader.error().message);
        return speed;
    }
    const auto stages = reader->stages();
    const auto points = reader->series("tokens-per-second", "");
    const auto base = reader->series("base.tokens-per-second", "");
    if (!stages || !points) {
        speed.problem = QString::fromStdString(!stages ? stages.error().message : points.error().message);
        return speed;
    }
    for (const StageRecord& stage : *stages) {
        if (stage.kind == StageKind::Pretraining) continue;  // counts its own steps
        speed.stages.push_back(medianOfLaterHalf(points->points, stage.firstStep, stage.firstStep + stage.steps));
    }
    if (base && !base->points.empty()) speed.base = medianOfLaterHalf(base->points, -1, base->points.back().step);
    return speed;
}

PlanDryRun::PlanDryRun(Jobs& jobs, QObject* parent) : QObject(parent), m_jobs(jobs)
{
    m_timer.setInterval(kLookMilliseconds);
    connect(&m_timer, &QTimer::timeout, this, &PlanDryRun::look);
}

void PlanDryRun::watch(const QString& folder)
{
    m_folder = folder;
    m_timer.start();
}

void PlanDryRun::look()
{
    m_jobs.run(
        this,
        [folder = m_folder]() -> std::optional<RunSpeed> {
            const RunFolder run = runOf(folder);
            std::error_code ignored;
            const bool gone = !std::filesystem::exists(run.path, ignored);
            if (!gone && !readExitRecord(run)) return std::nullopt;
            return readSpeed(run);
        },
        [this, folder = m_folder](const std::optional<RunSpeed>& speed) {
            if (!speed || folder != m_folder || !m_timer.isActive()) return;
            m_timer.stop();
            Q_EMIT finished(*speed);
        });
}

}  // namespace moebel
