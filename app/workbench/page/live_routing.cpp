#include "app/workbench/page/live_routing.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLocale>
#include <QSignalBlocker>
#include <QTabBar>
#include <QVBoxLayout>
#include <algorithm>

#include "app/workbench/control/record_command.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/routing_views.h"
#include "app/workbench/page/routing_words.h"
#include "app/workbench/page/step_player.h"

namespace moebel
{

LiveRouting::LiveRouting(RunFeed& feed, Jobs& jobs, QWidget* parent)
    : QWidget(parent),
      m_feed(feed),
      m_jobs(jobs),
      m_map(new QComboBox(this)),
      m_language(new QComboBox(this)),
      m_measure(new QComboBox(this)),
      m_player(new StepPlayer(this)),
      m_views(new RoutingViews(jobs, this))
{
    build();
    m_views->setCommand([this] { return command(); });
    connect(m_map, &QComboBox::currentIndexChanged, m_views, &RoutingViews::setCurrentIndex);
    connect(m_views, &RoutingViews::cellChosen, this,
            [this](const HeatMapCell& cell) { Q_EMIT cellChosen(cell.row, cell.column); });
    connect(m_views, &RoutingViews::languageChosen, m_language, &QComboBox::setCurrentIndex);
    connect(m_language, &QComboBox::currentIndexChanged, this, [this] {
        showMap();
        Q_EMIT languageChosen(m_language->currentData().toString());
    });
    connect(m_measure, &QComboBox::currentIndexChanged, this, &LiveRouting::showMap);
    connect(m_player, &StepPlayer::chosen, this, [this](int index) {
        if (std::size_t(index) < m_captures.size()) read(m_captures[std::size_t(index)]);
    });
    m_player->waitWhile([this] { return m_asked.has_value(); });
    connect(&m_feed, &RunFeed::structureChanged, this, &LiveRouting::fillLanguages);
    connect(&m_feed, &RunFeed::advanced, this, &LiveRouting::takeCaptures);
    connect(&m_feed, &RunFeed::routingSampled, this, [this](const RoutingSampled& sample) {
        const bool newer = !m_shown || sample.step >= m_shown->step;
        if (m_player->atEnd() && newer) take({sample.stage, sample.step, sample.split}, {{}, sample.stats, {}, {}, {}});
    });
    reset();
}

void LiveRouting::build()
{
    m_map->setObjectName(QStringLiteral("liveMap"));
    m_map->setAccessibleName(tr("Kind of routing map"));
    for (int i = 0; i < m_views->count(); ++i) m_map->addItem(m_views->tabText(i).remove(QLatin1Char('&')));
    m_views->tabBar()->hide();
    m_language->setObjectName(QStringLiteral("liveLanguage"));
    m_language->setAccessibleName(tr("Language of the routing map"));
    m_measure->setObjectName(QStringLiteral("liveMeasure"));
    m_measure->setAccessibleName(tr("Measure of the routing map"));
    addRoutingMeasures(*m_measure);
    auto* choices = new QHBoxLayout;
    for (QComboBox* box : {m_map, m_language, m_measure}) {  // the pane may be narrow
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(9);
        choices->addWidget(box, 1);
    }
    choices->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(choices);
    layout->addWidget(m_player);
    layout->addWidget(m_views, 1);
}

void LiveRouting::chooseCell(int layer, int expert)
{
    m_views->setCurrentCell(layer < 0 || expert < 0 ? std::nullopt : std::optional(HeatMapCell{layer, expert}));
}

void LiveRouting::chooseLanguage(const QString& code)
{
    const int index = m_language->findData(code);
    m_preferred = code;
    if (index >= 0) m_language->setCurrentIndex(index);
}

ExportMenu& LiveRouting::exportMenu() const { return m_views->exportMenu(); }

QString LiveRouting::command() const
{
    return m_shown ? routingCommand(m_feed.run(), *m_shown, m_views->divergenceReference()) : QString();
}

void LiveRouting::reset()
{
    ++m_request;
    m_languages.clear();
    m_captures.clear();
    m_player->setCount(0);
    m_picture.reset();
    m_shown.reset();
    m_asked.reset();
    showMap();
}

void LiveRouting::fillLanguages()
{
    if (m_feed.history().languages() == m_languages) {
        if (!m_picture) showMap();
        return;
    }
    m_languages = m_feed.history().languages();
    const QSignalBlocker quiet(m_language);
    const QString before = m_language->count() > 0 ? m_language->currentData().toString() : m_preferred;
    m_language->clear();
    for (const Language& language : m_languages)
        m_language->addItem(languageText(language.code), QString::fromStdString(language.code));
    int chosen = m_language->findData(before);
    for (std::size_t i = 0; chosen < 0 && i < m_languages.size(); ++i)
        if (m_languages[i].role == LanguageRole::Expanded) chosen = int(i);
    m_language->setCurrentIndex(std::max(0, chosen));
    showMap();
}

// The newest capture of the record, unless an earlier one was chosen or the socket has told a newer one.
void LiveRouting::takeCaptures()
{
    const auto& captures = m_feed.history().captures();
    if (captures.empty()) return;
    if (captures != m_captures) {
        m_captures = captures;
        m_player->setCount(int(m_captures.size()));
    }
    const bool known = m_shown && captures.back().step <= m_shown->step;
    if (m_player->atEnd() && !known && m_asked != captures.back()) read(captures.back());
}

void LiveRouting::read(const RoutingCapture& capture)
{
    const quint64 request = ++m_request;
    m_asked = capture;
    m_jobs.run(
        this, [run = m_feed.run(), capture, languages = m_languages] { return readRouting(run, capture, languages, {}); },
        [this, request, capture](RoutingReading reading) {
            if (request != m_request) return;
            m_asked.reset();
            if (reading.problem.isEmpty()) take(capture, std::move(reading));
        });
}

void LiveRouting::take(const RoutingCapture& capture, RoutingReading reading)
{
    m_shown = capture;
    m_picture = pictureOf(std::move(reading), m_languages, title(capture));
    showMap();
}

QString LiveRouting::title(const RoutingCapture& capture) const
{
    const QString text = capture.split == RoutingSplit::Training ? tr("training text") : tr("held-out text");
    return tr("step %1, %2").arg(QLocale().toString(qint64(capture.step)), text);
}

void LiveRouting::showMap()
{
    m_player->setText(m_picture ? m_picture->when : QString());
    const int language = m_language->currentIndex();
    const bool fits = m_picture && m_picture->languages.size() == std::size_t(m_picture->stats.languages());
    if (!fits || language < 0)
        return m_views->clear(withoutRoutingText(m_feed.history().stages(),
                                                 tr("No routing yet: the first capture comes with the first logged step.")));
    m_views->show(m_picture, RoutingMeasure(m_measure->currentData().toInt()), language);
}

}  // namespace moebel
