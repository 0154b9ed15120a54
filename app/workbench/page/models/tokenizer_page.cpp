#include "app/workbench/page/models/tokenizer_page.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

#include "app/workbench/control/shell_line.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/form_language_model.h"
#include "app/workbench/page/models/model_table_model.h"
#include "app/workbench/page/models/token_text.h"
#include "widgets/plot/heat_map_widget.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/title_label.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

namespace
{

ComparisonCell cell(double value, int decimals, const QString& note)
{
    ComparisonCell made;
    made.text = std::isfinite(value) ? QLocale().toString(value, 'f', decimals) : QString();
    made.value = value;
    made.note = note;
    return made;
}

ComparisonTable tableOf(const TokenizerFacts& facts)
{
    const auto tr = [](const char* text) { return TokenizerPage::tr(text); };
    ComparisonTable table;
    table.corner = tr("Language");
    table.columns = {tr("Tokens\na word"), tr("Continued\nwords, %"), tr("Bytes\na token"), tr("Byte\nfallback, %"),
                     tr("Tokens\na document")};
    for (const LanguageTokens& language : facts.languages)
        table.rows.push_back(
            {languageTitle(language.language.toStdString()),
             false,
             {cell(language.fertility, 2, tr("Fertility; words as Unicode's word boundaries say (ICU)")),
              cell(100 * language.continuedWords, 1, tr("Words that two tokens or more have a part in")),
              cell(language.bytesPerToken, 2, tr("Bytes of UTF-8; more is better, and scripts differ in bytes a letter")),
              cell(100 * language.byteFallbackShare, 1, tr("Tokens that are a part of a character")),
              cell(language.tokensPerDocument, 0, tr("Of the held-out documents"))}});
    return table;
}

HeatMap overlapOf(const TokenizerFacts& facts)
{
    HeatMap map;
    map.title = TokenizerPage::tr("Shared vocabulary");
    map.rowTitle = TokenizerPage::tr("language");
    map.columnTitle = TokenizerPage::tr("language");
    map.valueTitle = TokenizerPage::tr("shared tokens of all that occur");
    for (const LanguageTokens& language : facts.languages) map.rowNames << language.language;
    map.columnNames = map.rowNames;
    map.values = facts.overlap;
    map.scale = {0, 1};
    map.firstRowOnTop = true;
    return map;
}

}  // namespace

TokenizerPage::TokenizerPage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_call(context.jobs, context.launcher.program()),
      m_choice(new QComboBox(this)),
      m_state(new QLabel(this)),
      m_empty(new EmptyState(context.actions, this)),
      m_panes(new QSplitter(Qt::Vertical, this)),
      m_table(new ComparisonView(this)),
      m_overlap(new HeatMapWidget(this)),
      m_text(new TokenText(context.jobs, context.launcher.program(), this)),
      m_showing(new WhenSeen(this, [this] { measure(); }))
{
    build();
    connectAll();
    offerTokenizers();
}

void TokenizerPage::build()
{
    setObjectName(QStringLiteral("tokenizerPage"));
    auto* title = new QLabel(tr("Tokenizer"), this);
    beTitle(*title);
    m_choice->setObjectName(QStringLiteral("tokenizerChoice"));
    m_choice->setAccessibleName(tr("Tokenizer"));
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_choice->setMaximumWidth(420);
    auto* browse = new QPushButton(tr("Another file\u2026"), this);
    browse->setToolTip(tr("A tokenizer.json, a SentencePiece .model or a .gguf file"));
    connect(browse, &QPushButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Choose a tokenizer"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        dialog->setNameFilters({tr("Tokenizers (*.json *.model *.gguf)"), tr("All files (*)")});
        connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
            m_browsed = file;
            offerTokenizers();
            m_choice->setCurrentIndex(m_choice->findData(file));
        });
        dialog->open();
    });
    m_state->setObjectName(QStringLiteral("tokenizerState"));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setWordWrap(true);
    m_state->setForegroundRole(QPalette::PlaceholderText);
    m_table->setObjectName(QStringLiteral("tokenizerTable"));
    m_table->setAccessibleName(tr("The languages through this tokenizer"));
    m_overlap->setAccessibleName(tr("Vocabulary that two languages share"));
    auto* upper = new QSplitter(Qt::Horizontal, m_panes);
    upper->setObjectName(QStringLiteral("tokenizerUpper"));
    upper->addWidget(m_table);
    upper->addWidget(m_overlap);
    upper->setSizes({640, 480});
    m_panes->setObjectName(QStringLiteral("tokenizerPanes"));
    m_panes->addWidget(upper);
    m_panes->addWidget(m_text);
    m_panes->setSizes({480, 160});
    for (QSplitter* splitter : {upper, m_panes}) {
        splitter->setHandleWidth(9);
        splitter->setChildrenCollapsible(false);
    }
    auto* head = new QHBoxLayout;
    head->addWidget(title);
    head->addStretch(1);
    head->addWidget(m_choice);
    head->addWidget(browse);
    head->addWidget(
        exportButton([this] { return m_overlap->hasFocus() ? &m_overlap->exportMenu() : &m_table->exportMenu(); }, this));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addWidget(m_state);
    layout->addWidget(m_panes, 1);
    layout->addWidget(m_empty, 1);
    m_empty->hide();
    setFocusProxy(m_choice);
}

void TokenizerPage::connectAll()
{
    connect(m_choice, &QComboBox::currentIndexChanged, m_showing, &WhenSeen::touch);
    connect(&m_context.selection, &Selection::projectChanged, m_showing, &WhenSeen::touch);
    connect(&m_context.models, &KnownModels::listChanged, this, &TokenizerPage::offerTokenizers);
    connect(&m_context.models, &KnownModels::modelChanged, this, &TokenizerPage::offerTokenizers);
    connect(&m_call, &MoebelCall::answered, this,
            [this](const QJsonDocument& answer) { take(tokenizerFacts(answer.object())); });
    connect(&m_call, &MoebelCall::failed, this, &TokenizerPage::say);
    connect(m_text, &TokenText::written, this, [this](const QString& text) { m_context.glyphs.look(text, m_text->font()); });
    for (ExportMenu* menu : {&m_table->exportMenu(), &m_overlap->exportMenu()}) {
        menu->setCommand([this] { return shellLine(QStringList{QStringLiteral("moebel")} + question()); });
        connect(menu, &ExportMenu::told, &m_context.navigator, &Navigator::tellResult);
    }
}

void TokenizerPage::offerTokenizers()
{
    const QVariant chosen = m_choice->currentData();
    const QSignalBlocker quiet(m_choice);
    m_choice->clear();
    m_choice->addItem(tr("The experiment's own"), QString());
    for (const KnownModel& model : m_context.models.models())
        if (model.facts && !model.facts->tokenizerFile.isEmpty())
            m_choice->addItem(tr("Of \u2068%1\u2069").arg(modelTitle(model)), model.facts->tokenizerFile);
    if (!m_browsed.isEmpty()) m_choice->addItem(QFileInfo(m_browsed).fileName(), m_browsed);
    m_choice->setCurrentIndex(std::max(0, m_choice->findData(chosen)));
}

QStringList TokenizerPage::question() const
{
    QStringList arguments = {QStringLiteral("tokenizer-report"), QStringLiteral("--experiment"),
                             m_context.selection.project().folder + QStringLiteral("/experiment.toml")};
    if (const QString file = m_choice->currentData().toString(); !file.isEmpty())
        arguments << QStringLiteral("--tokenizer") << file;
    return arguments;
}

void TokenizerPage::measure()
{
    const QString project = m_context.selection.project().folder;
    if (project.isEmpty() || !QFileInfo::exists(project + QStringLiteral("/experiment.toml"))) {
        m_measured.clear();
        m_call.withdraw();
        say({});
        m_empty->show(tr("This page measures the text of an experiment's languages: there is no experiment.toml yet."),
                      project.isEmpty() ? projectActions() : QStringList{QStringLiteral("experiment.setUp")});
        m_empty->setVisible(true);
        return;
    }
    const QStringList wanted = question();
    if (wanted.join(QLatin1Char('\n')) == m_measured) return;
    m_measured = wanted.join(QLatin1Char('\n'));
    say(tr("Measuring the held-out text of every language\u2026"));
    m_call.ask(wanted);
}

void TokenizerPage::say(const QString& sentence)
{
    m_state->setText(sentence);
    m_panes->hide();
    m_empty->hide();
    layout()->setAlignment(m_state, Qt::AlignTop);
}

void TokenizerPage::take(const TokenizerFacts& facts)
{
    m_state->setText(tr("%1, %2 tokens \u00b7 \u2068%3\u2069 \u00b7 measured on held-out text of the experiment")
                         .arg(facts.kind, QLocale().toString(facts.vocabulary), facts.file));
    layout()->setAlignment(m_state, {});
    m_panes->show();
    m_table->setTable(tableOf(facts));
    m_overlap->setHeatMap(overlapOf(facts));
    m_text->setTokenizer(facts.file);
}

}  // namespace moebel
