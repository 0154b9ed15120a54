// One moment of a run's routing, seen four ways: one language, all languages, languages x layers, as a table.
#pragma once

#include <QTabWidget>
#include <optional>
#include <vector>

#include "moebel/analysis/routing_map.h"
#include "moebel/experiment/language.h"
#include "widgets/plot/heat_map_widget.h"

class QComboBox;

namespace moebel
{

class ComparisonView;
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
    void show(const RoutingPicture& picture, RoutingMeasure measure, int language);
    /// Nothing to see, and why.
    void clear(const QString& reason);
    void setCurrentCell(std::optional<HeatMapCell> cell);
    /// Writes what the current view shows, by the file's ending.
    Status save(const QString& file);
    /// The current view as a picture; null for the table.
    QPixmap picture() const;
    /// The current view's numbers.
    QString csv() const;
    bool hasContent() const { return m_hasContent; }

Q_SIGNALS:
    void readoutChanged(const QString& readout);
    void cellChosen(const moebel::HeatMapCell& cell);
    /// Index of a language that was chosen in one of the views.
    void languageChosen(int language);

private:
    void showLanguageLayers();
    HeatMapWidget* currentMap() const;

    bool m_hasContent = false;
    RoutingPicture m_picture;
    RoutingMapWidget* m_map;
    RoutingMapGrid* m_grid;
    HeatMapWidget* m_languages;
    QComboBox* m_languageMeasure;
    ComparisonView* m_table;
};

}  // namespace moebel
