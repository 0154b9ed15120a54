#include "app/workbench/page/expansion/lineage_page.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QSplitter>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>
#include <limits>
#include <map>

#include "app/workbench/control/run_list_model.h"
#include "app/workbench/control/shell_line.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/routing_words.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/title_label.h"

namespace moebel
{

namespace
{

constexpr int kIdRole = Qt::UserRole;
constexpr std::size_t kLanguagesShown = 4;

QString listed(const std::vector<std::string>& codes)
{
    QStringList words;
    for (const std::string& code : codes) words << QString::fromStdString(code);
    return QStringLiteral("\u2068%1\u2069").arg(words.join(QStringLiteral(", ")));
}

QString originText(const ExpertFacts& expert)
{
    switch (expert.origin) {
        case ExpertOrigin::Original:
            return LineagePage::tr("original feed-forward network");
        case ExpertOrigin::Copy:
            if (expert.copyOf >= 0) return LineagePage::tr("copy of expert %1 of the base run").arg(expert.copyOf);
            return LineagePage::tr("copy of the original");
        case ExpertOrigin::Random:
            return LineagePage::tr("random");
        case ExpertOrigin::Earlier:
            return LineagePage::tr("earlier round");
    }
    return {};
}

QString roundText(int round)
{
    if (round == 0) return LineagePage::tr("base model");
    return round < 0 ? LineagePage::tr("an earlier one") : QLocale().toString(round);
}

ComparisonCell textCell(const QString& text)
{
    ComparisonCell cell;
    cell.text = text;
    return cell;
}

ComparisonCell languageCell(const ExpertFacts& expert)
{
    QStringList shown, all;
    for (const auto& [code, share] : expert.languages) {
        const QString part = QStringLiteral("\u2068%1\u2069 %2")
                                 .arg(QString::fromStdString(code), QLocale().toString(100 * share, 'f', 0) + QLatin1Char('%'));
        all << part;
        if (std::size_t(shown.size()) < kLanguagesShown) shown << part;
    }
    ComparisonCell cell = textCell(shown.join(QStringLiteral(", ")));
    cell.note = all.join(QLatin1Char('\n'));
    return cell;
}

}  // namespace

HeatMap roundMap(const ExpertRounds& rounds, const QString& title)
{
    HeatMap map;
    map.title = title;
    map.rowTitle = LineagePage::tr("layer");
    map.columnTitle = LineagePage::tr("expert");
    map.valueTitle = LineagePage::tr("round");
    map.scale = {0, std::max(1.0, double(rounds.last))};
    map.decimals = 0;
    for (const std::vector<int>& layer : rounds.rounds) {
        std::vector<double>& row = map.values.emplace_back();
        for (const int round : layer) row.push_back(round < 0 ? std::numeric_limits<double>::quiet_NaN() : round);
    }
    return map;
}

ComparisonTable expertTable(const RunExperts& experts)
{
    ComparisonTable table{LineagePage::tr("Expert"),
                          {LineagePage::tr("Origin"), LineagePage::tr("Round"), LineagePage::tr("In this run"),
                           LineagePage::tr("Languages that use it")},
                          {},
                          1};
    for (const ExpertFacts& expert : experts.experts)
        table.rows.push_back(
            {LineagePage::tr("layer %1, expert %2").arg(expert.layer).arg(expert.expert),
             false,
             {textCell(originText(expert)), textCell(roundText(expert.round)),
              textCell(expert.trained ? LineagePage::tr("trained") : LineagePage::tr("frozen")), languageCell(expert)},
             Better::Unknown});
    return table;
}

LineagePage::LineagePage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_read(new WhenSeen(this, [this] { read(); })),
      m_title(new QLabel(this)),
      m_note(new QLabel(this)),
      m_body(new QWidget(this)),
      m_model(new QStandardItemModel(this)),
      m_tree(new QTreeView(this)),
      m_map(new HeatMapWidget(this)),
      m_table(new ComparisonView(this)),
      m_empty(new EmptyState(context.actions, this))
{
    build();
    connect(&context.selection, &Selection::runChanged, m_read, &WhenSeen::touch);
    connect(&context.selection, &Selection::projectChanged, m_read, &WhenSeen::touch);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        const QString id = now.siblingAtColumn(0).data(kIdRole).toString();
        if (!m_filling && !id.isEmpty()) m_context.selection.chooseRun(id.toStdString());
    });
    connect(m_map, &HeatMapWidget::cellChosen, this, &LineagePage::chooseCell);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        const auto row = std::size_t(now.row());
        if (now.isValid() && row < m_experts.experts.size())
            m_map->setCurrentCell(HeatMapCell{m_experts.experts[row].layer, m_experts.experts[row].expert});
    });
    const auto command = [this] {
        const RunSummary* chosen = m_context.selection.run();
        return chosen ? shellLine({QStringLiteral("moebel"), QStringLiteral("show"), pathText(chosen->folder.path),
                                   QStringLiteral("--json")})
                      : QString();
    };
    for (ExportMenu* exports : {&m_map->exportMenu(), &m_table->exportMenu()}) {
        exports->setCommand(command);
        connect(exports, &ExportMenu::told, &context.navigator, &Navigator::tellResult);
    }
    show({}, {});
}

void LineagePage::build()
{
    setObjectName(QStringLiteral("lineagePage"));
    beTitle(*m_title);
    m_title->setText(tr("Lineage"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_note->setObjectName(QStringLiteral("lineageNote"));
    beginWithLine(*m_note);
    m_tree->setObjectName(QStringLiteral("lineageTree"));
    m_tree->setAccessibleName(tr("Runs and the runs that grew out of them"));
    m_tree->setModel(m_model);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setAlternatingRowColors(true);
    m_tree->setUniformRowHeights(true);
    applyHeaderStyle(*m_tree->header());
    m_map->setObjectName(QStringLiteral("roundMap"));
    m_map->setAccessibleName(tr("Rounds of the experts"));
    m_table->setObjectName(QStringLiteral("expertTable"));
    m_table->setAccessibleName(tr("Experts of the chosen run"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    auto* below = new QSplitter(Qt::Horizontal, this);
    below->setObjectName(QStringLiteral("lineageBelow"));
    below->addWidget(m_map);
    below->addWidget(m_table);
    below->setStretchFactor(0, 2);
    below->setStretchFactor(1, 3);
    below->setSizes({340, 740});
    auto* panes = new QSplitter(Qt::Vertical, this);
    panes->setObjectName(QStringLiteral("lineagePanes"));
    panes->addWidget(m_tree);
    panes->addWidget(below);
    panes->setStretchFactor(0, 1);
    panes->setStretchFactor(1, 3);
    panes->setSizes({170, 480});
    for (QSplitter* splitter : {below, panes}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(9);
    }
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins(0, 0, 0, 0);
    body->addWidget(panes, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(8);
    layout->addWidget(m_title);
    layout->addWidget(m_note);
    layout->addWidget(m_body, 1);
    layout->addWidget(m_empty, 1);
    setFocusProxy(m_tree);
}

void LineagePage::read()
{
    const quint64 request = ++m_request;
    const RunSummary* run = m_context.selection.run();
    m_run = run ? run->id : std::string();
    struct Read {
        std::vector<LineageRun> lineage;
        RunExperts experts;
    };
    m_context.jobs.run(
        this,
        [project = m_context.selection.shared(), folder = run ? run->folder : RunFolder(), chosen = m_run] {
            return Read{readLineage(project->runs, chosen), folder.path.empty() ? RunExperts() : readRunExperts(folder)};
        },
        [this, request](Read read) {
            if (request == m_request) show(read.lineage, std::move(read.experts));
        });
}

void LineagePage::show(const std::vector<LineageRun>& lineage, RunExperts experts)
{
    m_experts = std::move(experts);
    const bool none = lineage.empty();
    m_body->setVisible(!none);
    m_empty->setVisible(none);
    if (!m_context.selection.isOpen())
        m_empty->show(tr("No project is open."), projectActions());
    else
        m_empty->show(tr("This project has no run yet; a run that begins with another run's model (base.kind = \"run\") grows "
                         "out of it here."),
                      {QStringLiteral("experiment.setUp")});
    const bool alone = std::none_of(lineage.begin(), lineage.end(), [](const LineageRun& run) { return !run.parent.empty(); });
    m_note->setVisible(!none);
    m_note->setText(alone ? tr("No run of this project has another one as its base; set base.kind = \"run\" in an experiment "
                               "to expand further.")
                          : tr("A run stands below the one whose model it began with."));
    fillTree(lineage);
    showExperts();
}

void LineagePage::fillTree(const std::vector<LineageRun>& lineage)
{
    m_filling = true;
    m_model->clear();
    m_model->setHorizontalHeaderLabels({tr("Run"), tr("State"), tr("New languages"), tr("Original languages")});
    std::map<std::string, QStandardItem*> items;
    for (const LineageRun& run : lineage) {
        auto* item = new QStandardItem(run.there ? run.title : tr("%1 (not in this project)").arg(run.title));
        item->setData(run.there ? QString::fromStdString(run.id) : QString(), kIdRole);
        item->setToolTip(QString::fromStdString(run.id));
        item->setEnabled(run.there);
        const QList<QStandardItem*> row = {item, new QStandardItem(run.there ? stateText(run.state) : QString()),
                                           new QStandardItem(run.there ? listed(run.newLanguages) : QString()),
                                           new QStandardItem(run.there ? listed(run.originalLanguages) : QString())};
        const auto parent = items.find(run.parent);
        parent == items.end() ? m_model->appendRow(row) : parent->second->appendRow(row);
        items[run.id] = item;
    }
    m_tree->expandAll();
    for (int column = 0; column + 1 < m_model->columnCount(); ++column) {
        m_tree->resizeColumnToContents(column);
        m_tree->setColumnWidth(column, m_tree->columnWidth(column) + 16);
    }
    if (const auto chosen = items.find(m_run); chosen != items.end()) m_tree->setCurrentIndex(chosen->second->index());
    m_filling = false;
}

void LineagePage::showExperts()
{
    if (!m_experts.problem.isEmpty() || m_experts.experts.empty()) {
        HeatMap nothing;
        nothing.title = m_experts.problem;
        m_map->setHeatMap(nothing);
        m_table->setTable({});
        return;
    }
    m_map->setHeatMap(roundMap(m_experts.rounds, tr("Rounds of the experts")));
    m_table->setTable(expertTable(m_experts));
    if (m_experts.capture.step >= 0)
        m_table->setToolTip(
            tr("Shares of tokens with the expert in their top-K, %1").arg(captureText(m_experts.stages, m_experts.capture)));
}

int LineagePage::rowOf(int layer, int expert) const
{
    for (std::size_t row = 0; row < m_experts.experts.size(); ++row)
        if (m_experts.experts[row].layer == layer && m_experts.experts[row].expert == expert) return int(row);
    return -1;
}

void LineagePage::chooseCell(const HeatMapCell& cell)
{
    const int row = rowOf(cell.row, cell.column);
    if (row < 0) return;
    m_context.selection.focusOnCell(cell.row, cell.column);
    m_table->selectRow(row);
    m_table->scrollTo(m_table->model()->index(row, 0));
}

}  // namespace moebel
