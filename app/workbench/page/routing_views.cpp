#include "app/workbench/page/routing_views.h"

#include <QComboBox>
#include <QLocale>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/workbench/page/expansion/routing_expansion_view.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/routing_divergence_view.h"
#include "app/workbench/page/routing_words.h"
#include "widgets/plot/routing_map_grid.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/named_tabs.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

namespace
{

constexpr double kFewTokens = 200;  ///< shares of fewer tokens are told to be uncertain

QString titleOf(const RoutingPicture& picture, std::size_t language)
{
    const double tokens = picture.stats.tokens(LanguageId{std::int32_t(language)});
    const QString name = languageText(picture.languages[language].code);
    return tokens < kFewTokens ? RoutingViews::tr("%1, only %2 tokens").arg(name, QLocale().toString(qint64(tokens))) : name;
}

// Layers down, experts across; numbers as they are drawn.
ComparisonTable tableOf(const RoutingMap& map, const QString& title)
{
    ComparisonTable table{title, {}, {}, 1};
    for (std::int64_t expert = 0; expert < map.widestLayer(); ++expert)
        table.columns << RoutingViews::tr("expert %1").arg(expert) << RoutingViews::tr("tokens in top-K");
    for (std::size_t layer = 0; layer < map.values.size(); ++layer) {
        ComparisonRow row{RoutingViews::tr("layer %1").arg(layer), false, {}, Better::Unknown};
        for (std::size_t expert = 0; expert < map.values[layer].size(); ++expert) {
            const double value = map.values[layer][expert], count = map.counts[layer][expert];
            ComparisonCell shown, counted;
            shown.value = value;
            shown.decimals = 4;
            counted.value = count;
            counted.decimals = 0;
            row.cells.insert(row.cells.end(), {shown, counted});
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace

RoutingViews::RoutingViews(Jobs& jobs, QWidget* parent)
    : QTabWidget(parent),
      m_jobs(jobs),
      m_map(new RoutingMapWidget),
      m_grid(new RoutingMapGrid),
      m_languages(new HeatMapWidget),
      m_languageMeasure(new QComboBox),
      m_divergence(new DivergenceView),
      m_table(new ComparisonView),
      m_expansion(new RoutingExpansionView)
{
    setDocumentMode(true);
    setObjectName(QStringLiteral("routingViews"));
    m_languages->setAccessibleName(tr("Languages by layers"));
    m_table->setObjectName(QStringLiteral("routingTable"));
    m_table->setAccessibleName(tr("The routing map as a table"));
    m_languageMeasure->setObjectName(QStringLiteral("languageMeasure"));
    m_languageMeasure->setAccessibleName(tr("Measure of languages by layers"));
    for (LanguageMeasure measure : kLanguageMeasures) {
        m_languageMeasure->addItem(measureText(measure), int(measure));
        m_languageMeasure->setItemData(m_languageMeasure->count() - 1, explanationText(measure), Qt::ToolTipRole);
    }
    auto* languages = new QWidget;
    auto* layout = new QVBoxLayout(languages);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->addWidget(m_languageMeasure, 0, Qt::AlignLeft);
    layout->addWidget(m_languages, 1);
    addNamedTab(*this, m_map, tr("One language"), QStringLiteral("one-language"));
    addNamedTab(*this, m_grid, tr("All languages"), QStringLiteral("all-languages"));
    addNamedTab(*this, languages, tr("Languages \u00d7 layers"), QStringLiteral("languages"));
    addNamedTab(*this, m_divergence, tr("Divergence"), QStringLiteral("divergence"));
    addNamedTab(*this, m_table, tr("Table"), QStringLiteral("table"));
    addNamedTab(*this, m_expansion, tr("Expansion"), QStringLiteral("expansion"));
    for (ExportMenu* exports : exportMenus()) connect(exports, &ExportMenu::told, this, &RoutingViews::told);
    connect(&m_divergence->tableExports(), &ExportMenu::told, this, &RoutingViews::told);
    connect(this, &QTabWidget::currentChanged, this, [this] {
        fillCurrentView();
        Q_EMIT readoutChanged({});
    });
    connect(m_languageMeasure, &QComboBox::currentIndexChanged, this, [this] {
        showLanguageLayers();
        Q_EMIT readoutChanged({});
    });
    connect(m_map, &HeatMapWidget::readoutChanged, this, &RoutingViews::readoutChanged);
    connect(m_map, &HeatMapWidget::cellChosen, this, &RoutingViews::cellChosen);
    connect(m_grid, &RoutingMapGrid::readoutChanged, this, &RoutingViews::readoutChanged);
    connect(m_grid, &RoutingMapGrid::cellChosen, this, [this](int index, const HeatMapCell& cell) {
        Q_EMIT languageChosen(index);
        Q_EMIT cellChosen(cell);
    });
    connect(m_languages, &HeatMapWidget::readoutChanged, this, &RoutingViews::readoutChanged);
    connect(m_languages, &HeatMapWidget::cellChosen, this, [this](const HeatMapCell& cell) {
        Q_EMIT languageChosen(cell.row);
        Q_EMIT cellChosen({cell.column, 0});
    });
    connect(m_divergence, &DivergenceView::choiceChanged, this, [this] {
        if (hasContent()) m_divergence->show(*m_picture);
    });
    connect(m_expansion, &RoutingExpansionView::choiceChanged, this, [this] {
        if (hasContent()) m_expansion->show(*m_picture);
        Q_EMIT readoutChanged({});
    });
    connect(&m_expansion->map(), &HeatMapWidget::readoutChanged, this, &RoutingViews::readoutChanged);
    connect(&m_divergence->map(), &HeatMapWidget::readoutChanged, this, &RoutingViews::readoutChanged);
    connect(&m_divergence->map(), &HeatMapWidget::cellChosen, this,
            [this](const HeatMapCell& cell) { Q_EMIT languageChosen(cell.row); });
}

void RoutingViews::show(SharedPicture picture, RoutingMeasure measure, int language)
{
    if (!picture || language < 0 || language >= int(picture->stats.languages())) return clear({});
    const quint64 request = ++m_request;
    if (picture == m_picture && measure == m_measure) {
        m_language = language;
        m_filled.fill(false);
        return fillCurrentView();
    }
    m_jobs.run(
        this, [picture, measure] { return routingMaps(*picture, measure); },
        [this, request, picture, measure, language](RoutingMaps maps) {
            if (request != m_request) return;
            m_measure = measure;
            m_language = language;
            take(picture, std::move(maps));
        });
}

void RoutingViews::take(SharedPicture picture, RoutingMaps maps)
{
    m_picture = std::move(picture);
    m_maps = std::move(maps);
    m_titles.clear();
    for (std::size_t i = 0; i < m_picture->languages.size(); ++i) m_titles << titleOf(*m_picture, i);
    m_filled.fill(false);
    fillCurrentView();
    Q_EMIT readoutChanged({});
}

void RoutingViews::fillCurrentView()
{
    if (!hasContent() || std::exchange(m_filled[std::size_t(currentIndex())], true)) return;
    const RoutingMap& map = m_maps.maps[std::size_t(m_language)];
    const QString title = QStringLiteral("%1, %2").arg(m_titles[m_language], m_picture->when);
    switch (View(currentIndex())) {
        case OneLanguage:
            m_map->setMap(map, title, m_maps.scale);
            return m_map->setCurrentCell(m_cell);
        case AllLanguages:
            m_grid->setMaps(m_maps.maps, m_titles, m_maps.scale);
            return m_grid->setCurrentCell(m_cell);
        case LanguagesByLayers:
            return showLanguageLayers();
        case Divergence:
            return m_divergence->show(*m_picture);
        case Table:
            return m_table->setTable(tableOf(map, title));
        case Expansion:
            return m_expansion->show(*m_picture);
    }
}

void RoutingViews::showLanguageLayers()
{
    if (!hasContent()) return;
    const auto measure = LanguageMeasure(m_languageMeasure->currentData().toInt());
    HeatMap map{m_picture->when,
                tr("language"),
                tr("layer"),
                measureText(measure),
                {},
                {},
                languageLayerMap(m_picture->stats, measure),
                {},
                true};
    for (const Language& language : m_picture->languages) map.rowNames << languageText(language.code);
    if (m_picture->reference) {
        const auto reference = languageLayerMap(*m_picture->reference, measure);
        double largest = 0;
        for (std::size_t i = 0; i < map.values.size(); ++i) {
            const std::int32_t other = m_picture->referenceIndex[i];
            for (std::size_t layer = 0; layer < map.values[i].size(); ++layer) {
                const bool there = other >= 0 && layer < reference[std::size_t(other)].size();
                map.values[i][layer] -= there ? reference[std::size_t(other)][layer] : std::nan("");
                if (std::abs(map.values[i][layer]) > largest) largest = std::abs(map.values[i][layer]);
            }
        }
        map.scale = {-scaleEnd(largest), scaleEnd(largest), 0};
        map.valueTitle = tr("difference of %1").arg(map.valueTitle);
    }
    m_languages->setHeatMap(map);
}

void RoutingViews::clear(const QString& reason)
{
    ++m_request;
    m_language = -1;
    m_picture.reset();
    m_divergence->clear(reason);
    m_expansion->clear(reason);
    m_map->clear(reason);
    m_grid->clear(reason);
    m_languages->setHeatMap({reason, {}, {}, {}, {}, {}, {}, {}, false});
    m_table->setNothing(reason);
    m_table->setTable({});
}

void RoutingViews::setCurrentCell(std::optional<HeatMapCell> cell)
{
    m_cell = cell;
    m_map->setCurrentCell(cell);
    m_grid->setCurrentCell(cell);
}

// In the order of the views.
std::array<ExportMenu*, RoutingViews::kViews> RoutingViews::exportMenus() const
{
    return {&m_map->exportMenu(),        &m_grid->exportMenu(),  &m_languages->exportMenu(),
            &m_divergence->mapExports(), &m_table->exportMenu(), &m_expansion->map().exportMenu()};
}

ExportMenu& RoutingViews::exportMenu() const { return *exportMenus()[std::size_t(currentIndex())]; }

void RoutingViews::setCommand(const std::function<QString()>& command)
{
    for (ExportMenu* exports : exportMenus()) exports->setCommand(command);
    m_divergence->tableExports().setCommand(command);
}

QString RoutingViews::explanation() const
{
    switch (View(currentIndex())) {
        case Divergence:
            return {};
        case Expansion:
            return m_expansion->explanation();
        case LanguagesByLayers:
            return explanationText(LanguageMeasure(m_languageMeasure->currentData().toInt()));
        default:
            return hasContent() ? explanationText(m_measure) : QString();
    }
}

QString RoutingViews::divergenceReference() const { return m_divergence->reference(); }

}  // namespace moebel
