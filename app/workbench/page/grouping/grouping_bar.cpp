#include "app/workbench/page/grouping/grouping_bar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/edit/number_field.h"

namespace moebel
{

namespace
{

enum Comparison { Nothing, OfRun, Families, Scripts, Kept, OfFile };

GroupingAlgorithm algorithmOf(const QComboBox& box) { return GroupingAlgorithm(box.currentData().toInt()); }

}  // namespace

GroupingBar::GroupingBar(GroupingDesign& design, QWidget* parent)
    : QWidget(parent),
      m_design(design),
      m_source(new QComboBox(this)),
      m_layer(new QComboBox(this)),
      m_rule(new QComboBox(this)),
      m_colour(new QComboBox(this)),
      m_compare(new QComboBox(this)),
      m_count(new NumberField(NumberField::Whole, this)),
      m_seed(new NumberField(NumberField::Whole, this)),
      m_apply(new QToolButton(this)),
      m_cancel(new QToolButton(this))
{
    build();
    connectAll();
    fillSources();
    fillComparisons();
    refresh();
}

QWidget* GroupingBar::labelled(QHBoxLayout& row, const QString& words, QWidget* field, const char* name, const QString& help)
{
    auto* label = new QLabel(words, this);
    label->setBuddy(field);
    label->setForegroundRole(QPalette::PlaceholderText);
    field->setObjectName(QString::fromLatin1(name));
    field->setToolTip(help);
    row.addWidget(label);
    row.addWidget(field);
    return label;
}

void GroupingBar::build()
{
    setObjectName(QStringLiteral("groupingBar"));
    auto* above = new QHBoxLayout;
    auto* below = new QHBoxLayout;
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(6);
    rows->addLayout(above);
    rows->addLayout(below);
    labelled(*above, tr("Si&milarity"), m_source, "similaritySource", tr("What tells how alike two languages are"));
    labelled(*above, tr("&Layer"), m_layer, "similarityLayer", tr("Where it was measured"));
    above->addStretch(1);
    m_colour->addItem(tr("family"), int(ColourBy::Family));
    m_colour->addItem(tr("script"), int(ColourBy::Script));
    m_colour->addItem(tr("group"), int(ColourBy::Group));
    labelled(*above, tr("Colou&red by"), m_colour, "colourBy", tr("Of the points, the tree\u2019s leaves and the chips"));
    for (const GroupingAlgorithm algorithm : kGroupingRules) {
        m_rule->addItem(ruleTitle(algorithm), int(algorithm));
        m_rule->setItemData(m_rule->count() - 1, ruleHelp(algorithm), Qt::ToolTipRole);
    }
    labelled(*below, tr("&Rule"), m_rule, "groupingRule", {});
    m_count->setRange(1, 2000);
    m_seed->setRange(0, 1e9);
    m_countLabel = labelled(*below, tr("&Groups"), m_count, "groupCount", tr("Of one size as far as it divides the languages"));
    m_seedLabel = labelled(*below, tr("See&d"), m_seed, "groupSeed", tr("The same seed deals the same groups"));
    for (NumberField* field : {m_count, m_seed})
        field->setFixedWidth(field->fontMetrics().horizontalAdvance(QStringLiteral("00000")) + 34);
    m_apply->setObjectName(QStringLiteral("formGroups"));
    m_apply->setText(tr("Form the groups"));
    m_cancel->setObjectName(QStringLiteral("cancelForming"));
    m_cancel->setText(tr("Cancel"));
    m_cancel->setToolTip(tr("The exact search is under way; the groups stay as they are"));
    below->addWidget(m_apply);
    below->addWidget(m_cancel);
    below->addStretch(1);
    m_compare->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    labelled(*below, tr("Compared &with"), m_compare, "compareWith",
             tr("Languages that stand elsewhere are bold; below stands how much the two agree"));
}

void GroupingBar::connectAll()
{
    connect(&m_design, &GroupingDesign::evidenceChanged, this, &GroupingBar::fillSources);
    connect(&m_design, &GroupingDesign::evidenceChanged, this, &GroupingBar::fillComparisons);
    connect(&m_design, &GroupingDesign::matrixChanged, this, &GroupingBar::fillSources);
    connect(&m_design, &GroupingDesign::changed, this, &GroupingBar::refresh);
    connect(&m_design, &GroupingDesign::refused, this, &GroupingBar::refresh);  // the boxes say again what holds
    connect(&m_design, &GroupingDesign::formingChanged, this, [this](bool forming) {
        m_cancel->setVisible(forming);
        m_apply->setEnabled(!forming);
    });
    connect(m_source, &QComboBox::currentIndexChanged, &m_design, &GroupingDesign::chooseSource);
    connect(m_layer, &QComboBox::currentIndexChanged, &m_design, &GroupingDesign::chooseLayer);
    connect(m_colour, &QComboBox::currentIndexChanged, this, &GroupingBar::colourChanged);
    connect(m_rule, &QComboBox::currentIndexChanged, this, [this] { form(false); });
    connect(m_apply, &QToolButton::clicked, this, [this] { form(true); });
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        m_design.cancel();
        refresh();
    });
    for (NumberField* field : {m_count, m_seed}) connect(field, &NumberField::editingDone, this, [this] { form(false); });
    connect(m_compare, &QComboBox::activated, this, &GroupingBar::compare);
}

void GroupingBar::fillSources()
{
    const QSignalBlocker quietSource(m_source), quietLayer(m_layer);
    m_source->clear();
    m_layer->clear();
    const auto& sources = m_design.evidence().sources;
    for (const SimilaritySource& source : sources) m_source->addItem(source.title, source.key);
    m_source->setCurrentIndex(m_design.source());
    if (sources.empty()) return;
    m_layer->addItems(sources[std::size_t(m_design.source())].names);
    m_layer->setCurrentIndex(m_design.layer());
    m_layer->setEnabled(m_layer->count() > 1);
}

void GroupingBar::fillComparisons()
{
    const QSignalBlocker quiet(m_compare);
    m_compare->clear();
    m_compare->addItem(tr("nothing"), Nothing);
    if (m_design.evidence().ofRun) m_compare->addItem(tr("the groups of the run"), OfRun);
    m_compare->addItem(tr("families"), Families);
    m_compare->addItem(tr("scripts"), Scripts);
    m_compare->addItem(tr("a copy of the groups, kept"), Kept);
    m_compare->addItem(tr("a map file\u2026"), OfFile);
    refresh();
}

void GroupingBar::compare(int index)
{
    const auto& languages = m_design.evidence().languages;
    switch (Comparison(m_compare->itemData(index).toInt())) {
        case Nothing:
            return m_design.compareWith(std::nullopt);
        case OfRun:
            return m_design.compareWith({{tr("the run"), *m_design.evidence().ofRun}});
        case Families:
            return m_design.compareWith({{tr("families"), groupByFamily(languages)}});
        case Scripts:
            return m_design.compareWith({{tr("scripts"), groupByScript(languages)}});
        case Kept:
            return m_design.compareWith({{tr("the groups that were kept"), m_design.groups()}});
        case OfFile:
            Q_EMIT mapWanted();
            return refresh();
    }
}

void GroupingBar::form(bool again)
{
    const GroupingAlgorithm algorithm = algorithmOf(*m_rule);
    if (algorithm == GroupingAlgorithm::Manual || m_design.matrix().size() == 0) return refresh();
    const Grouping& now = m_design.grouping();
    const auto count = isCounted(algorithm) ? std::int64_t(m_count->number()) : 0;
    const Seed seed{std::uint64_t(m_seed->number())};
    if (!again && now.algorithm == algorithm && now.count == count && now.seed == seed) return;
    m_design.form(algorithm, count, seed);
}

ColourBy GroupingBar::colourBy() const { return ColourBy(m_colour->currentData().toInt()); }

void GroupingBar::refresh()
{
    const Grouping& now = m_design.grouping();
    const QSignalBlocker quietRule(m_rule), quietCompare(m_compare);
    m_rule->setCurrentIndex(m_rule->findData(int(now.algorithm)));
    m_rule->setToolTip(ruleHelp(now.algorithm));
    m_count->setNumber(double(now.groups.size()));
    m_seed->setNumber(double(now.seed.value));
    const bool hasSeed = now.algorithm == GroupingAlgorithm::Random;
    m_countLabel->setVisible(isCounted(now.algorithm));
    m_count->setVisible(isCounted(now.algorithm));
    m_seedLabel->setVisible(hasSeed);
    m_seed->setVisible(hasSeed);
    m_apply->setVisible(now.algorithm != GroupingAlgorithm::Manual);
    m_cancel->setVisible(m_design.isForming());
    if (!m_design.compared()) m_compare->setCurrentIndex(0);
}

}  // namespace moebel
