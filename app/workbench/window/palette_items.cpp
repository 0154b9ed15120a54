#include "app/workbench/window/palette_items.h"

#include <QCoreApplication>
#include <QMenu>

#include "app/workbench/control/run_cells.h"
#include "app/workbench/page/form_language_model.h"
#include "moebel/experiment/language.h"

namespace moebel
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("moebel", text); }

QString text(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

QString isolated(const QString& words) { return QStringLiteral("\u2068%1\u2069").arg(words); }

void addLanguages(std::vector<PaletteItem>& items, PageContext& context)
{
    const RunSummary* run = context.selection.run();
    if (!run) return;
    const auto add = [&](const std::vector<std::string>& codes, LanguageRole role) {
        for (const std::string& code : codes) {
            const LanguageFacts facts = languageFacts(code);
            const QString names = isolated(text(facts.englishName)) + QLatin1Char(' ') + isolated(text(facts.nativeName));
            items.push_back({names + QStringLiteral(" (%1)").arg(text(code)), tr("%1 language").arg(roleTitle(role)),
                             [&context, language = text(code)] { context.navigator.showLanguage(language); }});
        }
    };
    add(run->originalLanguages, LanguageRole::Original);
    add(run->expandedLanguages, LanguageRole::Expanded);
}

void addRuns(std::vector<PaletteItem>& items, PageContext& context)
{
    for (const RunSummary& run : context.selection.project().runs) {
        const QString title = text(run.title.empty() ? run.id : run.title);
        items.push_back({isolated(title) + QStringLiteral("  ") + text(run.id), tr("%1 run").arg(stateText(run.status)),
                         [&context, id = run.id] { context.selection.chooseRun(id); }});
    }
}

}  // namespace

std::vector<PaletteItem> jumpItems(PageContext& context)
{
    std::vector<PaletteItem> items;
    items.reserve(context.selection.project().runs.size() + 64);
    addLanguages(items, context);
    addRuns(items, context);
    return items;
}

std::vector<PaletteItem> commandItems(PageContext& context, Opener& opener)
{
    std::vector<PaletteItem> items;
    for (QAction* action : context.actions.actions()) {
        if (!action->isEnabled() || action->menu()) continue;
        items.push_back(
            {plainText(*action), action->shortcut().toString(QKeySequence::NativeText), [action] { action->trigger(); }});
    }
    for (const RecentProject& project : opener.recent())
        if (project.there)
            items.push_back({tr("Open %1").arg(isolated(project.title)) + QStringLiteral("  ") + project.folder,
                             tr("recent project"), [&opener, folder = project.folder] { opener.open({folder}); }});
    std::vector<PaletteItem> more = jumpItems(context);
    std::move(more.begin(), more.end(), std::back_inserter(items));
    return items;
}

}  // namespace moebel
