#include "app/workbench/page/expansion/allocation_rule_bar.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QToolButton>

#include "app/workbench/page/expansion/allocation_words.h"
#include "widgets/edit/number_field.h"

namespace moebel
{

namespace
{

QString joined(const std::vector<std::int64_t>& numbers)
{
    QStringList words;
    for (const std::int64_t number : numbers) words << QString::number(number);
    return words.join(QStringLiteral(", "));
}

bool readsTotal(DesignRule rule)
{
    return rule == DesignRule::Total || rule == DesignRule::LargestRemainder || rule == DesignRule::Reverse;
}

}  // namespace

AllocationRuleBar::AllocationRuleBar(AllocationDesign& design, QWidget* parent)
    : QWidget(parent),
      m_design(design),
      m_row(new QHBoxLayout(this)),
      m_rule(new QComboBox(this)),
      m_back(new QToolButton(this)),
      m_delta(numberField(false, 1e-3, 1e6)),
      m_total(numberField(true, 1, 1e6)),
      m_each(numberField(true, 1, 4096)),
      m_threshold(numberField(false, 0, 1)),
      m_floor(numberField(false, 0, 1)),
      m_classifiers(numberField(true, 0, 4096)),
      m_parts(new QLineEdit(this)),
      m_lock(new QCheckBox(this))
{
    build();
    connectAll();
    refresh();
}

NumberField* AllocationRuleBar::numberField(bool whole, double low, double high)
{
    auto* field = new NumberField(whole ? NumberField::Whole : NumberField::Real, this);
    field->setRange(low, high);
    field->setFixedWidth(field->fontMetrics().horizontalAdvance(QStringLiteral("0000000")) + 34);
    return field;
}

AllocationRuleBar::Labelled AllocationRuleBar::labelled(const QString& words, QWidget* field, const char* name,
                                                        const QString& help)
{
    auto* label = new QLabel(words, this);
    label->setBuddy(field);
    label->setForegroundRole(QPalette::PlaceholderText);
    field->setObjectName(QString::fromLatin1(name));
    field->setToolTip(help);
    m_row->addWidget(label);
    m_row->addWidget(field);
    return {label, field};
}

void AllocationRuleBar::build()
{
    setObjectName(QStringLiteral("allocationRule"));
    m_row->setContentsMargins(0, 0, 0, 0);
    for (const DesignRule rule : kDesignRules) {
        m_rule->addItem(ruleTitle(rule), int(rule));
        m_rule->setItemData(m_rule->count() - 1, ruleHelp(rule), Qt::ToolTipRole);
    }
    labelled(tr("&Rule"), m_rule, "rule", {});
    m_back->setObjectName(QStringLiteral("backToRule"));
    m_back->setText(tr("Apply the rule"));
    m_back->setToolTip(tr("The layers were changed by hand; this gives them what the rule says"));
    m_row->addWidget(m_back);
    m_deltaPart = labelled(tr("&Delta"), m_delta, "delta", ruleHelp(DesignRule::Delta));
    m_totalPart =
        labelled(tr("&Total"), m_total, "total", tr("Experts that the rule gives all layers, the original ones counted"));
    m_eachPart = labelled(tr("E&xperts"), m_each, "each", tr("Of each layer that gets new ones, the original expert counted"));
    m_partsPart = labelled(tr("&Parts"), m_parts, "parts", ruleHelp(DesignRule::Schedule));
    m_parts->setFixedWidth(110);
    m_thresholdPart =
        labelled(tr("T&hreshold"), m_threshold, "threshold", tr("Least normalised deviation of a layer that gets new experts"));
    m_floorPart = labelled(tr("&Floor"), m_floor, "floor",
                           tr("Lower similarities are raised to it: one that is not above zero has no inverse"));
    m_lock->setObjectName(QStringLiteral("lock"));
    m_lock->setToolTip(tr("When a layer is changed, the others give way by the rule, and the sum stays"));
    m_row->addSpacing(8);
    m_row->addWidget(m_lock);
    m_row->addStretch(1);
    labelled(tr("&Classifiers"), m_classifiers, "classifiers",
             tr("In so many layers, those where new and original languages are most alike; C switches one of a layer"));
}

template <typename Set>
void AllocationRuleBar::connectNumber(NumberField* field, const QString& key, Set set)
{
    connect(field, &NumberField::numberEdited, this, [this, key, set](double number) {
        if (const AllocationCandidate* now = m_design.candidate()) {
            AllocationCandidate changed = *now;
            set(changed, number);
            m_design.setRule(changed, key);
        }
    });
    connect(field, &NumberField::editingDone, &m_design, &AllocationDesign::endEdit);
}

void AllocationRuleBar::connectAll()
{
    connect(&m_design, &AllocationDesign::changed, this, &AllocationRuleBar::refresh);
    connect(&m_design, &AllocationDesign::refused, this, &AllocationRuleBar::refresh);  // the box says again what holds
    connect(m_rule, &QComboBox::currentIndexChanged, this,
            [this] { m_design.chooseRule(DesignRule(m_rule->currentData().toInt())); });
    connect(m_back, &QToolButton::clicked, this, [this] {
        if (m_design.candidate()) m_design.setRule(*m_design.candidate(), QStringLiteral("again"));
        m_design.endEdit();
    });
    connectNumber(m_delta, QStringLiteral("delta"), [](AllocationCandidate& c, double number) { c.delta = number; });
    connectNumber(m_total, QStringLiteral("total"),
                  [](AllocationCandidate& c, double number) { c.total = std::int64_t(number); });
    connectNumber(m_each, QStringLiteral("each"), [](AllocationCandidate& c, double number) { c.each = std::int64_t(number); });
    connectNumber(m_threshold, QStringLiteral("threshold"),
                  [](AllocationCandidate& c, double number) { c.threshold = number; });
    connectNumber(m_floor, QStringLiteral("floor"), [](AllocationCandidate& c, double number) { c.floor = number; });
    connect(m_classifiers, &NumberField::numberEdited, this,
            [this](double number) { m_design.setClassifierCount(std::int64_t(number)); });
    connect(m_classifiers, &NumberField::editingDone, &m_design, &AllocationDesign::endEdit);
    connect(m_parts, &QLineEdit::editingFinished, this, &AllocationRuleBar::takeParts);
    connect(m_lock, &QCheckBox::toggled, &m_design, &AllocationDesign::setLocked);
}

void AllocationRuleBar::takeParts()
{
    const AllocationCandidate* now = m_design.candidate();
    if (!now || m_parts->text() == joined(now->parts)) return;
    const auto parts = parseExpertList(m_parts->text().toStdString());
    if (!parts) {
        Q_EMIT m_design.refused(QString::fromStdString(parts.error().message));
        return;
    }
    AllocationCandidate changed = *now;
    changed.parts = *parts;
    m_design.setRule(changed, QStringLiteral("parts"));
    m_design.endEdit();
}

void AllocationRuleBar::show(const Labelled& part, bool seen)
{
    part.label->setVisible(seen);
    part.field->setVisible(seen);
}

void AllocationRuleBar::refresh()
{
    const AllocationCandidate* now = m_design.candidate();
    setEnabled(now != nullptr);
    const DesignRule rule = now ? now->rule : DesignRule::List;
    show(m_deltaPart, rule == DesignRule::Delta);
    show(m_totalPart, readsTotal(rule));
    show(m_eachPart, rule == DesignRule::Uniform || rule == DesignRule::Deviation);
    show(m_partsPart, rule == DesignRule::Schedule);
    show(m_thresholdPart, rule == DesignRule::Deviation);
    show(m_floorPart, rule == DesignRule::Delta || readsTotal(rule));
    m_back->setVisible(now && now->edited && rule != DesignRule::List);
    if (!now) return;
    const QSignalBlocker quietRule(m_rule), quietLock(m_lock);
    m_rule->setCurrentIndex(m_rule->findData(int(rule)));
    m_rule->setToolTip(ruleHelp(rule));
    m_delta->setNumber(now->delta);
    m_total->setNumber(double(now->locked ? now->sum() : now->total));
    m_each->setNumber(double(now->each));
    m_threshold->setNumber(now->threshold);
    m_floor->setNumber(now->floor);
    m_classifiers->setNumber(double(now->classifierLayers.size()));
    if (!m_parts->hasFocus()) m_parts->setText(joined(now->parts));
    for (NumberField* field : {m_delta, m_total}) field->setEnabled(!now->locked);
    m_lock->setText(tr("&Keep %1 new experts").arg(now->added()));
    m_lock->setChecked(now->locked);
}

}  // namespace moebel
