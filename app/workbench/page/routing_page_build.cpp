// What stands on the Routing page, and what it listens to.
#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/routing_page.h"
#include "app/workbench/page/routing_words.h"
#include "app/workbench/page/step_player.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/title_label.h"

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

void RoutingPage::build()
{
    setObjectName(QStringLiteral("routingPage"));
    beTitle(*m_title);
    addRoutingMeasures(*m_measure);
    m_split->addItem(tr("Held-out text"), int(RoutingSplit::Evaluation));
    m_split->addItem(tr("Training text"), int(RoutingSplit::Training));
    m_language->setObjectName(QStringLiteral("language"));
    m_measure->setObjectName(QStringLiteral("measure"));
    m_split->setObjectName(QStringLiteral("split"));
    m_reference->setObjectName(QStringLiteral("reference"));
    m_language->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_reference->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_reference->setMinimumContentsLength(16);
    m_readout->setForegroundRole(QPalette::PlaceholderText);
    m_readout->setTextFormat(Qt::PlainText);
    beginWithLine(*m_readout);
    auto* choices = new QHBoxLayout;
    addLabelled(choices, tr("&Language"), m_language);
    addLabelled(choices, tr("&Measure"), m_measure);
    addLabelled(choices, tr("&Text"), m_split);
    addLabelled(choices, tr("&Difference to"), m_reference);
    choices->addStretch(1);
    choices->addWidget(m_export);
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(10);
    body->addLayout(choices);
    body->addWidget(m_player);
    body->addWidget(m_views, 1);
    body->addWidget(m_readout);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(10);
    layout->addWidget(m_title);
    layout->addWidget(m_body, 1);
    layout->addWidget(m_empty, 1);
    showRun(RunRouting{});
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
    connect(m_player, &StepPlayer::chosen, this, [this](int at) {
        const RoutingCapture& capture = m_steps[std::size_t(at)];
        m_selection.focusOnStep(capture.step, capture.stage);
        readStep();
    });
    m_player->waitWhile([this] { return m_reading; });
    connect(m_views, &RoutingViews::readoutChanged, this,
            [this](const QString& readout) { m_readout->setText(readout.isEmpty() ? m_views->explanation() : readout); });
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

}  // namespace moebel
