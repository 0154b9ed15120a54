#include "app/workbench/control/run_sparklines.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moebel
{

namespace
{

constexpr int kColumns = 48;
constexpr std::size_t kMostWanted = 64;

Sparkline readSparkline(const RunFolder& folder, std::int64_t step)
{
    Sparkline line;
    line.step = step;
    const auto reader = RunReader::open(folder, NewerSchema::Read);
    if (!reader) return line;
    const auto series = reader->series("language-model-loss", "");
    if (!series || series->points.empty()) return line;
    line.points = thinned(series->points, kColumns);
    return line;
}

}  // namespace

std::vector<float> thinned(const std::vector<MetricPoint>& points, int columns)
{
    std::vector<float> values;
    const std::size_t parts = std::min(points.size(), std::size_t(columns));
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t from = part * points.size() / parts, to = (part + 1) * points.size() / parts;
        float low = std::numeric_limits<float>::infinity(), high = -low;
        bool lowFirst = true;
        for (std::size_t i = from; i < to; ++i) {
            const auto value = float(points[i].value);
            if (!std::isfinite(value)) continue;
            if (value < low) low = value, lowFirst = false;
            if (value > high) high = value, lowFirst = true;
        }
        if (low > high) continue;
        if (low == high) {
            values.push_back(low);
        } else {
            values.push_back(lowFirst ? low : high);
            values.push_back(lowFirst ? high : low);
        }
    }
    return values;
}

const Sparkline* RunSparklines::of(const RunSummary& run)
{
    const auto known = m_known.find(run.folder.path.string());
    const bool current = known != m_known.end() && known->second.step == run.status.step;
    const bool damaged = run.status.state == RunState::Damaged;
    if (!current && !damaged && run.folder.path.string() != m_reading) {
        const auto asked =
            std::find_if(m_wanted.begin(), m_wanted.end(), [&](const auto& one) { return one.first.path == run.folder.path; });
        if (asked != m_wanted.end()) m_wanted.erase(asked);
        m_wanted.emplace_back(run.folder, run.status.step);
        if (m_wanted.size() > kMostWanted) m_wanted.pop_front();
        readNext();
    }
    return known == m_known.end() ? nullptr : &known->second;
}

void RunSparklines::readNext()
{
    if (!m_reading.empty() || m_wanted.empty()) return;
    const auto [folder, step] = m_wanted.back();
    m_wanted.pop_back();
    m_reading = folder.path.string();
    m_jobs.run(
        this, [folder = folder, step = step] { return readSparkline(folder, step); },
        [this, id = folder.id()](Sparkline line) {
            m_known[std::exchange(m_reading, std::string())] = std::move(line);
            Q_EMIT ready(QString::fromStdString(id));
            readNext();
        });
}

}  // namespace moebel
