#include "app/workbench/page/expansion/routing_expansion_view.h"

#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>
#include <cmath>

#include "app/workbench/control/routing_picture.h"
#include "app/workbench/page/expansion/lineage_page.h"
#include "app/workbench/page/live_rows.h"
#include "widgets/support/title_label.h"

namespace moebel
{

namespace
{

QString percent(double share)
{
    return std::isnan(share) ? QStringLiteral("\u2013") : QLocale().toString(100 * share, 'f', 1) + QLatin1Char('%');
}

/// Languages down, the layers that have a classifier across.
HeatMap classifierMap(const RoutingPicture& picture, bool accuracy)
{
    const auto& layers = picture.expansion.classifierLayers;
    HeatMap map;
    map.title = picture.when;
    map.rowTitle = RoutingExpansionView::tr("language");
    map.columnTitle = RoutingExpansionView::tr("layer with a classifier");
    map.valueTitle = accuracy ? RoutingExpansionView::tr("accuracy") : RoutingExpansionView::tr("share past the router");
    map.values = accuracy ? classifierAccuracy(picture.stats, picture.languages, layers)
                          : bypassShares(picture.stats, picture.languages, layers);
    map.scale = {0, 1};
    map.firstRowOnTop = true;
    for (const Language& language : picture.languages) map.rowNames << languageText(language.code);
    for (const std::int64_t layer : layers) map.columnNames << QString::number(layer);
    return map;
}

}  // namespace

RoutingExpansionView::RoutingExpansionView(QWidget* parent)
    : QWidget(parent), m_measure(new QComboBox(this)), m_summary(new QLabel(this)), m_map(new HeatMapWidget(this))
{
    m_measure->setObjectName(QStringLiteral("expansionMeasure"));
    m_measure->setAccessibleName(tr("What is shown of the expansion"));
    m_measure->addItem(tr("Accuracy of the classifiers"), Accuracy);
    m_measure->addItem(tr("Share past the router"), Bypass);
    m_measure->addItem(tr("Round of each expert"), Rounds);
    m_summary->setObjectName(QStringLiteral("expansionSummary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    beginWithLine(*m_summary);
    m_map->setAccessibleName(tr("Classifiers, or rounds of the experts"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->addWidget(m_measure, 0, Qt::AlignLeft);
    layout->addWidget(m_summary);
    layout->addWidget(m_map, 1);
    connect(m_measure, &QComboBox::currentIndexChanged, this, &RoutingExpansionView::choiceChanged);
}

RoutingExpansionView::Measure RoutingExpansionView::measure() const { return Measure(m_measure->currentData().toInt()); }

void RoutingExpansionView::show(const RoutingPicture& picture)
{
    if (measure() == Rounds) {
        if (picture.expansion.rounds.rounds.empty()) {
            clear(tr("The rounds of the experts are not known here; the pages Routing and Lineage tell them."));
            return;
        }
        m_summary->clear();
        m_map->setHeatMap(roundMap(picture.expansion.rounds, tr("Rounds of the experts")));
        return;
    }
    const auto& layers = picture.expansion.classifierLayers;
    if (layers.empty()) {
        clear(tr("No layer has a language classifier at this moment; one comes with the stage that trains it."));
        return;
    }
    m_summary->setText(tr("Past the routers: %1 of the tokens of original languages, %2 of those of expanded ones.")
                           .arg(percent(bypassOf(LanguageRole::Original, picture.stats, picture.languages, layers)),
                                percent(bypassOf(LanguageRole::Expanded, picture.stats, picture.languages, layers))));
    m_map->setHeatMap(classifierMap(picture, measure() == Accuracy));
}

void RoutingExpansionView::clear(const QString& reason)
{
    m_summary->clear();
    HeatMap nothing;
    nothing.title = reason;
    m_map->setHeatMap(nothing);
}

QString RoutingExpansionView::explanation() const
{
    switch (measure()) {
        case Accuracy:
            return tr(
                "Share of a language\u2019s tokens that the classifier of a layer sends where they belong: past the router for "
                "an "
                "original language, to the router for an expanded one.");
        case Bypass:
            return tr(
                "Share of a language\u2019s tokens that the classifier of a layer sends past the router, to the original "
                "expert alone.");
        case Rounds:
            return tr("0 is the base model\u2019s own network; experts of earlier rounds stay as they are.");
    }
    return {};
}

}  // namespace moebel
