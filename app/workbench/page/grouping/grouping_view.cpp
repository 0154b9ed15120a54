#include "app/workbench/page/grouping/grouping_view.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/control/grouping/grouping_experiment.h"
#include "app/workbench/page/grouping/grouping_bar.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/theme_roles.h"
#include "widgets/support/title_label.h"

namespace moebel
{

GroupingView::GroupingView(PageContext& context, GroupingDesign& design, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_design(design),
      m_bar(new GroupingBar(design, this)),
      m_state(new QLabel(this)),
      m_growth(new QToolButton(this)),
      m_similarity(new SimilarityMap(this)),
      m_scatter(new LanguageScatter(this)),
      m_board(new GroupBoard(this)),
      m_table(new ComparisonView(this)),
      m_quality(new QLabel(this)),
      m_comparison(new QLabel(this)),
      m_readout(new QLabel(this))
{
    build();
    connectAll();
    showState({});
    showGroups();
}

void GroupingView::build()
{
    m_state->setObjectName(QStringLiteral("groupingState"));
    m_state->setForegroundRole(kErrorRole);
    m_quality->setObjectName(QStringLiteral("groupingQuality"));
    m_comparison->setObjectName(QStringLiteral("groupingComparison"));
    m_readout->setObjectName(QStringLiteral("groupingReadout"));
    m_readout->setForegroundRole(QPalette::PlaceholderText);
    for (QLabel* line : {m_state, m_quality, m_comparison, m_readout}) {
        line->setTextFormat(Qt::PlainText);
        line->setWordWrap(line != m_readout);
        beginWithLine(*line);
    }
    m_growth->setObjectName(QStringLiteral("groupByGrowth"));
    m_growth->setText(tr("Group by growth"));
    m_readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_similarity->setObjectName(QStringLiteral("similarity"));
    m_scatter->setObjectName(QStringLiteral("languageScatter"));
    m_board->setObjectName(QStringLiteral("groupBoard"));
    m_table->setObjectName(QStringLiteral("groupTable"));
    m_table->setAccessibleName(tr("The groups as a table"));
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_bar);
    auto* told = new QHBoxLayout;
    told->addWidget(m_state, 1);
    told->addWidget(m_growth);
    layout->addLayout(told);
    layout->addWidget(buildPanes(), 1);
    layout->addWidget(m_quality);
    layout->addWidget(m_comparison);
    layout->addWidget(m_readout);
    setFocusProxy(m_board);
}

QWidget* GroupingView::buildPanes()
{
    auto* above = new QSplitter(Qt::Horizontal, this);
    above->setObjectName(QStringLiteral("groupingAbove"));
    above->addWidget(m_similarity);
    above->addWidget(m_scatter);
    above->setSizes({660, 460});
    auto* below = new QSplitter(Qt::Horizontal, this);
    below->setObjectName(QStringLiteral("groupingBelow"));
    below->addWidget(m_board);
    below->addWidget(m_table);
    below->setSizes({720, 400});
    auto* panes = new QSplitter(Qt::Vertical, this);
    panes->setObjectName(QStringLiteral("groupingPanes"));
    panes->addWidget(above);
    panes->addWidget(below);
    panes->setSizes({340, 170});
    panes->setStretchFactor(0, 2);
    panes->setStretchFactor(1, 1);
    for (QSplitter* splitter : {above, below, panes}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(9);
    }
    return panes;
}

void GroupingView::connectAll()
{
    connect(&m_design, &GroupingDesign::matrixChanged, this, &GroupingView::readTree);
    connect(&m_design, &GroupingDesign::changed, this, [this] {
        showState({});
        showGroups();
    });
    connect(&m_design, &GroupingDesign::refused, this, &GroupingView::showState);
    connect(&m_design, &GroupingDesign::growthOffered, this, &GroupingView::offerGrowth);
    connect(m_growth, &QToolButton::clicked, this, [this] { m_design.form(GroupingAlgorithm::Growth, m_growthCount, Seed{}); });
    connect(m_bar, &GroupingBar::colourChanged, this, &GroupingView::showGroups);
    connect(m_bar, &GroupingBar::mapWanted, this, &GroupingView::mapWanted);
    connect(m_board, &GroupBoard::moveWanted, this,
            [this](const QString& code, int group) { m_design.move(code.toStdString(), std::size_t(group)); });
    connect(m_board, &GroupBoard::languageChosen, this, &GroupingView::chooseLanguage);
    connect(m_similarity, &SimilarityMap::languageChosen, this, &GroupingView::chooseLanguage);
    connect(m_scatter, &LanguageScatter::chosen, this,
            [this](int language) { chooseLanguage(m_scatter->picture().codes.value(language)); });
    connect(m_similarity, &SimilarityMap::readoutChanged, m_readout, &QLabel::setText);
    connect(m_scatter, &LanguageScatter::readoutChanged, m_readout, &QLabel::setText);
    for (ExportMenu* exports : {&m_similarity->exportMenu(), &m_scatter->exportMenu(), &m_table->exportMenu()}) {
        exports->setCommand([this] { return groupCommand(m_design); });
        connect(exports, &ExportMenu::told, &m_context.navigator, &Navigator::tellResult);
    }
}

// A tree of a hundred languages is no work for this thread.
void GroupingView::readTree()
{
    m_context.jobs.run(
        this, [matrix = m_design.matrix()] { return treeOf(matrix); },
        [this, request = ++m_request](LanguageTree tree) {
            if (request != m_request) return;
            m_tree = std::move(tree);
            showPictures();
        });
}

void GroupingView::showPictures()
{
    m_similarity->setPicture(similarityPicture(m_tree, m_design, m_bar->colourBy()));
    m_scatter->setPicture(scatterPicture(m_tree, m_design, m_bar->colourBy()));
}

void GroupingView::showGroups()
{
    const GroupingQuality quality = m_design.quality();
    m_board->setGroups(boardGroups(m_design, m_bar->colourBy()));
    m_table->setTable(qualityTable(quality));
    m_quality->setText(qualityText(quality));
    m_board->setAccessibleDescription(m_quality->text());
    m_comparison->setText(comparisonText(m_design));
    m_comparison->setVisible(!m_comparison->text().isEmpty());
    m_readout->setText(
        tr("Drag a language, or choose one: Ctrl with left or right sends it to the next group, a digit to that group, + to a "
           "new one."));
    showPictures();
}

// One language is looked at everywhere.
void GroupingView::chooseLanguage(const QString& code)
{
    if (code == m_language) return;
    m_language = code;
    m_board->setCurrentLanguage(code);
    m_similarity->setCurrentLanguage(code.toStdString());
    const auto at = m_scatter->picture().codes.indexOf(code);
    m_scatter->setCurrent(int(at));
    m_readout->setText(m_scatter->picture().readouts.value(at));
}

void GroupingView::offerGrowth(std::int64_t count)
{
    m_growthCount = count;
    m_growth->show();
}

void GroupingView::showState(const QString& sentence)
{
    m_growth->hide();
    m_state->setText(sentence);
    m_state->setVisible(!sentence.isEmpty());
}

}  // namespace moebel
