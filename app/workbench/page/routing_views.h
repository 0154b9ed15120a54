// One moment of a run's routing, seen four ways: one language, all languages, languages x layers, as a table.
#pragma once

#include <QTabWidget>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "moebel/analysis/routing_map.h"
#include "moebel/experiment/language.h"
#include "widgets/plot/heat_map_widget.h"

class QComboBox;

namespace moebel
{

class ComparisonView;
class ExportMenu;
class RoutingMapGrid;
class RoutingMapWidget;

/// What there is to be seen.
struct RoutingPicture {
    std::vector<Language> languages;
    RoutingStats stats;
    QString when;                              ///< "stage 2: review, step 1,200"
    std::optional<RoutingStats> reference;     ///< the differences to it are shown
    std::vector<std::int32_t> referenceIndex;  ///< of each language in the reference; -1 = not there
};

class RoutingViews : public QTabWidget
{
    Q_OBJECT

public:
    explicit RoutingViews(QWidget* parent = nullptr);

    /// `language`: index into the picture's languages; -1 = none.
    void show(std::shared_ptr<const RoutingPicture> picture, RoutingMeasure measure, int language);
    /// Nothing to see, and why.
    void clear(const QString& reason);
    void setCurrentCell(std::optional<HeatMapCell> cell);
    /// What the current view gives away.
    ExportMenu& exportMenu() const;
    void setCommand(const std::function<QString()>& command);
    bool hasContent() const { return m_language >= 0; }

Q_SIGNALS:
    void readoutChanged(const QString& readout);
    void cellChosen(const moebel::HeatMapCell& cell);
    /// Index of a language that was chosen in one of the views.
    void languageChosen(int language);

    /// See ExportMenu::told.
    void told(bool ok, const QString& sentence);

private:
    enum View { OneLanguage, AllLanguages, LanguagesByLayers, Table };
    void makeMaps();
    void fillCurrentView();
    void showLanguageLayers();
    std::array<ExportMenu*, 4> exportMenus() const;

    std::shared_ptr<const RoutingPicture> m_picture;
    std::vector<RoutingMap> m_maps;  ///< of the picture, one a language
    QStringList m_titles;            ///< of the maps
    ValueScale m_scale;              ///< of all maps
    RoutingMeasure m_measure = RoutingMeasure::MeanScore;
    int m_language = -1;
    std::optional<HeatMapCell> m_cell;
    std::array<bool, 4> m_filled{};  ///< a view that nobody looks at is filled when it is looked at
    RoutingMapWidget* m_map;
    RoutingMapGrid* m_grid;
    HeatMapWidget* m_languages;
    QComboBox* m_languageMeasure;
    ComparisonView* m_table;
};

}  // namespace moebel
