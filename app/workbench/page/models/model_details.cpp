#include "app/workbench/page/models/model_details.h"

#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QRegularExpression>
#include <QSortFilterProxyModel>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "app/workbench/page/models/model_table_model.h"
#include "app/workbench/page/models/tensor_tree_model.h"
#include "app/workbench/page/plan_view.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/theme_roles.h"
#include "widgets/table/table_columns.h"

namespace moebel
{

namespace
{

QString count(std::int64_t number) { return QLocale().toString(qlonglong(number)); }

/// Text of a file, in one line and turned its own way.
QString foreign(const QString& text) { return QStringLiteral("\u2068%1\u2069").arg(text.simplified()); }

/// "3 in every layer", or one number a layer.
QString expertsText(const ModelFacts& facts)
{
    QStringList counts;
    for (const std::int64_t count : facts.experts) counts << QString::number(count);
    const bool equal = counts.count(counts.first()) == counts.size();
    const QString experts = equal ? ModelDetails::tr("%1 in every layer").arg(counts.first()) : counts.join(QLatin1Char(' '));
    return ModelDetails::tr("%1, top %2").arg(experts).arg(facts.topK);
}

}  // namespace

ModelDetails::ModelDetails(QWidget* parent)
    : QWidget(parent),
      m_name(new QLabel(this)),
      m_place(new QLabel(this)),
      m_problems(new QLabel(this)),
      m_facts(new QWidget(this)),
      m_search(new QLineEdit(this)),
      m_tensors(new TensorTreeModel(this)),
      m_found(new QSortFilterProxyModel(this)),
      m_tree(new QTreeView(this)),
      m_none(new QLabel(this))
{
    build();
    connect(m_search, &QLineEdit::textChanged, this, &ModelDetails::search);
    setModel(nullptr);
}

void ModelDetails::build()
{
    setObjectName(QStringLiteral("modelDetails"));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    m_name->setFont(large);
    m_name->setObjectName(QStringLiteral("modelName"));
    m_place->setForegroundRole(QPalette::PlaceholderText);
    m_problems->setObjectName(QStringLiteral("modelProblems"));
    m_problems->setForegroundRole(kErrorRole);
    for (QLabel* label : {m_name, m_place, m_problems}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_search->setObjectName(QStringLiteral("tensorSearch"));
    m_search->setPlaceholderText(tr("Find tensors: layers.3 q_proj"));
    m_search->setToolTip(tr("Words that all stand in the name of a tensor"));
    m_search->setAccessibleName(tr("Find tensors"));
    m_search->setClearButtonEnabled(true);
    m_found->setSourceModel(m_tensors);
    m_found->setRecursiveFilteringEnabled(true);
    m_found->setFilterRole(TensorTreeModel::WholeNameRole);
    m_found->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_tree->setObjectName(QStringLiteral("tensorTree"));
    m_tree->setAccessibleName(tr("Tensors of the model"));
    m_tree->setModel(m_found);
    m_tree->setUniformRowHeights(true);
    m_tree->setAlternatingRowColors(true);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_tree->header()->setSectionResizeMode(TensorTreeModel::Name, QHeaderView::Stretch);
    applyHeaderStyle(*m_tree->header());
    new TableColumns(*m_tree, *m_tree->header(), TensorTreeModel::Name);
    Exports exports;
    exports.name = QStringLiteral("tensors");
    exports.csv = [this] { return m_tensors->csv(); };
    m_exports = new ExportMenu(*m_tree, std::move(exports));
    m_exports->attach();
    m_none->setForegroundRole(QPalette::PlaceholderText);
    m_none->setAlignment(Qt::AlignCenter);
    auto* bar = new QHBoxLayout;
    bar->addWidget(m_search, 1);
    bar->addWidget(exportButton([this] { return m_exports; }, this));
    auto* factsLayout = new QVBoxLayout(m_facts);
    factsLayout->setContentsMargins(0, 4, 0, 4);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_name);
    layout->addWidget(m_place);
    layout->addWidget(m_problems);
    layout->addWidget(m_facts);
    layout->addLayout(bar);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_none, 1);
}

void ModelDetails::setModel(const KnownModel* model)
{
    setVisible(model != nullptr);
    if (!model) {
        m_tensors->setTensors({});
        return;
    }
    m_name->setText(modelTitle(*model));
    m_place->setText(foreign(model->path));
    showProblems(*model);
    const ModelFacts none;
    showFacts(model->facts ? *model->facts : none);
    m_tensors->setTensors(model->facts ? model->facts->tensors : none.tensors);
    search(m_search->text());
}

void ModelDetails::showProblems(const KnownModel& model)
{
    QStringList sentences;
    if (!model.failure.isEmpty()) sentences << model.failure;
    if (model.facts) sentences << model.facts->problems;
    for (QString& sentence : sentences) sentence = QStringLiteral("\u26a0 ") + foreign(sentence);
    m_problems->setText(sentences.join(QLatin1Char('\n')));
    m_problems->setVisible(!sentences.isEmpty());
}

void ModelDetails::addFact(const QString& label, const QString& text)
{
    auto* name = new QLabel(label);
    name->setForegroundRole(QPalette::PlaceholderText);
    auto* value = new QLabel(text);
    value->setTextFormat(Qt::PlainText);
    value->setWordWrap(true);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setAccessibleName(label);
    const int row = m_grid->rowCount();
    m_grid->addWidget(name, row, 0, Qt::AlignTop);
    m_grid->addWidget(value, row, 1);
}

void ModelDetails::showFacts(const ModelFacts& facts)
{
    qDeleteAll(m_facts->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    delete m_grid;
    m_grid = new QGridLayout;
    m_grid->setColumnStretch(1, 1);
    m_grid->setHorizontalSpacing(16);
    m_grid->setVerticalSpacing(2);
    static_cast<QVBoxLayout*>(m_facts->layout())->addLayout(m_grid);
    if (facts.format.isEmpty()) return;
    addFact(tr("Architecture"), tr("%1, %2").arg(foreign(facts.architecture), facts.format));
    if (facts.hasShape()) {
        addFact(tr("Shape"), tr("%1 layers of width %2, feed-forward %3, %4 heads of %5 (%6 for keys and values)")
                                 .arg(facts.layers)
                                 .arg(facts.width)
                                 .arg(facts.feedForwardWidth)
                                 .arg(facts.heads)
                                 .arg(facts.headSize)
                                 .arg(facts.keyValueHeads));
        addFact(tr("Context"), tr("%1 tokens").arg(count(facts.contextLength)));
        addFact(tr("Vocabulary"), facts.tiedHead ? tr("%1, the head is the embedding").arg(count(facts.vocabulary))
                                                 : tr("%1, the head is its own").arg(count(facts.vocabulary)));
        if (!facts.experts.empty()) addFact(tr("Experts"), expertsText(facts));
        addFact(tr("Parameters"), facts.activeParameters == facts.parameters
                                      ? parameterText(facts.parameters)
                                      : tr("%1, of which a token passes through %2")
                                            .arg(parameterText(facts.parameters), parameterText(facts.activeParameters)));
    }
    if (!facts.tensors.empty())
        addFact(tr("Weights"), tr("%1, tensors: %2").arg(byteText(facts.weightBytes)).arg(facts.tensors.size()));
    if (!facts.tokenizerKind.isEmpty())
        addFact(tr("Tokenizer"), tr("%1, %2 tokens, %3")
                                     .arg(facts.tokenizerKind, count(facts.tokenizerVocabulary),
                                          foreign(QFileInfo(facts.tokenizerFile).fileName())));
    QStringList licence;
    if (!facts.licence.isEmpty()) licence << foreign(facts.licence);
    if (!facts.licenceFile.isEmpty()) licence << foreign(QFileInfo(facts.licenceFile).fileName());
    addFact(tr("Licence"), licence.isEmpty() ? tr("not said") : licence.join(QStringLiteral(", ")));
}

void ModelDetails::search(const QString& words)
{
    // Every word must be there, in any order.
    QString pattern;
    for (const QString& word : words.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        pattern += QStringLiteral("(?=.*%1)").arg(QRegularExpression::escape(word));
    m_found->setFilterRegularExpression(QRegularExpression(pattern, QRegularExpression::CaseInsensitiveOption));
    const bool any = m_found->rowCount() > 0;
    m_tree->setVisible(any);
    m_none->setVisible(!any);
    m_none->setText(m_tensors->rowCount() > 0 ? tr("No tensor has this in its name.") : tr("No tensors could be read."));
    if (!any) return;
    pattern.isEmpty() ? m_tree->expandToDepth(0) : m_tree->expandAll();
}

void ModelDetails::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

}  // namespace moebel
