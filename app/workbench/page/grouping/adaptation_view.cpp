#include "app/workbench/page/grouping/adaptation_view.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/workbench/control/grouping/grouping_experiment.h"
#include "app/workbench/control/shell_line.h"
#include "moebel/experiment/experiment_file.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/theme_roles.h"
#include "widgets/support/title_label.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

namespace
{

QString listed(const std::vector<std::string>& codes)
{
    QStringList words;
    for (const std::string& code : codes) words << QString::fromStdString(code);
    return words.join(QLatin1Char(' '));
}

QString shown(double perplexity) { return QLocale().toString(perplexity, 'f', 2); }

/// The second best expert; none where there is one alone.
const ExpertPerplexity* nextTo(const AdaptedGroup& group)
{
    const ExpertPerplexity* next = nullptr;
    for (std::size_t expert = 0; expert < group.fits.size(); ++expert)
        if (std::int64_t(expert) != group.nearest && (!next || group.fits[expert].tokenPerplexity < next->tokenPerplexity))
            next = &group.fits[expert];
    return next;
}

/// Experts down, new groups across: token perplexity, and how much worse than the best.
ComparisonTable tableOf(const std::vector<AdaptedGroup>& adapted)
{
    ComparisonTable table{AdaptationView::tr("Expert"), {AdaptationView::tr("Languages")}, {}, 0};
    for (const AdaptedGroup& group : adapted)
        table.columns << AdaptationView::tr("Perplexity of %1").arg(listed(group.languages));
    for (std::size_t expert = 0; expert < adapted.front().fits.size(); ++expert) {
        ComparisonCell languages;
        languages.text = listed(adapted.front().fits[expert].languages);
        ComparisonRow row{QStringLiteral("G%1").arg(expert), false, {languages}, Better::Unknown};
        for (const AdaptedGroup& group : adapted) {
            ComparisonCell cell;
            if (expert < group.fits.size()) {
                const ExpertPerplexity& fit = group.fits[expert];
                cell.value = fit.tokenPerplexity;
                cell.difference = fit.tokenPerplexity - group.fits[std::size_t(group.nearest)].tokenPerplexity;
                const bool isNearest = std::int64_t(expert) == group.nearest;
                if (isNearest) cell.difference = std::nan("");
                cell.text =
                    isNearest ? AdaptationView::tr("%1 (copied)").arg(shown(fit.tokenPerplexity)) : shown(fit.tokenPerplexity);
                if (!isNearest) cell.decimals = 2;
                cell.note = AdaptationView::tr("%1 bits per byte over %2 tokens")
                                .arg(QLocale().toString(fit.bitsPerByte, 'f', 3), QLocale().toString(qint64(fit.tokens)));
                if (!isNearest) table.scale = std::max(table.scale, cell.difference);
            }
            row.cells.push_back(std::move(cell));
        }
        table.rows.push_back(std::move(row));
    }
    if (table.scale <= 0) table.scale = 1;
    return table;
}

QString marginText(const AdaptedGroup& group)
{
    const ExpertPerplexity& best = group.fits[std::size_t(group.nearest)];
    QString text = AdaptationView::tr("\u2068%1\u2069 gets expert G%2, a copy of G%3 (%4): perplexity %5")
                       .arg(listed(group.languages))
                       .arg(group.expert)
                       .arg(group.nearest)
                       .arg(listed(best.languages), shown(best.tokenPerplexity));
    if (const ExpertPerplexity* next = nextTo(group))
        text += AdaptationView::tr(", the next one %1 (margin %2%)")
                    .arg(shown(next->tokenPerplexity),
                         QLocale().toString(100 * (next->tokenPerplexity / best.tokenPerplexity - 1), 'f', 1));
    return text + QLatin1Char('.');
}

}  // namespace

AdaptationView::AdaptationView(PageContext& context, GroupingDesign& design, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_design(design),
      m_summary(new QLabel(this)),
      m_tie(new QLabel(this)),
      m_table(new ComparisonView(this)),
      m_languages(new QLineEdit(this)),
      m_begin(new QPushButton(this)),
      m_state(new QLabel(this))
{
    build();
    connect(&design, &GroupingDesign::evidenceChanged, this, &AdaptationView::show);
    connect(m_begin, &QPushButton::clicked, this, &AdaptationView::setUp);
    connect(m_languages, &QLineEdit::returnPressed, this, &AdaptationView::setUp);
    connect(m_languages, &QLineEdit::textEdited, this, [this] { showState({}); });
    m_table->exportMenu().setCommand([this] {
        return shellLine(
            {QStringLiteral("moebel"), QStringLiteral("show"), m_design.evidence().runFolder, QStringLiteral("--json")});
    });
    connect(&m_table->exportMenu(), &ExportMenu::told, &context.navigator, &Navigator::tellResult);
    show();
}

void AdaptationView::build()
{
    m_summary->setObjectName(QStringLiteral("adaptationSummary"));
    m_tie->setObjectName(QStringLiteral("adaptationTie"));
    m_tie->setForegroundRole(QPalette::PlaceholderText);
    m_state->setObjectName(QStringLiteral("adaptationState"));
    m_state->setForegroundRole(kErrorRole);
    for (QLabel* line : {m_summary, m_tie, m_state}) {
        line->setTextFormat(Qt::PlainText);
        line->setWordWrap(true);
        beginWithLine(*line);
    }
    m_table->setObjectName(QStringLiteral("adaptationTable"));
    m_table->setAccessibleName(tr("Perplexity of new languages through each expert"));
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_tie->setText(tr(
        "The copy begins with the router row of its original, so both have the same score: under top-2 routing both are chosen "
        "and the former second expert is not, until training parts them; under hard routing nothing changes for the old "
        "languages."));
    m_languages->setObjectName(QStringLiteral("newLanguages"));
    m_languages->setPlaceholderText(tr("gl fi, be"));
    m_languages->setToolTip(tr("Codes of the new languages; a comma begins another group, which gets an expert of its own"));
    m_languages->setMaximumWidth(320);
    m_begin->setObjectName(QStringLiteral("setUpAdaptation"));
    m_begin->setText(tr("Set up the adaptation"));
    auto* label = new QLabel(tr("&New languages"), this);
    label->setBuddy(m_languages);
    label->setForegroundRole(QPalette::PlaceholderText);
    auto* row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_languages, 1);
    row->addWidget(m_begin);
    row->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(row);
    layout->addWidget(m_state);
    layout->addWidget(m_summary);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_tie);
    setFocusProxy(m_languages);
}

void AdaptationView::show()
{
    const GroupingEvidence& evidence = m_design.evidence();
    const bool canBegin = evidence.isFinished && evidence.ofRun && !evidence.runFolder.isEmpty();
    m_begin->setEnabled(canBegin);
    m_languages->setEnabled(canBegin);
    showState({});
    QStringList sentences;
    for (const AdaptedGroup& group : evidence.adapted) sentences << marginText(group);
    if (sentences.isEmpty())
        sentences << (canBegin
                          ? tr("This run was not adapted from another one. Name languages that are new to it: each group of "
                               "them gets a copy of the expert that knows it best, and only the copy and the routers learn.")
                          : tr("An adaptation begins with a finished run of language groups; choose one on the page Runs."));
    m_summary->setText(sentences.join(QLatin1Char('\n')));
    m_table->setVisible(!evidence.adapted.empty());
    m_tie->setVisible(!evidence.adapted.empty());
    m_table->setTable(evidence.adapted.empty() ? ComparisonTable() : tableOf(evidence.adapted));
    layout()->setAlignment(m_summary, evidence.adapted.empty() ? Qt::AlignTop : Qt::Alignment());
}

void AdaptationView::setUp()
{
    const auto added = parseNewLanguages(m_languages->text(), m_design.evidence());
    if (!added) {
        showState(QString::fromStdString(added.error().message));
        return;
    }
    m_context.navigator.draftExperiment(QString::fromStdString(toToml(adaptationOf(m_design.evidence(), *added))));
}

void AdaptationView::showState(const QString& sentence)
{
    m_state->setText(sentence);
    m_state->setVisible(!sentence.isEmpty());
}

}  // namespace moebel
