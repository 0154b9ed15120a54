#include "app/workbench/page/grouping/deviation_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/workbench/control/grouping/grouping_experiment.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/plan_view.h"
#include "widgets/edit/number_field.h"
#include "widgets/plot/heat_map_widget.h"
#include "widgets/plot/threshold_bars.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/title_label.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

namespace
{

constexpr std::size_t kNamedRows = 12;  // more languages have room for their codes alone

enum Part { FeedForward, Attention };

bool hasAttention(const ParameterDeviation& deviation)
{
    return !deviation.attention.empty() && std::all_of(deviation.attention.begin(), deviation.attention.end(),
                                                       [](const std::vector<double>& layers) { return !layers.empty(); });
}

ThresholdPicture pictureOf(const LayerChoice& choice, double epsilon, const QString& title)
{
    ThresholdPicture picture{title, choice.normalised, choice.mean, std::vector<bool>(choice.mean.size(), false), epsilon};
    for (const std::int64_t layer : choice.layers) picture.chosen[std::size_t(layer)] = true;
    return picture;
}

ComparisonTable tableOf(const LayerChoice& choice)
{
    ComparisonTable table{DeviationView::tr("Layer"),
                          {DeviationView::tr("Mean norm"), DeviationView::tr("Normalised"), DeviationView::tr("Becomes")},
                          {},
                          1};
    for (std::size_t layer = 0; layer < choice.mean.size(); ++layer) {
        const bool chosen = std::binary_search(choice.layers.begin(), choice.layers.end(), std::int64_t(layer));
        ComparisonCell mean, share, becomes;
        mean.value = choice.mean[layer];
        mean.text = QLocale().toString(mean.value, 'g', 4);
        share.value = choice.normalised[layer];
        share.text = QLocale().toString(share.value, 'f', 3);
        becomes.text = chosen ? DeviationView::tr("MoE") : DeviationView::tr("dense");
        table.rows.push_back({QString::number(layer), chosen, {mean, share, becomes}, Better::Unknown});
    }
    return table;
}

QString listed(const std::vector<std::int64_t>& layers)
{
    QStringList words;
    for (const std::int64_t layer : layers) words << QString::number(layer);
    return words.join(QStringLiteral(", "));
}

}  // namespace

DeviationView::DeviationView(PageContext& context, GroupingDesign& design, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_design(design),
      m_part(new QComboBox(this)),
      m_threshold(new NumberField(NumberField::Real, this)),
      m_map(new HeatMapWidget(this)),
      m_bars(new ThresholdBars(this)),
      m_table(new ComparisonView(this)),
      m_summary(new QLabel(this)),
      m_readout(new QLabel(this))
{
    build();
    connectAll();
    takeEvidence();
}

void DeviationView::build()
{
    m_summary->setObjectName(QStringLiteral("deviationSummary"));
    m_readout->setObjectName(QStringLiteral("deviationReadout"));
    m_readout->setForegroundRole(QPalette::PlaceholderText);
    for (QLabel* line : {m_summary, m_readout}) {
        line->setTextFormat(Qt::PlainText);
        line->setWordWrap(line == m_summary);
        beginWithLine(*line);
    }
    m_readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(buildBar());
    layout->addWidget(m_summary);
    layout->addWidget(buildPanes(), 1);
    layout->addWidget(m_readout);
    setFocusProxy(m_bars);
}

QWidget* DeviationView::buildBar()
{
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    const auto labelled = [&](const QString& words, QWidget* field, const char* name, const QString& help) {
        auto* label = new QLabel(words, bar);
        label->setBuddy(field);
        label->setForegroundRole(QPalette::PlaceholderText);
        field->setObjectName(QString::fromLatin1(name));
        field->setToolTip(help);
        row->addWidget(label);
        row->addWidget(field);
    };
    m_part->addItem(tr("feed-forward network"), FeedForward);
    m_part->addItem(tr("attention"), Attention);
    labelled(tr("&Norms of"), m_part, "deviationPart", tr("Layers are chosen by those of the feed-forward network"));
    m_threshold->setRange(0, 1);
    m_threshold->setFixedWidth(m_threshold->fontMetrics().horizontalAdvance(QStringLiteral("0000000")) + 34);
    labelled(tr("T&hreshold"), m_threshold, "epsilon",
             tr("A layer at or above it gets an expert for each group; DMoE has 0.6 (min-max over the layers)"));
    row->addStretch(1);
    return bar;
}

QWidget* DeviationView::buildPanes()
{
    m_map->setObjectName(QStringLiteral("deviationMap"));
    m_map->setAccessibleName(tr("Norms of the change, languages by layers"));
    m_bars->setObjectName(QStringLiteral("thresholdBars"));
    m_bars->setMinimumHeight(150);
    m_table->setObjectName(QStringLiteral("layerTable"));
    m_table->setAccessibleName(tr("The layers as a table"));
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    auto* below = new QSplitter(Qt::Horizontal, this);
    below->setObjectName(QStringLiteral("deviationBelow"));
    below->addWidget(m_bars);
    below->addWidget(m_table);
    below->setSizes({760, 340});
    auto* panes = new QSplitter(Qt::Vertical, this);
    panes->setObjectName(QStringLiteral("deviationPanes"));
    panes->addWidget(m_map);
    panes->addWidget(below);
    panes->setSizes({390, 200});
    for (QSplitter* splitter : {below, panes}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(9);
    }
    return panes;
}

void DeviationView::connectAll()
{
    connect(&m_design, &GroupingDesign::evidenceChanged, this, &DeviationView::takeEvidence);
    connect(&m_design, &GroupingDesign::changed, this, &DeviationView::show);  // the parameters
    connect(m_part, &QComboBox::currentIndexChanged, this, &DeviationView::showMap);
    connect(m_threshold, &NumberField::numberEdited, this, &DeviationView::setEpsilon);
    connect(m_bars, &ThresholdBars::thresholdWanted, this, &DeviationView::setEpsilon);
    connect(m_map, &HeatMapWidget::readoutChanged, m_readout, &QLabel::setText);
    connect(m_bars, &ThresholdBars::readoutChanged, this, [this](const QString& words) {
        m_readout->setText(words.isEmpty() ? tr("Drag the line, or move it with up and down, Page Up and Page Down.") : words);
    });
    for (ExportMenu* exports : {&m_map->exportMenu(), &m_bars->exportMenu(), &m_table->exportMenu()}) {
        exports->setCommand([this] { return layersCommand(m_design.evidence(), m_epsilon); });
        connect(exports, &ExportMenu::told, &m_context.navigator, &Navigator::tellResult);
    }
}

// The threshold of the run, where it has one; what was dragged stays until another run is looked at.
void DeviationView::takeEvidence()
{
    const GroupingEvidence& evidence = m_design.evidence();
    if (evidence.key != m_shown && evidence.experiment) m_epsilon = evidence.experiment->expansion.deviationThreshold;
    m_shown = evidence.key;
    m_part->setEnabled(evidence.deviation && hasAttention(*evidence.deviation));
    if (!m_part->isEnabled()) m_part->setCurrentIndex(FeedForward);
    showMap();
    show();
}

void DeviationView::setEpsilon(double epsilon)
{
    if (epsilon == m_epsilon) return;
    m_epsilon = epsilon;
    show();
}

void DeviationView::showMap()
{
    HeatMap map;
    if (const auto& deviation = m_design.evidence().deviation) {
        const bool attention = m_part->currentData().toInt() == Attention;
        map.title = attention ? tr("Change of the attention") : tr("Change of the feed-forward network");
        map.rowTitle = tr("language");
        map.columnTitle = tr("layer");
        map.valueTitle = tr("norm of the change");
        map.values = attention ? deviation->attention : deviation->feedForward;
        map.firstRowOnTop = true;
        map.decimals = 3;
        const bool isShort = deviation->languages.size() > kNamedRows;
        for (const std::string& code : deviation->languages)
            map.rowNames << (isShort ? QString::fromStdString(code) : languageText(code));
        double low = INFINITY, high = 0;
        for (const auto& row : map.values)
            for (const double value : row) low = std::min(low, value), high = std::max(high, value);
        map.scale = {low, high > low ? high : low + 1};
    }
    m_map->setHeatMap(std::move(map));
}

void DeviationView::show()
{
    m_threshold->setNumber(m_epsilon);
    const auto& deviation = m_design.evidence().deviation;
    if (!deviation) {
        m_bars->setPicture({});
        m_table->setTable({});
        m_summary->clear();
        return;
    }
    const LayerChoice choice = chooseLayers(*deviation, m_epsilon);
    m_bars->setPicture(pictureOf(choice, m_epsilon, tr("Deviation, min-max")));
    m_table->setTable(tableOf(choice));
    m_summary->setText(summary(choice));
}

QString DeviationView::summary(const LayerChoice& choice) const
{
    if (choice.allEqual) return tr("All layers deviate the same: none stands out.");
    if (choice.layers.empty()) return tr("No layer reaches the threshold.");
    QStringList parts = {tr("%1 of %2 layers: %3").arg(choice.layers.size()).arg(choice.mean.size()).arg(listed(choice.layers)),
                         tr("mask %1").arg(QString::fromStdString(choice.mask))};
    if (const auto plan = planOf(m_design.evidence(), m_design.grouping(), choice.layers))
        parts << tr("with %1 groups %2 parameters, %3 active per token, %4 of memory")
                     .arg(QString::number(m_design.grouping().groups.size()), parameterText(plan->expanded.total),
                          parameterText(plan->expanded.active), byteText(plan->memoryBytes));
    return parts.join(QStringLiteral(" \u00b7 "));
}

}  // namespace moebel
