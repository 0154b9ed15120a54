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

/// "G0 fr id vi" down, layers or experts across.
HeatMap groupMap(const RoutingPicture& picture, bool accuracy)
{
    const auto& groups = picture.expansion.groups;
    HeatMap map;
    map.title = picture.when;
    map.rowTitle = RoutingExpansionView::tr("group");
    map.columnTitle = accuracy ? RoutingExpansionView::tr("layer") : RoutingExpansionView::tr("expert");
    map.valueTitle = accuracy ? RoutingExpansionView::tr("accuracy") : RoutingExpansionView::tr("share of the tokens");
    map.values = accuracy ? groupAccuracy(picture.stats, picture.languages, groups)
                          : groupConfusion(picture.stats, picture.languages, groups);
    map.scale = {0, 1};
    map.firstRowOnTop = true;
    for (std::size_t group = 0; group < groups.size(); ++group) {
        QStringList words = {QStringLiteral("G%1").arg(group)};
        for (const std::string& code : groups[group]) words << QString::fromStdString(code);
        map.rowNames << words.join(QLatin1Char(' '));
    }
    if (accuracy)
        for (const std::int64_t layer : routedLayers(picture.stats)) map.columnNames << QString::number(layer);
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
    m_measure->addItem(tr("Router accuracy by group"), GroupAccuracy);
    m_measure->addItem(tr("Groups \u00d7 experts"), GroupConfusion);
    m_summary->setObjectName(QStringLiteral("expansionSummary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    beginWithLine(*m_summary);
    m_map->setAccessibleName(tr("Classifiers, rounds of the experts, or groups"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->addWidget(m_measure, 0, Qt::AlignLeft);
    layout->addWidget(m_summary);
    layout->addWidget(m_map, 1);
    connect(m_measure, &QComboBox::currentIndexChanged, this, [this] {
        m_isChosen = true;
        Q_EMIT choiceChanged();
    });
}

RoutingExpansionView::Measure RoutingExpansionView::measure() const { return Measure(m_measure->currentData().toInt()); }

void RoutingExpansionView::show(const RoutingPicture& picture)
{
    chooseFor(picture);
    switch (measure()) {
        case Accuracy:
        case Bypass:
            return showClassifiers(picture);
        case Rounds:
            return showRounds(picture);
        case GroupAccuracy:
        case GroupConfusion:
            return showGroups(picture);
    }
}

// What there is to be seen of the run, until the user says otherwise.
void RoutingExpansionView::chooseFor(const RoutingPicture& picture)
{
    if (m_isChosen) return;
    const bool groups = picture.expansion.classifierLayers.empty() && !picture.expansion.groups.empty();
    const QSignalBlocker quiet(m_measure);
    m_measure->setCurrentIndex(m_measure->findData(int(groups ? GroupAccuracy : Accuracy)));
}

void RoutingExpansionView::showRounds(const RoutingPicture& picture)
{
    if (picture.expansion.rounds.rounds.empty())
        return clear(tr("The rounds of the experts are not known here; the pages Routing and Lineage tell them."));
    m_summary->clear();
    m_map->setHeatMap(roundMap(picture.expansion.rounds, tr("Rounds of the experts")));
}

void RoutingExpansionView::showClassifiers(const RoutingPicture& picture)
{
    const auto& layers = picture.expansion.classifierLayers;
    if (layers.empty())
        return clear(tr("No layer has a language classifier at this moment; one comes with the stage that trains it."));
    m_summary->setText(tr("Past the routers: %1 of the tokens of original languages, %2 of those of expanded ones.")
                           .arg(percent(bypassOf(LanguageRole::Original, picture.stats, picture.languages, layers)),
                                percent(bypassOf(LanguageRole::Expanded, picture.stats, picture.languages, layers))));
    m_map->setHeatMap(classifierMap(picture, measure() == Accuracy));
}

void RoutingExpansionView::showGroups(const RoutingPicture& picture)
{
    if (picture.expansion.groups.empty())
        return clear(tr("The experts of this run belong to no groups of languages; those of the preset dmoe do."));
    const auto accuracy = groupAccuracy(picture.stats, picture.languages, picture.expansion.groups);
    double sum = 0, count = 0;
    for (const auto& layers : accuracy)
        for (const double share : layers)
            if (!std::isnan(share)) sum += share, ++count;
    m_summary->setText(
        tr("Mean over groups and layers: the routers give %1 of the tokens to the expert of their group first; "
           "chance would give %2.")
            .arg(percent(count > 0 ? sum / count : std::nan("")), percent(1.0 / double(picture.expansion.groups.size()))));
    m_map->setHeatMap(groupMap(picture, measure() == GroupAccuracy));
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
        case GroupAccuracy:
            return tr("Share of a group\u2019s tokens that the router of a layer gives to the group\u2019s own expert first.");
        case GroupConfusion:
            return tr(
                "Share of a group\u2019s tokens that go to each expert first, over all layers with a router; the diagonal is "
                "right.");
    }
    return {};
}

}  // namespace moebel
