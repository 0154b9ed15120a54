#include "app/workbench/page/form_languages.h"

#include <QAction>
#include <QComboBox>
#include <QCompleter>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <algorithm>

#include "app/workbench/control/experiment_document.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/table_text.h"
#include "widgets/support/title_label.h"
#include "widgets/table/table_columns.h"

namespace moebel
{

namespace
{

QString listOf(const std::vector<Language>& languages, LanguageRole role)
{
    std::vector<std::string> codes;
    for (const Language& language : languages)
        if (language.role == role) codes.push_back(language.code);
    return QString::fromStdString(tomlList(codes));
}

QString problemsOf(const ExperimentDocument& document)
{
    QString sentences;
    for (const Problem& problem : document.problems())
        if (problem.path.rfind("languages", 0) == 0) sentences += QString::fromStdString(problem.message) + QLatin1Char('\n');
    return sentences.trimmed();
}

}  // namespace

FormLanguages::FormLanguages(ExperimentDocument& document, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_model(new FormLanguageModel(this)),
      m_title(new QLabel(tr("Languages"), this)),
      m_table(new QTableView(this)),
      m_choice(new QComboBox(this)),
      m_addOriginal(new QPushButton(tr("Add as original"), this)),
      m_addExpanded(new QPushButton(tr("Add as expanded"), this)),
      m_remove(new QPushButton(tr("Remove"), this))
{
    build();
    connect(m_model, &FormLanguageModel::roleWanted, this, [this](const QString& code, LanguageRole role) {
        std::vector<Language> languages = m_document.experiment().languages;
        for (Language& language : languages)
            if (language.code == code.toStdString()) language.role = role;
        write(languages, tr("Make %1 %2").arg(code, roleTitle(role)));
    });
    connect(m_addOriginal, &QPushButton::clicked, this, [this] { add(LanguageRole::Original); });
    connect(m_addExpanded, &QPushButton::clicked, this, [this] { add(LanguageRole::Expanded); });
    connect(m_remove, &QPushButton::clicked, this, &FormLanguages::removeChosen);
    connect(m_model, &QAbstractItemModel::modelReset, this, &FormLanguages::fitHeight);
    const auto showButtons = [this] {
        const bool any = !m_choice->currentText().trimmed().isEmpty();
        m_addOriginal->setEnabled(any);
        m_addExpanded->setEnabled(any);
        m_remove->setEnabled(m_table->currentIndex().isValid());
    };
    connect(m_choice, &QComboBox::editTextChanged, this, showButtons);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, [this, showButtons] {
        showButtons();
        Q_EMIT lookedAt(QStringLiteral("languages"));
    });
    connect(m_model, &QAbstractItemModel::modelReset, this, showButtons);
    showButtons();
    fitHeight();
}

void FormLanguages::build()
{
    QFont bold = font();
    bold.setBold(true);
    m_title->setFont(bold);
    beginWithLine(*m_title);
    m_table->setObjectName(QStringLiteral("languageTable"));
    m_table->setAccessibleName(tr("Languages of the experiment"));
    m_table->setModel(m_model);
    m_exports = new ExportMenu(*m_table, tableExports(*m_table, QStringLiteral("languages")));
    m_exports->attach();
    m_table->setItemDelegate(new LanguageDelegate(m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                             QAbstractItemView::SelectedClicked);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->verticalHeader()->hide();
    setRowAir(*m_table, 9);
    QHeaderView* header = m_table->horizontalHeader();
    applyHeaderStyle(*header);
    header->setStretchLastSection(true);
    header->setSectionResizeMode(FormLanguageModel::Sample, QHeaderView::Stretch);
    header->setMinimumSectionSize(40);
    (new TableColumns(*m_table, *header))->followContents();
    auto* removeKey = new QAction(m_table);
    removeKey->setShortcut(QKeySequence::Delete);
    removeKey->setShortcutContext(Qt::WidgetShortcut);
    connect(removeKey, &QAction::triggered, this, &FormLanguages::removeChosen);
    m_table->addAction(removeKey);
    m_choice->setObjectName(QStringLiteral("languageChoice"));
    m_choice->setAccessibleName(tr("Language to add: a name or a code"));
    m_choice->setEditable(true);
    m_choice->setInsertPolicy(QComboBox::NoInsert);
    for (const LanguageFacts& facts : knownLanguages())
        m_choice->addItem(languageTitle(facts.code), QString::fromStdString(facts.code));
    m_choice->completer()->setFilterMode(Qt::MatchContains);
    m_choice->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_choice->setCurrentIndex(-1);
    m_choice->lineEdit()->setPlaceholderText(tr("Language or code"));
    m_choice->setMinimumContentsLength(12);
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    auto* row = new QHBoxLayout;
    row->addWidget(m_choice, 1);
    row->addWidget(m_addOriginal);
    row->addWidget(m_addExpanded);
    row->addWidget(m_remove);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_title);
    layout->addWidget(m_table);
    layout->addLayout(row);
}

QWidget* FormLanguages::table() const { return m_table; }

void FormLanguages::fitHeight()
{
    const int rows = std::max(2, m_model->rowCount());
    const int height =
        m_table->horizontalHeader()->sizeHint().height() + rows * m_table->verticalHeader()->defaultSectionSize();
    m_table->setFixedHeight(height + 2 * m_table->frameWidth() + 2);
}

void FormLanguages::refresh()
{
    m_model->setLanguages(m_document.experiment().languages);
    const QString wrong = problemsOf(m_document);
    m_title->setText(wrong.isEmpty() ? tr("Languages") : tr("\u26a0 Languages"));
    m_title->setToolTip(wrong);
}

void FormLanguages::add(LanguageRole role)
{
    const int known = m_choice->findText(m_choice->currentText(), Qt::MatchFixedString);
    const QString code = known >= 0 ? m_choice->itemData(known).toString() : m_choice->currentText().trimmed();
    if (code.isEmpty()) return;
    std::vector<Language> languages = m_document.experiment().languages;
    const auto found = std::find_if(languages.begin(), languages.end(),
                                    [&](const Language& language) { return language.code == code.toStdString(); });
    if (found == languages.end())
        languages.push_back({code.toStdString(), role});
    else
        found->role = role;
    write(languages, tr("Add %1").arg(code));
    m_choice->setCurrentIndex(-1);
    m_choice->clearEditText();
}

void FormLanguages::removeChosen()
{
    const QModelIndex chosen = m_table->currentIndex();
    if (!chosen.isValid()) return;
    const QString code = chosen.data(FormLanguageModel::CodeRole).toString();
    std::vector<Language> languages = m_document.experiment().languages;
    if (std::size_t(chosen.row()) >= languages.size()) return;
    languages.erase(languages.begin() + chosen.row());
    write(languages, tr("Remove %1").arg(code));
}

void FormLanguages::write(const std::vector<Language>& languages, const QString& command)
{
    m_document.endEdit();
    std::vector<std::pair<QString, QString>> changes;
    for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded}) {
        const QString list = listOf(languages, role);
        const QString word = role == LanguageRole::Original ? QStringLiteral("original") : QStringLiteral("expanded");
        if (list != listOf(m_document.experiment().languages, role))
            changes.emplace_back(QStringLiteral("languages.") + word, list);
    }
    if (!changes.empty()) m_document.setFields(changes, command);
    m_document.endEdit();
}

}  // namespace moebel
