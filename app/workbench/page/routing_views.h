// One moment of a run's routing, seen six ways: one language, all languages, languages x layers, divergence, as a table, and
// what the expansion added.
#pragma once

#include <QTabWidget>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/workbench/control/jobs.h"
#include "app/workbench/control/routing_picture.h"
#include "widgets/plot/heat_map_widget.h"

class QComboBox;

namespace moebel
{

class ComparisonView;
class DivergenceView;
class ExportMenu;
class RoutingExpansionView;
class RoutingMapGrid;
class RoutingMapWidget;

class RoutingViews : public QTabWidget
{
    Q_OBJECT

public:
    explicit RoutingViews(Jobs& jobs, QWidget* parent = nullptr);

    /// `language`: index into the picture's languages; -1 = none. The maps are made on another thread, then shown.
    void show(SharedPicture picture, RoutingMeasure measure, int language);
    /// Nothing to see, and why.
    void clear(const QString& reason);
    void setCurrentCell(std::optional<HeatMapCell> cell);
    /// What the current view gives away.
    ExportMenu& exportMenu() const;
    void setCommand(const std::function<QString()>& command);
    /// What the numbers of the current view are, in one sentence; empty where it says so itself.
    QString explanation() const;
    /// Code of the language that divergences are measured to.
    QString divergenceReference() const;
    bool hasContent() const { return m_language >= 0; }

Q_SIGNALS:
    void readoutChanged(const QString& readout);
    void cellChosen(const moebel::HeatMapCell& cell);
    /// Index of a language that was chosen in one of the views.
    void languageChosen(int language);

    /// See ExportMenu::told.
    void told(bool ok, const QString& sentence);

private:
    enum View { OneLanguage, AllLanguages, LanguagesByLayers, Divergence, Table, Expansion };
    static constexpr std::size_t kViews = Expansion + 1;
    void take(SharedPicture picture, RoutingMaps maps);
    void fillCurrentView();
    void showLanguageLayers();
    std::array<ExportMenu*, kViews> exportMenus() const;

    Jobs& m_jobs;
    quint64 m_request = 0;
    SharedPicture m_picture;
    RoutingMaps m_maps;    ///< of the picture, one a language
    QStringList m_titles;  ///< of the maps
    RoutingMeasure m_measure = RoutingMeasure::MeanScore;
    int m_language = -1;
    std::optional<HeatMapCell> m_cell;
    std::array<bool, kViews> m_filled{};  ///< a view that nobody looks at is filled when it is looked at
    RoutingMapWidget* m_map;
    RoutingMapGrid* m_grid;
    HeatMapWidget* m_languages;
    QComboBox* m_languageMeasure;
    DivergenceView* m_divergence;
    ComparisonView* m_table;
    RoutingExpansionView* m_expansion;
};

}  // namespace moebel
