#include "app/workbench/page/live_routing.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLocale>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "app/workbench/control/routing_command.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/routing_words.h"
#include "moebel/analysis/routing_map.h"
#include "widgets/plot/routing_map_widget.h"

namespace moebel
{

namespace
{

struct Read {
    QString problem;
    RoutingStats stats;
};

Read readStats(const RunFolder& run, const RoutingCapture& capture)
{
    auto reader = RunReader::open(run, NewerSchema::Read);
    if (!reader) return {QString::fromStdString(reader.error().message), {}};
    auto stats = reader->routing(capture);
    if (!stats) return {QString::fromStdString(stats.error().message), {}};
    return {{}, std::move(stats).value()};
}

}  // namespace

LiveRouting::LiveRouting(RunFeed& feed, Jobs& jobs, QWidget* parent)
    : QWidget(parent),
      m_feed(feed),
      m_jobs(jobs),
      m_language(new QComboBox(this)),
      m_measure(new QComboBox(this)),
      m_map(new RoutingMapWidget(this))
{
    m_language->setObjectName(QStringLiteral("liveLanguage"));
    m_language->setAccessibleName(tr("Language of the routing map"));
    m_language->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_measure->setObjectName(QStringLiteral("liveMeasure"));
    m_measure->setAccessibleName(tr("Measure of the routing map"));
    addRoutingMeasures(*m_measure);
    auto* choices = new QHBoxLayout;
    choices->addWidget(m_language);
    choices->addWidget(m_measure);
    choices->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(choices);
    layout->addWidget(m_map, 1);
    connect(m_language, &QComboBox::currentIndexChanged, this, [this] {
        showMap();
        Q_EMIT languageChosen(m_language->currentData().toString());
    });
    connect(m_measure, &QComboBox::currentIndexChanged, this, &LiveRouting::showMap);
    connect(m_map, &RoutingMapWidget::cellChosen, this,
            [this](const HeatMapCell& cell) { Q_EMIT cellChosen(cell.row, cell.column); });
    connect(&m_feed, &RunFeed::structureChanged, this, &LiveRouting::fillLanguages);
    connect(&m_feed, &RunFeed::advanced, this, &LiveRouting::readNewest);
    connect(&m_feed, &RunFeed::routingSampled, this, [this](const RoutingSampled& sample) {
        take({sample.stage, sample.step, sample.split}, sample.stats);
    });
    reset();
}

void LiveRouting::chooseCell(int layer, int expert)
{
    m_map->setCurrentCell(layer < 0 || expert < 0 ? std::nullopt : std::optional(HeatMapCell{layer, expert}));
}

void LiveRouting::chooseLanguage(const QString& code)
{
    const int index = m_language->findData(code);
    m_preferred = code;
    if (index >= 0) m_language->setCurrentIndex(index);
}

ExportMenu& LiveRouting::exportMenu() const { return m_map->exportMenu(); }

QString LiveRouting::command() const
{
    return routingCommand(m_feed.run(), {}, m_shown.step, m_language->currentData().toString());
}

void LiveRouting::reset()
{
    ++m_request;
    m_languages.clear();
    m_stats.reset();
    m_shown = RoutingCapture{0, -1, RoutingSplit::Training};
    m_asked = -1;
    showMap();
}

void LiveRouting::fillLanguages()
{
    if (m_feed.history().languages() == m_languages) {
        if (!m_stats) showMap();
        return;
    }
    m_languages = m_feed.history().languages();
    const QSignalBlocker quiet(m_language);
    const QString before = m_language->count() > 0 ? m_language->currentData().toString() : m_preferred;
    m_language->clear();
    for (const Language& language : m_languages)
        m_language->addItem(languageText(language.code), QString::fromStdString(language.code));
    int chosen = m_language->findData(before);  // else the first one that the run learns: its text comes first
    for (std::size_t i = 0; chosen < 0 && i < m_languages.size(); ++i)
        if (m_languages[i].role == LanguageRole::Expanded) chosen = int(i);
    m_language->setCurrentIndex(std::max(0, chosen));
    showMap();
}

// The newest capture of the record, unless the socket has told a newer one.
void LiveRouting::readNewest()
{
    const auto& captures = m_feed.history().captures();
    if (captures.empty() || captures.back().step <= std::max(m_shown.step, m_asked)) return;
    const RoutingCapture newest = captures.back();
    m_asked = newest.step;
    const quint64 request = m_request;
    m_jobs.run(
        this, [run = m_feed.run(), newest] { return readStats(run, newest); },
        [this, request, newest](Read read) {
            if (request == m_request && read.problem.isEmpty()) take(newest, std::move(read.stats));
        });
}

void LiveRouting::take(const RoutingCapture& capture, RoutingStats stats)
{
    if (m_stats && capture.step < m_shown.step) return;
    m_shown = capture;
    m_stats = std::move(stats);
    showMap();
}

void LiveRouting::showMap()
{
    const int language = m_language->currentIndex();
    if (!m_stats || language < 0 || language >= int(m_stats->languages())) {
        m_map->clear(withoutRoutingText(m_feed.history().stages(),
                                        tr("No routing yet: the first capture comes with the first logged step.")));
        return;
    }
    const auto measure = RoutingMeasure(m_measure->currentData().toInt());
    std::vector<RoutingMap> maps;
    for (std::int32_t other = 0; other < m_stats->languages(); ++other)
        maps.push_back(routingMap(*m_stats, LanguageId{other}, measure));
    const QString text = m_shown.split == RoutingSplit::Training ? tr("training text") : tr("held-out text");
    const QString title = tr("%1, step %2, %3").arg(m_language->currentText(), QLocale().toString(qint64(m_shown.step)), text);
    m_map->setMap(maps[std::size_t(language)], title, sharedScale(maps));
}

}  // namespace moebel
