#include "app/workbench/page/experiment_form.h"

#include <QApplication>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPointer>
#include <QScrollArea>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/control/experiment_document.h"
#include "app/workbench/page/form_languages.h"
#include "app/workbench/page/form_paper_values.h"
#include "app/workbench/page/form_section_view.h"
#include "widgets/edit/value_field.h"
#include "widgets/support/title_label.h"

namespace moebel
{

namespace
{

constexpr int kSectionGap = 16;
constexpr int kHelpLines = 3;

// "stage.2.tokens" -> 2; -1 when it is no stage's.
int stageOf(const QString& path)
{
    if (path.section(QLatin1Char('.'), 0, 0) != QLatin1String("stage")) return -1;
    bool number = false;
    const int stage = path.section(QLatin1Char('.'), 1, 1).toInt(&number);
    return number ? stage : -1;
}

}  // namespace

ExperimentForm::ExperimentForm(ExperimentDocument& document, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_scroll(new QScrollArea(this)),
      m_content(new QWidget),
      m_stageLayout(new QVBoxLayout),
      m_languages(new FormLanguages(document, m_content)),
      m_addStage(new QToolButton(m_content)),
      m_help(new QLabel(this))
{
    build();
    connect(m_languages, &FormLanguages::lookedAt, this, &ExperimentForm::showHelp);
    connect(&m_document, &ExperimentDocument::parsed, this, &ExperimentForm::refresh);
    refresh();
}

void ExperimentForm::build()
{
    setObjectName(QStringLiteral("experimentForm"));
    auto* column = new QVBoxLayout(m_content);
    column->setContentsMargins(isRightToLeft() ? 14 : 0, 0, isRightToLeft() ? 0 : 14, 8);
    column->setSpacing(kSectionGap);
    const QList<FormSection> sections = formSections();
    for (qsizetype i = 0; i < sections.size(); ++i) {
        if (i + 1 == sections.size()) column->addLayout(m_stageLayout);
        auto* view = new FormSectionView(sections[i], m_document, m_content);
        connect(view, &FormSectionView::lookedAt, this, &ExperimentForm::showHelp);
        column->addWidget(view);
        m_sections.push_back(view);
        if (i == 0) column->addWidget(m_languages);
    }
    column->addStretch(1);
    m_stageLayout->setSpacing(kSectionGap);
    m_stageLayout->addWidget(m_addStage, 0, Qt::AlignLeft);
    m_addStage->setText(tr("Add a stage"));
    m_addStage->setPopupMode(QToolButton::InstantPopup);
    m_addStage->setToolButtonStyle(Qt::ToolButtonTextOnly);
    auto* kinds = new QMenu(m_addStage);
    for (const StageKind kind : {StageKind::PostPretraining, StageKind::Review})
        connect(kinds->addAction(stageTitle(kind)), &QAction::triggered, this, [this, kind] { m_document.addStage(kind); });
    m_addStage->setMenu(kinds);
    m_scroll->setWidget(m_content);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_help->setWordWrap(true);
    m_help->setTextFormat(Qt::PlainText);
    m_help->setForegroundRole(QPalette::PlaceholderText);
    m_help->setFixedHeight(kHelpLines * fontMetrics().lineSpacing() + 6);  // the form above it keeps its height
    m_help->setAlignment(Qt::AlignTop);
    beginWithLine(*m_help);
    m_help->setObjectName(QStringLiteral("formHelp"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_scroll, 1);
    layout->addWidget(m_help);
    showHelp({});
}

QString ExperimentForm::stageHeading(int index) const
{
    const StageSpec& stage = m_document.experiment().stages[std::size_t(index)];
    return tr("Stage %1: %2 \u00b7 %3 steps")
        .arg(index + 1)
        .arg(stageTitle(stage.kind), QLocale().toString(qlonglong(stage.steps())));
}

void ExperimentForm::addStageView(int index)
{
    auto* view = new FormSectionView(stageSection(index), m_document, m_content);
    auto* remove = new QToolButton(view);
    remove->setText(tr("Remove"));
    remove->setAccessibleName(tr("Remove stage %1").arg(index + 1));
    remove->setAutoRaise(true);
    connect(remove, &QToolButton::clicked, this, [this, index] { m_document.removeStage(index); });
    view->addToTitle(remove);
    connect(view, &FormSectionView::lookedAt, this, &ExperimentForm::showHelp);
    m_stageLayout->insertWidget(index, view);
    m_stages.push_back(view);
}

void ExperimentForm::matchStages()
{
    const std::size_t wanted = m_document.experiment().stages.size();
    while (m_stages.size() > wanted) {
        m_stages.back()->hide();
        m_stages.back()->deleteLater();
        m_stages.pop_back();
    }
    while (m_stages.size() < wanted) addStageView(int(m_stages.size()));
}

void ExperimentForm::refresh()
{
    // What cannot be read leaves the form as it was, and out of reach.
    m_content->setEnabled(m_document.isTomlText());
    if (!m_document.isTomlText()) return;
    const QPointer<QWidget> seen = anchor();
    const int before = seen ? heightOf(*seen) : 0;
    matchStages();
    for (FormSectionView* section : m_sections) section->refresh();
    for (std::size_t i = 0; i < m_stages.size(); ++i) {
        m_stages[i]->setTitle(stageHeading(int(i)));
        m_stages[i]->refresh();
    }
    m_languages->refresh();
    if (!seen || seen->isHidden()) return;
    m_content->layout()->activate();
    QCoreApplication::sendPostedEvents(m_content, QEvent::LayoutRequest);  // the area takes the new height over
    m_scroll->verticalScrollBar()->setValue(m_scroll->verticalScrollBar()->value() + heightOf(*seen) - before);
}

int ExperimentForm::heightOf(const QWidget& field) const { return field.mapTo(m_scroll->viewport(), QPoint(0, 0)).y(); }

// What must not move when other fields come and go: the field that is written in, else the first one that is seen.
QWidget* ExperimentForm::anchor() const
{
    if (!isVisible()) return nullptr;
    QWidget* focus = QApplication::focusWidget();
    const auto seen = [this](const QWidget& field) {
        return heightOf(field) >= 0 && heightOf(field) < m_scroll->viewport()->height();
    };
    if (focus && m_content->isAncestorOf(focus) && seen(*focus)) return focus;
    for (const auto* views : {&m_sections, &m_stages})
        for (FormSectionView* view : *views)
            for (const auto& [path, field] : view->fields())
                if (field->isVisible() && seen(*field)) return field;
    return nullptr;
}

void ExperimentForm::jumpTo(const QString& path)
{
    QWidget* target = nullptr;
    if (path.startsWith(QLatin1String("languages"))) target = m_languages->table();
    const int stage = stageOf(path);
    std::vector<FormSectionView*> views = m_sections;
    if (stage >= 0 && std::size_t(stage) < m_stages.size()) views = {m_stages[std::size_t(stage)]};
    for (QString at = path; !target && !at.isEmpty(); at = at.section(QLatin1Char('.'), 0, -2)) {
        for (FormSectionView* view : views)
            if (ValueField* field = view->reveal(at)) {
                m_content->layout()->activate();
                m_scroll->ensureWidgetVisible(field);
                field->focusEditor();
                return;
            }
    }
    if (!target && path.startsWith(QLatin1String("stage"))) target = m_addStage;
    if (!target) return;
    m_scroll->ensureWidgetVisible(target);
    target->setFocus(Qt::OtherFocusReason);
}

void ExperimentForm::setBases(const QStringList& paths)
{
    for (FormSectionView* section : m_sections)
        if (const auto field = section->fields().find(QStringLiteral("base.path")); field != section->fields().end())
            field->second->setOffers(paths);
}

void ExperimentForm::setBaseRun(QWidget* widget)
{
    auto* column = static_cast<QVBoxLayout*>(m_content->layout());
    for (FormSectionView* section : m_sections)
        if (section->fields().contains(QStringLiteral("base.path"))) column->insertWidget(column->indexOf(section) + 1, widget);
}

// Where the value can be given, and what the paper took.
QString ExperimentForm::placesOf(const QString& path) const
{
    const QString places = tr("In the file: %1 \u00b7 on the command line: --set %1=\u2026").arg(path);
    const QString paper = paperValue(path, m_document.experiment());
    return paper.isEmpty() ? places : tr("In the paper: %1 \u00b7 %2").arg(paper, places);
}

void ExperimentForm::showHelp(const QString& path)
{
    const FieldTexts texts = fieldTexts(path);
    if (path == QLatin1String("languages"))
        m_help->setText(
            tr("Original: known to the base model and to be kept. Expanded: the model grows to it. F2 changes the role, "
               "Delete removes the language."));
    else if (texts.help.isEmpty())
        m_help->setText(tr("A dot marks a value that is not the preset's; pressing it takes the preset's back."));
    else
        m_help->setText(texts.help + QLatin1Char('\n') + placesOf(path));
    if (path == QLatin1String("preset")) {
        const QString about = presetDescription(QString::fromStdString(m_document.experiment().preset));
        if (!about.isEmpty()) m_help->setText(about + QLatin1Char('\n') + tr("In the file: preset"));
    }
}

}  // namespace moebel
