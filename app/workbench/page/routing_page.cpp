#include "app/workbench/page/routing_page.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/control/record_command.h"
#include "app/workbench/control/routing_reading.h"
#include "app/workbench/page/form_language_model.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/routing_words.h"
#include "app/workbench/page/step_player.h"
#include "widgets/support/export_menu.h"

namespace moebel
{

namespace
{

void addLabelled(QHBoxLayout* row, const QString& words, QWidget* widget)
{
    auto* label = new QLabel(words);
    label->setBuddy(widget);
    label->setForegroundRole(QPalette::PlaceholderText);
    row->addWidget(label);
    row->addWidget(widget);
    row->addSpacing(10);
}

}  // namespace

RoutingPage::RoutingPage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_selection(context.selection),
      m_jobs(context.jobs),
      m_navigator(context.navigator),
      m_preferred(context.options.language),
      m_readRun(new WhenSeen(this, [this] { readRun(); })),
      m_title(new QLabel(this)),
      m_language(new QComboBox(this)),
      m_measure(new QComboBox(this)),
      m_split(new QComboBox(this)),
      m_reference(new QComboBox(this)),
      m_player(new StepPlayer(this)),
      m_views(new RoutingViews(m_jobs, this)),
      m_readout(new QLabel(this)),
      m_export(exportButton([this] { return &m_views->exportMenu(); }, this))
{
    build();
    connectAll();
    addActions(context);
}

void RoutingPage::build()
{
    setObjectName(QStringLiteral("routingPage"));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    m_title->setFont(large);
    m_title->setTextFormat(Qt::PlainText);
    addRoutingMeasures(*m_measure);
    m_split->addItem(tr("held-out text"), int(RoutingSplit::Evaluation));
    m_split->addItem(tr("training text"), int(RoutingSplit::Training));
    m_language->setObjectName(QStringLiteral("language"));
    m_measure->setObjectName(QStringLiteral("measure"));
    m_split->setObjectName(QStringLiteral("split"));
    m_reference->setObjectName(QStringLiteral("reference"));
    m_language->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_reference->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_reference->setMinimumContentsLength(16);
    m_readout->setForegroundRole(QPalette::PlaceholderText);
    m_readout->setTextFormat(Qt::PlainText);
    auto* choices = new QHBoxLayout;
    addLabelled(choices, tr("&Language"), m_language);
    addLabelled(choices, tr("&Measure"), m_measure);
    addLabelled(choices, tr("&Text"), m_split);
    addLabelled(choices, tr("&Difference to"), m_reference);
    choices->addStretch(1);
    choices->addWidget(m_export);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(10);
    layout->addWidget(m_title);
    layout->addLayout(choices);
    layout->addWidget(m_player);
    layout->addWidget(m_views, 1);
    layout->addWidget(m_readout);
}

void RoutingPage::connectAll()
{
    connect(&m_selection, &Selection::runChanged, m_readRun, &WhenSeen::touch);
    connect(&m_selection, &Selection::focusChanged, this, &RoutingPage::followFocus);
    connect(&m_navigator, &Navigator::languageWanted, this, [this](const QString& code) {
        m_preferred = code;
        if (const int at = m_language->findData(code); at >= 0) m_language->setCurrentIndex(at);
    });
    connect(m_language, &QComboBox::currentIndexChanged, this, [this] {
        m_selection.focusOnLanguage(m_language->currentData().toString());
        showPicture();
    });
    connect(m_measure, &QComboBox::currentIndexChanged, this, &RoutingPage::showPicture);
    connect(m_split, &QComboBox::currentIndexChanged, this, &RoutingPage::fillSteps);
    connect(m_reference, &QComboBox::currentIndexChanged, this, &RoutingPage::readStep);
    connect(m_player, &StepPlayer::chosen, this, &RoutingPage::readStep);
    m_player->waitWhile([this] { return m_reading; });
    connect(m_views, &RoutingViews::readoutChanged, this,
            [this](const QString& readout) { m_readout->setText(readout.isEmpty() ? explanationText(measure()) : readout); });
    m_views->setCommand([this] { return command(); });
    connect(m_views, &RoutingViews::told, &m_navigator, &Navigator::tellResult);
    connect(m_views, &RoutingViews::languageChosen, m_language, &QComboBox::setCurrentIndex);
    connect(m_views, &RoutingViews::cellChosen, this,
            [this](const HeatMapCell& cell) { m_selection.focusOnCell(cell.row, cell.column); });
}

void RoutingPage::addActions(PageContext&)
{
    const auto add = [this](const QKeySequence& key, auto call) {
        auto* action = new QAction(this);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
        connect(action, &QAction::triggered, this, call);
    };
    add(Qt::Key_Comma, [this] { m_player->move(-1); });
    add(Qt::Key_Period, [this] { m_player->move(1); });
    add(Qt::Key_BracketLeft, [this] {
        m_selection.focusOnCell(std::max(0, m_selection.focus().layer - 1), std::max(0, m_selection.focus().expert));
    });
    add(Qt::Key_BracketRight,
        [this] { m_selection.focusOnCell(m_selection.focus().layer + 1, std::max(0, m_selection.focus().expert)); });
    add(QKeySequence::Save, [this] {
        if (m_picture) m_views->exportMenu().askForFile(QStringLiteral("png"));
    });
}

void RoutingPage::showEvent(QShowEvent* event)
{
    m_follows = m_readRun->settle();
    QWidget::showEvent(event);
    if (!m_follows) followFocus();
}

void RoutingPage::readRun()
{
    const RunSummary* run = m_selection.run();
    const quint64 request = ++m_runRequest;
    if (!run) {
        showRun(RunRouting{});
        return;
    }
    m_jobs.run(
        this, [folder = run->folder] { return readRunRouting(folder); },
        [this, request](RunRouting routing) {
            if (request == m_runRequest) showRun(std::move(routing));
        });
}

void RoutingPage::showRun(RunRouting routing)
{
    const bool same = routing.folder.path == m_run.folder.path && routing.captures == m_run.captures && m_picture;
    m_run = std::move(routing);
    m_problem = m_run.problem;
    m_title->setText(m_run.title.isEmpty() ? tr("Routing") : m_run.title);
    if (!same) {
        m_picture.reset();
        fillLanguages();
        fillSteps();
    }
    if (std::exchange(m_follows, false)) followFocus();
}

void RoutingPage::fillLanguages()
{
    const QSignalBlocker quiet(m_language);
    const QString before = m_language->count() > 0 ? m_language->currentData().toString() : m_preferred;
    m_language->clear();
    for (const Language& language : m_run.languages)
        m_language->addItem(languageText(language.code) + QStringLiteral(" \u00b7 ") + roleTitle(language.role),
                            QString::fromStdString(language.code));
    m_language->setCurrentIndex(std::max(0, m_language->findData(before)));
}

void RoutingPage::fillSteps()
{
    m_steps.clear();
    for (const RoutingCapture& capture : m_run.captures)
        if (int(capture.split) == m_split->currentData().toInt()) m_steps.push_back(capture);
    m_player->setCount(0);  // from any step to the newest one
    m_player->setCount(int(m_steps.size()));
    fillReferences();
    readStep();
}

// The first and the last capture of each stage of this run, then the other runs.
void RoutingPage::fillReferences()
{
    const QSignalBlocker quiet(m_reference);
    const QString before = m_reference->currentText();
    m_reference->clear();
    m_reference->addItem(tr("nothing"), -1);
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        const bool first = i == 0 || m_steps[i].stage != m_steps[i - 1].stage;
        const bool last = i + 1 == m_steps.size() || m_steps[i].stage != m_steps[i + 1].stage;
        if (first || last) m_reference->addItem(stepText(m_steps[i]), int(i));
    }
    for (const RunSummary& run : m_selection.project().runs)
        if (run.id != m_run.folder.id() && run.status.state != RunState::Damaged)
            m_reference->addItem(
                tr("run \u2068%1\u2069 (%2)").arg(QString::fromStdString(run.title), QString::fromStdString(run.id).left(15)),
                QString::fromStdString(run.folder.path.string()));
    m_reference->setCurrentIndex(std::max(0, m_reference->findText(before)));
}

void RoutingPage::readStep()
{
    const quint64 request = ++m_request;
    const auto at = std::size_t(m_player->index());
    if (at >= m_steps.size()) {
        m_picture.reset();
        showPicture();
        return;
    }
    RoutingReference reference;
    const QVariant wanted = m_reference->currentData();
    if (wanted.typeId() == QMetaType::QString)
        reference = RunFolder{wanted.toString().toStdString()};
    else if (wanted.toInt() >= 0)
        reference = m_steps[std::size_t(wanted.toInt())];
    m_reading = true;
    m_jobs.run(
        this,
        [folder = m_run.folder, capture = m_steps[at], languages = m_run.languages, reference] {
            return readRouting(folder, capture, languages, reference);
        },
        [this, request, capture = m_steps[at]](RoutingReading reading) {
            if (request != m_request) return;
            m_reading = false;
            m_problem = reading.problem;
            m_picture.reset();
            if (m_problem.isEmpty()) m_picture = pictureOf(std::move(reading), m_run.languages, stepText(capture));
            if (isVisible()) m_selection.focusOnStep(capture.step);
            showPicture();
        });
}

void RoutingPage::showPicture()
{
    m_export->setEnabled(m_picture != nullptr);
    m_player->setText(m_picture ? m_picture->when : QString());
    if (!m_picture) {
        m_views->clear(!m_problem.isEmpty()
                           ? m_problem
                           : withoutRoutingText(m_run.stages, tr("No routing was captured on this text yet.")));
        m_readout->clear();
        return;
    }
    m_views->show(m_picture, measure(), m_language->currentIndex());
    const Focus& focus = m_selection.focus();
    m_views->setCurrentCell(focus.layer < 0 ? std::nullopt : std::optional(HeatMapCell{focus.layer, focus.expert}));
    m_readout->setText(explanationText(measure()));
}

// What another page looks at is looked at here as well.
void RoutingPage::followFocus()
{
    if (!isVisible()) return;
    const Focus& focus = m_selection.focus();
    const int language = m_language->findData(QString::fromStdString(focus.language));
    if (language >= 0) m_language->setCurrentIndex(language);
    m_views->setCurrentCell(focus.layer < 0 ? std::nullopt : std::optional(HeatMapCell{focus.layer, focus.expert}));
    if (focus.step < 0 || m_steps.empty()) return;
    std::size_t at = 0;
    while (at + 1 < m_steps.size() && m_steps[at + 1].step <= focus.step) ++at;
    if (m_steps[std::size_t(m_player->index())].step != m_steps[at].step) m_player->choose(int(at));
}

QString RoutingPage::stepText(const RoutingCapture& capture) const { return captureText(m_run.stages, capture); }

RoutingMeasure RoutingPage::measure() const { return RoutingMeasure(m_measure->currentData().toInt()); }

QString RoutingPage::command() const
{
    const auto at = std::size_t(m_player->index());
    return at < m_steps.size() ? routingCommand(m_run.folder, m_steps[at], m_views->divergenceReference()) : QString();
}

}  // namespace moebel
