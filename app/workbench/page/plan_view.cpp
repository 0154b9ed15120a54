#include "app/workbench/page/plan_view.h"

#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>
#include <cmath>

#include "app/workbench/control/plan_estimate.h"
#include "app/workbench/page/form_texts.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/theme_roles.h"
#include "widgets/support/title_label.h"

namespace moebel
{

namespace
{

const QString kNothing = QStringLiteral("\u2013");

// Number and unit keep their order in a mirrored window.
QString kept(const QString& amount) { return QStringLiteral("\u2068%1\u2069").arg(amount); }

QString count(std::int64_t number) { return QLocale().toString(qlonglong(number)); }

QString counted(std::int64_t number) { return number == 0 ? kNothing : count(number); }

}  // namespace

QString parameterText(std::int64_t number)
{
    const double value = double(number);
    if (value >= 1e9) return PlanView::tr("%1 B").arg(QLocale().toString(value / 1e9, 'f', 2));
    if (value >= 1e6) return PlanView::tr("%1 M").arg(QLocale().toString(value / 1e6, 'f', 2));
    return count(number);
}

QString byteText(std::int64_t bytes)
{
    return QLocale().formattedDataSize(bytes, bytes < 10'000'000'000 ? 0 : 1, QLocale::DataSizeSIFormat);
}

QString durationText(double seconds)
{
    if (!(seconds > 0)) return kNothing;
    const qint64 whole = qint64(std::ceil(seconds));
    if (whole < 60) return PlanView::tr("%1 s").arg(whole);
    if (whole < 3600) return PlanView::tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return PlanView::tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

PlanRows groupRows(const Plan& plan)
{
    PlanRows table;
    table.headers = {PlanView::tr("Parameters"), PlanView::tr("Base"), PlanView::tr("Expanded")};
    const auto add = [&](const QString& label, std::int64_t dense, std::int64_t expanded) {
        table.rows << QStringList{label, counted(dense), counted(expanded)};
        table.stored << QVariantList{qint64(dense), qint64(expanded)};
    };
    add(PlanView::tr("Embedding"), plan.dense.embedding, plan.expanded.embedding);
    add(PlanView::tr("Attention"), plan.dense.attention, plan.expanded.attention);
    add(PlanView::tr("Norms"), plan.dense.norm, plan.expanded.norm);
    add(PlanView::tr("Original experts"), plan.dense.originalExperts, plan.expanded.originalExperts);
    add(PlanView::tr("New experts"), plan.dense.newExperts, plan.expanded.newExperts);
    add(PlanView::tr("Routers"), plan.dense.router, plan.expanded.router);
    add(PlanView::tr("Head"), plan.dense.head, plan.expanded.head);
    table.boldFrom = int(table.rows.size());
    add(PlanView::tr("Total"), plan.dense.total, plan.expanded.total);
    add(PlanView::tr("Active per token"), plan.dense.active, plan.expanded.active);
    return table;
}

PlanRows stageRows(const Plan& plan)
{
    PlanRows table;
    table.headers = {PlanView::tr("Stage"), PlanView::tr("Steps"), PlanView::tr("Tokens"), PlanView::tr("Trained"),
                     PlanView::tr("GFLOP a step"), PlanView::tr("Time")};
    for (const StagePlan& stage : plan.stages) {
        const double operations = stage.step.flops.total() / 1e9;
        table.rows << QStringList{stageTitle(stage.kind), count(stage.steps), count(stage.tokens),
                                  count(stage.trainedParameters), QLocale().toString(operations, 'g', 3), kept(durationText(stage.estimatedSeconds))};
        table.stored << QVariantList{qint64(stage.steps), qint64(stage.tokens), qint64(stage.trainedParameters), operations,
                                     stage.estimatedSeconds > 0 ? QVariant(stage.estimatedSeconds) : QVariant(QString())};
    }
    return table;
}

PlanView::PlanView(const PlanEstimate& estimate, QWidget* parent)
    : QWidget(parent),
      m_estimate(estimate),
      m_groups(new PlanTable(tr("Parameters by group"), this)),
      m_stages(new PlanTable(tr("Stages of the plan"), this)),
      m_note(new QLabel(this))
{
    setObjectName(QStringLiteral("planView"));
    auto* cards = new QGridLayout;
    cards->setHorizontalSpacing(14);
    m_parameters = makeCard(tr("Parameters"), QStringLiteral("planParameters"));
    m_memory = makeCard(tr("Memory"), QStringLiteral("planMemory"));
    m_disk = makeCard(tr("Disk"), QStringLiteral("planDisk"));
    m_time = makeCard(tr("Time"), QStringLiteral("planTime"));
    int column = 0;
    for (const Card& card : {m_parameters, m_memory, m_disk, m_time}) {
        cards->setColumnStretch(column, 1);
        cards->addWidget(card.value->parentWidget(), 0, column++);
    }
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(cards);
    layout->addWidget(m_stages);
    layout->addWidget(m_groups);
    layout->addWidget(m_note);
    layout->addStretch(1);
    for (PlanTable* table : {m_groups, m_stages}) connect(&table->exportMenu(), &ExportMenu::told, this, &PlanView::told);
    connect(&m_estimate, &PlanEstimate::planChanged, this, &PlanView::refresh);
    refresh();
}

void PlanView::setCommand(const std::function<QString()>& command)
{
    for (PlanTable* table : {m_groups, m_stages}) table->exportMenu().setCommand(command);
}

PlanView::Card PlanView::makeCard(const QString& title, const QString& name)
{
    auto* card = new QWidget(this);
    auto* label = new QLabel(title, card);
    label->setForegroundRole(QPalette::PlaceholderText);
    Card made{new QLabel(card), new QLabel(card)};
    made.value->setObjectName(name);
    made.value->setAccessibleName(title);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    made.value->setFont(large);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    made.note->setFont(small);
    made.note->setForegroundRole(QPalette::PlaceholderText);
    for (QLabel* text : {made.value, made.note}) text->setTextFormat(Qt::PlainText);
    for (QLabel* text : {label, made.value, made.note}) beginWithLine(*text);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(label);
    layout->addWidget(made.value);
    layout->addWidget(made.note);
    return made;
}

void PlanView::showCards()
{
    const Plan& plan = m_estimate.plan();
    const Room& room = m_estimate.room();
    const auto fill = [](const Card& card, const QString& value, const QString& note, bool tooMuch = false) {
        card.value->setText(tooMuch ? QStringLiteral("\u26a0 ") + value : value);
        card.value->setForegroundRole(tooMuch ? kErrorRole : QPalette::WindowText);
        card.note->setText(note);
    };
    fill(m_parameters, parameterText(plan.expanded.total), tr("%1 active").arg(parameterText(plan.expanded.active)));
    fill(m_memory, byteText(plan.memoryBytes), room.memoryBytes > 0 ? tr("of %1").arg(byteText(room.memoryBytes)) : QString(),
         room.memoryBytes > 0 && plan.memoryBytes > room.memoryBytes);
    fill(m_disk, byteText(plan.diskBytes), room.diskBytes > 0 ? tr("%1 free").arg(byteText(room.diskBytes)) : QString(),
         room.diskBytes > 0 && plan.diskBytes > room.diskBytes);
    fill(m_time, durationText(plan.estimatedSeconds), plan.estimatedSeconds > 0 ? tr("estimated") : tr("not measured"));
}

void PlanView::refresh()
{
    const bool any = m_estimate.hasPlan();
    m_groups->setVisible(any);
    m_stages->setVisible(any);
    setEnabled(m_estimate.isCurrent());
    if (!any)
        for (const Card& card : {m_parameters, m_memory, m_disk, m_time}) card.value->setText(kNothing), card.note->clear();
    if (any) {
        showCards();
        m_groups->setRows(groupRows(m_estimate.plan()));
        m_stages->setRows(stageRows(m_estimate.plan()));
    }
    QStringList notes;
    if (!m_estimate.isCurrent()) notes << tr("The plan follows when the problems are solved.");
    if (m_estimate.isCurrent() && !m_estimate.timeNote().isEmpty()) notes << m_estimate.timeNote();
    if (any && !m_estimate.plan().stages.empty() && m_estimate.plan().stages.front().kind == StageKind::Pretraining)
        notes << tr("The base is trained once and kept in the cache; its time is not spent again.");
    m_note->setText(notes.join(QLatin1Char('\n')));
}

}  // namespace moebel
