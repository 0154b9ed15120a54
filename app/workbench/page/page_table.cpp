#include "app/workbench/page/page_table.h"

#include <QCoreApplication>
#include <QStringList>

#include "app/workbench/page/compare_page.h"
#include "app/workbench/page/expansion/allocation_designer_page.h"
#include "app/workbench/page/expansion/lineage_page.h"
#include "app/workbench/page/experiment_page.h"
#include "app/workbench/page/grouping/groups_page.h"
#include "app/workbench/page/live_page.h"
#include "app/workbench/page/models/models_page.h"
#include "app/workbench/page/models/tokenizer_page.h"
#include "app/workbench/page/page_context.h"
#include "app/workbench/page/routing_page.h"
#include "app/workbench/page/runs_page.h"

namespace moebel
{

namespace
{

QWidget* makeRuns(PageContext& context) { return new RunsPage(context); }

QWidget* makeExperiment(PageContext& context) { return new ExperimentPage(context); }

QWidget* makeLive(PageContext& context) { return new LivePage(context); }

QWidget* makeRouting(PageContext& context) { return new RoutingPage(context); }

QWidget* makeCompare(PageContext& context) { return new ComparePage(context); }

QWidget* makeModels(PageContext& context) { return new ModelsPage(context); }

QWidget* makeTokenizer(PageContext& context) { return new TokenizerPage(context); }

QWidget* makeAllocation(PageContext& context) { return new AllocationDesignerPage(context); }

QWidget* makeGroups(PageContext& context) { return new GroupsPage(context); }

QWidget* makeLineage(PageContext& context) { return new LineagePage(context); }

constexpr PageEntry kPages[] = {
    {PageId::Runs, "runs", QT_TRANSLATE_NOOP("Pages", "Runs"), "", makeRuns},
    {PageId::Experiment, "experiment", QT_TRANSLATE_NOOP("Pages", "Experiment"), "", makeExperiment},
    {PageId::Live, "live", QT_TRANSLATE_NOOP("Pages", "Live"), "console events table", makeLive},
    {PageId::Routing, "routing", QT_TRANSLATE_NOOP("Pages", "Routing"),
     "one-language all-languages languages divergence table expansion", makeRouting},
    {PageId::Compare, "compare", QT_TRANSLATE_NOOP("Pages", "Compare"), "scores description curves routing expert-0",
     makeCompare},
    {PageId::Allocation, "allocation", QT_TRANSLATE_NOOP("Pages", "Allocation"), "", makeAllocation},
    {PageId::Groups, "groups", QT_TRANSLATE_NOOP("Pages", "Groups"), "grouping deviation adaptation", makeGroups},
    {PageId::Lineage, "lineage", QT_TRANSLATE_NOOP("Pages", "Lineage"), "", makeLineage},
    {PageId::Models, "models", QT_TRANSLATE_NOOP("Pages", "Models"), "", makeModels},
    {PageId::Tokenizer, "tokenizer", QT_TRANSLATE_NOOP("Pages", "Tokenizer"), "", makeTokenizer},
};

}  // namespace

std::span<const PageEntry> pageTable() { return kPages; }

QString pageTitle(const PageEntry& page) { return QCoreApplication::translate("Pages", page.title); }

QString pageWord(PageId page)
{
    for (const PageEntry& entry : kPages)
        if (entry.id == page) return QString::fromLatin1(entry.word);
    return {};
}

std::optional<PageId> pageOfWord(const QString& word)
{
    for (const PageEntry& entry : kPages)
        if (QLatin1String(entry.word) == word) return entry.id;
    return std::nullopt;
}

QStringList viewWords(PageId page)
{
    for (const PageEntry& entry : kPages)
        if (entry.id == page) return QString::fromLatin1(entry.views).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return {};
}

QString pageWords()
{
    QStringList words;
    for (const PageEntry& entry : kPages) {
        const QStringList views = viewWords(entry.id);
        QString word = QString::fromLatin1(entry.word);
        if (!views.isEmpty()) word += QStringLiteral("[/%1]").arg(views.join(QStringLiteral("|/")));
        words << word;
    }
    return words.join(QStringLiteral(", "));
}

}  // namespace moebel
